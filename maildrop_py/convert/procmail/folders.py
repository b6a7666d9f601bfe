"""folders: the paths that a procmailrc delivers to, as folders of one Maildir.

The Maildir is the one that DEFAULT names, else the one that holds folders named as in a
Maildir++ (`.Lists.python`), else MAILDIR. mbox files and MH folders become
folders of their names. No two paths become one folder.
"""

from __future__ import annotations

import posixpath
from collections import Counter

from maildrop_py.convert.procmail.environment import MARKS, Unknown, as_template, is_marked
from maildrop_py.convert.procmail.legible import legible
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.procmail.environment import Environment

INBOX = "INBOX"
DEV_NULL = "/dev/null"
_UNSAFE = str.maketrans(dict.fromkeys("\\*%#:", "_"))


@record
class Path:
    """Where a recipe delivers: an absolute path, with a slash at the end for a Maildir."""

    text: str

    @property
    def bare(self) -> str:
        """Without what says its kind: `/`, `/.`, `/new`."""
        return self.text.removesuffix("/.").rstrip("/").removesuffix("/new") or "/"

    @property
    def is_mbox(self) -> bool:
        return not self.text.endswith(("/", "/.", "/new"))


@record
class Layout:
    """The Maildir, how its folders are stored, and every path's folder as a template."""

    root: str
    layout: str
    names: tuple[tuple[str, str], ...]

    def folder(self, path: Path) -> str:
        return dict(self.names)[path.text]


def lay_out(paths: list[Path], default: Path | None, maildir: str, home: str, spool: str) -> Layout:
    """The layout of what these paths name; `maildir` and `home` are absolute."""
    paths = list(dict.fromkeys(path for path in paths if path.text != DEV_NULL))
    root = _root(paths, default, maildir, home)
    inside = [path.bare[len(root) + 1 :] for path in paths if path.bare.startswith(f"{root}/")]
    dotted = Counter(rest.startswith(".") for rest in inside if "/" not in rest or rest[0] == ".")
    is_fs = dotted[False] + sum(rest[0] != "." and "/" in rest for rest in inside) > dotted[True]
    layout = "fs" if inside and is_fs else "maildir++"
    names: dict[str, str] = {}
    for path in paths:
        names[path.text] = _apart(
            INBOX if path.bare == spool else _name(path, root, layout, maildir, home), path, names
        )
    return Layout(root, layout, tuple(names.items()))


def _root(paths: list[Path], default: Path | None, maildir: str, home: str) -> str:
    if default is not None and not default.is_mbox and not is_marked(default.text):
        return default.bare
    parents = [
        posixpath.dirname(path.bare)
        for path in paths
        if not path.is_mbox and posixpath.basename(path.bare).startswith(".")
    ]
    if parents:
        return Counter(parents).most_common(1)[0][0]
    if maildir != home and any(path.bare.startswith(f"{maildir}/") for path in paths):
        return maildir
    return f"{home}/Maildir"


def _name(path: Path, root: str, layout: str, maildir: str, home: str) -> str:
    bare = path.bare
    if bare == root:
        return INBOX
    for base in (root, maildir, home):
        if bare.startswith(f"{base}/"):
            return _safe(legible(bare[len(base) + 1 :]), layout)
    return _safe(legible(bare.lstrip("/")), layout)


def _safe(rest: str, layout: str) -> str:
    if layout == "maildir++" and rest.startswith("."):
        rest = rest[1:].replace(".", "/")
    elif layout == "maildir++":
        rest = rest.replace(".", "_")
    rest = "".join(char for char in rest if char.isprintable() or char in MARKS)
    levels = [level.lstrip(".~ ").translate(_UNSAFE) for level in rest.split("/")]
    levels = [f"{level}_" if level in ("cur", "new", "tmp") else level for level in levels if level]
    return as_template("/".join(levels)) or INBOX


def _apart(name: str, path: Path, names: dict[str, str]) -> str:
    """`name`, or one with a number where another path has it."""
    taken = {other for text, other in names.items() if Path(text).bare != path.bare}
    number, found = 2, name
    while found in taken and found != INBOX:
        found, number = f"{name}-{number}", number + 1
    return found


def path_of(word: str, environment: Environment) -> Path:
    """Where a word of a recipe's action delivers; raises Unknown."""
    if word == DEV_NULL:
        return Path(word)
    maildir = environment.get("MAILDIR") or "/"
    if is_marked(maildir):
        raise Unknown("MAILDIR is only known when mail comes")
    joined = posixpath.join(maildir, word.removeprefix("./"))
    ending = "/" if word.endswith("/") else "/." if word.endswith("/.") else ""
    return Path(posixpath.normpath(joined).rstrip("/") + ending)
