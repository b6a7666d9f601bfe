"""Rules that change the message: filters and edits that later rules see, by real deliveries."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands_in_rules import program
from tests.support.cli_account import MESSAGE, Account

HEAD = b"Subject: one\nX-Old: kept\nX-Old: twice\n\n"
BODY = b"first line\nsecond line\n"
TOP = "allow_commands: true\nrules:\n"


def delivered(account: Account, folder: str = "") -> bytes:
    (path,) = account.maildir.glob(f"{folder}new/*")
    return path.read_bytes()


def rules(account: Account, *lines: str) -> None:
    account.rules.write_text(TOP + "".join(f"  - {line}\n" for line in lines))


def test_later_rules_see_what_a_filter_made(account: Account) -> None:
    marks = program(account, "marks", "sed 's/^Subject: one/Subject: spam/'")
    rules(
        account,
        f"{{then: {{filter: [{marks}]}}}}",
        "{when: {subject: ^spam$}, then: {file: Junk}}",
    )
    assert account.deliver(message=HEAD + BODY) == (0, b"", b"")
    assert delivered(account, ".Junk/") == HEAD.replace(b"one", b"spam") + BODY


def test_a_copy_that_was_made_before_a_filter_is_as_it_came(account: Account) -> None:
    marks = program(account, "marks", "sed 's/line/row/'")
    rules(account, "{then: {copy: Before}}", f"{{then: {{filter: [{marks}]}}}}")
    account.deliver(message=HEAD + BODY)
    assert delivered(account, ".Before/") == HEAD + BODY
    assert delivered(account) == HEAD + BODY.replace(b"line", b"row")


@pytest.mark.parametrize("script", ["cat; exit 1", "true", "kill -9 $$", "exec /nonexistent"])
def test_a_filter_that_fails_or_prints_nothing_changes_nothing(
    account: Account, script: str
) -> None:
    fails = program(account, "fails", script)
    rules(account, f"{{then: {{filter: [{fails}]}}}}")
    assert account.deliver(message=HEAD + BODY)[0] == 0
    assert delivered(account) == HEAD + BODY


def test_a_filter_of_the_header_leaves_the_body_and_of_the_body_the_header(
    account: Account,
) -> None:
    shouts = program(account, "shouts", "tr a-z A-Z")
    rules(account, f"{{then: {{filter: {{run: [{shouts}], part: body}}}}}}")
    account.deliver(message=HEAD + BODY)
    assert delivered(account) == HEAD + BODY.upper()
    adds = program(account, "adds", "sed '/^$/d'; echo X-New: yes")
    rules(account, f"{{then: {{filter: {{run: [{adds}], part: header}}, file: B}}}}")
    account.deliver(message=HEAD + BODY)
    assert delivered(account, ".B/") == HEAD[:-1] + b"X-New: yes\n\n" + BODY


def test_a_large_message_goes_through_a_filter_whole(account: Account) -> None:
    marks = program(account, "marks", "sed 's/^Subject: one/Subject: two/'")
    rules(account, f"{{then: {{filter: [{marks}], file: Big}}}}")
    body = b"0123456789abcdef\n" * 100_000
    assert account.deliver(message=HEAD + body)[0] == 0
    assert delivered(account, ".Big/") == HEAD.replace(b"one", b"two") + body


def test_edits_are_seen_at_once_where_a_rule_says_so(account: Account) -> None:
    rules(
        account,
        "{then: {add_header: {X-Mark: high}, now: true}}",
        "{when: {header: {X-Mark: high}}, then: {file: Marked}}",
    )
    account.deliver(message=HEAD + BODY)
    assert delivered(account, ".Marked/") == b"X-Mark: high\n" + HEAD + BODY
    rules(
        account,
        "{then: {add_header: {X-Mark: high}}}",
        "{when: {header: {X-Mark: high}}, then: {file: Seen}}",
    )
    account.deliver(message=HEAD + BODY)
    assert not list(account.maildir.glob(".Seen/new/*"))


def test_headers_are_renamed_added_last_and_only_where_there_is_none(account: Account) -> None:
    rules(
        account,
        "{then: {rename_header: {Subject: Old-Subject}, add_header: {Subject: two, "
        "X-Old: {text: no, if_absent: true}, X-Last: {text: z, at: end}}}}",
    )
    account.deliver(message=HEAD + BODY)
    assert delivered(account) == (
        b"Subject: two\nOld-Subject: one\nX-Old: kept\nX-Old: twice\nX-Last: z\n\n" + BODY
    )


def test_a_pipe_gets_the_part_and_the_environment_it_asks_for(account: Account) -> None:
    takes = program(account, "takes", 'cat > "$HOME/taken"; echo "$WHO" > "$HOME/who"')
    rules(
        account,
        f"{{when: {{subject: '(?P<who>.*)'}}, then: {{pipe: {{run: [{takes}], "
        "environment: {WHO: 'is {who}'}, part: body}}}",
    )
    assert account.deliver(message=HEAD + BODY) == (0, b"", b"")
    assert (account.home / "taken").read_bytes() == BODY
    assert (account.home / "who").read_text() == "is one\n"


def test_what_a_program_prints_is_a_variable(account: Account) -> None:
    says = program(account, "says", "grep -c line; echo more")
    rules(
        account,
        f"{{then: {{set: {{lines: {{output: {{run: [{says}], part: body}}}}}}}}}}",
        "{when: {var: {lines: '^2$'}}, then: {file: 'Two/{lines}'}}",
    )
    account.deliver(message=HEAD + BODY)
    assert delivered(account, ".Two.2/") == HEAD + BODY


def test_values_in_expressions_mean_themselves(account: Account) -> None:
    rules(
        account,
        "{when: {raw_headers: '^From: (?P<who>.*)'}, then: {set: {who: '{who}'}}}",
        "{when: {raw_body: '^{who}$'}, then: {file: Quoted}}",
    )
    account.deliver(message=b"From: a.c+\n\nabcc\n")
    assert not list(account.maildir.glob(".Quoted/new/*"))
    account.deliver(message=b"From: a.c+\n\na.c+\n")
    assert len(list(account.maildir.glob(".Quoted/new/*"))) == 1


def test_defer_makes_no_copy_and_says_why(account: Account) -> None:
    rules(account, "{then: {copy: A}}", "{then: {defer: the archive is full}}")
    status, _, err = account.deliver(message=MESSAGE)
    assert status == 75
    assert b"the archive is full" in err
    assert account.files() == []


def test_a_dry_run_shows_filters_without_running_them(account: Account, tmp_path: Path) -> None:
    stays = tmp_path / "run"
    touches = program(account, "touches", f"touch {stays}; cat")
    rules(account, f"{{then: {{filter: [{touches}]}}}}")
    account.deliver(message=MESSAGE)
    assert stays.exists()
