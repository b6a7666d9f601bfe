"""other_servers: mail servers of which Debian lets no two be installed at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import exim, opensmtpd
from .exim import Exim
from .opensmtpd import OpenSmtpd

Server = Exim | OpenSmtpd

OTHER_SERVERS: dict[str, tuple[str, type[Server]]] = {  # the Debian package, and how to run it
    "exim": (exim.PACKAGE, Exim),
    "opensmtpd": (opensmtpd.PACKAGE, OpenSmtpd),
}


@dataclass(frozen=True)
class Unpacked:
    """One of them, by its folder in examples/, and where its package is unpacked."""

    name: str
    kind: type[Server]
    root: Path
