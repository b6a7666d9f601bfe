"""deliver: one message from standard input into its folders; for mail servers.

Guarantee: the exit status is 0 (delivered, durably), 77 (a rule rejected the
message) or 75 (anything else: try again), and nothing is printed with
0. Standard input is read to its end in every case. What is printed otherwise
begins with an enhanced status code (RFC 3463), which Postfix passes on.

Every exception is caught here, on purpose: one that is not caught makes the status 1,
and mail servers bounce on that.
"""

from __future__ import annotations

import os
import sys

from maildrop_py.cli.deliver_options import parse
from maildrop_py.delivery.interruption import catch_signals
from maildrop_py.delivery.one_delivery import OneDelivery
from maildrop_py.errors import (
    DeadlineExceeded,
    Interrupted,
    Permanent,
    Rejected,
    Temporary,
    UsageError,
)
from maildrop_py.intake.server_environment import deadline_of, wrong_values
from maildrop_py.intake.stdin import drain
from maildrop_py.paths import MESSAGE_TIME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from maildrop_py.delivery.one_delivery import RulesMemory

DELIVERED, TRY_AGAIN, REJECTED = 0, 75, 77


def nobody_waits() -> None:
    """Whoever started this program learns from its status alone that the message is delivered."""


def run(
    arguments: list[str],
    environ: Mapping[str, str] = os.environ,
    delivered: Callable[[], None] = nobody_waits,
    memory: RulesMemory | None = None,
) -> int:
    """Deliver, and return the status to leave the process with; never raises.

    `environ` is that of whoever has the message delivered.
    `delivered` is called as soon as it is certain that the status will be 0: only the log
    is yet to be written. Compiled rules that are unchanged are taken from `memory`.
    """
    os.umask(0o077)  # caches, logs and what programs write are for their owner alone
    sys.dont_write_bytecode = True  # nor may root keep Python's own modules to itself
    try:
        catch_signals(_deadline(arguments))
        return deliver(arguments, environ, delivered, memory)
    except Rejected as rejected:
        _say(f"5.7.1 {rejected}")
        return REJECTED
    except (Temporary, Permanent, UsageError) as error:
        _say(f"4.3.0 {error}")
    except BaseException as error:  # noqa: BLE001 - see the module's docstring
        _say(f"4.3.0 {type(error).__name__}: {error}")
    return TRY_AGAIN


def deliver(
    arguments: list[str],
    environ: Mapping[str, str],
    delivered: Callable[[], None],
    memory: RulesMemory | None,
) -> int:
    """Deliver one message; raises what prevents it."""
    delivery = None
    try:
        options = parse(arguments)
        given = options, environ, wrong_values(options), deadline_of(options), memory
        delivery = OneDelivery(*given)
        delivery.run(delivered)
        return DELIVERED
    except Exception as error:
        if not isinstance(error, Interrupted | DeadlineExceeded):
            drain()
        if delivery is not None and not isinstance(error, Rejected):  # which is logged already
            delivery.log_failure(error)
        raise


def _deadline(arguments: list[str]) -> float:
    try:
        return deadline_of(parse(arguments))
    except UsageError:
        return MESSAGE_TIME


def _say(text: str) -> None:
    """Print one line for the mail server's log; a closed standard error is not an error."""
    with_room = " ".join(text.split())[:900]
    try:
        os.write(2, f"{with_room}\n".encode("utf-8", "replace"))
    except OSError:
        return
