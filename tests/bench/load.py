"""load: the rules and the messages that every candidate is given alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """`header` contains `text` (of letters, digits, dots and hyphens): file into `folder`."""

    header: str
    text: str
    folder: str

    @property
    def pattern(self) -> str:
        """The text as a regular expression of any dialect."""
        return self.text.replace(".", r"\.")


def list_rules(number: int) -> list[Rule]:
    """One rule for each of `number` mailing lists; only the last one's mail will come."""
    return [Rule("List-Id", f"list{n:05}.example.org", f"L{n:05}") for n in range(number)]


def mixed_rules(number: int) -> list[Rule]:
    """Rules over three headers, as people have them; the last one is the first that holds."""
    headers = ("From", "Subject", "List-Id")
    rules = [
        Rule(headers[n % 3], f"{headers[n % 3].lower()}{n:05}.example.org", f"M{n:05}")
        for n in range(number - 1)
    ]
    return [*rules, list_rules(number)[-1]]


CORPUS_RULES = [  # for the public SpamAssassin corpus: lists, people, subjects
    Rule("List-Id", "spamassassin-talk", "spamassassin"),
    Rule("List-Id", "razor-users", "razor"),
    Rule("List-Id", "zzzzteana", "zzzzteana"),
    Rule("List-Id", "fork.xent.com", "fork"),
    Rule("List-Id", "rpm-list", "rpm"),
    Rule("List-Id", "ilug.linux.ie", "ilug"),
    Rule("List-Id", "exmh", "exmh"),
    Rule("Subject", "Re", "answers"),
    Rule("From", "hotmail.com", "hotmail"),
    Rule("To", "localhost", "local"),
]


def message(size: int, rules: list[Rule]) -> bytes:
    """A message of `size` bytes that the last of `rules` files."""
    head = (
        "Return-Path: <owner@example.org>\n"
        "Received: from mail.example.org (mail.example.org [192.0.2.1])\n"
        "\tby mx.example.com (Postfix) with ESMTPS id 4F0C81A2B3\n"
        "\tfor <me@example.com>; Tue, 21 Nov 2023 17:00:00 +0000 (UTC)\n"
        "From: Some One <someone@example.net>\nTo: me@example.com\n"
        "Subject: A message of the usual size\nDate: Tue, 21 Nov 2023 17:00:00 +0000\n"
        f"Message-ID: <1@example.net>\n{rules[-1].header}: <{rules[-1].text}>\n\n"
    ).encode()
    line = b"All work and no play makes mail a dull thing to deliver all day long.\n"
    body = line * ((size - len(head)) // len(line) + 1)
    return (head + body)[:size]


def write_message(path: Path, size: int, rules: list[Rule]) -> Path:
    """Write `message(size, rules)` to `path`, a piece at a time."""
    with path.open("wb") as file:
        file.write(message(min(size, 5000), rules))
        for _ in range((size - 5000) // 5000):
            file.write(message(5000, rules).partition(b"\n\n")[2].ljust(5000, b"\n"))
    return path


def as_maildir(corpus: Path, maildir: Path) -> int:
    """Copy every message of `corpus` into `maildir` as read mail; returns their number."""
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    files = sorted(path for path in corpus.glob("*/*") if path.is_file())
    for number, path in enumerate(files):
        base = re.sub(r"[^A-Za-z0-9]", "", path.name)[:12]
        content = path.read_bytes()
        name = f"{1_000_000_000 + number}.M0P1Q{number}{base}.host,S={len(content)}:2,S"
        (maildir / "cur" / name).write_bytes(content)
    return len(files)
