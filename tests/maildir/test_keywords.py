"""Keywords as letters, in the file and under the lock that Dovecot uses."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.maildir import keywords as keywords_module
from maildrop_py.maildir.keywords import assign, names_of
from tests.support.delivering import MAIL, deliver, mode, only_file, visible


def text(folder: Path) -> str:
    return (folder / "dovecot-keywords").read_text()


def others(folder: Path) -> list[str]:
    """What is in the folder besides the keywords."""
    return sorted(set(os.listdir(folder)) - {"dovecot-keywords"})


def test_new_keywords_get_the_first_letters(root: Path) -> None:
    assert assign(str(root), ("$Work", "$Junk")) == ("ab", "")
    assert text(root) == "0 $Work\n1 $Junk\n"
    assert mode(root / "dovecot-keywords") == 0o600
    assert others(root) == []


def test_known_keywords_keep_their_letters_whatever_their_case(root: Path) -> None:
    (root / "dovecot-keywords").write_text("3 $Work\n0 NonJunk\n")
    assert assign(str(root), ("$work", "NONJUNK")) == ("da", "")
    assert text(root) == "3 $Work\n0 NonJunk\n"


def test_free_letters_are_filled_from_the_lowest(root: Path) -> None:
    (root / "dovecot-keywords").write_text("0 a\n2 c\n")
    assert assign(str(root), ("b", "d")) == ("bd", "")
    assert text(root) == "0 a\n1 b\n2 c\n3 d\n"


def test_reading_known_keywords_takes_no_lock(root: Path) -> None:
    (root / "dovecot-keywords").write_text("0 $Work\n")
    (root / "dovecot-uidlist.lock").write_text("1:elsewhere")
    assert assign(str(root), ("$Work",), timeout=0) == ("a", "")


def test_mtime_grows_with_every_change(root: Path) -> None:
    """Dovecot reads the file again only when its mtime, in seconds, has changed."""
    assign(str(root), ("a",))
    path = root / "dovecot-keywords"
    ahead = int(time.time()) + 100
    os.utime(path, (ahead, ahead))
    for n, name in enumerate("bcd", start=1):
        assign(str(root), (name,))
        assert int(path.stat().st_mtime) == ahead + n


def test_mode_of_a_shared_file_is_kept(root: Path) -> None:
    (root / "dovecot-keywords").write_text("")
    (root / "dovecot-keywords").chmod(0o660)
    assign(str(root), ("a",))
    assert mode(root / "dovecot-keywords") == 0o660


def test_twenty_seventh_keyword_is_a_warning(root: Path) -> None:
    names = [f"k{n}" for n in range(27)]
    letters, warning = assign(str(root), names)
    assert len(letters) == 26 and "k26" in warning
    assert len(text(root).splitlines()) == 26


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "日本", 'a"b', "(a", "a]", "x" * 51, "\\Seen"])
def test_what_is_not_a_keyword_is_a_warning(root: Path, name: str) -> None:
    letters, warning = assign(str(root), ("$Work", name))
    assert letters == "a" and "not set" in warning
    assert text(root) == "0 $Work\n"


def test_broken_lines_are_passed_over(root: Path) -> None:
    (root / "dovecot-keywords").write_bytes(b"x\n99 far\n-1 a\n1 ok\n1\n2 \n\xff\xfe\n\xb2 b\n")
    assert names_of(str(root), "abcz") == ("ok",)


def test_letters_of_one_folder_are_names_in_another(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (root / "dovecot-keywords").write_text("0 $Work\n1 $Junk\n")
    (other / "dovecot-keywords").write_text("0 Other\n")
    assert assign(str(other), names_of(str(root), "ab")) == ("bc", "")


def test_held_lock_costs_the_keyword_and_not_the_message(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keywords_module, "LOCK_TIMEOUT", 0.0)
    monkeypatch.setattr(keywords_module.assign, "__kwdefaults__", {"timeout": 0.0})
    (root / "dovecot-keywords").write_text("0 known\n")
    (root / "dovecot-uidlist.lock").write_text("1:elsewhere")
    receipt = deliver(root, MAIL, Filing("INBOX", "S", ("known", "$New")))
    assert only_file(receipt).name.endswith(":2,Sa")
    assert "$New" in receipt.warnings[0] and "held" in receipt.warnings[0]
    assert (root / "dovecot-uidlist.lock").read_text() == "1:elsewhere"


def test_keyword_that_cannot_be_set_does_not_keep_a_message_from_new(root: Path) -> None:
    receipt = deliver(root, MAIL, Filing("INBOX", "", ("no atom",)))
    assert only_file(receipt).parent.name == "new" and receipt.warnings


def test_message_with_keywords_is_current(root: Path) -> None:
    path = only_file(deliver(root, MAIL, Filing("Lists/a", "F", ("$Work", "$Junk"))))
    assert path.parent.name == "cur" and path.name.endswith(":2,Fab")
    assert text(root / ".Lists.a") == "0 $Work\n1 $Junk\n"


def test_unwritable_keywords_cost_the_keyword_only(root: Path) -> None:
    (root / "dovecot-keywords").mkdir()
    receipt = deliver(root, MAIL, Filing("INBOX", "S", ("$Work",)))
    assert len(visible(root)) == 1 and receipt.warnings
    assert others(root) == ["cur", "new", "tmp"]


def test_many_writers_give_every_name_one_letter(root: Path) -> None:
    """As processes of a mail server do it."""
    code = "import sys; from maildrop_py.maildir.keywords import assign; "
    code += "print(*assign(sys.argv[1], sys.argv[2:], timeout=30))"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(root), f"own{n}", "shared"], stdout=subprocess.PIPE
        )
        for n in range(6)
    ]
    answers = [writer.communicate()[0].decode().split() for writer in writers]
    assert all(len(answer) == 1 and len(answer[0]) == 2 for answer in answers)
    known = dict(line.split()[::-1] for line in text(root).splitlines())
    assert len(known) == len(set(known.values())) == 7
    letters = {chr(ord("a") + int(number)) for number in known.values()}
    assert {answer[0][0] for answer in answers} | {answers[0][0][1]} == letters
    assert others(root) == []


def test_lock_is_waited_for(root: Path) -> None:
    lock = root / "dovecot-uidlist.lock"
    lock.write_text("1:elsewhere")
    timer = threading.Timer(0.2, lock.unlink)
    timer.start()
    assert assign(str(root), ("$Work",), timeout=30) == ("a", "")
    timer.join()


@pytest.mark.parametrize("name", ["dovecot-keywords", "dovecot-uidlist.lock"])
def test_a_fifo_is_not_waited_for(root: Path, name: str) -> None:
    root.mkdir(exist_ok=True)
    os.mkfifo(root / name)
    letters, warning = assign(str(root), ["$Work"], timeout=0.1)
    assert letters == "" and "$Work" in warning


def test_a_number_of_thousands_of_digits_means_nothing(root: Path) -> None:
    root.mkdir(exist_ok=True)
    (root / "dovecot-keywords").write_text(f"{'9' * 5000} $Odd\n0 $Work\n")
    assert keywords_module.read(str(root)) == {"$work": ("$Work", "a")}
