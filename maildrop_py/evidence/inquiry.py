"""inquiry: how each question about a message is answered, by the `means` that there are.

The module of each kind of evidence is loaded when it is asked for. DNS, pyspf
and dnspython come in only where the header and the store do not know already.

Known limits: the SPF check has a share of the DNS budget only, since the sender
chooses the servers it asks; a domain slower than that is a temperror.
"""

from __future__ import annotations

from maildrop_py.evidence.means import Means
from maildrop_py.later import Later
from maildrop_py.paths import answered_store, contacts_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence import (
        answered,
        contacts,
        country,
        defects,
        dnsbl,
        duplicates,
        helo,
        reverse_name,
        self_forged,
        spf,
        spf_whitelist,
        trusted_headers,
    )
    from maildrop_py.evidence.answered import Answered
    from maildrop_py.evidence.bayes import filter as bayes
    from maildrop_py.evidence.bayes import taught_by_runs
    from maildrop_py.evidence.bayes.judgement import Judgement
    from maildrop_py.evidence.bayes.learning import Lesson
    from maildrop_py.evidence.country import Country
    from maildrop_py.evidence.defects import Defects
    from maildrop_py.evidence.dnsbl import Listing
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.evidence.helo import Helo
    from maildrop_py.evidence.reverse_name import ReverseName
    from maildrop_py.evidence.scanners import all_scanners
    from maildrop_py.evidence.scanners.all_scanners import AllScanners
    from maildrop_py.evidence.self_forged import SelfForged
    from maildrop_py.evidence.spf import Spf
    from maildrop_py.evidence.spf_whitelist import Vouched
    from maildrop_py.evidence.trusted_headers import Authentication
    from maildrop_py.message import addresses
else:
    answered = Later("maildrop_py.evidence.answered")
    contacts = Later("maildrop_py.evidence.contacts")
    country = Later("maildrop_py.evidence.country")
    defects = Later("maildrop_py.evidence.defects")
    dnsbl = Later("maildrop_py.evidence.dnsbl")
    duplicates = Later("maildrop_py.evidence.duplicates")
    helo = Later("maildrop_py.evidence.helo")
    reverse_name = Later("maildrop_py.evidence.reverse_name")
    self_forged = Later("maildrop_py.evidence.self_forged")
    spf = Later("maildrop_py.evidence.spf")
    spf_whitelist = Later("maildrop_py.evidence.spf_whitelist")
    trusted_headers = Later("maildrop_py.evidence.trusted_headers")
    bayes = Later("maildrop_py.evidence.bayes.filter")
    taught_by_runs = Later("maildrop_py.evidence.bayes.taught_by_runs")
    all_scanners = Later("maildrop_py.evidence.scanners.all_scanners")
    addresses = Later("maildrop_py.message.addresses")

_SPF_SHARE = 0.6  # of the DNS budget


class Inquiry(Means):
    """Answers the questions of one Evidence, each time it is asked."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._scanners: AllScanners | None = None
        self._own: tuple[str, ...] | None = None

    def all_warnings(self) -> list[str]:
        """Our own and the store's."""
        stored = self._store.all_warnings() if self._store is not None else ()
        scanned = self._scanners.warnings if self._scanners is not None else ()
        return [*self.warnings, *stored, *scanned]

    def authors(self) -> tuple[str, ...]:
        fields = self.message.headers.all("From")
        return tuple(
            one.text for field in fields for one in addresses.in_header(field) if one.domain
        )

    def defects(self) -> Defects:
        self.evidence.wait()
        return defects.find(self.message)

    def auth(self) -> Authentication:
        border = self.evidence.border()
        return trusted_headers.authentication(
            self.message.headers, border, self.settings.authserv_ids
        )

    def spf(self) -> Spf:
        border = self.evidence.border()
        if border.authenticated:
            return spf.Spf("unknown", unknown="the session was authenticated")
        if border.address is None or border.sender is None:
            return spf.Spf("unknown", unknown=border.unknown or "the envelope sender is not known")
        if not border.sender and not border.helo:
            return spf.Spf("unknown", unknown="a null sender, and HELO is not known")
        return self._written_spf() or self._checked_spf()

    def vouched(self) -> Vouched:
        evidence = self.evidence
        return spf_whitelist.vouched(evidence.spf(), evidence.border().sender, evidence.authors())

    def reverse_name(self) -> ReverseName:
        border = self.evidence.border()
        if border.address is None:
            return reverse_name.ReverseName("", unknown=border.unknown)
        if border.name is not None:
            return reverse_name.ReverseName(reverse_name.clean(border.name), "the mail server")
        if self.evidence.offline:
            return reverse_name.ReverseName("", unknown="offline")
        return reverse_name.look_up(border.address, self.resolver())

    def helo(self) -> Helo:
        border = self.evidence.border()
        if border.helo is None:
            return helo.Helo(unknown=border.unknown or "HELO is not known")
        own = (*self.settings.server_names, *(one for one in self._mine() if "@" not in one))
        return helo.Helo(border.helo, helo.kinds(border.helo, border.address, own))

    def country(self) -> Country:
        border = self.evidence.border()
        if border.address is None:
            return country.Country(unknown=border.unknown)
        self.evidence.wait()
        found, warning = country.look_up(border.address, self.settings.countries, self.now())
        self.warnings += [warning] if warning else []
        return found

    def listings(self, zones: tuple[str, ...]) -> dict[str, Listing]:
        address = self.evidence.border().address
        if address is None:
            why = self.evidence.border().unknown
            return {zone: dnsbl.Listing(zone, unknown=why) for zone in zones}
        resolver = None if self.evidence.offline else self.resolver
        found, warnings = dnsbl.look_up(zones, address, resolver, self.store(), self.now())
        self.warnings += warnings
        return found

    def known(self, address: str) -> bool | None:
        if self.evidence.state is None:
            return None
        path = contacts_file(self.evidence.state)
        if self._store is not None and not self.settings.store and self._store.lacks(path):
            return False
        if address.lower() in {own.lower() for own in self._mine()}:
            return False
        try:
            found = contacts.Contacts(path).known(address)
        except OSError as error:
            self.warnings.append(f"contacts are not used: {error.strerror or error}")
            return None
        if not found and self.settings.store:
            wanted = contacts.normal(address) or ""
            return bool(self.store().lines("contact", [wanted], self.now()))
        return found

    def self_forged(self) -> SelfForged:
        evidence = self.evidence
        author = self_forged.claimed(evidence.authors(), self._mine())
        if not author:
            return self_forged.SelfForged(False, "From is somebody else")
        return self_forged.judge(author, evidence.border(), evidence.spf(), evidence.auth())

    def duplicate(self) -> bool | None:
        message_id = self._message_id()
        if not message_id:
            return False
        seen = duplicates.seen(self.store(), message_id, self.now())
        return seen if self.store().usable else None

    def repeated(self, kind: str, value: str) -> bool | None:
        seen = duplicates.seen(self.store(), duplicates.key_of(kind, value), self.now())
        return seen if self.store().usable else None

    def scanners(self) -> AllScanners:
        """The configured scanners, asked about this message."""
        self.evidence.wait()
        if self._scanners is None:
            self._scanners = all_scanners.AllScanners(
                self.message,
                self.evidence.envelope,
                self.settings,
                self.evidence.border,
                self.clock().monotonic,
                self.evidence.scan,
            )
        return self._scanners

    def bayes(self, most_clues: int) -> Judgement:
        return bayes.judgement(self.bayes_store(), self.message, self.evidence.border(), most_clues)

    def lesson(self, is_spam: bool) -> Lesson:
        """What the message teaches, read while its file is there."""
        return bayes.lesson(self.message, self.evidence.border(), is_spam)

    def learn(self, lesson: Lesson, run: str) -> None:
        """Teach the Bayes filter, where that is of use; `run` may be taken back as a whole."""
        from maildrop_py.evidence.bayes import taught_by_runs

        store = self.bayes_store()
        if not bayes.worth_teaching(store, lesson):
            return
        done = store.teach([lesson], self.now())
        if run and done:
            taught_by_runs.remember(self.store(), run, lesson, self.now())
        elif not run:
            self.scanners().teach(lesson.is_spam)

    def people_answered(self) -> Answered:
        state = self.evidence.state
        return self.store().beside(answered_store(state) if state else "", answered.Answered)

    def remember(self) -> None:
        if message_id := self._message_id():
            duplicates.remember(self.store(), message_id, self.now())

    def remember_once(self, kind: str, value: str, seconds: int) -> None:
        duplicates.remember(self.store(), duplicates.key_of(kind, value), self.now(), seconds)

    def _written_spf(self) -> Spf | None:
        """What a server on our side found out already."""
        headers = self.message.headers
        if not headers.all("Received-SPF") and not headers.all("Authentication-Results"):
            return None
        return trusted_headers.spf(headers, self.evidence.border(), self.settings.authserv_ids)

    def _checked_spf(self) -> Spf:
        """What the store knows, else what DNS says now."""
        border, store, now = self.evidence.border(), self.store(), self.now()
        assert border.address is not None
        helo = border.helo or ""
        who = spf.identity(border.sender or "", helo)
        anyone = f"{border.address.text} {who.domain}"
        this_one = f"{anyone} {who.local} {helo}"
        lines = store.lines("spf", (anyone, this_one), now)
        kept = spf.unpack(lines.get(this_one) or lines.get(anyone) or "")
        if kept is not None:
            return kept
        if self.evidence.offline:
            return spf.Spf("unknown", who.domain, who.kind, unknown="offline")
        resolver = self.resolver().within(self.budget().part(_SPF_SHARE))
        receiver = (*self.settings.server_names, "unknown")[0]
        found, life, personal = spf.check(border.address, who, helo, resolver, now, receiver)
        if life:
            store.learn("spf", [(this_one if personal else anyone, spf.pack(found))], now, life)
        return found

    def _mine(self) -> tuple[str, ...]:
        """The user's own addresses and domains, the recipient's among them."""
        if self._own is None:
            recipient = self.evidence.envelope.recipient
            recipient = recipient or self.message.headers.first("Delivered-To") or ""
            mine = (*self.settings.me, recipient, recipient.rpartition("@")[2])
            self._own = tuple([own.removeprefix("@") for own in mine if own])
        return self._own

    def _message_id(self) -> str:
        return duplicates.normal(self.message.headers.first("Message-ID"))
