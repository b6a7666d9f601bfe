"""converted_rules: the rules that a file of another program becomes, and their text as YAML.

Items are rules, gaps (what could not be translated: a comment with the source, the
reason and what a person could do) and remarks, in the order of the source.
"""

from __future__ import annotations

from typing import Any

from maildrop_py.convert.predicate import as_when
from maildrop_py.convert.working_directory import without_change
from maildrop_py.record import record
from maildrop_py.translation import text as translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from maildrop_py.convert.predicate import Predicate

    Item: TypeAlias = "ConvertedRule | Gap | Remark"


class ConvertedRule:
    """One rule; changed until the whole file is converted, for names must differ."""

    def __init__(self, name: str, line: int, when: Predicate, then: dict[str, Any]) -> None:
        self.name = name
        self.line = line
        self.when = when
        self.then = then
        self.remarks: tuple[str, ...] = ()
        self.source = ""


@record
class Gap:
    """What became no rule."""

    line: int
    source: str
    reason: str
    advice: str = ""


@record
class Remark:
    """Something that the reader of the rules should know at this place."""

    line: int
    text: str


@record
class Wanted:
    """A text that a rule asks for, in the header ("H"), the body ("B") or both ("HB")."""

    area: str
    text: str
    negated: bool = False


@record
class ConvertedRules:
    """The whole rules file. `folders` are pairs of the original's path and the folder.

    `mailboxes` are those of them that were mbox files. `asked` are the lines of recipes
    with the questions in them, from which messages for a proof are made; `base` is where
    relative paths begin.
    """

    settings: dict[str, Any]
    items: tuple[Item, ...]
    folders: tuple[tuple[str, str], ...] = ()
    mailboxes: tuple[tuple[str, str], ...] = ()
    source: str = ""
    asked: tuple[tuple[int, tuple[Wanted, ...]], ...] = ()
    base: str = ""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(item for item in self.items if isinstance(item, Gap))

    @property
    def rules(self) -> tuple[ConvertedRule, ...]:
        return tuple(item for item in self.items if isinstance(item, ConvertedRule))


def programs_of(result: ConvertedRules) -> list[str]:
    """The programs that rules hand mail to; of a shell's line its first word."""
    found: list[str] = []
    for rule in result.rules:
        for key in ("pipe", "filter"):
            call = rule.then.get(key)
            argv = call["run"] if isinstance(call, dict) else call
            if not argv:
                continue
            argv = without_change(argv)
            words = argv[2].split() if argv[1:2] == ["-c"] and len(argv) > 2 else argv
            found += [
                word.strip("\"'(") for word in words[:1] if "{" not in word and "$" not in word
            ]
    return list(dict.fromkeys(filter(None, found)))


WIDTH = 100


def text_of(result: ConvertedRules) -> str:
    """The rules file as YAML."""
    parts = [_head(result)]
    parts += [f"{key}: {_yaml(value).splitlines()[0]}\n" for key, value in result.settings.items()]
    parts.append("\nrules:\n" if result.rules else "\nrules: []\n")
    name_apart(result.rules)
    for item in result.items:
        parts.append(_item(item))
    parts.append(_mailboxes(result))
    return "".join(parts)


def _head(result: ConvertedRules) -> str:
    gaps = len(result.gaps)
    wording = "Made from {source} by maildrop-py convert."
    if gaps == 1:
        wording = "Made from {source} by maildrop-py convert; 1 place could not be (see GAP below)."
    elif gaps:
        wording = (
            "Made from {source} by maildrop-py convert; "
            "{number} places could not be (see GAP below)."
        )
    return f"# {translated(wording, source=result.source, number=gaps)}\n"


def _mailboxes(result: ConvertedRules) -> str:
    if not result.mailboxes:
        return ""
    wording = "These were mbox files and become Maildir folders. Their mail comes over with"
    lines = [f"\n# {translated(wording)}\n"]
    for path, folder in result.mailboxes:
        into = translated("folder {name}", name=folder)
        lines.append(f"#   maildrop-py refile --from-mbox {_visible(path)}  ({_visible(into)})\n")
    return "".join(lines)


def name_apart(rules: Iterable[ConvertedRule]) -> None:
    """Give no two rules one name."""
    seen: set[str] = set()
    for rule in rules:
        name, number = rule.name, 2
        while name in seen:
            name, number = f"{rule.name} ({number})", number + 1
        seen.add(name)
        rule.name = name


def _item(item: Item) -> str:
    if isinstance(item, Remark):
        return _comment(f"{_place(item.line)}: {translated(item.text)}")
    if isinstance(item, Gap):
        reason = f"GAP, {_place(item.line)}: {translated(item.reason)}"
        advice = f"\n{translated(item.advice)}" if item.advice else ""
        return _comment(f"{reason}{advice}\n{item.source}")
    rule: dict[str, Any] = {"name": item.name}
    if item.when is not True:
        rule["when"] = as_when(item.when)
    rule["then"] = item.then
    place = _place(item.line)
    remarks = "".join(_comment(f"{place}: {translated(one)}") for one in item.remarks)
    source = " | ".join(line.strip() for line in item.source.splitlines() if line.strip())
    short = source if len(source) < WIDTH - 15 else source[: WIDTH - 18] + "..."
    return remarks + _comment(f"{place}: {short}") + _indented(_yaml([rule]))


def _place(line: int) -> str:
    return translated("line {number}", number=line)


def _comment(text: str) -> str:
    lines = (_visible(line) for line in text.splitlines())
    return "".join(f"  # {line}".rstrip() + "\n" for line in lines)


def _visible(line: str) -> str:
    return "".join(char if char.isprintable() or char == "\t" else "?" for char in line)


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" if line else "\n" for line in text.splitlines())


def _yaml(value: Any) -> str:
    import yaml

    return yaml.dump(
        value,
        Dumper=_dumper(),
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=WIDTH,
    )


def _dumper() -> Any:
    """Texts in single quotes where they hold a backslash, and no aliases."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, value: str) -> Any:
        quoted = "'" if "\\" in value and value.isprintable() else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=quoted)

    Dumper.add_representer(str, text)
    return Dumper
