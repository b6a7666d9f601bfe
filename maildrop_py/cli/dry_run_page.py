"""dry_run_page: `dry-run --html`: runs through the messages, and writes the page."""

from __future__ import annotations

import os

from maildrop_py.cli.dry_run_messages import Messages
from maildrop_py.cli.page_file import write_page_file
from maildrop_py.intake.message_files import NamedMessage
from maildrop_py.report.dry_run_page.account import Account, work_of
from maildrop_py.report.dry_run_page.changes import Against, Alone, Change
from maildrop_py.report.dry_run_page.dry_run_page import dry_run_page
from maildrop_py.translation import choose, language_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.report.dry_run import DryRun


def write_dry_run_page(
    target: str, runs: list[DryRun], names: list[str], messages: Messages
) -> None:
    """Write the page to the file `target`; of two runs the second is compared with the first."""
    language = language_of(os.environ)
    choose(language)
    comparison = (
        Alone(runs[0]) if len(runs) == 1 else Against(runs[0], runs[1], (names[0], names[1]))
    )
    work = work_of(comparison)

    def one(named: NamedMessage) -> tuple[Any, ...]:
        return work(named.path, named.message)

    account = Account()
    for before, after, rule, group, sample in messages.each(one):
        account.add(Change(before, after, rule, group), sample)
    unread = max(0, (messages.total or 0) - account.messages)
    write_page_file(target, dry_run_page(account, tuple(names), language, unread))
