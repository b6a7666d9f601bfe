"""check_result: one thing of a set-up that was looked at, as `doctor` prints it."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.translation import marked

OK, WARNING, WRONG = marked("ok"), marked("warning"), marked("wrong")


@record
class CheckResult:
    """What was seen; `level` is OK, WARNING or WRONG, `remedy` what would be right."""

    level: str
    about: str
    text: str
    remedy: str = ""
