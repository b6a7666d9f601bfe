"""spam: what the nearest spam filter said (being written: signatures are final)."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.headers import Headers


@record
class Verdict:
    """The topmost filter's verdict; `header` is the name of the field it stands in."""

    score: float | None = None
    flag: bool | None = None
    header: str = ""


def verdict(headers: Headers) -> Verdict:
    """The score and flag of the topmost filter's set of fields."""
    return Verdict()
