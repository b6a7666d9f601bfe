"""deliver_options: the command line of `deliver`, which click is too slow to read.

OPTIONS is the one table of them; the click command that prints `--help` and
completes in shells is made from it too.
"""

from __future__ import annotations

from maildrop_py.errors import UsageError

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
