"""Friendlier conditions: what a person would write, where mail shows no difference."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from maildrop_py.cli.convert import convert
from maildrop_py.convert.friendlier import friendlier
from maildrop_py.convert.predicate import as_when
from tests.convert.proving import need, written

BECOMES = {
    r"^Subject:.*refund": {"subject": "refund"},
    r"^Subject: Cron": {"subject": "^Cron"},
    r"^From:.*boss@work\.example": {"from": "boss@work.example"},
    r"^From:.*@work\.example": {"from": "@work.example"},
    r"^From:.*(root|cron)@": {"from": "(root|cron)@"},
    r"^X-Spam-Flag: YES": {"spam_flag": True},
    r"^X-Spam-Level: \*\*\*\*\*": {"spam_score": ">= 5"},
    r"^List-Id:.*python": {"list_id": "python"},
}
STAYS = (
    r"^Subject:.*=\?iso-2022-jp",
    r"^X-Mailer:.*bat",
    r"^Subject:.*a|^From:.*b",
    r"refund",
    r"^From:.*",
)


def when(expression: str) -> object:
    found = friendlier(written(f":0\n* {expression}\na/\n"))
    return as_when(found.rules[0].when)


@pytest.mark.parametrize("expression", BECOMES)
def test_an_expression_over_one_header_becomes_its_own_condition(expression: str) -> None:
    assert when(expression) == BECOMES[expression]


@pytest.mark.parametrize("expression", STAYS)
def test_another_expression_stays(expression: str) -> None:
    assert "raw_headers" in str(when(expression))


def test_only_what_mail_shows_no_difference_for_is_written(tmp_path: Path) -> None:
    """The first rule fires for an address, the second for a name that no address has."""
    need("procmail", "bwrap")
    mail = tmp_path / "mail"
    mail.mkdir()
    (mail / "1").write_bytes(b"From: ann@example.org\nSubject: refund\n\nx\n")
    (mail / "2").write_bytes(b'From: "see ben@example.org" <b@x.example>\n\nx\n')
    rc = tmp_path / "procmailrc"
    rc.write_text(
        ":0\n* ^Subject:.*refund\na/\n\n:0\n* ^From:.*ben@example\\.org\nb/\n\n"
        ":0\n* ^Subject:.*none\nc/\n"
    )
    done = CliRunner().invoke(convert, [str(rc), "--home", "/home/mika", "--prove", str(mail)])
    assert "when: {subject: refund}" in done.output
    assert "raw_headers: '^From:.*ben@example\\.org'" in done.output
    assert "raw_headers: '^Subject:.*none'" in done.output
