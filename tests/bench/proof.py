"""proof: `convert --prove` against procmail alone, over the same messages.

`python -m tests.bench.proof [DIRECTORY]`; the SpamAssassin corpus if none is named (see
tests/conftest.py). The procmailrc is that of examples/from-procmail, thirty recipes and
more; procmail runs without a sandbox, a loop of posix_spawn over the files.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from time import perf_counter

from tests.bench.dry_run import CORPUS
from tests.bench.measure import Command, once
from tests.bench.place import home_of
from tests.bench.table import markdown, verdict
from tests.bench.user import measuring

RCFILE = Path(__file__).resolve().parents[2] / "examples/from-procmail/procmailrc"
MOST = 2.0


def report(mail: Path) -> str:
    """The table, and whether the promise was kept."""
    if not mail.is_dir() or shutil.which("procmail") is None or shutil.which("bwrap") is None:
        return f"proof: needs procmail, bubblewrap and messages at {mail}"
    files = sorted(path for path in mail.rglob("*") if path.is_file())
    alone = _procmail(files)
    command = [sys.executable, "-m", "maildrop_py", "convert", str(RCFILE)]
    command += ["--home", "/home/mika", "--output", "/dev/null", "--prove", str(mail)]
    proof = once(Command("proof", command, dict(os.environ), accepts=(0, 1)))
    rows = [
        ["procmail alone", f"{alone:.1f} s"],
        ["convert --prove: procmail and the rules", f"{proof:.1f} s"],
    ]
    title = f"{len(files):,} messages, {RCFILE.read_text().count(':0')} recipes"
    said = f"against procmail alone: {verdict(proof / alone, MOST, at_least=False)}"
    return "\n".join([markdown([title, "time"], rows), "", said])


def _procmail(files: list[Path]) -> float:
    """Seconds of procmail over all of them, started one after another."""
    home = home_of("procmail")
    (home / "Maildir").mkdir()
    (home / "bin").mkdir()
    for name, text in {"spamc": "exec cat", "sendmail": "cat >/dev/null"}.items():
        (home / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (home / "bin" / name).chmod(0o755)
    rcfile = home / "rc"
    rcfile.write_text(RCFILE.read_text())
    rcfile.chmod(0o600)
    argv = ["procmail", "-m", f"HOME={home}", f"DEFAULT={home}/Maildir/"]
    argv += [f"SENDMAIL={home}/bin/sendmail", f"PATH={home}/bin:/usr/bin:/bin", str(rcfile)]
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    start = perf_counter()
    for path in files:
        actions = [(os.POSIX_SPAWN_OPEN, 0, str(path), os.O_RDONLY, 0)]
        actions += [(os.POSIX_SPAWN_OPEN, n, os.devnull, os.O_WRONLY, 0) for n in (1, 2)]
        child = os.posix_spawnp(argv[0], argv, environment, file_actions=actions)
        os.waitpid(child, 0)
    return perf_counter() - start


if __name__ == "__main__":
    with measuring():
        print(report(Path(sys.argv[1]) if sys.argv[1:] else CORPUS))
