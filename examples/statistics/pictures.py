#!/usr/bin/env python3
"""Makes the pictures in README.md from a made-up month: figures of two pages, as they are there.

    python3 examples/statistics/pictures.py [DIRECTORY]

`month.svg` is from `maildrop-py stats --html`; `dry-run.svg` is from `maildrop-py dry-run --html`
with the rules of the quick start, run on a Maildir that has all lists in one folder. A picture is
the page's own HTML and style in an SVG, so a browser shows it in its light or dark colours.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from month import entries

HERE = Path(__file__).resolve().parent
RULES = HERE.parent / "quickstart/rules.yaml"
DAYS, DELIVERIES, MESSAGES = 31, 6000, 1500
SIZES = {"month": (880, 338), "dry-run": (880, 484)}
"""Pixels of each picture."""
LAYOUT = (
    "body{margin:0;padding:0;max-width:none;background:none;display:grid;gap:.75rem;"
    "font:15px/1.5 system-ui,sans-serif;grid-template-columns:repeat(auto-fit,minmax(24rem,1fr))}"
    "figure{margin:0}.remark{display:none}.beside{grid-template-columns:11fr 9fr}"
    ".flow{grid-template-columns:6rem 1fr 12.5rem}"
)


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    with TemporaryDirectory() as place:
        month = page("stats", "--log", str(log_in(Path(place))), "--rules", str(RULES))
        maildir = maildir_in(Path(place))
        dry_run = page("dry-run", "--offline", "--all-folders", "--rules", str(RULES), str(maildir))
    write(target / "month.svg", month, ("days", "scores"), SIZES["month"])
    write(target / "dry-run.svg", dry_run, ("flow",), SIZES["dry-run"])


def page(*arguments: str) -> str:
    """What a command prints as a page."""
    command = [sys.executable, "-m", "maildrop_py", *arguments, "--html", "-"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def log_in(place: Path) -> Path:
    """A delivery log of the month."""
    log = place / "deliveries.jsonl"
    log.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries(DAYS, DELIVERIES)))
    return log


def maildir_in(place: Path) -> Path:
    """A Maildir with messages of the month: those of all lists in one folder, others in INBOX."""
    maildir = place / "Maildir"
    for folder in (maildir, maildir / ".Lists"):
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
    for number, entry in enumerate(entries(DAYS, MESSAGES)):
        folder = maildir / ".Lists" if "list_id" in entry else maildir
        (folder / "cur" / f"{number:05}.M1P1.host:2,S").write_text(message(entry))
    return maildir


def message(entry: dict[str, object]) -> str:
    fields = {"Return-Path": f"<{entry.get('sender', '')}>"}
    fields["From"] = str(entry.get("sender") or "MAILER-DAEMON@example.org")
    if "list_id" in entry:
        fields["List-Id"] = str(entry["list_id"])
    if "spam_score" in entry:
        fields["X-Spam-Status"] = f"No, score={entry['spam_score']}"
    return "".join(f"{name}: {body}\n" for name, body in fields.items()) + "\nHello\n"


def write(path: Path, page: str, figures: tuple[str, ...], size: tuple[int, int]) -> None:
    """A picture of some figures of a page, without what nobody can point at or unfold in one."""
    width, height = size
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    drawn = [
        re.search(rf'<figure id="figure-{key}".*?</figure>', page, re.DOTALL) for key in figures
    ]
    inside = "".join(found[0] for found in drawn if found is not None)
    inside = re.sub(r"<details>.*?</details>|<title>.*?</title>", "", inside, flags=re.DOTALL)
    inside = inside.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<foreignObject width="100%" height="100%"><body xmlns="http://www.w3.org/1999/xhtml">'
        f"<style>{style[1]}{LAYOUT}</style>{inside}</body></foreignObject></svg>\n"
    )


if __name__ == "__main__":
    main()
