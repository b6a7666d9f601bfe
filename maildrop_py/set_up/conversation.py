"""conversation: what `init` says and asks; on a terminal, or with answers that are known."""

from __future__ import annotations

from collections.abc import Callable

from maildrop_py.record import record


@record
class Conversation:
    """`say` gets a line for people; `agree` a question to be answered by yes or no."""

    say: Callable[[str], None]
    agree: Callable[[str], bool]
