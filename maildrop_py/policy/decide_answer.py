"""decide_answer: from a plan and what is remembered to an answer and what is to be remembered.

Pure: what was read from the store comes in, what is to be written goes out, the clock
is a number. Who carries it out (`answerer`) gives an answer that holds a client back only
after what it rests on is stored; `unstored` is the answer where it cannot be.

Greylisting looks under every name that a client goes by (its domain where SPF passes,
and its network or address), so that DNS that is silent at one of two tries does not
begin the wait again.

The tarpit: told once in a session, at RCPT. That the client waited is known from
END-OF-MESSAGE: a pipelining client that has left still makes Postfix ask at DATA.
"""

from __future__ import annotations

from typing import NamedTuple

from maildrop_py.policy import greylist
from maildrop_py.policy.greylist import Entry, Terms, ends, step
from maildrop_py.policy.remembered import (
    MOST_IN_A_SESSION,
    SESSION_LIFE,
    Change,
    Sent,
    Session,
    client_key,
    pack_entry,
    pack_sent,
    pack_session,
    unpack_entry,
    unpack_sent,
    unpack_session,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from maildrop_py.policy.client_key import ClientKey
    from maildrop_py.policy.plan import Plan

TARPIT_TERMS = Terms()
"""How long a tarpit without greylisting remembers who waited."""


class Case(NamedTuple):
    """One client, sender and recipient: what to look up, and in which circumstances.

    `clients` are the names that the client goes by, the strongest first, each with its
    own key and that of its triplet; `session` is the key of the session, b"" where there is none.
    `stressed`: the server is overloaded, or too many clients wait in the tarpit.
    """

    plan: Plan
    clients: tuple[tuple[ClientKey, bytes, bytes], ...]
    session: bytes = b""
    stressed: bool = False

    def wanted(self) -> list[bytes]:
        """What is to be read for it."""
        found = [self.session] if self.session else []
        for _, key, triplet in self.clients:
            found += [triplet, key]
        return found


class Answer(NamedTuple):
    """What the client is told, and what is to be remembered before it is.

    `outcome` is pass, known (the triplet), proven (the client), exempt, back (it waited long
    enough), new, early, late, clock, tarpit or waited. `left` are the seconds until it may come
    again, `sleep` those that it waits now.
    """

    outcome: str
    left: int = 0
    sleep: int = 0
    changes: tuple[Change, ...] = ()
    since: int = 0

    @property
    def holds_back(self) -> bool:
        """Whether the client is told to come again."""
        return self.left > 0


EXEMPT = Answer("exempt")
"""One of us, who never has to wait."""
UNSTORED = Answer("unstored")
"""Where nothing can be remembered nobody is held back."""


def decide_answer(case: Case, seen: Mapping[bytes, bytes], now: int) -> Answer:
    """The answer of one case; `seen` is what the store has of its keys."""
    proven = _proven(case, seen, now)
    if proven is not None:
        return proven
    plan = case.plan
    session = unpack_session(seen.get(case.session)) if case.session else None
    if plan.greylist:
        return _greylisted(case, plan.greylist, seen, session, now)
    assert plan.tarpit is not None
    waited = session is not None and session.waited
    if plan.tarpit.instead:
        return _tarpitted_or(case, plan.tarpit.instead, seen, session, now)
    if waited or case.stressed:
        return Answer("waited" if waited else "pass")
    changes = _noted(case, session, TARPIT_TERMS, now, waited=True)
    return Answer("tarpit", sleep=plan.tarpit.seconds, changes=changes)


def _proven(case: Case, seen: Mapping[bytes, bytes], now: int) -> Answer | None:
    """The answer for a client that has sent enough mail before; None for others."""
    for client, key, _ in case.clients:
        sent = unpack_sent(seen.get(key))
        if sent.messages >= client.needed:
            if abs(now - sent.last) <= greylist.REFRESHED:
                return Answer("proven")
            kept = Change(key, pack_sent(sent._replace(last=now)), now + _terms(case).remember)
            return Answer("proven", changes=(kept,))
    return None


def _terms(case: Case) -> Terms:
    tarpit = case.plan.tarpit
    return case.plan.greylist or (tarpit.instead if tarpit else None) or TARPIT_TERMS


def _greylisted(
    case: Case, terms: Terms, seen: Mapping[bytes, bytes], session: Session | None, now: int
) -> Answer:
    best = step(_best_entry(case, seen, now), now, terms)
    if best.left:
        return _held(case, best, terms)
    noted = _noted(case, session, terms, now, waited=False)
    if case.plan.tarpit and best.why == "back" and not case.stressed:  # both have to be borne
        if session is not None and session.waited:
            return Answer("waited")
        noted = _noted(case, session, terms, now, waited=True)
        return Answer("tarpit", sleep=case.plan.tarpit.seconds, changes=noted)
    return Answer(best.why, changes=(*_entries(case, best, terms), *noted), since=_since(best))


def _tarpitted_or(
    case: Case, terms: Terms, seen: Mapping[bytes, bytes], session: Session | None, now: int
) -> Answer:
    """Whoever is new waits in the tarpit; who left it, or must not be let wait, is greylisted."""
    entry = _best_entry(case, seen, now)
    best = step(entry, now, terms)
    if session is not None and session.waited:
        kept = _entries(case, best, terms) if entry is None else ()
        return Answer("waited", changes=(*kept, *_noted(case, session, terms, now, waited=True)))
    if not best.left:
        noted = _noted(case, session, terms, now, waited=False)
        return Answer(best.why, changes=(*_entries(case, best, terms), *noted), since=_since(best))
    if best.why == "early" or case.stressed or case.plan.tarpit is None or not case.session:
        return _held(case, best, terms)
    kept = (*_entries(case, best, terms), *_noted(case, session, terms, now, waited=True))
    return Answer("tarpit", sleep=case.plan.tarpit.seconds, changes=kept)


def _held(case: Case, best: greylist.Step, terms: Terms) -> Answer:
    return Answer(best.why, left=best.left, changes=_entries(case, best, terms))


def _since(best: greylist.Step) -> int:
    return best.entry.passed - best.entry.first if best.why == "back" and best.entry else 0


def _best_entry(case: Case, seen: Mapping[bytes, bytes], now: int) -> Entry | None:
    """Of the entries under all names of the client the one that lets it pass the soonest."""
    found = [unpack_entry(seen.get(triplet)) for _, _, triplet in case.clients]
    entries = [entry for entry in found if entry is not None]
    if not entries:
        return None
    passed = [entry for entry in entries if entry.passed]
    if passed:
        return max(passed, key=lambda entry: entry.passed)
    return min(entries, key=lambda entry: (entry.first > now, entry.first), default=None)


def _entries(case: Case, best: greylist.Step, terms: Terms) -> tuple[Change, ...]:
    """What the step leaves to be remembered, under every name of the client."""
    if best.entry is None:
        return ()
    value, last = pack_entry(best.entry), ends(best.entry, terms)
    pending = not best.entry.passed
    new = best.why == "new"
    return tuple([Change(triplet, value, last, new, pending) for _, _, triplet in case.clients])


def _noted(
    case: Case, session: Session | None, terms: Terms, now: int, waited: bool
) -> tuple[Change, ...]:
    """A note about the session: at its end the client has sent one message more."""
    if not case.session:
        return ()
    client, _, triplet = case.clients[0]
    known = session.triplets if session else ()
    waited = waited or (session is not None and session.waited)
    triplets = known if triplet in known else (*known, triplet)[-MOST_IN_A_SESSION:]
    note = Session(waited, str(client), triplets, terms.remember)
    return () if note == session else (_note(case.session, note, now),)


def _note(key: bytes, note: Session, now: int) -> Change:
    return Change(key, pack_session(note), now + SESSION_LIFE)


def end_of_message(session: bytes, seen: Mapping[bytes, bytes], now: int) -> Answer:
    """What is to be remembered when the client of `session` has sent its message.

    `seen` has the session, and the client and triplets that it names.
    """
    note = unpack_session(seen.get(session))
    if note is None or not note.client:
        return Answer("pass")
    key = client_key(note.client)
    sent = unpack_sent(seen.get(key))
    last = now + note.remember
    changes = [Change(key, pack_sent(Sent(sent.messages + 1, now)), last)]
    for triplet in note.triplets:
        entry = unpack_entry(seen.get(triplet))
        passed = Entry(entry.first if entry else now, now)
        changes.append(Change(triplet, pack_entry(passed), last))
    changes.append(_note(session, note._replace(client="", triplets=()), now))
    return Answer("sent", changes=tuple(changes))


def keys_of_note(value: bytes | None) -> list[bytes]:
    """What else is to be read when the session of this note ends."""
    note = unpack_session(value)
    if note is None or not note.client:
        return []
    return [client_key(note.client), *note.triplets]
