"""builder: puts a decision together from what the actions of rules ask for."""

from __future__ import annotations

from maildrop_py.decision.decision import Decision, Filing, Reason
from maildrop_py.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from maildrop_py.decision.other_actions import Action, Answer
    from maildrop_py.decision.rule_trace import RuleTrace
    from maildrop_py.message.source import Source
    from maildrop_py.rules.condition import Calendar, Facts
    from maildrop_py.rules.language.rule import Then
    from maildrop_py.rules.language.settings import Settings
    from maildrop_py.rules.program.call import Call
    from maildrop_py.rules.program.template import Template

INBOX = "INBOX"

OF_THE_MESSAGE = "date."
"""What the names of the message's own date begin with: {date.year}."""

VERDICTS = ("spam_score", "spam_flag", "bayes", "virus")
"""Names of what filters and scanners say, for templates."""


class DecisionBuilder:
    """Collects what rules do; `decision` is what they come to.

    `rule` is the name of the rule at work, `ends` whether it ends the run, and
    `has_values` whether anything depends on more than the rules.
    """

    def __init__(self, facts: Facts, settings: Settings, calendar: Calendar) -> None:
        self.rule: str | None = None
        self.ends = False
        self.has_values = False
        self._facts = facts
        self._calendar = calendar
        self._dots_separate = settings.layout == "maildir++"
        self._actions: list[Action] = []
        self._main: int | None = None
        self._letters: set[str] = set()
        self._keywords: list[str] = []
        self._reject: str | None = None
        self._added: list[tuple[str, str]] = []
        self._removed: list[str] = []
        self._learn: bool | None = None
        self._renamed: list[tuple[str, str]] = []
        self._last: list[tuple[str, str]] = []
        self._replaced: list[tuple[str, str]] = []
        self._defer: str | None = None
        self._filters: list[str] = []
        self._answers: list[Answer] = []
        self._me = settings.me

    def capture(self, captures: Mapping[str, str]) -> None:
        """Named groups of the rule that fires become variables."""
        self._facts.variables.update(captures)

    def text(self, template: Template) -> str:
        return template.expand(self._values(template))

    def file(self, folder: Template, letters: str, keywords: tuple[str, ...]) -> None:
        if self.ends:
            self._main = len(self._actions)
        self._actions.append(
            Filing(self._folder(folder), letters, keywords, self.rule, self._changed)
        )

    def copy(self, folder: Template) -> None:
        self._actions.append(Filing(self._folder(folder), "", (), self.rule, self._changed))

    def flag(self, letters: str, keywords: tuple[str, ...]) -> None:
        self._letters |= set(letters)
        self._keywords += [keyword for keyword in keywords if keyword not in self._keywords]
        self._facts.given = "".join(self._letters), tuple(self._keywords)

    def unflag(self, letters: str, keywords: tuple[str, ...]) -> None:
        """Takes away what earlier rules gave; all of it for "*"."""
        if letters == "*":
            self._letters, self._keywords = set(), []
        gone = {keyword.lower() for keyword in keywords}
        self._letters -= set(letters)
        self._keywords = [keyword for keyword in self._keywords if keyword.lower() not in gone]
        self._facts.given = "".join(self._letters), tuple(self._keywords)

    def forward(self, address: str, otherwise: Then | None = None) -> None:
        from maildrop_py.decision.other_actions import Forward

        self._actions.append(Forward(address, self.rule, self._changed, self._others(otherwise)))

    def pipe(self, call: Call, otherwise: Then | None = None) -> None:
        from maildrop_py.decision.other_actions import Pipe

        filled, others = call.filled(self.text), self._others(otherwise)
        program = filled.argv, self.rule, filled.environment, filled.part
        self._actions.append(Pipe(*program, self._changed, others))

    def _others(self, otherwise: Then | None) -> tuple[Action, ...]:
        """What is done where a program fails, all of its texts known."""
        if otherwise is None:
            return ()
        before, main, self._actions = self._actions, self._main, []
        for action in otherwise.actions:
            action.apply(self)
        others, self._actions, self._main = tuple(self._actions), before, main
        return others

    def filter(self, call: Call) -> bool:
        """The message is what the program prints; False, and unchanged, where it fails."""
        self.edit_now()
        self.has_values = True
        filled = call.filled(self.text)
        self._filters.append(f"{filled.argv[0]} (rule {self.rule!r})")
        facts = self._facts
        if facts.message.file is not None:
            return True
        changed = facts.evidence.filtered(filled, facts.changed)
        facts.change(changed)
        return changed is not None or not facts.evidence.runs_programs

    def output(self, call: Call) -> str:
        self.has_values = True
        found = self._facts.evidence.output(call.filled(self.text), self._facts.changed)
        return "" if found is None else _one_line(found.partition("\n")[0])

    def defer(self, text: str) -> None:
        self._defer = _one_line(text)

    def edit_now(self) -> None:
        """The edits so far are made on the message that later rules see."""
        from maildrop_py.message.header_edits import edited_head

        edits = self._added, self._removed, self._renamed, self._last, self._replaced
        if not any(edits):
            return
        self.has_values = True
        facts = self._facts
        head = edited_head(facts.message.source.head(), *edits)
        facts.change(facts.evidence.with_head(head, facts.changed))
        if facts.message.file is None:
            self._added, self._removed, self._renamed = [], [], []
            self._last, self._replaced = [], []

    def has_header(self, name: str) -> bool:
        self.has_values = True
        added = {each.lower() for each, _ in (*self._added, *self._last, *self._replaced)}
        return name.lower() in added or bool(self._facts.message.headers.all(name))

    def rename_header(self, old: str, new: str) -> None:
        self._renamed.append((old, new))

    def reject(self, text: str) -> None:
        self._reject = _one_line(text)

    def score(self, points: float) -> None:
        self._facts.score = round((self._facts.score or 0.0) + points, 6)

    def add_header(self, name: str, value: str, last: bool = False) -> None:
        (self._last if last else self._added).append((name, _one_line(value)))

    def replace_header(self, name: str, value: str) -> None:
        low = name.lower()
        self._replaced = [pair for pair in self._replaced if pair[0].lower() != low]
        self._replaced.append((name, _one_line(value)))

    def remove_header(self, name: str) -> None:
        self._removed.append(name)

    def learn(self, is_spam: bool) -> None:
        self._learn = is_spam

    def answer(
        self, kind: str, text: Template, subject: Template | None, own: tuple[str, ...], **more: Any
    ) -> None:
        """One answer to the sender, or the reason why there is none."""
        from maildrop_py.decision.answering import answer_of

        self.has_values = True
        texts = self.text(text), None if subject is None else self.text(subject)
        today = "-".join(self._part_of(self._facts.now, part) for part in ("year", "month", "day"))
        more["handle"] = more.get("handle") or text.describe()  # not what a message puts into it
        own = (*own, *self._me)
        self._answers.append(answer_of(self._facts, kind, texts, own, today, self.rule, **more))

    def notify(self, text: Template, to: str, call: Call | None) -> None:
        """One text to an address or a program."""
        from maildrop_py.decision.answering import notification_of

        self.has_values = True
        filled = call.filled(self.text) if call is not None else None
        self._answers.append(notification_of(self._facts, self.text(text), to, filled, self.rule))

    def set(self, name: str, value: str) -> None:
        self._facts.variables[name] = value

    def keep(self, folder: str) -> None:
        """No rule ended the run: the message goes, or stays, where it does without rules."""
        self._main = len(self._actions)
        self._actions.append(Filing(folder, message=self._changed))

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
            self._learn,
            tuple(self._renamed),
            tuple(self._last),
            self._defer,
            tuple(self._filters),
            self._final_answers(actions),
            tuple(self._replaced),
        )

    def _final_answers(self, actions: list[Action]) -> tuple[Answer, ...]:
        if not self._answers:
            return ()
        from maildrop_py.decision.answering import settled_answers

        is_refused = self._reject is not None or self._defer is not None
        return settled_answers(self._answers, actions, is_refused)

    @property
    def _changed(self) -> Source | None:
        """What the message was made into, None where it is as it came; filed mail stays."""
        return self._facts.changed if self._facts.message.file is None else None

    def _flagged(self, action: Action) -> Action:
        assert isinstance(action, Filing)
        letters = "".join(sorted({*action.flags, *self._letters}))
        keywords = tuple(dict.fromkeys((*action.keywords, *self._keywords)))
        return replace(action, flags=letters, keywords=keywords)

    def _folder(self, folder: Template) -> str:
        return folder.expand_folder(self._values(folder), self._dots_separate)

    def _values(self, template: Template) -> dict[str, str]:
        """The values of the names in a template."""
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
            return (self._facts.recipient() or "").rpartition("@")[2]
        if name == "extension":
            return self._facts.extension()
        if name in VERDICTS:
            return self._verdict(name)
        if name.startswith(OF_THE_MESSAGE):
            return self._part_of(self._written(), name.removeprefix(OF_THE_MESSAGE))
        return self._part_of(self._facts.now, name)

    def _verdict(self, name: str) -> str:
        """What a filter or scanner says; "" where that is unknown."""
        evidence = self._facts.evidence
        if name == "bayes":
            found = evidence.bayes().probability
            return "" if found is None else f"{found:.4f}"
        if name == "virus":
            return ", ".join(evidence.virus().names)
        verdict = evidence.spam()
        if name == "spam_flag":
            return "" if verdict.flag is None else "YES" if verdict.flag else "NO"
        if verdict.unknown or (verdict.score is None and self._facts.score is None):
            return ""
        return f"{round((verdict.score or 0.0) + (self._facts.score or 0.0), 6):g}"

    def _part_of(self, seconds: float, name: str) -> str:
        """`year`, `month` or `day` of a time, by the calendar handed in; "" for others."""
        try:
            date = self._calendar(seconds)
        except (OverflowError, ValueError, OSError):  # a Date header may say anything
            date = self._calendar(self._facts.now)
        parts = {"year": f"{date.tm_year:04}", "month": f"{date.tm_mon:02}"}
        return {**parts, "day": f"{date.tm_mday:02}"}.get(name, "")

    def _written(self) -> float:
        """When the message says it was written; else when it arrived."""
        from maildrop_py.message.date import written_at

        message = self._facts.message
        written = written_at(message.headers.first("Date") or "")
        if written is not None:
            return written
        return message.file.mtime if message.file is not None else self._facts.now


def _one_line(text: str) -> str:
    """`text` without line ends and other control characters: it goes into a protocol."""
    printable = (char if char.isprintable() else " " for char in text)
    return text if text.isprintable() else " ".join("".join(printable).split())
