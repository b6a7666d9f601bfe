"""macros: what procmail puts in for `^TO_`, `^TO`, `^FROM_DAEMON` and `^FROM_MAILER`."""

from __future__ import annotations

import re

_TO_HEADERS = r"(^((Original-)?(Resent-)?(To|Cc|Bcc)|(X-Envelope|Apparently(-Resent)?)-To)"
_FROM_HEADERS = r"(((Resent-)?(From|Sender)|X-Envelope-From):|>?From )([^>]*[^(.%@a-z0-9])?"
_FROM_END = r"(([^).!:a-z0-9][-_a-z0-9]*)?[%@>\t ][^<)]*(\(.*\).*)?)?$([^>]|$)"
_DAEMONS = (
    r"(Post(ma?(st(e?r)?|n)|office)|(send)?Mail(er)?|daemon|m(mdf|ajordomo)|n?uucp|LIST(SERV|proc)"
    r"|NETSERV|o(wner|ps)|r(e(quest|sponse)|oot)|b(ounce|bs\.smtp)|echo|mirror"
    r"|s(erv(ices?|er)|mtp(error)?|ystem)|A(dmin(istrator)?|MMGR|utoanswer))"
)
_MAILERS = (
    r"(Post(ma(st(er)?|n)|office)|(send)?Mail(er)?|daemon|mmdf|n?uucp|ops|r(esponse|oot)"
    r"|(bbs\.)?smtp(error)?|s(erv(ices?|er)|ystem)|A(dmin(istrator)?|MMGR))"
)
MACROS = {
    "^FROM_DAEMON": "(^(Mailing-List:|Precedence:.*(junk|bulk|list)|To: Multiple recipients of |"
    f"{_FROM_HEADERS}{_DAEMONS}{_FROM_END}))",
    "^TO_": f"{_TO_HEADERS}:(.*[^-a-zA-Z0-9_.])?)",
    "^TO": f"{_TO_HEADERS}:(.*[^a-zA-Z])?)",
    "^FROM_MAILER": f"(^{_FROM_HEADERS}{_MAILERS}{_FROM_END})",
}


def with_macros(text: str) -> str:
    """`text` with procmail's own names put in, where no backslash stands before them."""
    for name, expression in MACROS.items():
        text = re.sub(rf"(?<!\\){re.escape(name)}", lambda _, put=expression: put, text)  # type: ignore[misc]
    return text
