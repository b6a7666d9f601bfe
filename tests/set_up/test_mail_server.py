"""Which mail server there is, and whether it reads what a user says in a file."""

from __future__ import annotations

import pytest

from maildrop_py.set_up.mail_server import (
    EXIM,
    OPENSMTPD,
    POSTFIX,
    QMAIL,
    SIGNS,
    Postfix,
    found_server,
    why_no_user_file,
)

USUAL = {"local_transport": "local:$myhostname", "forward_path": "$home/.forward"}


@pytest.mark.parametrize("server", [POSTFIX, EXIM, OPENSMTPD, QMAIL])
def test_a_server_is_known_by_a_program_that_it_alone_has(server: str) -> None:
    assert found_server(lambda path: path in SIGNS[server]) == server


def test_without_one_there_is_none() -> None:
    assert found_server(lambda path: False) == ""


class Settings(Postfix):
    """Postfix with these settings."""

    def __init__(self, **values: str) -> None:
        self._values = USUAL | values

    def effective(self, name: str) -> str:
        return self._values[name]


def test_the_usual_postfix_reads_forward_files() -> None:
    assert why_no_user_file(POSTFIX, False, Settings) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("local_transport", "lmtp:unix:private/dovecot"), ("forward_path", "/etc/forward/$user")],
)
def test_one_that_reads_none_is_told_apart(name: str, value: str) -> None:
    assert value in why_no_user_file(POSTFIX, False, lambda: Settings(**{name: value}))


def test_what_root_says_in_a_file_is_run_as_nobody() -> None:
    assert "alias" in why_no_user_file(EXIM, True, Settings)
