"""shell_session: a session that a document shows, and a shell that lives through it.

`$ ` begins a command, `> ` right below goes on with it, and what follows is what it prints,
mistakes included. Names that nobody can know beforehand (of runs, files, places, programs,
times, processes) are masked, and so is what only this machine's set-up decides.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

END = "end of the command"
SERVER = Path(__file__).with_name("as_we_are.py")
PROGRAM = """#!/bin/sh
[ "$1" = serve ] && shift && exec {python} {server} "$@"
exec {python} -m maildrop_py "$@"
"""
MASKS = {
    r"\d{8}-\d{6}\.\d{3}-(\w+)\.\d+ *": r"RUN-\1 ",
    r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?": "TIME",
    r"\d{4}-\d\d-\d\d(T\S+)?": "DAY",
    r"\d+\.M\d+P\d+Q\d+\.[^,\s]+": "NAME",
    r"/\S*/Maildir": "MAILDIR",
    r"[^\s\"'`{]*/maildrop-py(-| )deliver": "HOOK",
    r"/\S*/bin/python\S*": "PYTHON",
    r"/\S*/maildrop_py/": "PACKAGE/",
    r"^run  +": "run  ",
    r" +$": "",
}
MACHINE = re.compile(
    r"^(ok|warning|wrong) +(syslog|DNS|rules of )|^ +right would be: start systemd"
)
"""Lines of `doctor` about the machine itself."""


def session(document: Path) -> list[tuple[str, list[str]]]:
    """Each command with the lines that it is said to print."""
    blocks = re.findall(
        r"^```(?:shell-session|console)\n(.*?)^```$", document.read_text(), re.M | re.S
    )
    commands: list[tuple[str, list[str]]] = []
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif line.startswith("> ") and not commands[-1][1]:
            commands[-1] = (f"{commands[-1][0]}\n{line[2:]}", [])
        else:
            commands[-1][1].append(line)
    return commands


def masked(lines: list[str], home: Path | str) -> list[str]:
    """`lines` without what differs from run to run and from machine to machine."""
    text = "\n".join(line for line in lines if not MACHINE.match(line)).replace(str(home), "HOME")
    for pattern, mask in MASKS.items():
        text = re.sub(pattern, mask, text, flags=re.M)
    return text.splitlines()


class Shell:
    """bash in `home`, with `maildrop-py` on its PATH; everything it started ends with it."""

    def __init__(self, home: Path) -> None:
        programs = home / ".programs"
        programs.mkdir()
        program = programs / "maildrop-py"
        program.write_text(PROGRAM.format(python=sys.executable, server=SERVER))
        program.chmod(0o755)
        self._bash = subprocess.Popen(
            ["bash", "--norc"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=home,
            env={
                "HOME": str(home),
                "PATH": f"{programs}:{os.environ['PATH']}",
                "LANG": "C.UTF-8",
                "TZ": "UTC",
            },
            start_new_session=True,
        )

    def run(self, command: str) -> list[str]:
        """The lines that it prints."""
        script, output = self._bash.stdin, self._bash.stdout
        assert script is not None
        assert output is not None
        quoted = command.replace("'", "'\\''")
        script.write(f"eval '{quoted}' </dev/null; echo; echo {END}\n")
        script.flush()
        lines: list[str] = []
        while (line := output.readline()) != f"{END}\n":
            assert line, f"the shell ended in {command}: {lines}"
            lines.append(line.rstrip("\n"))
        return lines if lines[-1] else lines[:-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        os.killpg(self._bash.pid, signal.SIGTERM)
        assert self._bash.stdin is not None
        self._bash.communicate(timeout=60)
