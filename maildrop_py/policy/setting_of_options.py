"""setting_of_options: what the command line of `maildrop-py policy` comes to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from maildrop_py.lmtp.listening import credentials_of_user, listeners_of
from maildrop_py.metrics.exporter import metrics_listener
from maildrop_py.paths import UserPaths, policy_log
from maildrop_py.record import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maildrop_py.policy.service import Setting

USER = "maildrop-policy"
"""Who the server becomes when it is started as root and nobody else is named."""


USUAL_SOCKET = "/run/maildrop-py/policy"


def setting_of(options: dict[str, object], environ: Mapping[str, str]) -> Setting:
    """The setting; raises MaildropError for an account or an address that is none."""
    from maildrop_py.policy.service import Setting

    state = str(options["state"] or environ.get("STATE_DIRECTORY") or _state(environ))
    log = options["log"] or policy_log(state)
    return Setting(
        path=str(options["path"]),
        state=state,
        log=None if log == "none" else str(log),
        workers=int(str(options["workers"])),
        credentials=None if options["opensmtpd"] else credentials_of_user(options["user"], USER),  # type: ignore[arg-type]
        offline=bool(options["offline"]),
        metrics=metrics_listener(str(options["metrics"])) if options.get("metrics") else None,
    )


def served_setting(options: dict[str, object], environ: Mapping[str, str]) -> Setting:
    """The setting of a server, with its sockets; raises MaildropError for those too."""
    given = options["mode"], options["owner"], options["group"]
    listeners = listeners_of(options["listen"], *given, USUAL_SOCKET)  # type: ignore[arg-type]
    return replace(setting_of(options, environ), listeners=tuple(listeners))


def _state(environ: Mapping[str, str]) -> str:
    """Root's server keeps its state where the system's does, anybody else's in the home."""
    return "/var/lib/maildrop-py-policy" if os.geteuid() == 0 else UserPaths(environ).state
