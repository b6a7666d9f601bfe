"""hook_test: hands a message to the mail server's line, as the mail server would.

So a line that cannot work is seen before mail depends on it. The message is to the user himself,
and is looked for in the Maildir afterwards: a status of 0 alone proves nothing.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from maildrop_py.record import record
from maildrop_py.translation import text

TIME = 300  # seconds that the line may take
MESSAGE = """\
From: {user}
To: {user}
Subject: maildrop-py is set up
Date: {date}
Message-ID: <{identity}>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Auto-Submitted: auto-generated

This message came by the line that hands your mail to maildrop-py.
`maildrop-py init --undo` takes the line back, and this message.
"""


@record
class HookTest:
    """What came of it: where the message is, or why it is nowhere."""

    path: str = ""
    why: str = ""


def try_line(line: str, account: pwd.struct_passwd, maildir: str) -> HookTest:
    """Give the shell command `line` a message for `account`; `maildir` is where it should be."""
    began = time.time()
    identity = f"init.{time.time_ns()}.{os.getpid()}@maildrop-py.invalid"
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(began))
    becomes = os.geteuid() != account.pw_uid
    message = MESSAGE.format(user=account.pw_name, date=date, identity=identity)
    try:
        ran = subprocess.run(
            ["/bin/sh", "-c", line],
            input=f"Return-Path: <{account.pw_name}>\n{message}".encode(),
            capture_output=True,
            timeout=TIME,
            check=False,
            cwd=account.pw_dir,
            env=_environment(account),
            user=account.pw_uid if becomes else None,
            group=account.pw_gid if becomes else None,
            extra_groups=os.getgrouplist(account.pw_name, account.pw_gid) if becomes else None,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return HookTest(why=str(error))
    said = (ran.stderr or ran.stdout).decode("utf-8", "replace").strip()
    if ran.returncode != 0:
        return HookTest(
            why=text("status {status}: {said}", status=ran.returncode, said=said or "-")
        )
    path = next(messages_with(identity.encode(), maildir, began), "")
    if not path:
        return HookTest(why=text("status 0, but the message is not in {maildir}", maildir=maildir))
    return HookTest(path)


def _environment(account: pwd.struct_passwd) -> dict[str, str]:
    """What Postfix's local(8) gives a command."""
    name = account.pw_name
    return {
        "HOME": account.pw_dir,
        "LOGNAME": name,
        "USER": name,
        "SHELL": "/bin/sh",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "SENDER": name,
        "RECIPIENT": name,
    }


def messages_with(identity: bytes, maildir: str, since: float) -> Iterator[str]:
    """The message files of all folders that are as new as that, and have `identity`."""
    for part in ("new", "cur"):
        for path in Path(maildir).rglob(f"{part}/*"):
            try:
                if path.stat().st_mtime >= since - 2 and identity in path.read_bytes():
                    yield str(path)
            except OSError:
                continue
