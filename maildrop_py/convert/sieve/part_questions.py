"""part_questions: Sieve's tests of MIME parts (RFC 5703, RFC 5173) as `part` conditions.

A test of the part that a `foreverypart` is at has the key PART until the loop is left; then
`of_some_part` makes of it whether there is such a part.

Known limits: a container in another one, such as a multipart in a multipart, is no part.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import (
    Either,
    Every,
    Negated,
    Test,
    either,
    every,
    negated,
    tests_of,
)
from maildrop_py.convert.sieve.arguments import COMPARED, Arguments
from maildrop_py.convert.sieve.fragments import fragment, joined
from maildrop_py.convert.sieve.texts import EXISTS, checked
from maildrop_py.rules.matching.engine import compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve.asker import Asker

PART, INNER = "part of a loop", "part of a loop in a loop"
MIME_TAGS = ("mime", "anychild", "type", "subtype", "contenttype", "param")
MOST_CASES = 64
_CONTAINERS = (b"multipart/mixed; boundary=x", b"multipart/alternative", b"message/rfc822")
_LIKE_FILES = ("content-type", "content-disposition")


def mime_header(asker: Asker, arguments: Arguments) -> Predicate:
    """`header :mime`: of the message, of the part at hand, or of any part (`:anychild`)."""
    arguments.only(*COMPARED, *MIME_TAGS)
    if arguments.match_type == "count":
        raise NotTranslatable("the headers of parts are counted")
    names, keys = asker.constants(arguments.texts(0)), arguments.texts(1)
    groups = asker.groups_for(arguments)
    any_child = "anychild" in arguments.tags

    def over(values: list[str]) -> Predicate:
        found: list[Predicate] = []
        for name in names:
            tests = _values(asker, arguments, groups, name, values)
            asker.variables.know_groups(groups, tests)
            value = tests[0] if len(tests) == 1 else tests
            found.append(_of_header(asker, name, value, any_child))
        return either(*found)

    return asker.over_keys(keys, over)


def mime_exists(asker: Asker, arguments: Arguments) -> Predicate:
    arguments.only("mime", "anychild")
    names = asker.constants(arguments.texts(0))
    any_child = "anychild" in arguments.tags
    return every(*(_of_header(asker, name, {"glob": "*"}, any_child) for name in names))


def _of_header(asker: Asker, name: str, value: Any, any_child: bool) -> Predicate:
    if not re.fullmatch(r"[!-9;-~]+", name):
        return False
    if not any_child and not asker.loops:
        return asker.message("header", {name: value})
    key = INNER if asker.loops > 1 else PART
    part = Test(key, {"header": {name: value}}, asker.message("part", 0).marks)
    return part if asker.loops else of_some_part(part)


def _values(
    asker: Asker, arguments: Arguments, groups: str, name: str, keys: list[str]
) -> list[Any]:
    """Tests of a field's body, or of what the tags name in it."""
    around = _around(asker, arguments, name.lower() == "content-type")
    if around is None:
        tests = asker.texts(arguments, groups).of(keys)
        return [{"glob": "*"} if test == EXISTS else test for test in tests]
    before, behind, char = around
    how = asker.comparison(arguments, groups)
    found = []
    for key in keys:
        piece = joined(fragment(how, key, char))
        if behind != '"':
            found.append(checked(f"{how.case}{before}{piece}{behind}"))
            continue
        quoted = f'{before}"{piece}"\\s*(?:;|$)'
        plain = joined(fragment(how, key, r'[^;"\s]')) if not how.groups else None
        found.append(checked(f"{how.case}{quoted}"))
        if plain is not None:
            found.append(checked(f"{how.case}{before}{plain}\\s*(?:;|$)"))
    return found


def _around(asker: Asker, arguments: Arguments, is_type: bool) -> tuple[str, str, str] | None:
    """What stands before and behind in the field; the characters of what is compared."""
    if "param" in arguments.tags:
        given = arguments.tags["param"]
        names = asker.constants(given) if isinstance(given, tuple) else []
        wanted = "|".join(re.escape(name) for name in names)
        return rf";\s*(?:{wanted})\s*=\s*", '"', r'[^"]'
    if "type" in arguments.tags:
        return r"^\s*", r"\s*/" if is_type else r"\s*(?:;|$)", r"[^/;\s]"
    if "subtype" in arguments.tags:
        if not is_type:
            raise NotTranslatable("a :subtype of what has none")
        return r"^\s*[^/;]*/\s*", r"\s*(?:;|$)", r"[^;\s]"
    if "contenttype" in arguments.tags:
        return r"^\s*", r"\s*(?:;|$)", r"[^;\s]"
    return None


def body_content(asker: Asker, arguments: Arguments) -> Predicate:
    """`body :content`: parts of these types (RFC 5173 5.2)."""
    given = arguments.tags["content"]
    types = [one.lower() for one in asker.constants(given)] if isinstance(given, tuple) else []
    if any(one.startswith(("multipart", "message")) for one in types):
        raise NotTranslatable("the text around parts, or the header of a message in it")
    texts = asker.texts(arguments, "")

    def over(values: list[str]) -> Predicate:
        tests = texts.of(values)
        text: Any = tests[0] if len(tests) == 1 else tests
        found: list[Predicate] = []
        for one in types:
            kind = _kind(one)
            value = {
                **({"type": kind} if kind else {}),
                **({} if text == EXISTS else {"text": text}),
            }
            found.append(asker.message("part", value or {"type": {"glob": "*"}}))
        return either(*found)

    return asker.over_keys(arguments.texts(0), over)


def _kind(content: str) -> Any:
    """A content type; without a slash all of its subtypes, and if empty any."""
    if content.count("/") > 1 or content in ("/", "") or content.strip("/") != content:
        return {"is": content} if content else None
    return {"is": content} if "/" in content else {"glob": f"{content}/*"}


# some part


def is_of_part(predicate: Predicate) -> bool:
    """Whether it asks for the part at hand."""
    return any(test.key in (PART, INNER) for test in tests_of(predicate))


def of_some_part(predicate: Predicate) -> Predicate:
    """Whether there is a part for which `predicate` is true; raises NotTranslatable."""
    if not is_of_part(predicate):
        return predicate
    found = []
    for case in _cases(predicate):
        parts = [one for one in case if is_of_part(one)]
        others = [one for one in case if not is_of_part(one)]
        found.append(every(*others, _one_part(parts) if parts else True))
    return either(*found)


def _cases(predicate: Predicate) -> list[list[Predicate]]:
    """The alternatives, each of tests that must all hold."""
    if isinstance(predicate, Negated) and is_of_part(predicate):
        inner = predicate.inner
        if isinstance(inner, Every):
            return _cases(either(*map(negated, inner.inner)))
        if isinstance(inner, Either):
            return _cases(every(*map(negated, inner.inner)))
    if isinstance(predicate, Either) and is_of_part(predicate):
        return [case for one in predicate.inner for case in _cases(one)]
    if not isinstance(predicate, Every):
        return [[predicate]]
    found: list[list[Predicate]] = [[]]
    for one in predicate.inner:
        found = [[*case, *more] for case in found for more in _cases(one)]
        if len(found) > MOST_CASES:
            raise NotTranslatable("too many cases in a loop over parts")
    return found


def _one_part(parts: list[Predicate]) -> Predicate:
    values = [_value(one) for one in parts]
    keys = [key for value in values for key in value]
    whole = values[0] if len(values) == 1 else {"all": values}
    if len(keys) == len(set(keys)):
        whole = {key: value for one in values for key, value in one.items()}
    marks = tests_of(parts[0])[0].marks
    found: Predicate = Test("part", whole, marks)
    if all(map(_may_be_container, parts)):
        return either(found, every(*map(_of_message, parts)))
    return found


def _value(one: Predicate) -> dict[str, Any]:
    if isinstance(one, Negated):
        return {"not": _value(one.inner)}
    assert isinstance(one, Test)
    found: dict[str, Any] = one.value
    return found


def _may_be_container(one: Predicate) -> bool:
    """Whether the whole message may be such a part though other parts are in it."""
    test = tests_of(one)[0]
    if test.key == INNER:
        return False
    if isinstance(one, Negated):
        return "text" not in test.value
    for name, value in test.value.get("header", {}).items():
        if name.lower() not in _LIKE_FILES:
            return True
        texts = value if isinstance(value, list) else [value]
        if name.lower() == "content-type" and any(map(_fits_container, texts)):
            return True
    return False


def _fits_container(test: Any) -> bool:
    if isinstance(test, str):
        return any(compiled(test).spans(kind) is not None for kind in _CONTAINERS)
    kind, value = next(iter(test.items()))
    values = value if isinstance(value, list) else [value]
    return kind != "is" or any(one.lower().startswith(("multipart", "message")) for one in values)


def _of_message(one: Predicate) -> Predicate:
    if isinstance(one, Negated):
        return negated(_of_message(one.inner))
    assert isinstance(one, Test)
    return Test("header", one.value["header"], one.marks)
