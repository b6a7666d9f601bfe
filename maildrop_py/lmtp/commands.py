"""commands: one function a verb. Each answers once, by `session` or by raising Refused.

What may come when: RFC 5321 4.1.4, with LHLO in the place of EHLO. RFC 2033
4.1 wants 500 for HELO and EHLO, 4.2 wants 503 for DATA without a recipient.
"""

from __future__ import annotations

from maildrop_py.lmtp.address import read_path
from maildrop_py.lmtp.fixed_replies import (
    BYE,
    NEEDS_SMTPUTF8,
    NOT_A_WEB_SERVER,
    NOT_IMPLEMENTED,
    OK,
    RECIPIENT_OK,
    SAY_LHLO,
    SENDER_OK,
    TOO_MANY_RECIPIENTS,
    UNKNOWN,
    UNVERIFIED,
)
from maildrop_py.lmtp.reply import Refused, Reply
from maildrop_py.lmtp.transaction import Transaction
from maildrop_py.lmtp.xforward import read_attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.lmtp.session import Session


def obey(session: Session, line: str) -> None:
    """Do what one command line says."""
    verb, _, argument = line.partition(" ")
    verb = verb.upper()
    command = COMMANDS.get(verb)
    try:
        if command is None:
            _refuse(session, verb)
        else:
            command(session, argument)
    except Refused as refused:
        session.fail(refused.reply)


def _refuse(session: Session, verb: str) -> None:
    if verb in WEB_VERBS:  # a browser led here must not get any further
        session.close(NOT_A_WEB_SERVER)
    else:
        session.fail(NOT_IMPLEMENTED if verb in OTHER_VERBS else UNKNOWN)


def _lhlo(session: Session, argument: str) -> None:
    if not argument:
        raise Refused(501, "5.5.4", "Syntax: LHLO hostname")
    session.greeted = True
    session.reset()
    settings = session.settings
    session.send(settings.offers_xforward if session.xforward else settings.offers)


def _helo(session: Session, argument: str) -> None:
    session.fail(SAY_LHLO)


def _xforward(session: Session, argument: str) -> None:
    if session.transaction is not None:
        raise Refused(503, "5.5.1", "A transaction is under way")
    if not session.xforward:
        raise Refused(550, "5.7.0", "You may not use XFORWARD")
    session.origin = session.origin | read_attributes(argument)
    session.say(OK)


def _mail(session: Session, argument: str) -> None:
    if not session.greeted:
        raise Refused(503, "5.5.1", "Say LHLO first")
    if session.transaction is not None:
        raise Refused(503, "5.5.1", "A transaction is under way")
    sender, parameters = read_path(argument, "FROM:", "5.1.7")
    transaction = Transaction(sender, session.origin)
    if parameters:
        transaction.apply(parameters, session.settings.limits.message)
    if sender is not None and not transaction.permits(sender):
        session.fail(NEEDS_SMTPUTF8)
    else:
        session.transaction = transaction
        session.send(SENDER_OK)


def _rcpt(session: Session, argument: str) -> None:
    transaction = session.transaction
    if transaction is None:
        raise Refused(503, "5.5.1", "MAIL comes first")
    if len(transaction.recipients) >= session.settings.limits.recipients:
        session.limit_reached(f"more than {len(transaction.recipients)} recipients")
        return session.say(TOO_MANY_RECIPIENTS)  # no error: RFC 5321 4.5.3.1.10
    address, parameters = read_path(argument, "TO:", "5.1.3")
    if address is None:
        raise Refused(501, "5.1.3", "The recipient is empty")
    if parameters:
        raise Refused(555, "5.5.4", f"Parameter {next(iter(parameters))} is not offered")
    if not transaction.permits(address):
        return session.fail(NEEDS_SMTPUTF8)
    found = session.attempt(session.handler.recipient, address, transaction)
    if isinstance(found, Reply):
        session.handler.not_delivered(address.text, found)
        return session.say(found)  # nor is this: the mail server cannot know the users
    transaction.recipients.append(found)
    return session.send(RECIPIENT_OK)


def _data(session: Session, argument: str) -> None:
    transaction = session.transaction
    if argument:
        raise Refused(501, "5.5.4", "Syntax: DATA")
    if transaction is None:
        raise Refused(503, "5.5.1", "MAIL comes first")
    if not transaction.recipients:
        raise Refused(503, "5.5.1", "There are no valid recipients")
    sink = session.attempt(session.handler.begin, transaction)
    if isinstance(sink, Reply):
        session.handler.not_delivered("", sink)
        session.say(sink)
    else:
        session.begin_text(sink)


def _rset(session: Session, argument: str) -> None:
    if argument:
        raise Refused(501, "5.5.4", "Syntax: RSET")
    session.reset()
    session.say(OK)
    session.close_if_draining()


def _noop(session: Session, argument: str) -> None:
    session.say(OK)


def _vrfy(session: Session, argument: str) -> None:
    if not argument:
        raise Refused(501, "5.5.4", "Syntax: VRFY address")
    session.say(UNVERIFIED)


def _help(session: Session, argument: str) -> None:
    session.say(Reply(214, "2.0.0", "LHLO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT"))


def _quit(session: Session, argument: str) -> None:
    if argument:
        raise Refused(501, "5.5.4", "Syntax: QUIT")
    session.close(BYE)


COMMANDS: dict[str, Callable[[Session, str], None]] = {
    "LHLO": _lhlo,
    "MAIL": _mail,
    "RCPT": _rcpt,
    "DATA": _data,
    "RSET": _rset,
    "NOOP": _noop,
    "VRFY": _vrfy,
    "HELP": _help,
    "QUIT": _quit,
    "XFORWARD": _xforward,
    "HELO": _helo,
    "EHLO": _helo,
}
OTHER_VERBS = frozenset(
    ("AUTH", "BDAT", "BURL", "ETRN", "EXPN", "SAML", "SEND", "SOML", "STARTTLS", "TURN", "XCLIENT")
)
WEB_VERBS = frozenset(("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"))
