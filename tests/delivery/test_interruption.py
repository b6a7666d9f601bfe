"""Whatever interrupts a delivery, at whatever place: nothing visible, nothing in tmp/."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import FrameType

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.errors import Interrupted
from tests.support.delivering import LARGE, MAIL, deliver, leftovers, visible

_CODE = str(Path("maildrop_py") / "delivery")


class _Alarm:
    """Raises `error` before the `at`-th line that the delivery package executes.

    Not behind finish(): then the delivery is done, and an interruption means at
    worst that the server has it done twice.
    """

    def __init__(self, at: int, error: type[BaseException]) -> None:
        self.left = at
        self.error = error

    def __call__(self, frame: FrameType, event: str, _: object) -> _Alarm | None:
        if _CODE not in frame.f_code.co_filename:
            return None
        if frame.f_code.co_name == "finish" and frame.f_code.co_filename.endswith("deliver.py"):
            self.left = -1
        if event == "line" and frame.f_code.co_name not in _CLEANING:
            self.left -= 1
            if self.left == 0:
                sys.settrace(None)
                raise self.error("now")
        return self


_CLEANING = {"undo", "retract", "discard", "_remove", "close", "__exit__"}


def interrupted(at: int, error: type[BaseException], root: Path, data: bytes) -> bool:
    """Whether a delivery was interrupted at step `at`; it has fewer steps otherwise."""
    before = sys.gettrace()
    sys.settrace(_Alarm(at, error))
    try:
        deliver(root, data, Filing("A/B"), Filing("C", "S"))
    except error:
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize("data", [MAIL, LARGE])
@pytest.mark.parametrize("error", [KeyboardInterrupt, Interrupted, MemoryError])
def test_interruption_at_every_line_leaves_nothing(
    root: Path, data: bytes, error: type[BaseException]
) -> None:
    deliver(root, data, Filing("A/B"), Filing("C", "S"))
    delivered, at, step = 2, 1, 1 if error is KeyboardInterrupt else 5
    while interrupted(at, error, root, data):
        assert len(visible(root)) == delivered, f"visible after line {at}"
        assert not leftovers(root), f"in tmp/ after line {at}"
        at += step
    assert at > 50 and len(visible(root)) == 4


@pytest.mark.parametrize("call", ["open", "link", "fsync", "write"])
def test_signal_during_a_system_call_leaves_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """The call has done its work and the handler raises before the result is seen."""
    real = getattr(os, call)
    for at in range(1, 6):
        calls = 0

        def then_signal(*values: object, at: int = at, **named: object) -> object:
            nonlocal calls
            result = real(*values, **named)
            calls += 1
            if calls == at:
                raise Interrupted("SIGTERM")
            return result

        with monkeypatch.context() as patch:
            patch.setattr(os, call, then_signal)
            try:
                deliver(root, MAIL, Filing("A"), Filing("B", "S"))
            except Interrupted:
                assert not visible(root) and not leftovers(root)
            else:
                return
