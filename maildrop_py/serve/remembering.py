"""remembering: what became of several messages, logged and learnt together.

One transaction for each store, and one write for each log: both cost as much for many
messages as for one.
"""

from __future__ import annotations

from contextlib import ExitStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from maildrop_py.report.delivery_log import LogTurn
    from maildrop_py.serve.recipient_delivery import RecipientDelivery


def remember_together(deliveries: Sequence[RecipientDelivery], turn: LogTurn) -> None:
    """Remember what is worth knowing later of each, and log it with `turn`. Raises nothing."""
    with ExitStack() as stack:
        for store in {id(each.store): each.store for each in deliveries}.values():
            stack.enter_context(store.together())
        for delivery in deliveries:
            delivery.remember(turn)
    turn.write()
