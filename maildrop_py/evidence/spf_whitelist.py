"""spf_whitelist: the addresses that SPF vouches for, to be held against a list.

As with SpamAssassin's `welcomelist_from_spf`: an SPF pass vouches for the
envelope sender, in lower case; a null sender is vouched for by nobody. Beyond
it, an SPF pass vouches for the address in From if that is a single one and its
domain is *aligned* with the envelope sender's: the same domain, or one of the
two a subdomain of the other (bounces.example.com for example.com).

Known limits: no public suffix list. Below a domain whose subdomains belong to
strangers (a dynamic DNS provider's), one of them can pass for the parent, so
such a domain does not belong into a list of From addresses.
"""

from __future__ import annotations

from maildrop_py.evidence import domains
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.spf import Spf


@record
class Vouched:
    """Addresses in lower case that SPF vouches for, none without a pass.

    `why` says where they come from or why there are none; `unknown` is the
    reason why SPF could not be asked, "" if it was.
    """

    addresses: tuple[str, ...] = ()
    why: str = ""
    unknown: str = ""


def vouched(spf: Spf, sender: str | None, authors: tuple[str, ...]) -> Vouched:
    """Whom `spf` vouches for, `sender` being the envelope's and `authors` those in From."""
    if spf.unknown:
        return Vouched(unknown=spf.unknown)
    if spf.result != "pass":
        return Vouched(why=f"SPF {spf.result}")
    if not sender:
        return Vouched(why="the null sender")
    lower = sender.lower()
    if len(authors) == 1 and aligned(domain_of(authors[0]), spf.domain):
        author = authors[0].lower()
        return Vouched(tuple(dict.fromkeys((lower, author))), "SPF pass, From aligned")
    return Vouched((lower,), "SPF pass")


def aligned(one: str, other: str) -> bool:
    """Whether two domains are the same, or one is inside the other; never without two labels."""
    if "." not in one or "." not in other:
        return False
    return domains.is_inside(one, other) or domains.is_inside(other, one)


def domain_of(address: str) -> str:
    """The domain of `address` as DNS compares it; "" if it has none."""
    return domains.ascii_domain(domains.split_address(address)[1]) or ""
