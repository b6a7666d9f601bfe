"""hook_lines: the line that makes each mail server hand messages to `deliver`.

Only 75 is a temporary failure for every mail server, so each line turns any
status but 0 and 77 into 75: a Python that does not start, a missing program, a
process that was killed. What a message may choose (its sender) is never part
of what a shell reads as commands.

Each server reads `$`, quotes and `||` in its own way before a shell does; the
end-to-end tests deliver through these very lines.
"""

from __future__ import annotations

import shlex

from maildrop_py.translation import marked

GUARD = "|| { [ $? = 77 ] && exit 77; exit 75; }"

PIPE_OPTIONS = {
    "sender": "sender",
    "recipient": "original_recipient",
    "extension": "extension",
    "client-address": "client_address",
    "client-name": "client_hostname",
    "helo": "client_helo",
}
"""Option of `deliver` -> macro of Postfix's pipe(8)."""


NATIVE = "-deliver"
"""What the name of the native hook ends in; it takes the options of `deliver` and no command."""


def guarded(program: str, arguments: str = "") -> str:
    """The shell command that delivers, with the status made safe."""
    command = "" if program.endswith(NATIVE) else "deliver"
    return " ".join(filter(None, (shlex.quote(program), command, arguments, GUARD)))


def hook_lines(program: str) -> dict[str, tuple[str, list[str]]]:
    """Mail server -> (file, lines) for the program, or the native hook, at the path `program`."""
    line = guarded(program)
    return {
        marked("Postfix or Exim, for one user"): ("~/.forward", [_dot_forward(line)]),
        marked("Postfix, for all users"): ("main.cf", [f"mailbox_command = {line}"]),
        marked("Postfix, for virtual users"): ("master.cf", _pipe(program)),
        marked("Exim, a transport"): ("exim4.conf", exim_transport(line)),
        "OpenSMTPD": ("smtpd.conf", [_opensmtpd(line)]),
        "qmail": ("~/.qmail", [f"|{line}"]),
    }


def _dot_forward(line: str) -> str:
    """Exim starts the command without a shell; Postfix does not mind a shell too many."""
    return f'"|/bin/sh -c {shlex.quote(line)}"'


def _opensmtpd(line: str) -> str:
    return f'action "maildrop-py" {opensmtpd_method(line)}'


def opensmtpd_method(line: str) -> str:
    """A shell reads the line between double quotes, as mail.mda's argument, before it is run."""
    escaped = line.replace("$", "\\$")
    return f'mda "{escaped}"'


def _pipe(program: str) -> list[str]:
    line = guarded(program, '"$@"').replace("$", "$$")
    options = " ".join(f"--{name}=${{{macro}}}" for name, macro in PIPE_OPTIONS.items())
    return [
        "maildrop-py unix - n n - - pipe flags=DRX user=vmail null_sender=",
        f"  argv=/bin/sh -c {{{line}}} maildrop-py {options}",
    ]


def exim_transport(line: str) -> list[str]:
    """The lines of a transport of Exim's that runs `line`."""
    return [
        "maildrop_py:",
        "  driver = pipe",
        rf"  command = /bin/sh -c '\N{line}\N'",
        "  return_path_add",
        "  message_prefix =",
        "  message_suffix =",
    ]
