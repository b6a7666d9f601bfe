"""dry_run_page: what rules would do to an archive, as one page that can be shown to somebody.

The flow from place to place, by which rules, and each way in which messages change with
messages and why. Guarantees: no more than a few bounded pieces are kept of an archive,
however long it is, the page is below a megabyte, and it says how many messages it leaves out.
"""

from __future__ import annotations

import os
from importlib.resources import files

from maildrop_py.report.dry_run_page.account import Account, work_of
from maildrop_py.report.dry_run_page.changes import Against, Alone, Change
from maildrop_py.report.dry_run_page.sections import sections_of
from maildrop_py.report.page import page
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.refile.named_messages import NamedMessages
    from maildrop_py.report.dry_run import DryRun


def page_of_runs(
    runs: list[DryRun], files: list[str], messages: NamedMessages, language: str
) -> str:
    """The page about `messages`; of two runs the second is compared with the first.

    `files` are the rules files of the runs.
    """
    names = _names_apart(files)
    comparison = (
        Alone(runs[0]) if len(runs) == 1 else Against(runs[0], runs[1], (names[0], names[1]))
    )
    account, work = Account(), work_of(comparison)
    found = messages.each(lambda it: work(it.path, it.message))
    for before, after, rule, group, sample in found:
        account.add(Change(before, after, rule, group), sample)
    unread = max(0, (messages.total or 0) - account.messages)
    return dry_run_page(account, tuple(names), language, unread)


def _names_apart(files: list[str]) -> list[str]:
    """The names of the files; their paths where two have the same name."""
    short = [os.path.basename(file) for file in files]
    return files if len({*short}) < len(short) else short


def dry_run_page(
    account: Account, names: tuple[str, ...], language: str = "en", unread: int = 0
) -> str:
    """The page; `names` are the rules file, or both that are compared."""
    if len(names) > 1:
        title = text("{then} instead of {now}: what would change", now=names[0], then=names[1])
    else:
        title = text("What {file} would do", file=names[0])
    lead = text("{number} messages; nothing was changed", number=f"{account.messages:,}")
    compared = names if len(names) > 1 else ()
    style = files(__package__).joinpath("dry_run_page.css").read_text(encoding="utf-8")
    return page(title, lead, sections_of(account, compared, unread), language, style)
