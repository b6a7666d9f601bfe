"""answers: vacation (RFC 5230) and notify (RFC 5435) as actions of rules."""

from __future__ import annotations

from typing import Any

from maildrop_py.convert.not_translatable import NotTranslatable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.sieve.flow import Flow
    from maildrop_py.convert.sieve.tree import Command


def vacation(flow: Flow, command: Command) -> dict[str, Any]:
    raise NotTranslatable("an automatic answer")


def notify(flow: Flow, command: Command) -> dict[str, Any]:
    raise NotTranslatable("a notification")
