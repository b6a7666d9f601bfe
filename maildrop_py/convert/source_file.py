"""source_file: the rule file that is converted, and those that it includes, read from disk.

procmail knows no encoding: its bytes are characters. Sieve scripts and mailfilters are UTF-8
(RFC 5228 2.1, maildropfilter(7)).
"""

from __future__ import annotations

import os

from maildrop_py.convert.conversion import LARGEST, BadFile, Included, Source
from maildrop_py.convert.recognise import PROCMAIL, recognised
from maildrop_py.regular_file import read_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date


def source_in(
    file: str, language: str | None, home: str, user: str, included: Included, today: date
) -> Source:
    """The file as a Source; without `language` it is recognised. Raises BadFile."""
    text = _text_of(file)
    if text is None:
        raise BadFile(f"{file} cannot be read")
    language = language or recognised(file, text)
    if language != PROCMAIL:
        text = text.encode("latin-1").decode("utf-8", "replace").removeprefix("\ufeff")
    return Source(language, text, os.path.basename(file), home, user, included, today)


def user_named_in(environ: Mapping[str, str]) -> str:
    """The login name that the environment has; "me" where it has none."""
    return environ.get("LOGNAME") or environ.get("USER") or "me"


def reader_beside(file: str) -> Callable[[str], str | None]:
    """Reads included files: where they are, or beside the one that is converted."""
    here = os.path.dirname(os.path.abspath(file))

    def read(path: str) -> str | None:
        parts = path.split("/")
        visible = [part.lstrip(".") for part in parts]  # as people keep them in repositories
        beside = (os.path.join(here, *p[-count:]) for p in (parts, visible) for count in (1, 2))
        scripts = (os.path.join(here, *where, f"{path}.sieve") for where in ((), ("included",)))
        candidates = (path, *beside, *scripts)
        return next((text for each in candidates if (text := _included(each)) is not None), None)

    return read


def _text_of(path: str) -> str | None:
    try:
        with open(path, encoding="latin-1", newline="") as file:
            return file.read(LARGEST + 1)
    except OSError:
        return None


def _included(path: str) -> str | None:
    """The same of a file that another one names: nothing that could be waited for."""
    try:
        return read_regular(path, LARGEST + 1).decode("latin-1")
    except (OSError, ValueError):
        return None
