"""string_questions: Sieve's `string`, `environment` and `hasflag`: tests of what the script knows.

Known limits: of the environment (RFC 5183) only what is the same at every delivery is known.
"""

from __future__ import annotations

from maildrop_py.convert.marks import is_marked, names_in
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import Test, either, every
from maildrop_py.convert.sieve.arguments import COMPARED, Arguments
from maildrop_py.convert.sieve.counts import wanted_number
from maildrop_py.convert.sieve.flags import flags_of
from maildrop_py.convert.sieve.fragments import CASEMAPS
from maildrop_py.convert.sieve.matches import Matches
from maildrop_py.convert.sieve.variables import FLAGS, UNKNOWN_FLAGS
from maildrop_py.rules.matching.engine import compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve import tree
    from maildrop_py.convert.sieve.asker import Asker

ENVIRONMENT = {"name": "Pigeonhole Sieve", "location": "MDA", "phase": "during"}
OTHER_ITEMS = ("domain", "host", "version", "remote-host", "remote-ip")


def string(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only(*COMPARED)
    found: list[Predicate] = []
    sources = arguments.texts(0)
    if arguments.match_type == "count":
        return _count(asker, arguments, sources, arguments.texts(1))
    groups = asker.groups_for(arguments) if len(sources) == 1 else ""
    for source in sources:
        for holds, text in asker.variables.expand(source, asker.state):
            found.append(every(holds, of_text(asker, arguments, text, arguments.texts(1), groups)))
    if len(sources) > 1 and arguments.match_type in ("matches", "regex"):
        asker.matches = Matches(None, None)
    return either(*found)


def of_text(
    asker: Asker, arguments: Arguments, text: str, keys: tuple[str, ...], groups: str = ""
) -> Predicate:
    """A comparison of a text with keys."""
    if not is_marked(text):
        return asker.over_keys(keys, lambda values: _known(asker, arguments, text, values, groups))
    names = names_in(text)
    if text != f"\ue000~{names[0]}\ue001":
        text = asker.keep(text)
        names = names_in(text)
    texts = asker.texts(arguments, groups)

    def over(values: list[str]) -> Predicate:
        patterns = texts.patterns(values)
        asker.variables.know_groups(groups, patterns)
        value = patterns[0] if len(patterns) == 1 else patterns
        return Test("var", {names[0]: value}, ((names[0], asker.state.age(names[0])),))

    return asker.over_keys(keys, over)


def _known(
    asker: Asker, arguments: Arguments, text: str, keys: list[str], groups: str
) -> Predicate:
    """The answer for a text that is known now; what matched is known too."""
    data = text.encode("utf-8", "replace")
    for pattern in asker.texts(arguments, groups).patterns(keys):
        expression = compiled(pattern)
        spans = expression.spans(data)
        if spans is None:
            continue
        if groups:
            named = expression.named(data, spans)
            numbers = asker.variables.reads_matches
            found = {number: named.get(f"{groups}_{number}", "") for number in numbers}
            asker.matches = Matches(found, asker.matches.if_false)
        return True
    return False


def _count(
    asker: Asker, arguments: Arguments, sources: tuple[str, ...], keys: tuple[str, ...]
) -> Predicate:
    """How many of the texts are not empty."""
    known = [text for text in asker.constants(sources) if text]
    return _number_is(arguments, len(known), asker.constants(keys))


def _number_is(arguments: Arguments, count: int, keys: list[str]) -> bool:
    relation = arguments.tag("count").lower()
    numbers = [wanted_number(arguments.comparator, relation, key) for key in keys]
    kept = {"eq": count.__eq__, "ne": count.__ne__, "gt": count.__gt__, "ge": count.__ge__}
    kept |= {"lt": count.__lt__, "le": count.__le__}
    return any(kept[relation](number) for number in numbers)


def environment(asker: Asker, test: tree.Test) -> Predicate:
    """RFC 5183; an item that is not there passes no test."""
    arguments = Arguments(test)
    arguments.only(*COMPARED)
    found: list[Predicate] = []
    for name in asker.constants(arguments.texts(0)):
        if name.lower() in OTHER_ITEMS or name.lower().startswith("vnd."):
            raise NotTranslatable(f"what {name} is in the environment of the server")
        if name.lower() in ENVIRONMENT:
            text = ENVIRONMENT[name.lower()]
            if arguments.match_type == "count":
                found.append(_number_is(arguments, 1, asker.constants(arguments.texts(1))))
            else:
                found.append(of_text(asker, arguments, text, arguments.texts(1)))
    return either(*found)


def hasflag(asker: Asker, test: tree.Test) -> Predicate:
    """Whether one of the flags that the script has set compares so (RFC 5232 4)."""
    arguments = Arguments(test)
    arguments.only(*COMPARED)
    keys = flags_of(asker.constants(arguments.texts(-1)))
    names = asker.constants(arguments.texts(0)) if len(arguments.others) > 1 else [FLAGS]
    found: list[Predicate] = []
    if asker.flags_as_rules and FLAGS in names:
        raise NotTranslatable(UNKNOWN_FLAGS)
    for name in names:
        for value in asker.variables.flags(name):
            answer = _has(asker, arguments, list(dict.fromkeys(value.text.split())), keys)
            if answer:
                found.append(True if value.noted is None else asker.state.use(value.noted))
    return either(*found)


def _has(asker: Asker, arguments: Arguments, flags: list[str], keys: list[str]) -> bool:
    if arguments.match_type == "count":
        return _number_is(arguments, len(flags), keys)
    if arguments.match_type == "is" and arguments.comparator in CASEMAPS:
        return bool({key.lower() for key in keys} & {flag.lower() for flag in flags})
    patterns = asker.texts(arguments, "").patterns(keys)
    data = [flag.encode("utf-8", "replace") for flag in flags]
    return any(compiled(pattern).spans(one) is not None for pattern in patterns for one in data)
