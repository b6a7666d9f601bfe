"""questions: tests of a Sieve script as conditions of the rule language.

`QUESTIONS` names a function for each test; it gives a predicate, or raises NotTranslatable.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from maildrop_py.convert.marks import as_template, is_marked, names_in
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import Test, either, every, negated
from maildrop_py.convert.sieve.address_questions import address, envelope
from maildrop_py.convert.sieve.arguments import COMPARED, Arguments
from maildrop_py.convert.sieve.asker import Asker
from maildrop_py.convert.sieve.capabilities import SUPPORTED
from maildrop_py.convert.sieve.counts import counted
from maildrop_py.convert.sieve.dates import current_date_test, date_test
from maildrop_py.convert.sieve.flags import flags_of
from maildrop_py.convert.sieve.folders import folder_of
from maildrop_py.convert.sieve.texts import EXISTS, glob_pattern
from maildrop_py.convert.sieve.variables import FLAGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve import tree
    from maildrop_py.convert.sieve.asker import Question


def _header(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only(*COMPARED, "index", "last")
    names, keys = asker.constants(arguments.texts(0)), arguments.texts(1)
    if arguments.match_type == "count":
        return _count(asker, arguments, names, keys)
    groups = asker.groups_for(arguments)
    texts = asker.texts(arguments, groups)

    def over(values: list[str]) -> Predicate:
        tests = [_at_index(arguments, one) for one in texts.of(values)]
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
    """How many headers there are; those of several names together only if any at all."""
    numbers = asker.constants(keys)
    exists = either(*(_of_header(asker, name, [EXISTS]) for name in names))
    asked = (arguments.tag("count").lower(), *numbers)
    if asked in (("ge", "1"), ("gt", "0"), ("ne", "0")):
        return exists
    if asked in (("eq", "0"), ("lt", "1"), ("le", "0")):
        return negated(exists)
    if len(names) != 1:
        raise NotTranslatable("headers of several names are counted together")
    return _of_header(asker, names[0], [counted(arguments, numbers)])


def _exists(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
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
    if "content" in arguments.tags:
        raise NotTranslatable("only parts of one content type are looked at")
    if match not in ("contains", "is", "matches", "regex"):
        raise NotTranslatable(f"a body is compared by :{match}")
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


def _string(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only(*COMPARED)
    groups = asker.groups_for(arguments)
    if groups or arguments.match_type == "count":
        raise NotTranslatable("what a part of a text matched is used")
    keys = arguments.texts(1)
    found: list[Predicate] = []
    for source in arguments.texts(0):
        for holds, text in asker.state.environment.expand(source, asker.state):
            compare = partial(_of_text, asker, arguments, text)
            found.append(every(holds, asker.over_keys(keys, compare)))
    return either(*found)


def _of_text(asker: Asker, arguments: Arguments, text: str, keys: list[str]) -> Predicate:
    texts = asker.texts(arguments, "")
    patterns = [_pattern(one) for one in texts.of(keys)]
    if not is_marked(text):
        return any(
            re.search(pattern.replace("(?-i)", ""), text, re.I | re.S) for pattern in patterns
        )
    names = names_in(text)
    if text != f"\ue000~{names[0]}\ue001":
        raise NotTranslatable("a text made of several parts that only the mail tells")
    value = patterns[0] if len(patterns) == 1 else patterns
    return Test("var", {names[0]: value}, ((names[0], asker.state.age(names[0])),))


def _pattern(test: Any) -> str:
    """A test of text as an expression over the whole of a variable."""

    if isinstance(test, str):
        return test
    kind, value = next(iter(test.items()))
    values = value if isinstance(value, list) else [value]
    if kind == "exists":
        return "^"
    if kind == "contains":
        return "|".join(re.escape(one) for one in values)
    if kind == "is":
        return "|".join(rf"\A{re.escape(one)}\z" if one else r"\A\z" for one in values).replace(
            r"\z", r"$"
        )
    return "|".join(glob_pattern(one) for one in values)


def _hasflag(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only("is", "contains", "matches", "comparator")
    if arguments.match_type != "is" or len(arguments.others) != 1:
        raise NotTranslatable("flags are compared by a pattern")
    wanted = {flag.lower() for flag in flags_of(asker.constants(arguments.texts(0)))}
    found: list[Predicate] = []
    for value in asker.state.environment.get(FLAGS):
        if wanted & {flag.lower() for flag in value.text.split()}:
            found.append(True if value.held is None else asker.state.use(value.held))
    return either(*found)


def _ihave(asker: Asker, test: tree.Test) -> Predicate:
    return all(name.lower() in SUPPORTED for name in Arguments(test).texts(0))


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


def _spamtest(asker: Asker, test: tree.Test) -> Predicate:
    raise NotTranslatable(
        f"what {test.name} means is in the server's settings; write spam_score or virus instead"
    )


QUESTIONS: dict[str, Question] = {
    "header": _header,
    "address": address,
    "envelope": envelope,
    "exists": _exists,
    "size": _size,
    "body": _body,
    "string": _string,
    "hasflag": _hasflag,
    "ihave": _ihave,
    "duplicate": _duplicate,
    "mailboxexists": _mailboxexists,
    "date": date_test,
    "currentdate": current_date_test,
    "spamtest": _spamtest,
    "virustest": _spamtest,
    "true": lambda _asker, _test: True,
    "false": lambda _asker, _test: False,
    "not": lambda asker, test: negated(asker.ask(test.tests[0])),
    "allof": lambda asker, test: every(*asker.all_of(test.tests)),
    "anyof": lambda asker, test: either(*asker.all_of(test.tests)),
}
