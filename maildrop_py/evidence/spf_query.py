"""spf_query: pyspf's evaluation of SPF records, over our resolver and true to RFC 7208.

pyspf parses and evaluates the mechanisms; what surrounds them is replaced here
where it would ask DNS by itself or where it differs from the RFC:

- every lookup goes to our resolver, within its budget; what stays unanswered is
  a temperror, and an answer is not sought twice;
- the ten terms that look something up are counted when they are evaluated
  (4.6.4), so that a `redirect` that is not reached costs nothing;
- void lookups are counted by term (4.6.4): an `mx` of three hosts without AAAA
  records does not end in permerror for a client with IPv6;
- an error while names of `ptr` or `%{p}` are verified passes that name over (5.5);
- modifier names ignore case, unknown ones may stand there repeatedly (6);
  `+exists` without a domain is an error, as `exists` is (5.7);
- the explanation is looked up after a fail and only then (6.2), and an address
  with an @ inside its local part keeps its domain;
- records, terms and labels longer than any honest one are a permerror, since
  pyspf's regular expressions are not linear.

Known limits: SPF records (type 99) are not asked for (RFC 7208 3.1).
"""

from __future__ import annotations

import string

import spf

from maildrop_py.evidence import domains, spf_macros
from maildrop_py.message import ip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.evidence.resolver import Resolver

_LONGEST_RECORD = 16384  # characters; the longest in the wild have some 4,000
_LONGEST_TERM = 512
_LONGEST_LABEL = 63
_SEPARATORS = str.maketrans(":/=%{}", "......")
_MODIFIER = frozenset(string.ascii_letters + string.digits + "-_.")
_SHORTEST_TTL, _LONGEST_TTL = 60, 86400
_ONLY_IN_EXPLANATIONS = frozenset("crt")


class _Explanation(str):
    """Where the explanation of a fail is to be had, and whose `%{d}` it then sees."""

    domain = ""


class Query(spf.query):  # type: ignore[misc]
    """One evaluation: `address`, `local` and `domain` of the identity, the client's `helo`."""

    def __init__(
        self,
        address: ip.Address,
        identity: tuple[str, str],
        helo: str,
        resolver: Resolver,
        now: float,
        receiver: str,
    ) -> None:
        super().__init__(i=address.text, s="@".join(identity), h=helo, receiver=receiver)
        self.l, self.o = identity
        self.d = self.o
        self.t = str(int(now))
        self.ttl = _LONGEST_TTL
        self.letters: set[str] = set()  # macros the result depends on
        self._resolver = resolver
        self._begun = False

    def evaluate(self) -> tuple[str, str]:
        """The result (RFC 7208 2.6) and, for a fail, the domain's own explanation or ""."""
        try:
            result, _, text = self.check()
        except ValueError as error:  # numbers and names beyond what Python takes
            return "permerror", str(error)[:200]
        if result in ("permerror", "temperror"):
            return result, text
        explained = result == "fail" and isinstance(text, _Explanation)
        return result, self._explain(text) if explained else ""

    @property
    def personal(self) -> bool:
        """Whether another sender at this domain, or another HELO, may fare differently."""
        return bool(self.letters & set("lsh"))

    # What pyspf calls; its names and signatures.

    def dns(self, name: Any, qtype: str, cnames: Any = None, ignore_void: bool = False) -> Any:
        """The values of DNS; none for what is no domain name (4.3, 4.8)."""
        asked = domains.ascii_domain(str(name)) if str(name).isascii() else None
        if asked is None:
            return []
        answer = self._resolver.ask(asked, qtype)
        if answer.unanswered:
            raise spf.TempError(f"{qtype} of {asked}: {answer.unanswered}")
        self.ttl = max(_SHORTEST_TTL, min(self.ttl, answer.ttl))
        return list(answer.values)

    def check1(self, record: str | None, domain: str, recursion: int) -> Any:
        return super().check1(record and _tidy(record), domain, recursion)

    def check_lookups(self) -> None:
        """Too early to count: see `_count_term`."""

    def dns_spf(self, domain: str) -> str | None:
        if self._begun:
            self._count_term()
        self._begun = True
        record: str | None = super().dns_spf(domain)
        return record

    def dns_a(self, domainname: str, A: str = "A") -> Any:
        self._count_term()
        return self._not_void(self.dns(domainname, A))

    def dns_mx(self, domainname: str) -> Any:
        self._count_term()
        hosts = sorted(self.dns(domainname, "MX"))
        if len(hosts) > spf.MAX_MX:
            raise spf.PermError(f"more than {spf.MAX_MX} MX records at {domainname}")
        names = [host for _, host in hosts if domains.ascii_domain(host)]
        self._resolver.ask_all([(name, self.A) for name in names])
        return self._not_void([found for name in names for found in self.dns(name, self.A)])

    def validated_ptrs(self) -> Any:
        self._count_term()
        return self._verified_names()

    def getp(self) -> str:
        """The value of `%{p}` (7.3): at best the domain itself, then a name inside it."""
        names = [name.lower() for name in self._verified_names()]
        domain = self.d.lower()
        inside = [name for name in names if domains.is_inside(name, domain)]
        self.p = domain if domain in names else [*inside, *names, "unknown"][0]
        return str(self.p)

    def expand(self, text: str, stripdot: bool = True) -> str:
        """`text` expanded: as a domain name, or with `stripdot` false as an explanation."""
        used = spf_macros.letters(text)
        if stripdot and used & _ONLY_IN_EXPLANATIONS:
            raise spf.PermError("c, r and t are macros for explanations only", text)
        self.letters |= used
        try:
            expanded = spf_macros.expand(text, self._macro)
        except spf_macros.MacroError as error:
            raise spf.PermError(str(error)) from None
        return spf_macros.as_name(expanded) if stripdot else expanded

    def get_explanation(self, spec: str) -> _Explanation:
        where = _Explanation(spec)
        where.domain = self.d
        return where

    # Ours.

    def _macro(self, letter: str) -> str:
        return self.getp() if letter == "p" else str(getattr(self, letter))

    def _count_term(self) -> None:
        self.lookups += 1
        if self.lookups > spf.MAX_LOOKUP:
            raise spf.PermError(f"more than {spf.MAX_LOOKUP} terms that need DNS")

    def _not_void(self, found: list[Any]) -> list[Any]:
        if not found:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError(f"more than {spf.MAX_VOID_LOOKUPS} terms find nothing")
        return found

    def _verified_names(self) -> list[str]:
        pointers = self._if_answered(f"{spf.reverse_dots(self.i)}.{self.v}.arpa", "PTR")
        names = [str(name) for name in pointers[: spf.MAX_PTR]]
        self._resolver.ask_all([(name, self.A) for name in names])
        return [n for n in names if self.cidrmatch(self._if_answered(n, self.A), self.cidrmax)]

    def _if_answered(self, name: str, qtype: str) -> list[Any]:
        """Like `dns`, but an error finds nothing, unless it is that our time is over."""
        try:
            found: list[Any] = self.dns(name, qtype)
        except spf.TempError:
            if self._resolver.out_of_time():
                raise
            self.ttl = _SHORTEST_TTL
            return []
        return found

    def _explain(self, where: _Explanation) -> str:
        """The domain's words for a fail (6.2); "" if it has none that can be had."""
        self.d = where.domain
        try:
            texts = self.dns_txt(str(where))
            text = self.expand(spf.to_ascii(texts[0]), stripdot=False) if len(texts) == 1 else ""
        except (spf.TempError, spf.PermError):
            return ""
        return text if text.isprintable() else ""


def _tidy(record: str) -> str:
    """`record` as pyspf reads it rightly, without unknown modifiers. PermError if it is wrong."""
    if len(record) > _LONGEST_RECORD:
        raise spf.PermError("the record is too long")
    version, *terms = [term for term in record.split(" ") if term]
    return " ".join([version, *filter(None, map(_tidy_term, terms))])


def _tidy_term(term: str) -> str:
    if len(term) > _LONGEST_TERM or not term.isascii() or not term.isprintable():
        raise spf.PermError("a term is too long or has control characters", term[:80])
    if term.lower().lstrip("+-?~") == "exists":
        raise spf.PermError("exists without a domain", term)
    name, equals, value = term.partition("=")
    is_modifier = equals and name[:1].isalpha() and _MODIFIER.issuperset(name)
    if is_modifier and name.lower() not in ("exp", "redirect"):
        return _unknown_modifier(term, value)
    if any(len(label) > _LONGEST_LABEL for label in term.translate(_SEPARATORS).split(".")):
        raise spf.PermError("a label is too long", term[:80])
    return f"{name.lower()}={value}" if is_modifier else term


def _unknown_modifier(term: str, value: str) -> str:
    """Nothing, for it means nothing, if only its macros are well formed (6)."""
    try:
        spf_macros.check(value)
    except spf_macros.MacroError as error:
        raise spf.PermError(str(error), term) from None
    return ""
