"""What is in a Maildir, and short ways to put something there."""

from __future__ import annotations

import os
from pathlib import Path

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.decision.other_actions import Action
from maildrop_py.delivery.deliver import Receipt
from maildrop_py.delivery.deliver import deliver as carry_out
from maildrop_py.delivery.program_settings import ProgramSettings
from maildrop_py.delivery.spool import IN_MEMORY, Spool
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.envelope import Envelope

MAIL = b"From: a@example.org\nSubject: x\n\nbody\n"
LARGE = MAIL + b"one more line\n" * 30_000  # more than is kept in memory
NOBODY = Envelope()


def deliver(
    root: Path,
    data: bytes,
    *actions: Action,
    envelope: Envelope = NOBODY,
    maildir: Maildir | None = None,
    commands: ProgramSettings | None = None,
    early_envelope: bool = False,
    in_memory: int = IN_MEMORY,
    mtime: float | None = None,
    **decided: object,
) -> Receipt:
    """Spool `data` and carry out a decision of `actions` (INBOX if none)."""
    maildir = maildir or Maildir(str(root))
    decision = Decision(actions or (Filing("INBOX"),), **decided)  # type: ignore[arg-type]
    with Spool(maildir, envelope if early_envelope else None, in_memory=in_memory) as spool:
        feed(spool, data)
        return carry_out(decision, spool, maildir, envelope, commands, mtime)


def feed(spool: Spool, data: bytes, piece: int = 65536) -> Spool:
    for start in range(0, len(data), piece):
        spool.write(data[start : start + piece])
    return spool.finish()


def visible(root: Path) -> list[Path]:
    """Every message in new/ and cur/ of every folder."""
    return sorted(p for p in root.rglob("*") if p.parent.name in ("new", "cur") and p.is_file())


def leftovers(root: Path) -> list[Path]:
    """Every file in a tmp/."""
    return sorted(p for p in root.rglob("*") if p.parent.name == "tmp")


def only_file(receipt: Receipt) -> Path:
    (path,) = receipt.paths
    return Path(path)


def mode(path: Path) -> int:
    return os.stat(path).st_mode & 0o7777
