"""ours: what our conditions say of a message, in the oracle's letters."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.addresses import in_header
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from maildrop_py.rules.condition import Facts
from maildrop_py.rules.language.reader import load_text

if TYPE_CHECKING:
    from maildrop_py.rules.condition import Condition


def letters(path: Path, address: str, wanted: str = "DMT") -> str:
    """Those of the letters `wanted` whose macro is true of the file."""
    message = Message(FileSource(str(path)))
    envelope = Envelope()
    facts = Facts(message, envelope, Evidence(message, envelope, None, offline=True), 0.0)
    literal = re.sub(r"[^A-Za-z0-9]", r"\\\g<0>", address)  # as procmail's `$\ADDRESS` has it
    asked = {
        "D": "from_daemon: true",
        "M": "from_mailer: true",
        "T": f"to: {{regex: '{literal}'}}",
        "W": f"to_word: '{literal}'",
    }
    return "".join(letter for letter in wanted if _condition(asked[letter]).test(facts).held)


def first_recipient(path: Path) -> str:
    """The first address in the To header, "" if there is none."""
    fields = Message(FileSource(str(path))).headers.all("To")
    found = in_header(fields[0]) if fields else []
    return found[0].text if found else ""


@cache
def _condition(when: str) -> Condition:
    found = load_text(f"rules: [{{when: {{{when}}}, then: {{file: x}}}}]").rules[0].when
    assert found is not None
    return found
