"""dovecot: where and how the IMAP server of this machine keeps mail, as `doveconf` says it.

Both languages of settings are read: Dovecot 2.3's (`mail_location = maildir:~/Maildir:LAYOUT=fs`)
and 2.4's (`mail_driver`, `mail_path`, …). The separator that clients see says nothing about names
on disk, so it is not needed.

Guarantee: what this program could not deliver into is a problem with a remedy, never guessed at.
Known limits: what a user database says of a single user is not known here, nor another instance
with a configuration of its own.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from maildrop_py.record import record
from maildrop_py.translation import text as translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    Settings: TypeAlias = "dict[str, str | Settings]"

DOVECONF = "doveconf"
MAILDIR, PLUS_PLUS, FS = "maildir", "maildir++", "fs"
UTF_7, UTF_8 = "imap-utf-7", "utf-8"
_MARK = re.compile(r"%(?:([a-zA-Z%])|\{([^}]*)\}|.|$)")
_LAYOUT_SET = re.compile(r"^\s*mailbox_list_layout\s*=\s*fs\b", re.M)
_UNKNOWN = "\0"
_FILTERS: dict[str, Callable[[str], str]] = {
    "username": lambda user: user.partition("@")[0],
    "domain": lambda user: user.partition("@")[2],
    "lower": str.lower,
    "upper": str.upper,
}
"""What 2.4 can do to a variable: `%{user | username | lower}`."""
_TIME = 20  # seconds


@record
class ImapStore:
    """How mail lies: `maildir` (absolute), `layout` and `encoding` as rules files name them.

    `junk` is the folder that the server says is for spam; `problems` are what stands against
    delivering there, each with what would be right; `notes` are worth knowing.
    """

    maildir: str = ""
    layout: str = PLUS_PLUS
    encoding: str = UTF_7
    junk: str = ""
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_doveconf(program: str = DOVECONF) -> Settings | None:
    """All settings of the Dovecot that is installed; None if there is none, or it is broken."""
    try:
        ran = subprocess.run(
            [program, "-a"], capture_output=True, text=True, timeout=_TIME, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return _with_layout(parsed(ran.stdout), ran.stdout) if ran.returncode == 0 else None


def _with_layout(settings: Settings, output: str) -> Settings:
    """The settings with the layout that is in force.

    2.4 prints `fs` whether somebody set it or nobody set anything; and then Maildirs have
    Maildir++'s. So the files are searched for the words themselves.
    """
    if "mail_driver" not in settings or _text(settings, "mailbox_list_layout") != FS:
        return settings
    config = re.search(r"^# .*: (/\S+)$", output, re.M)
    files = Path(config[1]).parent.rglob("*.conf") if config else ()
    is_set = any(_LAYOUT_SET.search(_content(file)) for file in files)
    return {**settings, "mailbox_list_layout": FS if is_set else PLUS_PLUS}


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def parsed(text: str) -> Settings:
    """What `doveconf` prints: `name = value`, and blocks `kind name {` … `}` by both words."""
    top: Settings = {}
    open_blocks = [top]
    for line in map(str.strip, text.splitlines()):
        if line == "}" and len(open_blocks) > 1:
            open_blocks.pop()
        elif line.endswith("{"):
            block: Settings = {}
            open_blocks[-1][line[:-1].strip().replace('"', "")] = block
            open_blocks.append(block)
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            open_blocks[-1][name.strip()] = value.strip()
    return top


def store_of(settings: Settings, user: str, home: str, found: Mapping[str, bool]) -> ImapStore:
    """How mail of `user` lies; `found` says whether a directory exists ("~/Maildir": True)."""
    inbox = _inbox(settings)
    place = _place_of_24(settings, inbox) if "mail_driver" in settings else None
    place = place or _place_of_23(settings, inbox, found)
    driver, path, options = place
    filled = _filled(path, user, home)
    return ImapStore(
        maildir=filled or "",
        layout=FS if options.get("LAYOUT", "").lower() == FS else PLUS_PLUS,
        encoding=UTF_8 if "UTF-8" in options else UTF_7,
        junk=_junk(inbox),
        problems=tuple(_problems(driver, path, filled, options)),
        notes=tuple(_notes(settings, options)),
    )


def _inbox(settings: Settings) -> Settings:
    """The namespace that has INBOX; of one without a name Dovecot makes it up."""
    spaces = [it for name, it in settings.items() if name.split()[0] == "namespace"]
    blocks = [it for it in spaces if isinstance(it, dict)]
    return next((it for it in blocks if it.get("inbox") == "yes"), blocks[0] if blocks else {})


def _text(settings: Settings, name: str) -> str:
    value = settings.get(name, "")
    if not isinstance(value, str):
        return ""
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _place_of_23(
    settings: Settings, inbox: Settings, found: Mapping[str, bool]
) -> tuple[str, str, dict[str, str]]:
    location = _text(inbox, "location") or _text(settings, "mail_location")
    if not location and found.get("~/Maildir"):
        location = "maildir:~/Maildir"  # what Dovecot looks for first
    driver, _, rest = location.partition(":")
    path, *words = rest.split(":")
    pairs = (word.partition("=") for word in words)
    return driver.lower(), path, {name.upper(): value for name, _, value in pairs}


def _place_of_24(settings: Settings, inbox: Settings) -> tuple[str, str, dict[str, str]] | None:
    def value(name: str) -> str:
        return _text(inbox, name) or _text(settings, name)

    options = {
        "LAYOUT": value("mailbox_list_layout"),
        "INBOX": value("mail_inbox_path"),
        "DIRNAME": value("mailbox_directory_name"),
        "CONTROL": value("mail_control_path"),
    }
    if value("mailbox_list_utf8") == "yes":
        options["UTF-8"] = ""
    return (
        value("mail_driver").lower(),
        value("mail_path"),
        {k: v for k, v in options.items() if v or k == "UTF-8"},
    )


def _filled(path: str, user: str, home: str) -> str | None:
    """The path with its variables replaced; None where one is not known here."""
    name, _, domain = user.partition("@")
    known = {"u": user, "n": name, "d": domain, "h": home, "%": "%"}
    known |= {"user": user, "username": name, "domain": domain, "home": home}

    def replacement(found: re.Match[str]) -> str:
        first, *filters = map(str.strip, (found[1] or found[2] or "").split("|"))
        value = known.get(first, _UNKNOWN)
        for each in filters:
            apply = _FILTERS.get(each)
            value = apply(value) if apply else _UNKNOWN
        return value

    filled = _MARK.sub(replacement, path)
    if filled == "~" or filled.startswith("~/"):
        filled = home + filled[1:]
    return filled.rstrip("/") if filled.startswith("/") and _UNKNOWN not in filled else None


def _unknown_path(path: str) -> str:
    return translated("the path {path} cannot be known for one user here", path=path or "-")


def _problems(driver: str, path: str, filled: str | None, options: Mapping[str, str]) -> list[str]:
    if driver != MAILDIR:
        wording = "Dovecot was not told where mail is; right would be {right}"
        if driver:
            wording = "Dovecot keeps mail as {driver}; right would be {right}"
        return [translated(wording, driver=driver, right="mail_location = maildir:~/Maildir")]
    problems = [] if filled else [_unknown_path(path)]
    layout = options.get("LAYOUT", "").lower()
    if layout not in ("", PLUS_PLUS, FS):
        problems.append(
            translated(
                "folders lie in Dovecot's layout {layout}; right would be maildir++ or fs",
                layout=layout,
            )
        )
    if options.get("DIRNAME"):
        problems.append(
            translated(
                "messages lie in directories called {name} of each folder", name=options["DIRNAME"]
            )
        )
    inbox = options.get("INBOX", "").rstrip("/")
    if inbox and inbox != path.rstrip("/"):
        problems.append(translated("INBOX lies elsewhere than the folders: {inbox}", inbox=inbox))
    return problems


def _notes(settings: Settings, options: Mapping[str, str]) -> list[str]:
    notes = []
    for name in ("mailbox_list_index_very_dirty_syncs", "maildir_very_dirty_syncs"):
        block = settings.get("maildir", {})  # where 2.4 has what begins with `maildir_`
        inner = _text(block, name.removeprefix("maildir_")) if isinstance(block, dict) else ""
        if "yes" in (_text(settings, name), inner):
            wording = "{name} = yes: Dovecot may show new mail only when a folder is opened"
            notes.append(translated(wording, name=name))
    if options.get("CONTROL"):
        notes.append(translated("CONTROL is elsewhere: new folders must be subscribed to by hand"))
    return notes


def _junk(inbox: Settings) -> str:
    """The name of the folder whose special use (RFC 6154) is \\Junk."""
    for name, block in inbox.items():
        kind, _, folder = name.partition(" ")
        if kind == "mailbox" and isinstance(block, dict):
            uses = _text(block, "special_use") or _text(block, "mailbox_special_use")
            if "\\Junk" in uses.split():
                return folder
    return ""
