"""delivery_log: what was done with each message: one line to syslog, one of JSON.

A log that cannot be written is no reason to refuse a message that is already
delivered: nothing is raised here, and syslog says why. So it is with whatever else
comes after a delivery (`after_delivery`): tried again, the message would be there
twice. The JSON lines are what `stats` and `why` read; `log_entry` has their fields,
`log_file` how they are kept.
"""

from __future__ import annotations

import sys
import time

from maildrop_py.report import log_file, system_log
from maildrop_py.report.json_line import json_line
from maildrop_py.report.log_entry import DEFERRED, Event, entry_of, result_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message


def log_delivery(
    path: str | None,
    envelope: Envelope,
    message: Message,
    decision: Decision,
    paths: Sequence[str],
    warnings: Sequence[str],
    now: float,
    *,
    command: str = "deliver",
    evidence: Evidence | None = None,
    seconds: float | None = None,
    turn: LogTurn | None = None,
) -> None:
    """Log one delivery to syslog and to the file `path`, None for none.

    `seconds` is how long it took; `evidence` what was asked for it. With `turn`, the
    file has the line when that is written.
    """
    event = Event(
        *(command, result_of(decision), now, envelope, message, decision),
        *(tuple(paths), _all_warnings(warnings, message), "", seconds, evidence),
    )
    if turn is None:
        log_event(path, event)
    else:
        turn.add(path, event)


def log_failure(
    envelope: Envelope,
    error: Exception,
    warnings: Sequence[str],
    *,
    path: str | None = None,
    message: Message | None = None,
    command: str = "deliver",
) -> None:
    """Log why a message was not delivered."""
    why = f"{type(error).__name__}: {error}"
    log_event(
        path,
        Event(
            *(command, DEFERRED, time.time(), envelope, message),
            warnings=_all_warnings(warnings, message),
            error=why,
        ),
    )


def _all_warnings(warnings: Sequence[str], message: Message | None) -> tuple[str, ...]:
    """`warnings`, and what rules did not see of the message because there is too much of it."""
    cuts = () if message is None else message.limits_reached
    return (*warnings, *(f"{cut}: the rest was not taken apart for rules" for cut in cuts))


def log_event(path: str | None, event: Event) -> None:
    """Log one event to syslog and to the file `path`, None for none."""
    log = LogTurn()
    log.add(path, event)
    log.write()


class LogTurn:
    """Events that are logged together: to syslog at once, to each file with one write.

    `tell` gets what cannot be written, besides syslog: why, and the events' warnings.
    """

    def __init__(self, tell: Callable[[str], None] = lambda line: None) -> None:
        self._tell = tell
        self._lines: dict[str, list[str]] = {}  # by path
        self._warnings: dict[str, list[str]] = {}  # by path

    def add(self, path: str | None, event: Event) -> None:
        """Log one event to syslog, and with write() to the file `path`, None for none."""
        try:
            system_log.log_event(event)
        except OSError as error:  # of a message that can no longer be read
            system_log.write([f"{event.result} {event.error}", str(error)], failed=True)
        if path is not None:
            self._lines.setdefault(path, []).append(_line_of(entry_of(event)))
            if event.warnings:
                self._warnings.setdefault(path, []).extend(event.warnings)

    def write(self) -> None:
        """Write the lines since the last time into their files."""
        lines, self._lines = self._lines, {}
        warnings, self._warnings = self._warnings, {}
        for path, of_path in lines.items():
            if why := _append(path, of_path):
                for line in (why, *warnings.get(path, ())):
                    self._tell(line)


def after_delivery(
    failure: str, warn: Callable[[str], None], step: Callable[..., object], *arguments: object
) -> None:
    """Do a `step` that comes after a delivery; if it fails, `warn` of the `failure`."""
    try:
        step(*arguments)
    except Exception as error:  # noqa: BLE001 - see the module's docstring
        warn(f"delivered, but {failure}: {type(error).__name__}: {error}")


def warn_syslog(warning: str) -> None:
    """Say it where all warnings are, if nothing else is to follow."""
    system_log.write([warning], failed=True)


def append_entries(path: str, entries: Iterable[dict[str, object]]) -> None:
    """Add entries to the file alone: there may be thousands when filed mail is moved."""
    try:
        all_entries = list(entries)
        if len(all_entries) >= _MANY:
            import json  # noqa: F401 - for _line_of()
        lines = [*map(_line_of, all_entries)]
    except OSError as error:  # of a message that can no longer be read
        _not_written(path, error)
    else:
        _append(path, lines)


_MANY = 50
"""Entries for which `json` is worth importing."""
_encode: Callable[[object], str] | None = None  # made when it is first needed


def _line_of(entry: dict[str, object]) -> str:
    """json_line(); by `json` where that was imported, in a third of the time."""
    global _encode
    if "json" not in sys.modules:
        return json_line(entry)
    if _encode is None:
        from json import JSONEncoder

        _encode = JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    try:
        line = _encode(entry)
    except ValueError:
        return json_line(entry)
    return line + "\n" if line.isprintable() else json_line(entry)


def _append(path: str, lines: list[str]) -> str:
    """Why the lines could not be added, or ""."""
    try:
        if lines:
            log_file.append(path, "".join(lines).encode("utf-8", "replace"), time.time())
    except OSError as error:
        return _not_written(path, error)
    return ""


def _not_written(path: str, error: OSError) -> str:
    why = f"delivery log {path}: {error.strerror or error}"
    warn_syslog(why)
    return why


def log_trouble(error: Exception) -> None:
    """Log a fault of ours, with where in the program it happened."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-1:]
    where = (
        f" in {frames[0].name}, line {frames[0].lineno} of {frames[0].filename}" if frames else ""
    )
    system_log.write([f"{type(error).__name__}: {error}{where}"], failed=True)
