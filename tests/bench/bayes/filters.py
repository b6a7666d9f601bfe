"""filters: maildrop-py's Bayes filter and its rivals, behind one interface.

Each learns and scores messages that lie in files; a score is higher the more a
message looks like spam. A filter that is not installed is None.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPConnection
from json import loads
from math import log
from pathlib import Path
from socket import AF_UNIX, socket
from typing import Protocol

from maildrop_py.evidence.bayes.filter import SURE, lesson
from maildrop_py.evidence.bayes.judgement import log_odds
from maildrop_py.evidence.bayes.learning import Lesson
from maildrop_py.evidence.bayes.store import BayesStore
from maildrop_py.evidence.border import find
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from tests.support.scanners import program, rspamd, running

Labelled = tuple[str, bool]
"""The path of a message, and whether it is spam."""


class Filter(Protocol):
    """`cutoffs`: below the first a score is surely ham, above the second surely spam."""

    cutoffs: tuple[float, float]

    def learn(self, messages: list[Labelled]) -> None: ...

    def scores(self, paths: list[str]) -> list[float]: ...

    def close(self) -> None: ...


class Ours:
    """maildrop-py; the score is the log odds. Rules teach in the same way: until it is SURE."""

    cutoffs = (-log(SURE / (1 - SURE)), log(SURE / (1 - SURE)))
    lessons: dict[str, Lesson] = {}  # noqa: RUF012 - read once for all folds

    def __init__(self) -> None:
        self._place = tempfile.mkdtemp()
        self._store = BayesStore(f"{self._place}/bayes.sqlite")

    def learn(self, messages: list[Labelled]) -> None:
        wanted = [self._lesson(path, is_spam) for path, is_spam in messages]
        for start in range(0, len(wanted), 500):
            self._store.teach(wanted[start : start + 500], 1e9)

    def scores(self, paths: list[str]) -> list[float]:
        return [self._score(self._lesson(path, True)) for path in paths]

    def _score(self, wanted: Lesson) -> float:
        found = self._store.known(wanted.keys)
        assert found is not None, self._store.warnings
        totals, rows = found
        if not (totals.spam and totals.ham):
            return 0.0
        return log_odds(rows.values(), totals, len(wanted.keys))

    def _lesson(self, path: str, is_spam: bool) -> Lesson:
        if path not in self.lessons:
            message = Message(FileSource(path))
            self.lessons[path] = lesson(message, find(message.headers, Envelope(), ()), True)
        read = self.lessons[path]
        return Lesson(hash(path), read.keys, is_spam)

    def close(self) -> None:
        self._store.close()
        shutil.rmtree(self._place)


class Bogofilter:
    cutoffs = (0.45, 0.99)

    def __init__(self) -> None:
        self._place = tempfile.mkdtemp()
        Path(self._place, "cf").write_text("terse_format=%1.1c %.16g\n")
        self._argv = [program("bogofilter"), "-c", f"{self._place}/cf", "-d", self._place]

    def learn(self, messages: list[Labelled]) -> None:
        for option, kind in (("-s", True), ("-n", False)):
            paths = [path for path, is_spam in messages if is_spam == kind]
            if paths:
                self._run([option], paths)

    def scores(self, paths: list[str]) -> list[float]:
        lines = self._run(["-T", "-v"], paths).splitlines()
        return [float(line.split()[-1]) for line in lines] if lines else [0.5] * len(paths)

    def _run(self, options: list[str], paths: list[str]) -> str:
        text = "".join(f"{path}\n" for path in paths)
        argv = [*self._argv, *options, "-b"]
        return subprocess.run(argv, input=text, capture_output=True, text=True, check=False).stdout

    def close(self) -> None:
        shutil.rmtree(self._place)


class SpamAssassin:
    cutoffs = (0.1, 0.9)

    def __init__(self) -> None:
        self._place = tempfile.mkdtemp()
        script = Path(__file__).with_name("spamassassin.pl")
        shutil.copy("/usr/share/spamassassin/20_aux_tlds.cf", self._place)
        self._perl = subprocess.Popen(
            ["perl", str(script), self._place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def learn(self, messages: list[Labelled]) -> None:
        for path, is_spam in messages:
            self._ask(f"learn {int(is_spam)} {path}")

    def scores(self, paths: list[str]) -> list[float]:
        return [self._ask(f"score {path}") for path in paths]

    def _ask(self, line: str) -> float:
        assert self._perl.stdin is not None and self._perl.stdout is not None
        self._perl.stdin.write(line + "\n")
        self._perl.stdin.flush()
        return float(self._perl.stdout.readline())

    def close(self) -> None:
        assert self._perl.stdin is not None
        self._perl.stdin.close()
        self._perl.wait()
        shutil.rmtree(self._place, ignore_errors=True)


class Rspamd:
    """rspamd's Bayes on SQLite; the score is that of its symbols, from -10 to 10."""

    cutoffs = (-4.0, 4.0)

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._server = self._stack.enter_context(running(_weighing, "rspamd.sock", _pings))
        self._worker = str(self._server.path)
        self._controller = f"{self._server.place}/controller.sock"
        while not _pings(f"unix:{self._controller}"):
            time.sleep(0.1)

    def learn(self, messages: list[Labelled]) -> None:
        for path, is_spam in messages:
            _post(self._controller, "/learnspam" if is_spam else "/learnham", path)

    def scores(self, paths: list[str]) -> list[float]:
        return [self._score(path) for path in paths]

    def _score(self, path: str) -> float:
        symbols = loads(_post(self._worker, "/checkv2", path))["symbols"]
        names = ("BAYES_SPAM", "BAYES_HAM")
        return float(sum(symbols[name]["score"] for name in names if name in symbols))

    def close(self) -> None:
        self._stack.close()


def _weighing(place: Path) -> list[str]:
    """The command of an rspamd to whose score its Bayes filter adds; without weights it is 0."""
    command = rspamd(place)
    settings = place / "rspamd.conf"
    weights = (
        'symbol "BAYES_SPAM" { weight = 10.0; } symbol "BAYES_HAM" { weight = -10.0; } group "t" {'
    )
    written = settings.read_text()
    assert 'group "t" {' in written
    settings.write_text(written.replace('group "t" {', weights, 1))
    return command


class _UnixConnection(HTTPConnection):
    def connect(self) -> None:
        self.sock = socket(AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.host)


def _post(place: str, path: str, file: str) -> bytes:
    connection = _UnixConnection(place)
    try:
        connection.request("POST", path, Path(file).read_bytes(), {"Host": "x"})
        return connection.getresponse().read()
    finally:
        connection.close()


def _pings(address: str) -> bool:
    connection = _UnixConnection(address.removeprefix("unix:"))
    try:
        connection.request("GET", "/ping", headers={"Host": "x"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


FILTERS: dict[str, tuple[str, Callable[[], Filter]]] = {
    # name: (the program it needs, how to make it)
    "maildrop-py": ("", Ours),
    "bogofilter": ("bogofilter", Bogofilter),
    "SpamAssassin's Bayes": ("spamd", SpamAssassin),
    "rspamd's Bayes": ("rspamd", Rspamd),
}
