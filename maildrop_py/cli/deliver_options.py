"""deliver_options: the command line of `deliver`, which click is too slow to read.

OPTIONS is the one table of them; the click command that prints `--help` and
completes in shells is made from it too.
"""

from __future__ import annotations

from maildrop_py.errors import UsageError
from maildrop_py.paths import MESSAGE_TIME

LONGEST = 900.0
"""Seconds; Postfix ends a command after 1000 and bounces the message."""

OPTIONS: dict[str, tuple[str, str]] = {
    # name: (short form, help)
    "sender": ("-f", 'envelope sender; "" or "<>" is the null sender'),
    "recipient": ("-r", "envelope recipient, as the mail server delivers it"),
    "extension": ("-a", "what follows the delimiter in user+extension"),
    "user": ("", "login name, {user} in folder names"),
    "client-address": ("", "IP address of the SMTP client"),
    "client-name": ("", 'verified reverse name of the SMTP client, or "unknown"'),
    "helo": ("", "what the SMTP client said in HELO or EHLO"),
    "protocol": ("", "SMTP, ESMTP, ESMTPS, ESMTPSA, …"),
    "sasl-username": ("", "login name of an authenticated SMTP client"),
    "rules": ("", "the rules file (default: ~/.config/maildrop-py/rules.yaml)"),
    "maildir": ("-m", "the Maildir, whatever the rules file says"),
    "deadline": ("", "seconds after which delivery gives up with 75 (default: 240)"),
    "log": ("", 'the delivery log, "none" for no log (default: ~/.local/state/maildrop-py/)'),
}

ENVELOPE = (
    *("sender", "recipient", "extension", "user", "client-address", "client-name"),
    *("helo", "protocol", "sasl-username"),
)
"""Those that are about the envelope: `dry-run` has them too."""

_SHORT = {short: name for name, (short, _) in OPTIONS.items() if short}


def parse(arguments: list[str]) -> dict[str, str]:
    """The values of the options given; raises UsageError for anything else."""
    values: dict[str, str] = {}
    waiting = list(reversed(arguments))
    while waiting:
        word = waiting.pop()
        name, equals, value = word.partition("=")
        option = name[2:] if name.startswith("--") else _SHORT.get(name, "")
        if option not in OPTIONS:
            raise UsageError(f"deliver: there is no option {word!r}")
        if not equals:
            if not waiting:
                raise UsageError(f"deliver: {word} needs a value")
            value = waiting.pop()
        values[option] = value
    return values


def deadline_of(options: dict[str, str]) -> float:
    """The seconds after which delivery gives up; the default where the value is wrong."""
    try:
        return min(max(float(options.get("deadline", MESSAGE_TIME)), 0.001), LONGEST)
    except ValueError:
        return MESSAGE_TIME


def wrong_values(options: dict[str, str]) -> list[str]:
    """A warning for each value that cannot be used; delivery goes on without it."""
    warnings = []
    deadline = options.get("deadline")
    if deadline is not None and not _is_seconds(deadline):
        warnings.append(
            f"--deadline {deadline!r} is not a number of seconds from 0 to {LONGEST:g}: "
            f"{deadline_of(options):g} is used"
        )
    address = options.get("client-address")
    if address not in (None, "", "unknown") and not _is_address(str(address)):
        warnings.append(f"--client-address {address!r} is not an IP address: it is not used")
    return warnings


def _is_seconds(text: str) -> bool:
    try:
        return 0 < float(text) <= LONGEST
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    from maildrop_py.message import ip

    return ip.parse(text) is not None
