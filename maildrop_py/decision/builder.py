"""builder: a decision in the making, which the actions of rules write on."""

from __future__ import annotations

from maildrop_py.decision.decision import Action, Decision, Filing, Forward, Pipe
from maildrop_py.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from maildrop_py.decision.decision import Reason, RuleTrace
    from maildrop_py.rules.condition import Facts
    from maildrop_py.rules.language.settings import Settings
    from maildrop_py.rules.program.template import Template

INBOX = "INBOX"

LONGEST_ARGUMENT = 30_000
"""Characters of one argument of a program: Linux takes 128 KiB, and no more."""


class Draft:
    """Collects what rules do; `decision` makes it final.

    `rule` is the name of the rule at work, `ends` whether it ends the run, and
    `has_values` whether anything in it depends on more than the rules.
    """

    def __init__(self, facts: Facts, settings: Settings) -> None:
        self.rule: str | None = None
        self.ends = False
        self.has_values = False
        self._facts = facts
        self._dots_separate = settings.layout == "maildir++"
        self._actions: list[Action] = []
        self._main: int | None = None
        self._letters: set[str] = set()
        self._keywords: list[str] = []
        self._reject: str | None = None
        self._added: list[tuple[str, str]] = []
        self._removed: list[str] = []

    def capture(self, captures: Mapping[str, str]) -> None:
        """Named groups of the rule that fires become variables."""
        self._facts.variables.update(captures)

    def text(self, template: Template) -> str:
        return template.expand(self._values(template))

    def file(self, folder: Template, letters: str, keywords: tuple[str, ...]) -> None:
        if self.ends:
            self._main = len(self._actions)
        self._actions.append(Filing(self._folder(folder), letters, keywords, self.rule))

    def copy(self, folder: Template) -> None:
        self._actions.append(Filing(self._folder(folder), "", (), self.rule))

    def flag(self, letters: str, keywords: tuple[str, ...]) -> None:
        self._letters |= set(letters)
        self._keywords += [keyword for keyword in keywords if keyword not in self._keywords]

    def forward(self, address: str) -> None:
        self._actions.append(Forward(address, self.rule))

    def pipe(self, argv: tuple[str, ...]) -> None:
        whole = [argument.replace("\0", " ")[:LONGEST_ARGUMENT] for argument in argv]
        self._actions.append(Pipe(tuple(whole), self.rule))

    def reject(self, text: str) -> None:
        self._reject = _one_line(text)

    def score(self, points: float) -> None:
        self._facts.score = round((self._facts.score or 0.0) + points, 6)

    def add_header(self, name: str, value: str) -> None:
        self._added.append((name, _one_line(value)))

    def remove_header(self, name: str) -> None:
        self._removed.append(name)

    def set(self, name: str, value: str) -> None:
        self._facts.variables[name] = value

    def keep(self, home: str) -> None:
        """No rule ended the run: the message goes, or stays, where it does without rules."""
        self._main = len(self._actions)
        self._actions.append(Filing(home))

    def decision(
        self, rule: str | None, reasons: tuple[Reason, ...], trace: tuple[RuleTrace, ...]
    ) -> Decision:
        """The finished decision; flags of rules that filed nothing go where the message ends.

        Copies have no flags but their own.
        """
        actions = list(self._actions)
        if self._main is not None and (self._letters or self._keywords):
            actions[self._main] = self._flagged(actions[self._main])
        return Decision(
            tuple(actions),
            self._reject,
            tuple(self._added),
            tuple(self._removed),
            rule,
            self._facts.score,
            reasons,
            trace,
        )

    def _flagged(self, action: Action) -> Action:
        assert isinstance(action, Filing)
        letters = "".join(sorted({*action.flags, *self._letters}))
        keywords = tuple(dict.fromkeys((*action.keywords, *self._keywords)))
        return replace(action, flags=letters, keywords=keywords)

    def _folder(self, folder: Template) -> str:
        return folder.expand_folder(self._values(folder), self._dots_separate)

    def _values(self, template: Template) -> dict[str, str]:
        """What the names in a template stand for."""
        values = {
            part[0]: self._value(part[0]) for part in template.parts if not isinstance(part, str)
        }
        self.has_values = self.has_values or bool(values)
        return values

    def _value(self, name: str) -> str:
        known = self._facts.variables.get(name)
        if known is not None:
            return known
        envelope = self._facts.envelope
        if name == "user":
            return envelope.user or ""
        if name == "domain":
            return (envelope.recipient or "").rpartition("@")[2]
        if name == "extension":
            return envelope.extension or ""
        return self._of_today(name)

    def _of_today(self, name: str) -> str:
        """`year`, `month` or `day` of delivery, in the process's time zone; "" for others."""
        from time import localtime

        today = localtime(self._facts.now)
        dated = {"year": today.tm_year, "month": today.tm_mon, "day": today.tm_mday}
        return f"{dated[name]:02}" if name in dated else ""


def _one_line(text: str) -> str:
    """`text` without line ends and other control characters: it goes into a protocol."""
    return text if text.isprintable() else " ".join("".join(map(_printable, text)).split())


def _printable(char: str) -> str:
    return char if char.isprintable() else " "
