"""Rule files made to do harm where they are converted: none takes the memory, none waits."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

DEEP = 3000
MEMORY = 500_000_000  # bytes
TENFOLD = 'A="' + "$A" * 10 + '"\n'
GROWING = "".join(f"{'BCDEFGHIJK'[at]}={f'${one}' * 10}\n" for at, one in enumerate("ABCDEFGHIJ"))
FILES = {
    "brackets.procmailrc": f":0\n* {'(' * DEEP}a{')' * DEEP}\nfoo\n",
    "defaults.procmailrc": f":0\n* $ {'${A:-' * DEEP}x{'}' * DEEP}\nfoo\n",
    "growing.procmailrc": f"A=aaaaaaaaaa\n{GROWING}:0\n* ^Subject: $K\n$K\n",
    "itself.procmailrc": "INCLUDERC=itself.procmailrc\n:0\nfoo\n",
    "fifo.procmailrc": "INCLUDERC=fifo\n:0\nfoo\n",
    "long.procmailrc": "x" * 2_000_000,
    "growing.sieve": 'require ["variables", "fileinto"];\nset "a" "aaaaaaaaaa";\n'
    + f'set "a" "{"${a}" * 10}";\n' * 11
    + 'fileinto "${a}";\n',
    "growing.mailfilter": f'A="aaaaaaaaaa"\n{TENFOLD * 11}to "$A"\n',
    "nested.sieve": "if true {" * DEEP + "keep;" + "}" * DEEP,
    "nested.mailfilter": "if (/x/)\n{\n" * DEEP + 'to "x"\n' + "}\n" * DEEP,
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_converted_or_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(FILES[name])
    os.mkfifo(tmp_path / "fifo")
    done = subprocess.run(
        [sys.executable, "-m", "maildrop_py", "convert", name],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.getcwd(), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr
    assert len(done.stdout) < 2_000_000
