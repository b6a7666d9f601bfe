"""examination: all checks of `doctor`, in the order in which a message meets what they look at."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator

from maildrop_py.paths import UserPaths
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.program.zones import zones_of
from maildrop_py.set_up import checks, services
from maildrop_py.set_up.check_result import CheckResult
from maildrop_py.set_up.file_access import User
from maildrop_py.set_up.hook_search import hooks_of
from maildrop_py.set_up.log_check import about_log
from maildrop_py.set_up.program_path import hook_path
from maildrop_py.set_up.users import about_rules_of, ordinary_users


def examined(
    offline: bool, sockets: tuple[str, ...], log: str | None, paths: UserPaths, now: float
) -> Iterator[CheckResult]:
    """What is right and wrong with the set-up of the user, of all users for root.

    `sockets` are those of `serve`, the usual one if there are none; `log` is the delivery log,
    None for the user's own; with `offline` no DNS server is asked.
    """
    user = User(pwd.getpwuid(os.geteuid()))
    is_root = os.geteuid() == 0
    others = ordinary_users() if is_root else []
    yield from checks.about_program(others[0] if others else user)
    hooks = list(hooks_of([it.home for it in (user, *others)]))
    yield from checks.about_hooks(hooks, others[0] if others else user, hook_path())
    yield checks.about_syslog()
    rules, findings = checks.read_user_rules(paths.rules)
    settings = rules.settings if rules is not None else Settings()
    gets_mail = not is_root or os.path.exists(paths.rules)
    if gets_mail:
        root = paths.expand(settings.maildir) if settings.maildir else paths.maildir
        yield from checks.about_maildir(root, user)
        yield from findings
        yield from checks.about_directories(paths)
    if log or gets_mail or os.path.exists(paths.log):
        yield from about_log(os.path.abspath(log or paths.log), now)
    for other in others:
        yield from about_rules_of(other)
    if not offline:
        yield from services.about_dns(settings, zones_of(rules) if rules is not None else ())
    yield from services.about_scanners(settings)
    yield from services.about_tables(settings)
    yield from services.about_sockets(sockets)
