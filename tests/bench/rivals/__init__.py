"""rivals: how each of the other programs is set up for the same work.

A rival that is not installed is shown as such; nothing is guessed for it.
"""

from __future__ import annotations

from tests.bench.rivals import dovecot, fdm, maildrop, maildrop_py, mailprocessing, mdsort, procmail
from tests.bench.rivals.rival import Rival

DELIVERY: list[Rival] = [
    maildrop_py.MaildropPy(),
    maildrop_py.HandedOver(),
    dovecot.DovecotLda(),
    procmail.Procmail(),
    maildrop.Maildrop(),
    fdm.Fdm(),
]

DRY_RUN: list[Rival] = [
    maildrop_py.MaildropPy(),
    dovecot.SieveFilter(),
    dovecot.SieveFilterAgain(),
    mdsort.Mdsort(),
    mailprocessing.Mailprocessing(),
]

REFILE: list[Rival] = [
    maildrop_py.MaildropPy(),
    dovecot.SieveFilter(),
    mdsort.Mdsort(),
]
