"""evidence: what the world says about a message, asked only when a rule needs it.

One Evidence belongs to one message. Each question is asked at most once, all of
DNS within one budget, and what was learnt before is taken from the store.
Answers are records that carry what was seen; what cannot be learnt is an
explicit unknown (None, or a reason in the record's `unknown`) and raises
nothing. To make an Evidence and ask nothing imports nothing; how each question
is answered stands in `inquiry`.
"""

from __future__ import annotations

from maildrop_py.later import Later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from maildrop_py.evidence import border, inquiry, networks, would_wait
    from maildrop_py.evidence.answered import Answered
    from maildrop_py.evidence.bayes.judgement import Judgement
    from maildrop_py.evidence.border import Border
    from maildrop_py.evidence.country import Country
    from maildrop_py.evidence.defects import Defects
    from maildrop_py.evidence.dnsbl import Listing
    from maildrop_py.evidence.helo import Helo
    from maildrop_py.evidence.programs import Filled, Programs
    from maildrop_py.evidence.reverse_name import ReverseName
    from maildrop_py.evidence.scanners.answer import Answer
    from maildrop_py.evidence.self_forged import SelfForged
    from maildrop_py.evidence.settings import Clock, Settings
    from maildrop_py.evidence.spf import Spf
    from maildrop_py.evidence.spf_whitelist import Vouched
    from maildrop_py.evidence.store import Store
    from maildrop_py.evidence.trusted_headers import Authentication
    from maildrop_py.message import spam
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message
    from maildrop_py.message.source import Source
    from maildrop_py.message.spam import Verdict

    T = TypeVar("T")
else:
    border = Later("maildrop_py.evidence.border")
    inquiry = Later("maildrop_py.evidence.inquiry")
    networks = Later("maildrop_py.evidence.networks")
    spam = Later("maildrop_py.message.spam")
    would_wait = Later("maildrop_py.evidence.would_wait")


class Evidence:
    """The questions that conditions may ask beside the message itself.

    `state` is the folder of what is remembered between messages; without it
    nothing is. `run_command` runs a program with the message as its input and
    returns the exit status, None if it did not end by itself. `offline` asks no
    DNS server. `zones` are all DNS lists that rules may ask for: they are asked
    together. A `store` that is open already takes the place of the one in
    `state`; `clock` that of the module `time`. Unless it `may_wait`, what DNS, the store,
    scanners or programs say raises WouldWait. Unless it may `scan`, scanners' is unknown.
    """

    def __init__(
        self,
        message: Message,
        envelope: Envelope,
        settings: Settings,
        state: str | None = None,
        run_command: Callable[[tuple[str, ...]], int | None] | None = None,
        offline: bool = False,
        zones: tuple[str, ...] = (),
        store: Store | None = None,
        clock: Clock | None = None,
        may_wait: bool = True,
        programs: Callable[[], Programs] | None = None,
        scan: bool = True,
        folders: Callable[[str], bool] | None = None,
    ) -> None:
        self.message = message
        self.envelope = envelope
        self.settings = settings
        self.state = state
        self.offline = offline
        self.zones = zones
        self.store = store
        self.clock = clock
        self.may_wait, self.has_waited = may_wait, False
        self.scan = scan
        self._folders = folders
        self._run_command = run_command
        self._programs = programs
        self._answers: dict[Any, Any] = {}
        self._warnings: list[str] = []
        self._inquirer: inquiry.Inquiry | None = None
        self._changed: Message | None = None

    @property
    def warnings(self) -> list[str]:
        """What went wrong, for the log: a list not believed, a store that cannot be used."""
        return [*self._warnings, *(self._inquirer.all_warnings() if self._inquirer else ())]

    def wait(self) -> None:
        """What is asked next may take time. Raises WouldWait where nobody may wait now."""
        self.has_waited = True
        if not self.may_wait:
            raise would_wait.WouldWait

    def authors(self) -> tuple[str, ...]:
        """The addresses in From, as written."""
        return self._once("authors", self._inquiry.authors)

    def border(self) -> Border:
        """The client at the border of the trusted networks, and how we came to it."""
        found: Border | None = self._answers.get("border")
        return found if found is not None else self._once("border", self._find)

    def spam(self) -> Verdict:
        """What the configured filters say now; without any, what the headers say of filters."""
        found: Verdict | None = self._answers.get("spam")
        if found is not None:
            return found
        if self._filters_are_asked:
            return self._once("spam", self._inquiry.scanners().spam)
        return self._once("spam", self._spam)

    def virus(self) -> Answer:
        """What clamd says of it now."""
        return self._once("virus", self._inquiry.scanners().virus)

    def auth(self) -> Authentication:
        """The results of trusted servers: dkim, dmarc, arc and whatever they checked."""
        return self._once("auth", self._inquiry.auth)

    def spf(self) -> Spf:
        """Whether the border's client may send for the envelope sender (RFC 7208)."""
        return self._once("spf", self._inquiry.spf)

    def answered(self, question: str) -> Any:
        """The answer to `border`, `auth`, `spf`, `helo` or `reverse name`; None if nobody asked."""
        return self._answers.get(question)

    def unknown(self) -> list[str]:
        """The questions that were asked and had no answer: spf, reverse_name, helo, dnsbl …"""
        found = [
            question.replace(" ", "_")
            for question, answer in self._answers.items()
            if isinstance(question, str) and getattr(answer, "unknown", None)
        ]
        lists = self._answers.get("dnsbl", {})
        return found + ["dnsbl"] * any(listing.unknown for listing in lists.values())

    def vouched(self) -> Vouched:
        """The addresses that SPF vouches for."""
        return self._once("vouched", self._inquiry.vouched)

    def reverse_name(self) -> ReverseName:
        """The verified reverse name of the border's client; DNS is asked if no server did."""
        return self._once("reverse name", self._inquiry.reverse_name)

    def helo(self) -> Helo:
        """The HELO name of the border's client and its kinds."""
        return self._once("helo", self._inquiry.helo)

    def country(self) -> Country:
        """The country to which the address of the border's client was given."""
        return self._once("country", self._inquiry.country)

    def attribute(self, name: str) -> str | None:
        """What the mail server says of its session before the mail comes; None if it did not."""
        return None

    def dnsbl(self, zone: str) -> Listing:
        """What the DNS list `zone` says of the border's client; all `zones` are asked with it."""
        found: dict[str, Listing] = self._answers.setdefault("dnsbl", {})
        if zone not in found:
            wanted = dict.fromkeys((zone, *self.zones))
            found.update(self._inquiry.listings(tuple(z for z in wanted if z not in found)))
        return found[zone]

    def known(self, address: str) -> bool | None:
        """Whether the user wrote to `address`; own addresses do not count. None if unknown."""
        return self._once(("known", address), lambda: self._inquiry.known(address))

    def self_forged(self) -> SelfForged:
        """Whether the message claims to be from its recipient and nobody vouches for it."""
        return self._once("self forged", self._inquiry.self_forged)

    def defects(self) -> Defects:
        """What mail-parser finds broken in the message."""
        return self._once("defects", self._inquiry.defects)

    def duplicate(self) -> bool | None:
        """Whether the Message-ID was delivered here before; None if that is unknown."""
        return self._once("duplicate", self._inquiry.duplicate)

    def repeated(self, kind: str, value: str, seconds: int) -> bool | None:
        """Whether a message with this `value` of some `kind` was delivered; None if unknown.

        If it was not, it is remembered for so many seconds once this message is delivered.
        """
        found = self._once((kind, value), lambda: self._inquiry.repeated(kind, value))
        if found is False:
            news: dict[tuple[str, str], int] = self._answers.setdefault("news", {})
            news[kind, value] = max(seconds, news.get((kind, value), 0))
        return found

    def bayes(self, most_clues: int = 0) -> Judgement:
        """How probably it is spam by what was learnt, with the clues that said so most."""
        return self._once(("bayes", most_clues), lambda: self._inquiry.bayes(most_clues))

    def delivered(self, learn: bool | None = None) -> None:
        """The message is delivered: remember its Message-ID, if a rule asked for that.

        `learn` is what a rule says it shall be learnt as: spam, ham or (None) not at all.
        """
        if learn is not None:
            self.lesson(learn)("")
        if self._answers.get("duplicate") is False:
            self._inquiry.remember()
        if "news" in self._answers:
            for (kind, value), seconds in self._answers["news"].items():
                self._inquiry.remember_once(kind, value, seconds)

    def lesson(self, is_spam: bool) -> Callable[[str], None]:
        """What the message teaches, read now; call it with the name of the run that teaches it.

        With "", by a delivery, the configured scanners are taught too.
        """
        self.may_wait = True
        lesson = self._inquiry.lesson(is_spam)
        return lambda run: self._inquiry.learn(lesson, run)

    def people_answered(self) -> Answered:
        """Who had automatic answers, and how many there were."""
        self.may_wait = True
        return self._inquiry.people_answered()

    def folder_exists(self, name: str) -> bool | None:
        """Whether the Maildir has the folder `name`; None where nobody knows which Maildir."""
        return None if self._folders is None else self._folders(name)

    def command(self, argv: tuple[str, ...]) -> int | None:
        """The exit status of a program that got the message; None if it has none."""
        if not self.may_wait:
            raise would_wait.WouldWait
        run = None if self.offline else self._run_command
        return self._once(("command", argv), lambda: None if run is None else run(argv))

    def _find(self, message: Message | None = None) -> Border:
        trusted, warnings = networks.parse_networks(self.settings.networks)
        self._warnings += warnings
        return border.find((message or self.message).headers, self.envelope, trusted)

    @property
    def _filters_are_asked(self) -> bool:
        """Whether a spam filter is to be asked at delivery."""
        return any(name != "clamd" for name, _, _ in self.settings.scanners)

    def look_again(self, message: Message) -> None:
        """A program changed the message: what filters said is read from its headers now."""
        self._changed = message
        if not self._filters_are_asked:
            self._answers.pop("spam", None)

    def _spam(self) -> Verdict:
        filters, changed = self.settings.spam_filters, self._changed
        if changed is None:
            return spam.verdict(self.message.headers, lambda: self.border().offset, filters)
        return spam.verdict(changed.headers, lambda: self._find(changed).offset, filters)

    def status(self, call: Filled, source: Source | None) -> int | None:
        """The exit status of a call, where more is said of it than its words.

        The program gets what the message was made into, `source`, or the message as it came.
        """
        programs = self._runs()
        return None if programs is None else programs.status(call, source)

    def output(self, call: Filled, source: Source | None) -> str | None:
        """What a program prints; None if it fails or cannot be run."""
        programs = self._runs()
        return None if programs is None else programs.output(call, source)

    def filtered(self, call: Filled, source: Source | None) -> Source | None:
        """What a program makes of the message; None if it fails or cannot be run."""
        programs = self._runs()
        return None if programs is None else programs.filtered(call, source)

    def with_head(self, head: bytes, source: Source | None) -> Source:
        """The message with another head."""
        if self._programs is not None and self.may_wait:
            return self._programs().with_head(head, source)
        from maildrop_py.message.changed import joined

        return joined(head, source or self.message.source)

    @property
    def runs_programs(self) -> bool:
        """Whether programs are run at all; not in a dry run."""
        return self._programs is not None and not self.offline

    def _runs(self) -> Programs | None:
        if not self.may_wait:
            raise would_wait.WouldWait
        return None if self._programs is None or self.offline else self._programs()

    def _once(self, question: Any, answer: Callable[[], T]) -> T:
        if question not in self._answers:
            self._answers[question] = answer()
        found: T = self._answers[question]
        return found

    @property
    def _inquiry(self) -> inquiry.Inquiry:
        if self._inquirer is None:
            self._inquirer = inquiry.Inquiry(self)
        return self._inquirer
