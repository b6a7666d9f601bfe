"""`stats --maillog`: files plain, compressed and rotated, periods, hostile text, its page."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from pathlib import Path

import pytest

from tests.report.statistics.maillog.lines import line, message
from tests.report.statistics.test_hostile_log import EVIL, Elements
from tests.support.browser import faults_of, needs_chromium
from tests.support.statistics import counts, stats

REFUSED = (
    "NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 450 4.2.0 <me@example.com>: Recipient address"
    " rejected: Greylisted, come again; from=<a@example.org> to=<me@example.com> proto=ESMTP"
    " helo=<friend>"
)


def visit(host: str, outcome: str = "", pid: int = 7, clock: str = "03:12:55") -> str:
    """A connection that brought nothing, with a line in between."""
    between = line("smtpd", outcome, clock, pid) if outcome else ""
    begin = line("smtpd", f"connect from {host}", clock, pid)
    return f"{begin}{between}{line('smtpd', f'disconnect from {host} quit=1', clock, pid)}"


@pytest.mark.parametrize(
    ("ending", "packed"),
    [("", bytes), (".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)],
)
def test_rotated_files_are_read_oldest_first_however_they_are_packed(
    tmp_path: Path, ending: str, packed: object
) -> None:
    """The lines of one message are in two files, named with the newest first."""
    lines = message("4f00000001", "ann@example.org", "me@example.com").splitlines(keepends=True)
    old, new = tmp_path / f"mail.log.1{ending}", tmp_path / "mail.log"
    old.write_bytes(packed("".join(lines[:4]).encode()))  # type: ignore[operator]
    new.write_text("".join(lines[4:]))
    os.utime(old, (1, 1))
    found = counts(tmp_path, "--maillog", new, "--maillog", old)
    assert found["messages"]["delivered"] == 1
    assert found["messages"]["bytes_delivered"] == 700
    assert found["messages"]["without_size"] == 0


def test_a_damaged_file_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.gz", tmp_path / "good"
    bad.write_bytes(gzip.compress(os.urandom(5000))[:-40])
    good.write_text(message("4f00000001", "ann@example.org", "me@example.com"))
    result = stats(tmp_path, "--maillog", bad, "--maillog", good, "--json")
    assert result.exit_code == 0 and "bad.gz" in result.stderr
    assert counts(tmp_path, "--maillog", good)["messages"]["received"] == 1
    assert stats(tmp_path, "--maillog", tmp_path / "missing").exit_code == 1


def test_a_short_queue_id_that_is_used_again_is_another_message(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        message("ABCDEF", "ann@example.org", "me@example.com")
        + message("ABCDEF", "ben@example.org", "me@example.com", size=50)
    )
    found = counts(tmp_path, "--maillog", log)
    assert {name: row["bytes"] for name, row in found["senders"].items()} == {
        "ann@example.org": 700,
        "ben@example.org": 50,
    }


def test_connections_by_what_became_of_them(tmp_path: Path) -> None:
    log = tmp_path / "log"
    dsl = "dsl-1.isp.br[192.0.2.7]"
    parts = [
        message("4f00000001", "ann@example.org", "me@example.com"),
        *[visit(dsl)] * 30,
        visit("unknown[192.0.2.9]", REFUSED),
        visit(
            "unknown[192.0.2.10]", REFUSED.replace("450 4.2.0", "550 5.7.1").replace("Grey", "B")
        ),
        visit("v6.example.jp[2001:db8::1]"),
    ]
    log.write_text("".join(parts))
    found = counts(tmp_path, "--maillog", log)["connections"]
    assert found["outcomes"] == {"brought_mail": 1, "left": 31, "greylisted": 1, "refused": 1}
    assert found["per_host"] == {"1": 4, "30": 1}
    assert found["top_level_domains"][".br"] == {"left": 30}
    assert found["top_level_domains"]["(no name)"] == {"greylisted": 1, "refused": 1}
    assert found["helo"] == {"no_dot": {"greylisted": 1, "refused": 1}}
    assert found["seconds"] == 2
    assert "v6.example.jp" in found["domains"]


def test_a_period_is_of_the_log_s_own_clock(tmp_path: Path) -> None:
    log = tmp_path / "log"
    days = (f"2026-10-{day:02}T03:12:55.1+09:00 mx postfix/pickup[1]: {day}ABCDEF: uid=0 from=<a>\n"
            for day in range(1, 31))  # fmt: skip
    log.write_text("".join(days) + "garbage\n" + "2026-99-99T00:00:00Z mx postfix/x[1]: y\n")
    found = counts(tmp_path, "--maillog", log, "--since", "2026-10-20", "--until", "2026-10-25")
    assert found["messages"]["received"] == 5 and next(iter(found["days"])) == "2026-10-20"
    assert found["other_lines"] == 2


def test_a_month_behind_the_present_one_is_of_last_year() -> None:
    from datetime import date

    from maildrop_py.report.statistics.maillog.traffic import Traffic

    traffic = Traffic(date(2027, 2, 10))
    traffic.read(
        [line("pickup", f"{day[:3]}1: uid=0 from=<a>", day=day) for day in ("Dec 31", "Feb  1")]
    )
    assert sorted(traffic.days) == ["2026-12-31", "2027-02-01"]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Hostile text wherever a client or a remote server can put it."""
    parts = []
    for number, evil in enumerate(EVIL):
        evil = evil.replace("\n", " ")
        queue_id = f"4f{number:08}"
        parts.append(message(queue_id, f"{evil}@{evil}", f"{evil}@{evil}"))
        parts.append(
            visit(f"{evil}[{evil}]", REFUSED.replace("friend", evil).replace("Grey", evil))
        )
        refused = f"reject: RCPT from {evil}: 554 {evil}: {evil}; from=<{evil}> to=<{evil}>"
        parts.append(line("smtpd", f"NOQUEUE: {refused}"))
        for status in ("deferred", "bounced"):
            said = f"to=<{evil}>, relay={evil}, delay=1, dsn={evil}, status={status} ({evil})"
            parts.append(line("smtp", f"{queue_id}: {said}"))
        parts.append(
            line("cleanup", f"{queue_id}: reject: header {evil} from {evil}; from=<{evil}>")
        )
        parts.append(line("smtpd", f"warning: {evil}"))
        parts.append(line("qmgr", f"{queue_id}: from=<{evil}>, size={evil}"))
        parts.append(f"{evil}\n{evil} mx postfix/smtpd[{evil}]: {evil}: client={evil}\n")
    log = tmp_path / "hostile.log"
    log.write_text("".join(parts), encoding="utf-8", errors="surrogatepass")
    return log


def test_hostile_text_injects_nothing(hostile: Path, tmp_path: Path) -> None:
    page = stats(tmp_path, "--maillog", hostile, "--html", "-").stdout
    found = Elements()
    found.feed(page)
    assert not found.names & {"script", "img", "iframe", "foreignobject", "text"}
    assert not {name for name in found.attributes if name.startswith("on")}
    assert page.count("<style>") == 1
    for form in ((), ("--mail", "me@example.com")):
        printed = stats(tmp_path, "--maillog", hostile, *form).stdout
        assert {char for char in printed if char < " " or "\x7f" <= char < "\xa0"} <= {"\n"}


@needs_chromium
@pytest.mark.parametrize("width", [360, 1400])
def test_its_page_stays_in_its_place(hostile: Path, tmp_path: Path, width: int) -> None:
    page = stats(tmp_path, "--maillog", hostile, "--html", "-").stdout
    assert faults_of(page, tmp_path, width, dark=True, name="maillog") == []


def test_anonymous_names_nobody(tmp_path: Path) -> None:
    log = tmp_path / "log"
    taken = message("4f1", "secret@nobodys.example", "me@nobodys.example")
    log.write_text(taken + visit("x.nobodys.example[192.0.2.9]", REFUSED))
    for form in ((), ("--json",), ("--html", "-"), ("--csv",)):
        shown = stats(tmp_path, "--maillog", log, "--anonymous", *form).output
        assert "1" in shown
        for word in ("secret", "nobodys", "192.0.2", "me@"):
            assert word not in shown, (form, word)
