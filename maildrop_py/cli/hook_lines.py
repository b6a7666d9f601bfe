"""hook_lines: the line that makes each mail server hand messages to `deliver`.

Only 75 is a temporary failure for every mail server, so each line turns any
status but 0 and 77 into 75: a Python that does not start, a missing program, a
process that was killed.
"""

from __future__ import annotations

import shlex

GUARD = "{command} || { [ $? = 77 ] && exit 77; exit 75; }"


def hook_lines(program: str) -> dict[str, tuple[str, list[str]]]:
    """Mail server -> (file, lines) for the program at the path `program`."""
    quoted = shlex.quote(program)
    guarded = _guarded(f"{quoted} deliver")
    return {
        "~/.forward (Postfix, Exim, sendmail)": ("~/.forward", [f'"|{guarded}"']),
        "Postfix, for all users": (
            "main.cf",
            [f"mailbox_command = {guarded}"],
        ),
        "Postfix pipe(8), for a virtual user": (
            "master.cf",
            [
                "maildrop-py unix - n n - 10 pipe",
                "  flags=DRX user=vmail null_sender=",
                f"  argv=/bin/sh -c {{{_guarded(_pipe_command(quoted))}}} maildrop-py",
                "  ${sender} ${original_recipient} ${extension} ${client_address} "
                "${client_hostname} ${client_helo} ${user}",
            ],
        ),
        "Exim transport": (
            "exim4.conf",
            [
                "maildrop_py:",
                "  driver = pipe",
                f'  command = /bin/sh -c "{guarded}"',
                "  delivery_date_add",
                "  envelope_to_add",
                "  return_path_add",
                "  log_output",
                "  temp_errors = 75",
                "  timeout = 15m",
            ],
        ),
        "OpenSMTPD": ("smtpd.conf", [f'action "local" mda "{guarded}"']),
        "qmail": ("~/.qmail", [f"|{guarded}"]),
    }


def _guarded(command: str) -> str:
    return GUARD.replace("{command}", command)


def _pipe_command(quoted: str) -> str:
    options = ("sender", "recipient", "extension", "client-address", "client-name", "helo")
    told = " ".join(f'--{name} "$${number}"' for number, name in enumerate(options, 1))
    return f"{quoted} deliver {told}"
