"""requirements: what these tests need of the machine, or why they cannot run.

A missing server skips a test, visibly. Where `CI=true` is set a skip would hide
that nothing was tested, so there it is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from typing import NoReturn

import pytest

PACKAGES = {  # Debian packages, by the program that shows they are there
    "postfix": "postfix",
    "dovecot": "dovecot-core",
    "doveadm": "dovecot-core",
    "procmail": "procmail",
    "useradd": "passwd",
    "mount": "mount",
    "ip": "iproute2",
    "dh": "debhelper",
    "dpkg-buildpackage": "dpkg-dev",
    "nsenter": "util-linux",
    "unshare": "util-linux",
    "apt-get": "apt",
}


def need(*programs: str) -> None:
    """Skip the test, or fail it in CI, unless this is root and `programs` are installed."""
    missing = [program for program in programs if not installed(program)]
    if missing:
        unavailable(f"needs the Debian packages {', '.join(sorted(packages(missing)))}")
    if os.geteuid() != 0:
        unavailable("needs root: it makes users and starts mail servers")


def installed(program: str) -> str | None:
    """The path of `program`, looked for in the administrator's folders too."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:/usr/bin:/bin")


def packages(programs: Iterable[str]) -> set[str]:
    """The Debian packages that hold `programs`."""
    return {PACKAGES.get(program, program) for program in programs}


def unavailable(reason: str) -> NoReturn:
    """Skip because of `reason`; fail because of it where `CI=true`."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (in CI this is a failure, not a skip)", pytrace=False)
    pytest.skip(reason)
