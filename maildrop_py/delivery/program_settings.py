"""program_settings: how the programs that rules name are run, as a value."""

from __future__ import annotations

from maildrop_py.paths import SENDMAIL
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


@record
class ProgramSettings:
    """How programs are run: their whole environment, the path of sendmail, the deadline.

    `deadline` is a time.monotonic() value; programs are killed when it has passed.
    """

    environment: Mapping[str, str] | None = None
    sendmail: str = SENDMAIL
    deadline: float | None = None
