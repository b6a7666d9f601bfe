"""rules_worker: what `convert --prove` runs in its sandbox: rules and evidence for the proof."""

from __future__ import annotations

import os
import time

from maildrop_py.convert.proof import sandbox, worker
from maildrop_py.convert.proof.effects import FILE, PROGRAM, REFUSAL, Effect
from maildrop_py.convert.working_directory import without_change
from maildrop_py.decision.decide import decide
from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.decision.other_actions import Action, Forward
from maildrop_py.delivery.message_programs import MessagePrograms
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.changed import unnamed_file, write_all
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.header_edits import edited_head
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.report.explain import explain
from maildrop_py.rules.language.reader import read_rules
from maildrop_py.rules.program.compiler import compile_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from maildrop_py.message.source import Source

NAMES = {"D": "draft", "F": "flagged", "P": "passed", "R": "answered", "S": "seen", "T": "trashed"}
STATE = "/tmp/state"
_STATES: list[str] = []
RULES = "/tmp/rules.yaml"
LONGEST = 30.0
"""Seconds for all programs of a message."""
ENVIRONMENT = {
    "HOME": sandbox.HOME,
    "USER": "me",
    "LOGNAME": "me",
    "PATH": f"{sandbox.RECORDERS}:{sandbox.HOME}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin",
}


def main() -> None:
    """Serve one share of a proof."""
    worker.run(RulesDecider)


class RulesDecider:
    """Decides by the rules of a file's `text`; what they remember is apart from others'."""

    def __init__(self, text: str) -> None:
        self._state = f"{STATE}-{len(_STATES)}"
        _STATES.append(self._state)
        with open(RULES, "w", encoding="utf-8") as file:
            file.write(text)
        self._program = compile_rules(read_rules(RULES, enforce_trust=False, home=sandbox.HOME))

    def __call__(
        self, data: bytes, sender: str, recipient: str
    ) -> tuple[list[Effect], list[str], Callable[[], str]]:
        """A Decide of `worker`."""
        message, program = Message(BytesSource(data)), self._program
        envelope = Envelope(user="me")
        if recipient:
            envelope = Envelope(user="me", sender=sender, recipient=recipient)
        programs = MessagePrograms(_Bytes(data), ENVIRONMENT, time.monotonic() + LONGEST)
        evidence = Evidence(
            message,
            envelope,
            program.settings,
            self._state,
            run_command=lambda argv: programs.plain_status(argv),
            programs=lambda: programs,
        )
        decision = decide(message, envelope, evidence, program, time.time(), True)
        evidence.delivered()
        fired = [reason.rule for reason in decision.reasons]
        effects = _effects(decision, message.source, programs)
        return effects, fired, lambda: explain(message, decision, len(program))


class _Bytes:
    """A message in memory that programs can read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._file: IO[bytes] | None = None

    def open(self) -> int:
        if self._file is None:
            self._file = unnamed_file()
            write_all(self._file, self._data)
        return os.dup(self._file.fileno())


def _effects(decision: Decision, source: Source, programs: MessagePrograms) -> list[Effect]:
    if decision.defer is not None:
        return []
    found = [
        effect
        for action in decision.actions
        for effect in _of_action(action, decision, source, programs)
    ]
    if decision.reject is not None:
        found.append(Effect(REFUSAL, "refused"))
    return found


def _of_action(
    action: Action, decision: Decision, source: Source, programs: MessagePrograms
) -> list[Effect]:
    """A program beside which `otherwise` stands is run, as it may fail."""
    if isinstance(action, Filing):
        content = _content(decision, action.message or source)
        return [Effect(FILE, action.folder, content, _flags(action))]
    if isinstance(action, Forward):
        return [Effect(PROGRAM, f"{sandbox.RECORDERS}/sendmail -oi {action.address}")]
    if action.otherwise and programs.status(action, action.message) != 0:
        others = (_of_action(each, decision, source, programs) for each in action.otherwise)
        return [effect for effects in others for effect in effects]
    argv = without_change(list(action.argv))
    is_shell = len(argv) == 3 and argv[1] == "-c"
    command = argv[2] if is_shell else " ".join(argv)
    return [Effect(PROGRAM, command.removesuffix(" || :"))]


def _flags(filing: Filing) -> tuple[str, ...]:
    return (*(NAMES[letter] for letter in filing.flags), *filing.keywords)


def _content(decision: Decision, source: Source) -> bytes:
    head = source.head()
    body = source.content()[len(head) :] if not head.startswith(b"From ") else b""
    edits = decision.add_headers, decision.remove_headers, decision.rename_headers
    if head.startswith(b"From "):
        whole = source.content()
        head = head.partition(b"\n")[2]
        body = whole[len(head) :]
    return edited_head(head, *edits, decision.last_headers, decision.replaced_headers) + body


if __name__ == "__main__":
    main()
