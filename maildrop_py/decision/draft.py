"""draft: a decision in the making, which the actions of rules write on."""

from __future__ import annotations

from maildrop_py.decision.decision import Action, Decision, Filing, Forward, Pipe
from maildrop_py.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from maildrop_py.decision.decision import Reason, RuleTrace
    from maildrop_py.rules.condition import Facts
    from maildrop_py.rules.settings import Settings
    from maildrop_py.rules.template import Template

INBOX = "INBOX"


class Draft:
    """Collects what rules do; `decision` makes it final. `rule` is the one at work."""

    def __init__(self, facts: Facts, settings: Settings) -> None:
        self.rule: str | None = None
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
        return template.expand(self._variables(template))

    def file(self, folder: Template, letters: str, keywords: tuple[str, ...]) -> None:
        name = folder.expand_folder(self._variables(folder), self._dots_separate)
        self._main = len(self._actions)
        self._actions.append(Filing(name, letters, keywords, self.rule))

    def copy(self, folder: Template) -> None:
        name = folder.expand_folder(self._variables(folder), self._dots_separate)
        self._actions.append(Filing(name, "", (), self.rule))

    def flag(self, letters: str, keywords: tuple[str, ...]) -> None:
        self._letters |= set(letters)
        self._keywords += [keyword for keyword in keywords if keyword not in self._keywords]

    def forward(self, address: str) -> None:
        self._actions.append(Forward(address, self.rule))

    def pipe(self, argv: tuple[str, ...]) -> None:
        self._actions.append(Pipe(argv, self.rule))

    def reject(self, text: str) -> None:
        self._reject = text

    def score(self, points: float) -> None:
        self._facts.score = (self._facts.score or 0.0) + points

    def add_header(self, name: str, value: str) -> None:
        self._added.append((name, value))

    def remove_header(self, name: str) -> None:
        self._removed.append(name)

    def set(self, name: str, value: str) -> None:
        self._facts.variables[name] = value

    def keep(self) -> None:
        """No rule ended the run: the message goes to INBOX."""
        self._main = len(self._actions)
        self._actions.append(Filing(INBOX))

    def decision(
        self, rule: str | None, reasons: tuple[Reason, ...], trace: tuple[RuleTrace, ...]
    ) -> Decision:
        """The finished decision; flags of rules that filed nothing go to the last filing."""
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

    def _variables(self, template: Template) -> Mapping[str, str]:
        if all(isinstance(part, str) for part in template.parts):
            return {}
        return {**self._known(), **self._facts.variables}

    def _known(self) -> dict[str, str]:
        from time import localtime

        envelope = self._facts.envelope
        today = localtime(self._facts.now)
        return {
            "user": envelope.user or "",
            "domain": (envelope.recipient or "").rpartition("@")[2],
            "extension": envelope.extension or "",
            "year": f"{today.tm_year:04}",
            "month": f"{today.tm_mon:02}",
            "day": f"{today.tm_mday:02}",
        }
