"""questions: tests of a Sieve script as conditions of the rule language.

`QUESTIONS` names a function for each test; it gives a predicate, or raises NotTranslatable.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.marks import as_template, is_marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import either, every
from maildrop_py.convert.sieve.address_questions import address, envelope
from maildrop_py.convert.sieve.answers import can_notify
from maildrop_py.convert.sieve.arguments import COMPARED, Arguments
from maildrop_py.convert.sieve.asker import Asker
from maildrop_py.convert.sieve.capabilities import ALWAYS_REQUIRED, SUPPORTED
from maildrop_py.convert.sieve.counts import counted_together
from maildrop_py.convert.sieve.dates import current_date_test, date_test
from maildrop_py.convert.sieve.folders import folder_of
from maildrop_py.convert.sieve.part_questions import (
    MIME_TAGS,
    body_content,
    mime_exists,
    mime_header,
)
from maildrop_py.convert.sieve.spam_questions import spamtest, virustest
from maildrop_py.convert.sieve.string_questions import environment, hasflag, of_text, string
from maildrop_py.convert.sieve.texts import EXISTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve import tree
    from maildrop_py.convert.sieve.asker import Question


def _header(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    if set(MIME_TAGS) & set(arguments.tags):
        return mime_header(asker, arguments)
    arguments.only(*COMPARED, "index", "last")
    names, keys = asker.constants(arguments.texts(0)), arguments.texts(1)
    if arguments.match_type == "count":
        return _count(asker, arguments, names, keys)
    groups = asker.groups_for(arguments)
    texts = asker.texts(arguments, groups)

    def over(values: list[str]) -> Predicate:
        tests = [_at_index(arguments, one) for one in texts.of(values)]
        asker.variables.know_groups(groups, tests)
        return either(*(_of_header(asker, name, tests) for name in names))

    return asker.over_keys(keys, over)


def _at_index(arguments: Arguments, test: Any) -> Any:
    """The test of one of several headers with one name (RFC 5260 6), if one is named."""
    index = arguments.tags.get("index")
    if index is None:
        return test
    if not isinstance(index, int) or index < 1:
        raise NotTranslatable("an index that is no number")
    kind = {"glob": "*"} if test == EXISTS else test if isinstance(test, dict) else {"regex": test}
    return {"index": -index if "last" in arguments.tags else index, **kind}


def _of_header(asker: Asker, name: str, tests: list[Any]) -> Predicate:
    if not re.fullmatch(r"[!-9;-~]+", name):
        return False  # no message has such a header
    value = tests[0] if len(tests) == 1 else tests
    if name.lower() == "subject" and value != EXISTS:
        return asker.message("subject", value)
    return asker.message("header", {name: value})


def _count(
    asker: Asker, arguments: Arguments, names: list[str], keys: tuple[str, ...]
) -> Predicate:
    """How many headers there are, those of several names together."""

    def of(name: str, counted: dict[str, str]) -> Predicate:
        test = EXISTS if counted == {"count": ">= 1"} else counted
        return _of_header(asker, name, [test])

    return counted_together(arguments, asker.constants(keys), names, of)


def _exists(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    if set(MIME_TAGS) & set(arguments.tags):
        return mime_exists(asker, arguments)
    arguments.only()
    names = asker.constants(arguments.texts(0))
    return every(*(_of_header(asker, name, [EXISTS]) for name in names))


def _size(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    sign = ">" if "over" in arguments.tags else "<"
    number = arguments.others[0] if arguments.others else None
    if not isinstance(number, int):
        raise NotTranslatable("a size without a number")
    unit = next(
        (u for u, n in (("MB", 1 << 20), ("KB", 1 << 10)) if number and number % n == 0), ""
    )
    shown = number // {"MB": 1 << 20, "KB": 1 << 10, "": 1}[unit]
    return asker.message("size", f"{sign} {shown}{unit}")


def _body(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only(*COMPARED, "raw", "text", "content")
    match = arguments.match_type
    if match not in ("contains", "is", "matches", "regex"):
        raise NotTranslatable(f"a body is compared by :{match}")
    if "content" in arguments.tags:
        return body_content(asker, arguments)
    if "raw" in arguments.tags:
        return asker.over_keys(arguments.texts(0), lambda keys: _raw(asker, match, arguments, keys))
    texts = asker.texts(arguments, "")

    def over(values: list[str]) -> Predicate:
        tests = [True if one == EXISTS else one for one in texts.of(values)]
        if True in tests:
            raise NotTranslatable("whether there is a body")
        return asker.message("body", tests[0] if len(tests) == 1 else tests)

    return asker.over_keys(arguments.texts(0), over)


def _raw(asker: Asker, match: str, arguments: Arguments, keys: list[str]) -> Predicate:
    if match != "contains" or arguments.comparator == "i;octet" or "" in keys:
        raise NotTranslatable(f"a raw body is compared by :{match}")
    if any(is_marked(key) or "\n" in key for key in keys):
        raise NotTranslatable("a raw body is compared with several lines")
    tests = [re.escape(key) for key in keys]
    return asker.message("raw_body", tests[0] if len(tests) == 1 else tests)


def _ihave(asker: Asker, test: tree.Test) -> Predicate:
    return all(name.lower() in SUPPORTED - ALWAYS_REQUIRED for name in Arguments(test).texts(0))


def _duplicate(asker: Asker, test: tree.Test) -> Predicate:
    """RFC 7352; without a time the rules remember for 30 days."""
    arguments = Arguments(test)
    arguments.only("header", "uniqueid", "seconds", "handle")
    found: dict[str, Any] = {}
    if "header" in arguments.tags:
        found["header"] = asker.constants((arguments.tag("header"),))[0]
    if "uniqueid" in arguments.tags:
        values = asker.state.environment.expand(arguments.tag("uniqueid"), asker.state)
        if len(values) != 1:
            raise NotTranslatable("what is remembered depends on a branch above")
        found["text"] = as_template(values[0][1])
    seconds = arguments.tags.get("seconds")
    if isinstance(seconds, int):
        found["for"] = f"{max(seconds, 1)}s"
    if "handle" in arguments.tags:
        found["handle"] = arguments.tag("handle")
    return asker.message("duplicate", found or True)


def _mailboxexists(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only()
    names = asker.constants(arguments.texts(0))
    known = asker.state.environment.folder_names
    return every(*(asker.message("folder_exists", folder_of(name, known)) for name in names))


def _valid_notify_method(asker: Asker, test: tree.Test) -> Predicate:
    """RFC 5435 4: whether all of these can be notified."""
    methods = asker.constants(Arguments(test).texts(0))
    return all(map(can_notify, methods))


def _notify_method_capability(asker: Asker, test: tree.Test) -> Predicate:
    """RFC 5435 5: of mail it is never known whether somebody is online."""
    arguments = Arguments(test)
    method, name = asker.constants((arguments.texts(0)[0], arguments.texts(1)[0]))
    if not can_notify(method) or name.lower() != "online":
        return False
    return of_text(asker, arguments, "maybe", arguments.texts(2))


QUESTIONS: dict[str, Question] = {
    "header": _header,
    "address": address,
    "envelope": envelope,
    "exists": _exists,
    "size": _size,
    "body": _body,
    "string": string,
    "hasflag": hasflag,
    "environment": environment,
    "ihave": _ihave,
    "duplicate": _duplicate,
    "mailboxexists": _mailboxexists,
    "date": date_test,
    "currentdate": current_date_test,
    "spamtest": spamtest,
    "virustest": virustest,
    "valid_notify_method": _valid_notify_method,
    "notify_method_capability": _notify_method_capability,
    "true": lambda _asker, _test: True,
    "false": lambda _asker, _test: False,
    "not": lambda asker, test: asker.negation(test),
    "allof": lambda asker, test: asker.all_of(test),
    "anyof": lambda asker, test: asker.any_of(test),
}
