"""sources: what `stats` counts: the delivery log, Postfix's log, or a Maildir."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from maildrop_py.errors import MaildropError, UsageError
from maildrop_py.evidence.country import Unusable, open_table
from maildrop_py.intake.parallel import WORTH_IT, in_parallel, processors
from maildrop_py.message import ip
from maildrop_py.paths import COUNTRIES, UserPaths, bayes_store, policy_log
from maildrop_py.report.statistics.figures import Report, Section
from maildrop_py.translation import text

if TYPE_CHECKING:
    from maildrop_py.report.statistics.reading import Wanted

CountryOf = Callable[[ip.Address], str]


def report_of(options: dict[str, Any], country: CountryOf | None, paths: UserPaths) -> Report:
    """What the chosen source came to, by the options of `stats`.

    Raises UsageError, and MaildropError for what cannot be read.
    """
    if options["maillog"] and options["maildir"]:
        raise UsageError("--maillog and --maildir are different sources: give one")
    try:
        if options["maillog"]:
            return _of_maillogs(options, country)
        if options["maildir"]:
            return _of_maildirs(options, country, paths)
        return _of_deliveries(options, country, paths)
    except FileNotFoundError as error:
        why = text("there is no such file")
        if not options["maillog"] and not options["maildir"]:
            why = text("nothing was delivered yet")
        raise MaildropError(f"{error.filename}: {why}") from None
    except OSError as error:
        raise MaildropError(f"{error.filename}: {error.strerror}") from error


def countries_of(path: str | None) -> CountryOf | None:
    """Says where an address is; None without a table, which is an error only if it was named."""
    if path is None and not os.path.exists(COUNTRIES):
        return None
    try:
        table = open_table(path or COUNTRIES, time.time())
    except Unusable as error:
        if path is not None:
            raise MaildropError(str(error)) from error
        return None
    return lambda address: table.code(address) or "(nobody)"


def _period(options: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """The beginning and the end, in local time; None where there is none."""
    days, since, until = options["days"], options["since"], options["until"]
    if days is not None and since is not None:
        raise UsageError("--days and --since both say when the period begins: give one")
    if days is not None:
        since = (until or datetime.now()) - timedelta(days=days)
    if since is not None and until is not None and since >= until:
        raise UsageError("the period ends before it begins: --since is not before --until")
    return since, until


def _wanted(options: dict[str, Any]) -> Wanted:
    from maildrop_py.report.statistics.reading import Wanted

    since, until = _period(options)
    start, end = (it.astimezone(UTC) if it is not None else None for it in (since, until))
    return Wanted(start, end, options["user"], compare=start is not None)


def _of_deliveries(options: dict[str, Any], country: CountryOf | None, paths: UserPaths) -> Report:
    from maildrop_py.report.statistics.delivery_report import delivery_report
    from maildrop_py.report.statistics.reading import read_logs
    from maildrop_py.report.statistics.thresholds import thresholds_in

    wanted = _wanted(options)
    account = read_logs(options["logs"] or (paths.log,), wanted, in_parallel, processors(), country)
    thresholds = thresholds_in(options["rules"] or paths.rules)
    more = tuple(_beside(options, wanted, paths, country))
    return delivery_report(account, thresholds, more, anonymous=options["anonymous"])


def _beside(
    options: dict[str, Any], wanted: Wanted, paths: UserPaths, country: CountryOf | None
) -> Iterator[tuple[Section, dict[str, Any]]]:
    """What was done before the mail came, and what was learnt, where there is something."""
    policy = options["policy_log"] or policy_log(paths.state)
    if options["policy_log"] or (os.path.exists(policy) and not options["logs"]):
        from maildrop_py.report.statistics.policy import BeforeTheMail

        before = BeforeTheMail(country)
        with open(policy, encoding="utf-8", errors="replace") as lines:
            before.read(lines, wanted)
        yield before.section(options["anonymous"]), before.as_object()
    if os.path.exists(bayes_store(paths.state)) and not options["logs"]:
        from maildrop_py.evidence.bayes.store import BayesStore
        from maildrop_py.report.statistics.learning import learning_object, learning_section

        status = BayesStore(bayes_store(paths.state)).status()
        if status is not None:
            yield learning_section(status), learning_object(status)


def _of_maillogs(options: dict[str, Any], country: CountryOf | None) -> Report:
    from maildrop_py.report.statistics.maillog.reading import maillog_report, read_maillogs
    from maildrop_py.report.statistics.maillog.stamps import seconds_of
    from maildrop_py.report.statistics.maillog.traffic import FAR, Traffic

    if options["user"]:
        raise UsageError("--user is for the delivery log: Postfix's log is of all users")
    since, until = _period(options)
    period = seconds_of(since) if since else 0, seconds_of(until) if until else FAR
    traffic = Traffic(date.today(), period, country)
    troubles = read_maillogs(options["maillog"], traffic)
    return maillog_report(traffic, troubles, options["anonymous"])


def _of_maildirs(options: dict[str, Any], country: CountryOf | None, paths: UserPaths) -> Report:
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.intake.message_files import is_maildir
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message
    from maildrop_py.refile.maildir_messages import ListedMaildirs
    from maildrop_py.report.standard_error import say, warn
    from maildrop_py.report.statistics.delivery_report import delivery_report
    from maildrop_py.report.statistics.filed_mail import read_filed
    from maildrop_py.rules.language.own_settings import own_settings

    if options["user"]:
        raise UsageError("--user is for the delivery log: a Maildir is one user's")
    settings = own_settings(paths.rules, warn)
    for path in options["maildir"]:
        if not is_maildir(path):
            raise MaildropError(f"{path}: is not a Maildir")
    walks = [ListedMaildirs(settings, None, say)(path) for path in options["maildir"]]

    def share(start: int, step: int) -> Iterator[Message]:
        for walk in walks:
            yield from walk.share(start, step)

    def evidence_of(message: Message) -> Evidence:
        return Evidence(message, Envelope(), settings, offline=True, scan=False)

    workers = processors() if sum(walk.total for walk in walks) >= WORTH_IT else 1
    account = read_filed(share, evidence_of, _wanted(options), in_parallel, workers, country)
    return delivery_report(account, (), (), anonymous=options["anonymous"], filed=True)
