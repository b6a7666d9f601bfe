"""Where files lie, and that none ever lies below the current directory by accident."""

from __future__ import annotations

import os
from pwd import getpwuid

import pytest

from maildrop_py.paths import UserPaths
from maildrop_py.start import code_bundle


def test_paths_are_below_home_or_where_xdg_says() -> None:
    paths = UserPaths({"HOME": "/home/ann"})
    assert paths.rules == "/home/ann/.config/maildrop-py/rules.yaml"
    assert paths.cache == "/home/ann/.cache/maildrop-py"
    assert paths.state == "/home/ann/.local/state/maildrop-py"
    assert paths.maildir == "/home/ann/Maildir"
    paths = UserPaths({"HOME": "/home/ann", "XDG_CONFIG_HOME": "/etc/x", "XDG_CACHE_HOME": "x"})
    assert paths.rules == "/etc/x/maildrop-py/rules.yaml"
    assert paths.cache == "/home/ann/.cache/maildrop-py"


def test_without_home_the_account_is_asked() -> None:
    assert UserPaths({}).home == getpwuid(os.geteuid()).pw_dir


@pytest.mark.parametrize(
    ("path", "expanded"),
    [
        ("~/Maildir", "/home/ann/Maildir"),
        ("~", "/home/ann"),
        ("Maildir", "/home/ann/Maildir"),
        ("/var/mail/x", "/var/mail/x"),
        ("~bob/x", "/home/ann/~bob/x"),
    ],
)
def test_paths_are_those_of_the_user(path: str, expanded: str) -> None:
    assert UserPaths({"HOME": "/home/ann"}).expand(path) == expanded


@pytest.mark.parametrize("environ", [{"XDG_CACHE_HOME": "x"}, {"HOME": "x"}, {"HOME": "."}])
def test_what_is_relative_never_leads_below_the_current_directory(environ: dict[str, str]) -> None:
    """The bundle is code: below the current directory it could be anybody's."""
    home = environ.get("HOME", "/home/ann")
    paths = UserPaths({"HOME": home, **environ})
    known = [paths.home, paths.rules, paths.cache, paths.state, paths.maildir, paths.log]
    assert all(path.startswith("/") for path in (*known, code_bundle(paths.cache)))


def test_templates_for_other_homes_are_kept_as_they_are() -> None:
    assert UserPaths.below("{home}").rules == "{home}/.config/maildrop-py/rules.yaml"
