"""What `doveconf` says, in the languages of Dovecot 2.3 and 2.4, and how mail lies by it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from maildrop_py.set_up.dovecot import FS, PLUS_PLUS, UTF_7, UTF_8, parsed, read_doveconf, store_of
from tests.support.end_to_end.requirements import installed

NAMESPACE = """
namespace inbox {
  inbox = yes
  location =
  mailbox %s {
    special_use = \\Junk
  }
  prefix = INBOX.
  separator = .
}
"""


def store(text: str, user: str = "anna", has_maildir: bool = False) -> object:
    found = store_of(parsed(text), user, "/home/anna", {"~/Maildir": has_maildir})
    return found.maildir, found.layout, found.encoding, bool(found.problems)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail_location = maildir:~/Maildir", ("/home/anna/Maildir", PLUS_PLUS, UTF_7, False)),
        ("mail_location = maildir:~/Mail:LAYOUT=fs", ("/home/anna/Mail", FS, UTF_7, False)),
        ("mail_location = maildir:~/Mail/:UTF-8", ("/home/anna/Mail", PLUS_PLUS, UTF_8, False)),
        (
            "mail_location = maildir:%h/Mail:UTF-8:LAYOUT=fs:INDEX=/var/i/%u",
            ("/home/anna/Mail", FS, UTF_8, False),
        ),
        ("mail_location = maildir:/srv/%u", ("/srv/anna", PLUS_PLUS, UTF_7, False)),
        ("mail_location = maildir:/srv/%{user}", ("/srv/anna", PLUS_PLUS, UTF_7, False)),
        ("mail_location = maildir:/srv/%1Nu/%u", ("", PLUS_PLUS, UTF_7, True)),
        ("mail_location = maildir:/srv/%{user|sha1}", ("", PLUS_PLUS, UTF_7, True)),
        (
            "mail_location = mbox:~/mail:INBOX=/var/mail/%u",
            ("/home/anna/mail", PLUS_PLUS, UTF_7, True),
        ),
        ("mail_location = maildir:~/M:LAYOUT=index", ("/home/anna/M", PLUS_PLUS, UTF_7, True)),
        ("mail_location = maildir:~/M:DIRNAME=x", ("/home/anna/M", PLUS_PLUS, UTF_7, True)),
        ("mail_location = maildir:~/M:INBOX=~/In", ("/home/anna/M", PLUS_PLUS, UTF_7, True)),
        ("mail_location =", ("", PLUS_PLUS, UTF_7, True)),
        (
            "mail_location = mbox:~/mail\nnamespace a {\n inbox = yes\n location = maildir:~/M\n}",
            ("/home/anna/M", PLUS_PLUS, UTF_7, False),
        ),
    ],
)
def test_settings_of_2_3(text: str, expected: object) -> None:
    assert store(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "mail_driver = maildir\nmail_path = ~/Maildir",
            ("/home/anna/Maildir", PLUS_PLUS, UTF_7, False),
        ),
        (
            "mail_driver = maildir\nmail_path = %{home}/M\nmailbox_list_layout = fs\n"
            "mailbox_list_utf8 = yes",
            ("/home/anna/M", FS, UTF_8, False),
        ),
        (
            "mail_driver = mbox\nmail_path = ~/mail\nnamespace inbox {\n  inbox = yes\n"
            "  mail_driver = maildir\n  mail_path = /srv/%{user | username | upper}\n}",
            ("/srv/ANNA", PLUS_PLUS, UTF_7, False),
        ),
        (
            "mail_driver = mbox\nmail_path = ~/mail\nnamespace inbox {\n  inbox = yes\n"
            "  mail_driver = maildir\n  mail_path = /srv/%{user}\n}",
            ("/srv/anna", PLUS_PLUS, UTF_7, False),
        ),
        ("mail_driver = sdbox\nmail_path = ~/mail", ("/home/anna/mail", PLUS_PLUS, UTF_7, True)),
        (
            "mail_driver = maildir\nmail_path = ~/M\nmail_inbox_path = ~/In",
            ("/home/anna/M", PLUS_PLUS, UTF_7, True),
        ),
    ],
)
def test_settings_of_2_4(text: str, expected: object) -> None:
    assert store(text) == expected


def test_where_nothing_is_said_dovecot_takes_the_maildir_that_is_there() -> None:
    assert store("mail_location =", has_maildir=True)[0] == "/home/anna/Maildir"  # type: ignore[index]


def test_the_folder_for_spam_is_the_one_that_the_server_names() -> None:
    for name, folder in (("Junk", "Junk"), ('"Spam & more"', "Spam & more")):
        found = store_of(parsed(NAMESPACE % name), "anna", "/h", {})
        assert found.junk == folder


def test_2_4_prints_names_in_quotes() -> None:
    text = (
        'namespace inbox {\n  inbox = yes\n  mailbox Spam {\n    special_use = "\\\\Junk"\n  }\n}'
    )
    assert store_of(parsed(text), "anna", "/h", {}).junk == "Spam"


def test_what_hides_new_mail_is_said() -> None:
    text = "mail_location = maildir:~/M:CONTROL=/c\nmailbox_list_index_very_dirty_syncs = yes"
    assert len(store_of(parsed(text), "anna", "/h", {}).notes) == 2
    text = "mail_driver = maildir\nmail_path = ~/M\nmaildir {\n  very_dirty_syncs = yes\n}"
    assert len(store_of(parsed(text), "anna", "/h", {}).notes) == 1


OLD_WORDS = {PLUS_PLUS: "", FS: ":LAYOUT=fs:UTF-8"}
NEW_WORDS = {PLUS_PLUS: "", FS: "mailbox_list_layout = fs\nmailbox_list_utf8 = yes\n"}
VERSIONS = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"


@pytest.mark.parametrize(("layout", "encoding"), [(PLUS_PLUS, UTF_7), (FS, UTF_8)])
def test_a_real_dovecot_is_understood(layout: str, encoding: str, tmp_path: Path) -> None:
    program = installed("doveconf")
    if program is None:
        pytest.skip("needs the Debian package dovecot-core")
    config = tmp_path / "dovecot.conf"
    old = f"mail_location = maildir:~/Maildir{OLD_WORDS[layout]}\n"
    new = f"{VERSIONS}mail_driver = maildir\nmail_path = ~/Maildir\n{NEW_WORDS[layout]}"
    said = subprocess.run(
        [str(installed("dovecot")), "--version"], capture_output=True, text=True, check=True
    )
    is_old = said.stdout.startswith("2.3")
    config.write_text(f"{old if is_old else new}namespace inbox {{\n  inbox = yes\n}}\n")
    script = tmp_path / "doveconf"
    script.write_text(f'#!/bin/sh\nexec {program} -c {config} "$@"\n')
    script.chmod(0o755)
    settings = read_doveconf(str(script))
    assert settings is not None
    found = store_of(settings, "anna", "/home/anna", {})
    assert (found.maildir, found.layout, found.encoding) == ("/home/anna/Maildir", layout, encoding)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("written", "layout"),
    [
        ("mailbox_list_layout = fs\n", FS),
        ("# mailbox_list_layout = fs\n", PLUS_PLUS),
        ("", PLUS_PLUS),
    ],
)
def test_2_4_says_fs_where_nobody_set_it(written: str, layout: str, tmp_path: Path) -> None:
    """As Dovecot 2.4.1 prints it; its Maildirs were seen to have Maildir++'s layout then."""
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d/10-mail.conf").write_text(written)
    script = tmp_path / "doveconf"
    lines = [f"# 2.4.1-4 (7d8c0e5759): {tmp_path}/dovecot.conf", "mail_driver = maildir"]
    lines += ["mail_path = ~/Maildir", "mailbox_list_layout = fs"]
    script.write_text("#!/bin/sh\ncat <<'END'\n" + "\n".join(lines) + "\nEND\n")
    script.chmod(0o755)
    settings = read_doveconf(str(script))
    assert settings is not None
    assert store_of(settings, "anna", "/home/anna", {}).layout == layout


def test_no_dovecot_is_none(tmp_path: Path) -> None:
    assert read_doveconf(str(tmp_path / "none")) is None
