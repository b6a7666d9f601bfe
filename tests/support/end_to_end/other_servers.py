"""other_servers: mail servers of which Debian lets no two be installed at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support.end_to_end import exim, opensmtpd
from tests.support.end_to_end.exim import Exim
from tests.support.end_to_end.opensmtpd import OpenSmtpd

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
