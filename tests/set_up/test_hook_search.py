"""The lines of mail servers that start us are found, whichever of our programs they name."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.set_up.hook_lines import hook_lines
from maildrop_py.set_up.hook_search import hooks_of

PROGRAMS = ["/usr/bin/maildrop-py", "/usr/bin/maildrop-py-deliver"]
LINES = [
    (program, server, lines)
    for program in PROGRAMS
    for server, (_, lines) in hook_lines(program).items()
]


@pytest.mark.parametrize(("program", "server", "lines"), LINES)
def test_each_line_that_init_shows_is_found(
    program: str, server: str, lines: list[str], tmp_path: Path
) -> None:
    settings = tmp_path / "settings"
    settings.write_text("\n".join(["# a comment", *lines, ""]))
    [hook] = hooks_of([], (str(settings),))
    assert (hook.program, hook.is_guarded) == (program, True)
    assert hook.user == ("vmail" if "virtual" in server else "")


@pytest.mark.parametrize(
    "line",
    [
        "# mailbox_command = /usr/bin/maildrop-py deliver",
        "virtual_transport = lmtp:unix:private/maildrop-py",
        "mailbox_command = /usr/bin/maildrop",
        "mailbox_command = /usr/bin/maildrop-py-delivery",
    ],
)
def test_other_lines_are_not(line: str, tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    settings.write_text(f"{line}\n")
    assert list(hooks_of([], (str(settings),))) == []
