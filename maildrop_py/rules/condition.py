"""condition: what every condition is, what it is asked about, what it answers.

A condition is a frozen record. Its own `parse` makes it from YAML, `describe` puts
it into words, and `test(facts)` answers with an Outcome. It reads nothing but the
Facts it is given, so the same facts give the same Outcome.

`held` of an Outcome is True, False, or None where the answer is unknown (a DNS
server does not answer). No rule fires on None, and the `not` of None is None.
"""

from __future__ import annotations

from maildrop_py.later import Later
from maildrop_py.message.envelope import DELIMITER, extension_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from time import struct_time
    from typing import Any, ClassVar, Protocol, TypeVar

    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message import addresses
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.headers import Field
    from maildrop_py.message.message import Message
    from maildrop_py.message.source import Source
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template
    from maildrop_py.translation import Text

    class Condition(Protocol):
        """See the module's docstring."""

        COST: ClassVar[int]

        def describe(self, text: Text = str.format) -> str:
            """The condition in words: in English for logs, by `translation.text` for people."""

        def test(self, facts: Facts) -> Outcome:
            """Whether it holds for this message."""

    class Nesting(Condition, Protocol):
        """A condition made of others: `all`, `any`, `not`, `weigh`."""

        def children(self) -> tuple[Condition, ...]:
            """The conditions inside it, in order."""

    class ConditionType(Protocol):
        """What the registry names: how a condition is written, and how it is read."""

        SCHEMA: ClassVar[dict[str, Any]]

        @classmethod
        def parse(cls, node: Node, scope: Scope) -> Condition:
            """Make the condition of its YAML value; raises Mistake where that is wrong."""

else:
    addresses = Later("maildrop_py.message.addresses")

if TYPE_CHECKING:
    T = TypeVar("T")
    Calendar = Callable[[float], struct_time]
    """What gives the local date of seconds since the epoch."""

_NOTHING: Mapping[str, list[str]] = {}

Anchors = tuple[tuple[str, str], ...]
"""Pairs of (field, folded literal): one of the literals must be in its field."""

CHEAP, MIDDLING, COSTLY = 0, 1, 2
"""`COST`: headers only; the body or another file; the network or a command.
Conditions side by side are asked in this order."""


def children_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions inside one; none inside one that asks about the message itself."""
    children = getattr(condition, "children", None)
    found: tuple[Condition, ...] = children() if children is not None else ()
    return found


def all_inside(condition: Condition) -> Iterator[Condition]:
    """The condition itself, and every one inside it at any depth."""
    yield condition
    for child in children_of(condition):
        yield from all_inside(child)


class Outcome:
    """What a condition answered, with what it saw.

    `label` and `text` are what was looked at (a header's name and value), `span`
    the part of `text` that matched, `why` a remark in English, which may have names of
    `values` in it, `captures` the named groups, `children` the outcomes of the conditions
    inside this one.
    """

    __slots__ = ("captures", "children", "held", "label", "span", "text", "values", "why")

    def __init__(
        self,
        held: bool | None,
        label: str = "",
        text: str = "",
        span: tuple[int, int] | None = None,
        why: str = "",
        captures: Mapping[str, str] | None = None,
        children: tuple[tuple[Condition, Outcome | None], ...] = (),
        values: Mapping[str, object] | None = None,
    ) -> None:
        self.held = held
        self.label = label
        self.text = text
        self.span = span
        self.why = why
        self.captures = captures
        self.children = children
        self.values = values

    def remark(self, text: Text = str.format) -> str:
        """`why` with its values, "" if there is none; by `translation.text` for people."""
        if self.values:
            values = {name: _in_words(value, text) for name, value in self.values.items()}
            return text(self.why, **values)
        return self.why if text is str.format else text(self.why)


REFUSED, UNKNOWN = Outcome(False), Outcome(None)
"""The answers of a condition that does not hold, or is not known to, unless explained."""
BARE: Mapping[bool | None, Outcome] = {True: Outcome(True), False: REFUSED, None: UNKNOWN}
"""All three answers by `held`, where nobody wants them explained."""


def _in_words(value: object, text: Text) -> object:
    """A value of a remark; several remarks, each with its own values, are put side by side."""
    if not isinstance(value, tuple):
        return value
    told = ((why, {name: text(str(of)) for name, of in values.items()}) for why, values in value)
    return "; ".join(text(why, **values) for why, values in told)


class Facts:
    """All that conditions may know about one message.

    `score` is what earlier rules have added, `variables` the named groups and
    `set` values so far; `now` is seconds since the epoch. `known` are values of
    headers that are decoded already, by names in lower case. Each of `delimiters`
    separates a user's name from the extension in an address. `changed` is what
    the message was made into, None while it is as it came. `calendar` gives local dates
    (UTC if None). `given` are the flag letters and keywords that earlier rules gave,
    `blocks` the answers of the `when` of blocks of rules.
    With `explaining`, conditions inside others are all asked, so that each can be shown.
    """

    __slots__ = (
        *("_delimiters", "_folded", "_once", "blocks", "calendar", "changed", "envelope"),
        *("evidence", "explaining", "given", "known", "message", "now", "score", "variables"),
    )

    def __init__(
        self,
        message: Message,
        envelope: Envelope,
        evidence: Evidence,
        now: float,
        explaining: bool = False,
        known: Mapping[str, list[str]] | None = None,
        delimiters: str = DELIMITER,
        calendar: Calendar | None = None,
    ) -> None:
        self.message = message
        self.envelope = envelope
        self.evidence = evidence
        self.now = now
        self.explaining = explaining
        self.score: float | None = None
        self.variables: dict[str, str] = {}
        self.known = _NOTHING if known is None else known
        self._delimiters = delimiters
        self.calendar = calendar
        self.blocks: dict[int, Outcome] | None = None
        self.given: tuple[str, tuple[str, ...]] | None = None
        self.changed: Source | None = None
        self._folded: dict[str, str] = {}
        self._once: dict[str, Any] = {}

    def change(self, source: Source | None) -> None:
        """From here on the message is what `source` holds; None leaves it as it is."""
        if source is None:
            return
        from maildrop_py.message.message import Message

        self.message = Message(source, file=self.message.file)
        self.changed = source
        self.evidence.look_again(self.message)
        self.known = _NOTHING
        self._folded = {}
        self._once = {}

    def once(self, what: str, find: Callable[[Facts], T]) -> T:
        """What `find` says of the message, found once for all conditions that ask it."""
        if what not in self._once:
            self._once[what] = find(self)
        found: T = self._once[what]
        return found

    def text(self, template: Template) -> str:
        """A template in a condition, from what is known so far; dates are not."""
        return template.expand(self.texts())

    def texts(self) -> dict[str, str]:
        """The values of names in templates of conditions."""
        domain = (self.recipient() or "").rpartition("@")[2]
        known = {"user": self.envelope.user or "", "domain": domain, "extension": self.extension()}
        return {**known, **self.variables}

    def values(self, name: str) -> list[str]:
        """The decoded values of every header called `name`, in any case."""
        known = self.known.get(name.lower())
        if known is not None:
            return known
        return [field.value for field in self.message.headers.all(name)]

    def present(self, names: tuple[str, ...]) -> list[Field]:
        """Every header with one of `names`, in the order of the names."""
        find = self.message.headers.all
        return [field for name in names for field in find(name)]

    def has(self, field: str) -> bool:
        """Whether one of the headers is there of which `folded` gives the text."""
        return " " not in field and any(self.values(name) for name in field.split(":"))

    def addresses(self, name: str) -> list[str]:
        """Every address in the headers called `name`, lower-cased."""
        return _addresses_in(self.message.headers.all(name))

    def folded(self, field: str) -> str:
        """The case-folded text that anchors of `field` are looked up in.

        A field is the name of a header, or of several with `:` between them; or
        `addresses` and such names, with a blank between; or `envelope sender`,
        `envelope recipient`, `envelope extension`; or `message files`, which is `any` where
        the header does not deny that files are attached. (No header has a blank or a
        colon in its name.)
        """
        text = self._folded.get(field)
        if text is None:
            text = self._folded[field] = "\n".join(self._texts(field)).casefold()
        return text

    def _texts(self, field: str) -> list[str]:
        kind, _, names = field.rpartition(" ")
        if kind == "envelope":
            ask = {"sender": self.sender, "recipient": self.recipient}.get(names, self.extension)
            return [ask() or ""]
        if kind == "message":
            return ["any"] if self.message.may_have_files else []
        if not kind and ":" not in names:
            return self.values(names)
        fields = self.present(tuple(names.split(":")))
        return _addresses_in(fields) if kind else [field.value for field in fields]

    def sender(self) -> str | None:
        """The envelope sender, "" the null sender; from Return-Path if the server did not say."""
        return self.once("sender", Facts._find_sender)

    def _find_sender(self) -> str | None:
        if self.envelope.sender is not None:
            return _composed(self.envelope.sender)
        headers = self.message.headers
        path = headers.first("Return-Path")
        if path is None and headers.from_line is not None:
            from maildrop_py.message.from_line import sender_in

            return sender_in(headers.from_line)
        return _bare(path)

    def recipient(self) -> str | None:
        """The envelope recipient; from Delivered-To or X-Original-To if the server did not say."""
        if self.envelope.recipient is not None:
            return _composed(self.envelope.recipient)
        headers = self.message.headers
        return _bare(headers.first("Delivered-To") or headers.first("X-Original-To"))

    def extension(self) -> str:
        """The extension of the recipient's address; "" if it has none.

        What the server said comes first, then what follows the delimiter.
        """
        if self.envelope.extension is not None:
            return self.envelope.extension
        return extension_of(self.recipient() or "", self._delimiters)


def _composed(address: str) -> str:
    """`address` in NFC, as rules have it."""
    if address.isascii():
        return address
    from maildrop_py.message.normal_form import composed

    return composed(address)


def _addresses_in(fields: list[Field]) -> list[str]:
    in_header = addresses.in_header
    return [address.text.lower() for field in fields for address in in_header(field)]


def _bare(path: str | None) -> str | None:
    return None if path is None else path.strip().removeprefix("<").removesuffix(">")
