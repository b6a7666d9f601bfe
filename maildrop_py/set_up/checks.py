"""checks: what a working set-up needs in its files, looked at piece by piece.

Each check gives Findings: what is right, and of what is wrong, what would be right.
Nothing is changed, and nobody is asked: `services` does that.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator

import maildrop_py
from maildrop_py.private_file import why_not_ours, why_path_not_ours
from maildrop_py.rule_error import Problem, RuleError
from maildrop_py.set_up.check_result import OK, WARNING, WRONG, CheckResult
from maildrop_py.set_up.file_access import READ, RUN, User, why_not
from maildrop_py.set_up.hook_lines import hook_lines
from maildrop_py.set_up.hook_search import Hook
from maildrop_py.translation import text as translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.paths import UserPaths
    from maildrop_py.rules.language.rule_set import RuleSet

SYSLOG = "/dev/log"


def about_program(user: User) -> Iterator[CheckResult]:
    """Whether `user` can run the interpreter and read the package."""
    package = os.path.join(os.path.dirname(maildrop_py.__file__), "cli/main.py")
    for about, path, wanted in (
        (translated("interpreter"), sys.executable, RUN),
        (translated("package"), package, READ),
    ):
        why = why_not(user, path, wanted)
        remedy = translated(
            "install it where every user may read it, such as a virtual environment in /opt"
        )
        yield CheckResult(WRONG, about, why, remedy) if why else CheckResult(OK, about, path)


def about_hooks(hooks: list[Hook], user: User, program: str) -> Iterator[CheckResult]:
    """Whether a mail server starts `deliver`, safely, and as somebody who can run it."""
    if not hooks:
        lines = hook_lines(program)["Postfix or Exim, for one user"][1]
        text = translated(
            "no line of a mail server starts `maildrop-py deliver`; is it `serve` that delivers?"
        )
        yield CheckResult(WARNING, "hook", text, translated("in ~/.forward: {line}", line=lines[0]))
    for hook in hooks:
        yield _about_hook(hook, User.named(hook.user) if hook.user else user)


def _about_hook(hook: Hook, user: User | None) -> CheckResult:
    where = f"{hook.file}:{hook.line}"
    if user is None:
        return CheckResult(
            WRONG,
            "hook",
            translated("{where}: there is no user {user}", where=where, user=hook.user),
            "make the account",
        )
    why = why_not(user, hook.program, RUN) or why_not(user, hook.program, READ)
    if why:
        return CheckResult(
            WRONG, "hook", f"{where}: {why}", "the path of a program that the user may run"
        )
    if not hook.is_guarded:
        text = translated(
            "{where}: a status that is not 0, 75 or 77 would bounce mail", where=where
        )
        return CheckResult(WARNING, "hook", text, "the line that `maildrop-py init` prints")
    return CheckResult(OK, "hook", where)


def about_syslog(path: str = SYSLOG) -> CheckResult:
    """Whether there is a syslog to write to."""
    try:
        if stat.S_ISSOCK(os.stat(path).st_mode):
            return CheckResult(OK, "syslog", path)
    except OSError:
        pass
    remedy = translated("start systemd-journald or rsyslog, or read the delivery log alone")
    return CheckResult(
        WARNING,
        "syslog",
        translated("{path} is not there: failures are not logged there", path=path),
        remedy,
    )


def about_maildir(root: str, user: User) -> Iterator[CheckResult]:
    """Whether the Maildir is there, belongs to the user, and can be written."""
    if not os.path.isdir(root):
        yield CheckResult(
            WRONG, "Maildir", translated("{root} does not exist", root=root), "maildrop-py init"
        )
        return
    problems = list(_wrong_with_maildir(root, user))
    yield from problems
    if not problems:
        yield CheckResult(OK, "Maildir", root)


def _wrong_with_maildir(root: str, user: User) -> Iterator[CheckResult]:
    devices = set()
    for part in ("cur", "new", "tmp"):
        path = os.path.join(root, part)
        if not os.path.isdir(path):
            yield CheckResult(
                WRONG,
                "Maildir",
                translated("{path} is not there", path=path),
                f"mkdir -m 700 {path}",
            )
            continue
        found = os.stat(path)
        devices.add(found.st_dev)
        if found.st_uid != user.uid:
            text = translated(
                "{path} belongs to uid {uid}, not to {name}",
                path=path,
                uid=found.st_uid,
                name=user.name,
            )
            yield CheckResult(WRONG, "Maildir", text, f"chown -R {user.name} {root}")
    if len(devices) > 1:
        text = translated("{root}: cur, new and tmp are on different file systems", root=root)
        yield CheckResult(WRONG, "Maildir", text, "one file system: messages are linked from tmp/")


def about_directories(paths: UserPaths) -> Iterator[CheckResult]:
    """Whether what is kept between messages can be believed."""
    for about, path in ((translated("cache"), paths.cache), (translated("state"), paths.state)):
        if not os.path.isdir(path):
            yield CheckResult(OK, about, translated("{path} will be made", path=path))
            continue
        why = why_not_ours(os.stat(path), path) or why_path_not_ours(path)
        remedy = translated("chmod go-w {path}, and let it belong to you", path=path)
        yield CheckResult(WRONG, about, why, remedy) if why else CheckResult(OK, about, path)


def read_user_rules(path: str) -> tuple[RuleSet | None, list[CheckResult]]:
    """The rules, and what is wrong with them."""
    from maildrop_py.rules.language.reader import read_rules
    from maildrop_py.rules.language.warnings import warnings_about

    if not os.path.exists(path):
        text = translated("{path} does not exist: all mail goes to INBOX", path=path)
        return None, [CheckResult(WARNING, "rules", text, "maildrop-py init")]
    try:
        rules = read_rules(path)
    except RuleError as error:
        return None, [_mistake(problem) for problem in error.problems]
    warnings = [CheckResult(WARNING, "rules", str(it)) for it in warnings_about(rules)]
    return rules, [CheckResult(OK, "rules", path), *warnings]


def _mistake(problem: Problem) -> CheckResult:
    where = f"{problem.file}:{problem.line}:{problem.column}"
    return CheckResult(WRONG, "rules", f"{where}: {problem.text}", problem.hint)
