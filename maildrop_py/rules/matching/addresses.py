"""addresses: globs, domains and lists that addresses are held against.

`user@example.com` is one address, `<>` the null sender, `example.com` or
`@example.com` a domain, `.example.com` a domain with all below it,
`*@*.example.com` a glob, and `{file: vip.txt}` a file with one of these on each
line. International domains are known in all their spellings.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.matching.text import glob_fits, listed_in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class Addresses:
    """A set of addresses; looking one up costs the same however large it is."""

    exact: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()
    globs: tuple[str, ...] = ()
    shown: str = ""

    def describe(self, text: Text) -> str:
        """The entries as they were written."""
        return listed_in_words(self.shown, text)

    def entry_for(self, address: str) -> str | None:
        """The entry that `address` fits, or None; "" is the null sender."""
        address = address.lower()
        if address in self.exact:
            return address or "<>"
        _, at, domain = address.rpartition("@")
        if at and domain in self.domains:
            return domain
        return (self._parent_of(domain) if at else None) or self._glob_for(address)

    def without_wildcards(self) -> list[str]:
        """Every address and domain in the set; globs are not among them."""
        return [*self.exact, *self.domains, *self.parents]

    def _parent_of(self, domain: str) -> str | None:
        if not self.parents:
            return None
        labels = domain.split(".")[-127:]
        for at in range(len(labels)):
            parent = ".".join(labels[at:])
            if parent in self.parents:
                return "." + parent
        return None

    def _glob_for(self, address: str) -> str | None:
        for glob in self.globs:
            if glob_fits(glob, address):
                return glob
        return None


def is_address_test(text: str) -> bool:
    """Whether a bare text reads as an address, domain or glob, not as an expression."""
    if text in ("", "<>"):
        return True  # the null sender
    if any(sign in text for sign in "\\^$()|[]{} ") or ".*" in text or ".+" in text:
        return False
    return "@" in text[:-1] or "." in text


def parse_addresses(nodes: list[Node], scope: Scope) -> Addresses:
    """The set that texts and `{file: …}` mappings describe; raises Mistake."""
    from maildrop_py.message.normal_form import composed

    entries: list[str] = []
    shown: list[str] = []
    for node in nodes:
        if node.kind == "mapping":
            for key, value in node.pairs():
                key.choice(["file"], "kind of address test")
                entries += scope.lines_of(value)
                shown.append(f"listed in {value.text()}")
        else:
            entries.append(node.text())
            shown.append(node.text() or "<>")
    return _sorted_out([composed(entry.lower()) for entry in entries], " or ".join(shown))


def _sorted_out(entries: list[str], shown: str) -> Addresses:
    exact: set[str] = set()
    domains: set[str] = set()
    parents: set[str] = set()
    globs: list[str] = []
    for entry in entries:
        for form in _spellings(entry.removeprefix("<").removesuffix(">")):
            if "*" in form or "?" in form:
                globs.append(form)
            elif form.startswith("."):
                parents.add(form[1:])
            elif "@" in form[1:] or form == "":
                exact.add(form)
            else:
                domains.add(form.removeprefix("@"))
    return Addresses(frozenset(exact), frozenset(domains), frozenset(parents), tuple(globs), shown)


def _spellings(entry: str) -> list[str]:
    """An entry with its domain as written and as the DNS has it.

    Old mail programs map letters first (RFC 3490: ß is ss), new ones do not
    (RFC 5891), so there may be two names in the DNS.
    """
    local, at, domain = entry.rpartition("@")
    if domain.isascii() and "xn--" not in domain:
        return [entry]
    labels = domain.split(".")
    forms = (
        labels,
        *([spell(label) for label in labels] for spell in (_mapped, _a_label, _u_label)),
    )
    return list(dict.fromkeys(local + at + ".".join(form) for form in forms))


def _mapped(label: str) -> str:
    try:
        return label.encode("idna").decode("ascii") if label else ""
    except UnicodeError:
        return label


def _a_label(label: str) -> str:
    from unicodedata import normalize

    if label.isascii() or "*" in label or "?" in label:
        return label
    return "xn--" + normalize("NFC", label).encode("punycode").decode("ascii")


def _u_label(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label
