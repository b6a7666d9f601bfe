"""doctor: looks at the whole set-up, and says what is wrong and what would be right."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import click

from maildrop_py.cli.init import hook_path
from maildrop_py.errors import MaildropError
from maildrop_py.paths import PROGRAM, UserPaths
from maildrop_py.report import set_up
from maildrop_py.report.access import User
from maildrop_py.report.hook_search import hooks_of
from maildrop_py.report.log_check import about_log
from maildrop_py.report.output import print_json
from maildrop_py.report.set_up import OK, WARNING, WRONG, Finding
from maildrop_py.report.tables import painted
from maildrop_py.rules.language.settings import Settings

COLOURS = {OK: "32", WARNING: "33", WRONG: "31"}
SOCKETS = ("/run/maildrop-py/lmtp",)
LOWEST = 1000  # uid of ordinary users
DNS_TIME = 3.0  # seconds
HARMLESS = b"From: doctor@example.com\nTo: doctor@example.com\nSubject: a test\n\nhello\n"


@click.command()
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
@click.option("--offline", is_flag=True, help="Ask no DNS server.")
@click.option("--socket", "sockets", multiple=True, help="A socket of `serve` [/run/…/lmtp].")
@click.option("--log", metavar="FILE", help="The delivery log to look at, if not your own.")
def doctor(as_lines: bool, offline: bool, sockets: tuple[str, ...], log: str | None) -> None:
    """Look at the set-up: the mail server's line and whether it can run, interpreter and
    package, syslog, Maildir, rules, delivery log, DNS, DNS lists, scanners, the table
    of countries, the shared store, and the sockets of `serve`.

    Started by root it also checks the rules of every user. The status is 1 if
    something is wrong.
    """
    levels = set()
    for finding in _findings(offline, sockets, log):
        levels.add(finding.level)
        if as_lines:
            fields = ("level", "about", "text", "remedy")
            print_json({field: getattr(finding, field) for field in fields})
        else:
            _print(finding)
    sys.exit(1 if WRONG in levels else 0)


def _print(finding: Finding) -> None:
    click.echo(
        f"{painted(f'{finding.level:<8}', COLOURS[finding.level])}{finding.about}: {finding.text}"
    )
    if finding.remedy:
        click.echo(f"        right would be: {finding.remedy}")


def _findings(offline: bool, sockets: tuple[str, ...], log: str | None) -> Iterator[Finding]:
    user, paths = User(pwd.getpwuid(os.geteuid())), UserPaths(os.environ)
    is_root = os.geteuid() == 0
    others = _ordinary_users() if is_root else []
    yield from set_up.about_program(others[0] if others else user)
    hooks = list(hooks_of([it.home for it in (user, *others)]))
    yield from set_up.about_hooks(hooks, others[0] if others else user, hook_path())
    yield set_up.about_syslog()
    rules, findings = set_up.read_user_rules(paths.rules)
    settings = rules.settings if rules is not None else Settings()
    gets_mail = not is_root or os.path.exists(paths.rules)
    if gets_mail:
        root = paths.expand(settings.maildir) if settings.maildir else paths.maildir
        yield from set_up.about_maildir(root, user)
        yield from findings
        yield from set_up.about_directories(paths)
    if log or gets_mail or os.path.exists(paths.log):
        yield from about_log(os.path.abspath(log or paths.log), time.time())
    for other in others:
        yield from _rules_of(other)
    if not offline:
        from maildrop_py.rules.program.zones import zones_of

        yield from _about_dns(settings, zones_of(rules) if rules is not None else ())
    yield from _about_scanners(settings)
    yield from _about_tables(settings)
    yield from _about_sockets(sockets)


def _ordinary_users() -> list[User]:
    """The accounts that people receive mail at."""
    found = (it for it in pwd.getpwall() if LOWEST <= it.pw_uid < 60000)
    return [User(it) for it in found if os.path.isdir(it.pw_dir)]


def _rules_of(user: User) -> Iterator[Finding]:
    """The rules of another user, checked as that user: who may write to them counts."""
    path = UserPaths.below(user.home).rules
    if not os.path.exists(path):
        return
    done = subprocess.run(
        [sys.executable, "-m", "maildrop_py", "check", "--offline"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        user=user.uid,
        group=pwd.getpwuid(user.uid).pw_gid,
        extra_groups=list(user.groups),
        env={"HOME": user.home, "PATH": os.environ.get("PATH", "/usr/bin:/bin")},
    )
    for line in done.stderr.splitlines():
        yield Finding(
            WARNING if line.endswith("[warning]") else WRONG, f"rules of {user.name}", line
        )
    if done.returncode == 0:
        yield Finding(OK, f"rules of {user.name}", path)


def _about_dns(settings: Settings, zones: tuple[str, ...]) -> Iterator[Finding]:
    from maildrop_py.cli.check import failing_lists
    from maildrop_py.evidence.budget import Budget
    from maildrop_py.evidence.resolver import Resolver, parse_server, system_servers

    servers = tuple(map(parse_server, settings.nameservers)) or system_servers()
    answer = Resolver(servers, Budget(DNS_TIME, time.monotonic)).ask("example.com", "MX")
    names = ", ".join(f"{host}:{port}" for host, port in servers)
    if answer.unanswered:
        remedy = "a name server that answers, in /etc/resolv.conf or `dns: {nameservers: […]}`"
        yield Finding(WRONG, "DNS", f"{names}: {answer.unanswered}", remedy)
        return
    yield Finding(OK, "DNS", names)
    for failing in failing_lists(zones, settings):
        yield Finding(WARNING, "DNS list", failing, "another list, or a name server of your own")


def _about_scanners(settings: Settings) -> Iterator[Finding]:
    """Whether each scanner answers about a harmless message."""
    from maildrop_py.evidence.budget import Budget
    from maildrop_py.evidence.scanners.answer import About
    from maildrop_py.evidence.scanners.asking import ask
    from maildrop_py.message.message import BytesSource, Message

    for scanner in settings.scanners:
        budget = Budget(settings.scan_timeout, time.monotonic)
        unknown = ask(scanner, Message(BytesSource(HARMLESS)), About(), budget).unknown
        about = f"scanner {scanner[0]}"
        remedy = f"start {scanner[0]}, or name its address in `scanners`"
        yield Finding(WRONG, about, unknown, remedy) if unknown else Finding(OK, about, "answers")


def _about_tables(settings: Settings) -> Iterator[Finding]:
    """Whether the table of countries and the shared store, where they are named, can be used."""
    from maildrop_py.evidence.country import open_table
    from maildrop_py.evidence.redis_client import RedisClient

    if settings.countries:
        try:
            open_table(settings.countries, time.time())
            yield Finding(OK, "countries", settings.countries)
        except MaildropError as error:
            yield Finding(WRONG, "countries", str(error), f"{PROGRAM} country build")
    if settings.store:
        try:
            RedisClient(settings.store).ask(("PING",))
            yield Finding(OK, "store", settings.store)
        except MaildropError as error:
            yield Finding(
                WRONG, "store", f"{settings.store}: {error}", "a server that answers there"
            )


def _about_sockets(given: tuple[str, ...]) -> Iterator[Finding]:
    for path in given or tuple(it for it in SOCKETS if os.path.exists(it)):
        try:
            yield Finding(OK, "socket", f"{path}: {_greeting(path)}")
        except OSError as error:
            why = f"{path}: {error.strerror or error}"
            yield Finding(WRONG, "socket", why, f"a running `{PROGRAM} serve --listen {path}`")


def _greeting(path: str) -> str:
    """What the server at a Unix socket, or at ADDRESS:PORT, says first."""
    unix = path.startswith("/")
    host, _, port = path.rpartition(":")
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as client:
        client.settimeout(5)
        client.connect(path if unix else (host, int(port)))
        return client.recv(512).decode("utf-8", "replace").strip()
