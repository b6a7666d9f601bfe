"""scanners: private spamd, rspamd and clamd on Unix sockets, and one that misbehaves.

Each has rules of its own, so that no network and no downloads are needed: mail with
SPAM_WORDS is spam to all filters, and VIRUS is a virus to clamd.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

SPAM_WORDS = "unbeatable cheap pills"
VIRUS = "MAILDROP-PY-TEST-VIRUS-0123456789"
_PATIENCE = 60.0  # seconds for a server to start

_SPAMD_RULES = f"""
body CHEAP_PILLS /{SPAM_WORDS}/
score CHEAP_PILLS 7.5
required_score 5
report_safe 0
add_header spam Flag _YESNOCAPS_
add_header all Status _YESNO_, score=_SCORE_ required=_REQD_
use_bayes 1
bayes_auto_learn 0
bayes_min_ham_num 1
bayes_min_spam_num 1
"""
_RSPAMD = """
options {{ filters = "regexp"; pidfile = "{place}/pid"; hs_cache_dir = "{place}";
  control_socket = "{place}/control mode=0600";
  url_tld = "/usr/share/rspamd/effective_tld_names.dat";
  dns {{ nameserver = ["127.0.0.1:1"]; timeout = 0.1s; retransmits = 1; }} }}
logging {{ type = "file"; filename = "{place}/log"; level = "error"; }}
metric {{ name = "default"; actions {{ reject = 15; add_header = 6; }}
  group "t" {{ symbol "CHEAP_PILLS" {{ weight = 20.0; }} }} }}
worker "normal" {{ bind_socket = "{place}/rspamd.sock mode=0666"; count = 1; }}
worker "controller" {{ bind_socket = "{place}/controller.sock mode=0666"; count = 1;
  password = ""; secure_ip = "127.0.0.1"; }}
lua = "{place}/rules.lua";
classifier {{ type = "bayes"; backend = "sqlite3"; tokenizer {{ name = "osb"; }}
  min_tokens = 1; min_learns = 1; cache {{ path = "{place}/learnt.sqlite"; }}
  statfile {{ symbol = "BAYES_HAM"; path = "{place}/ham.sqlite"; spam = false; }}
  statfile {{ symbol = "BAYES_SPAM"; path = "{place}/spam.sqlite"; spam = true; }} }}
"""
_RSPAMD_RULES = f"""
config.regexp = config.regexp or {{}}
config.regexp["CHEAP_PILLS"] = {{ re = "/{SPAM_WORDS}/{{body}}", score = 20.0, group = "t" }}
"""
_CLAMD = """
LocalSocket {place}/clamd.sock
LocalSocketMode 666
DatabaseDirectory {place}
Foreground yes
StreamMaxLength 200K
PidFile {place}/pid
"""


class Scanner:
    """A running server: `address` for settings; it can be killed, stopped and woken."""

    def __init__(self, place: Path, argv: list[str], socket_name: str) -> None:
        self.place = place
        self.path = place / socket_name
        self.address = f"unix:{self.path}"
        self._log = (place / "output").open("wb")
        self._process = subprocess.Popen(
            argv, stdout=self._log, stderr=self._log, start_new_session=True, cwd=place
        )

    def wait(self, answers: Callable[[str], bool]) -> Scanner:
        """Wait until it `answers` at its address."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            if self.path.exists() and answers(self.address):
                return self
            time.sleep(0.1)
        raise AssertionError((self.place / "output").read_text(errors="replace")[-2000:])

    def signal(self, number: int) -> None:
        """To the server and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def stop(self) -> None:
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)
        self._process.wait()
        self._log.close()


@contextmanager
def running(
    argv: Callable[[Path], list[str]], socket_name: str, answers: Callable[[str], bool]
) -> Iterator[Scanner]:
    """A server in a directory of its own, which all users may enter."""
    place = Path(tempfile.mkdtemp(prefix="maildrop-py-scanner-"))
    place.chmod(0o777)
    try:
        scanner = Scanner(place, argv(place), socket_name)
        try:
            yield scanner.wait(answers)
        finally:
            scanner.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def spamd(place: Path) -> list[str]:
    """The command of a spamd with one rule, which may be taught."""
    need("spamd")
    (place / "v.pre").write_text(
        "loadplugin Mail::SpamAssassin::Plugin::Check\n"
        "loadplugin Mail::SpamAssassin::Plugin::Bayes\n"
    )
    (place / "bayes").mkdir(mode=0o777)
    (place / "bayes").chmod(0o777)
    tlds = Path("/usr/share/spamassassin/20_aux_tlds.cf")
    (place / "tlds.cf").write_text(tlds.read_text() if tlds.exists() else "")
    (place / "local.cf").write_text(f"{_SPAMD_RULES}bayes_path {place}/bayes/bayes\n")
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    return [
        *(program("spamd"), "-L", "-x", "--allow-tell", "-m", "1", *user),
        *(f"--socketpath={place}/spamd.sock", "--socketmode=0666", f"--pidfile={place}/pid"),
        *(f"--configpath={place}", f"--siteconfigpath={place}", f"--helper-home-dir={place}"),
    ]


def rspamd(place: Path) -> list[str]:
    """The command of an rspamd with one rule and a Bayes filter."""
    need("rspamd")
    (place / "rules.lua").write_text(_RSPAMD_RULES)
    (place / "rspamd.conf").write_text(_RSPAMD.format(place=place))
    return [program("rspamd"), "-c", f"{place}/rspamd.conf", "-f", "-i"]


def clamd(place: Path) -> list[str]:
    """The command of a clamd that knows one virus."""
    need("clamd")
    signature = VIRUS.encode().hex()
    (place / "local.ndb").write_text(f"Test.Maildrop-1:0:*:{signature}\n")
    (place / "clamd.conf").write_text(_CLAMD.format(place=place))
    return [program("clamd"), f"--config-file={place}/clamd.conf"]


def need(name: str) -> None:
    """Skip the test, visibly, where the program is not installed."""
    if not program(name):
        pytest.skip(f"{name} is not installed")


def program(name: str) -> str:
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin") or ""


class Misbehaving:
    """Listens on a Unix socket, reads, and answers with `answer`; with None, never.

    With a `pause` the answer comes byte by byte, with so many seconds between them.
    """

    def __init__(
        self, path: Path, answer: bytes | None, reads: bool = True, pause: float = 0
    ) -> None:
        self.address = f"unix:{path}"
        self.received: list[bytes] = []
        self.sent = 0
        self._answer, self._reads, self._pause = answer, reads, pause
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._open:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            if self._reads:
                connection.settimeout(0.2)
                with suppress(OSError):
                    while data := connection.recv(1 << 16):
                        self.received.append(data)
            if self._answer is not None:
                with suppress(OSError):
                    self._send(connection, self._answer)
                connection.close()

    @property
    def asked(self) -> int:
        """How many connections there were."""
        return len(self._open)

    def _send(self, connection: socket.socket, answer: bytes) -> None:
        if not self._pause:
            connection.sendall(answer)
            return
        for code in answer:
            connection.sendall(bytes([code]))
            self.sent += 1
            time.sleep(self._pause)
