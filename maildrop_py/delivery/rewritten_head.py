"""rewritten_head: another head for the old one, where fields are renamed or put at its end."""

from __future__ import annotations

from maildrop_py.delivery.spool import Edits
from maildrop_py.delivery.trace_headers import on_top
from maildrop_py.message.extent import message_start
from maildrop_py.message.header_edits import edited_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.decision import Decision
    from maildrop_py.message.envelope import Envelope


def rewritten_head(decision: Decision, head: bytes, traces: Envelope) -> Edits:
    """The edits of a message whose head is `head`, with the headers of its way on top."""
    start = message_start(head)
    edits = decision.add_headers, decision.remove_headers, decision.rename_headers
    new = edited_head(head, *edits, decision.last_headers, decision.replaced_headers)
    return Edits(on_top(head, traces) + new[start:], ((start, len(head)),))
