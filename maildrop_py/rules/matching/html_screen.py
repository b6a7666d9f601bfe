"""html_screen: whether the text of a page of HTML may have one of some words in it.

To take a page apart takes twenty times as long as to search through it, and most pages
have none of the words. A word can be broken in the markup (`v<b></b>iagra`): between two
of its letters there may be anything from a `<` to a `>`; or a letter can be written as a
character reference, or as a sign that is folded to it. The screen is one expression for
all of these.

Guarantee: where one of the literals is in the case-folded `html_text.text_of` a page, the
screen matches the page. Linear, since RE2 is.

Known limits: there is a screen only for literals with RUN letters or digits of ASCII in a
row, since any other sign may come from a reference, and for no more than LONGEST of these.
"""

from __future__ import annotations

from maildrop_py.message.html_text import INVISIBLE
from maildrop_py.rules.matching.engine import compiled
from maildrop_py.rules.matching.folding import UNUSUAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

RUN, LONGEST = 3, 100  # characters
_UNSEEN = f"[{''.join(INVISIBLE)}]*"
_GAP = f"{_UNSEEN}(?:<(?s:.*?)>{_UNSEEN})?"
_NAMES = (
    *("Idot", "Negative", "NoBreak", "ZeroWidth", "ffilig", "fflig", "ffllig", "filig", "fjlig"),
    *("fllig", "napos", "shy", "szlig"),
)
_NUMBERS = (
    *(r"[0-8]|1[124-9]|2\d|3[01]|4[89]|[5-9]\d|1[01]\d|12[0-7]", "173|223|304|329|383|496|847"),
    r"783\d|8203|8288|8490",
)
_REFERENCE = rf"&(?:{'|'.join(_NAMES)}|#(?:x|0|\d{{5}}|(?:{'|'.join(_NUMBERS)})(?:\D|$)))"
"""References that may stand for letters of ASCII, once folded, or for nothing; others do not."""
_SELDOM = 8  # pages, for which it does not pay to load RE2

_pages = 0


def screen_of(literals: Iterable[str]) -> str:
    """The expression for a page that may have one of `literals`, case-folded; "" if none is."""
    runs = [_longest_run(literal) for literal in literals]
    if not runs or min(map(len, runs)) < RUN or sum(map(len, runs)) > LONGEST:
        return ""
    return "|".join([*(_GAP.join(run) for run in runs), _REFERENCE, f"[{UNUSUAL}]"])


def may_show(screen: str, html: str) -> bool:
    """Whether a page may show what the screen is for; True for the first pages of a process."""
    global _pages
    _pages += 1
    if _pages <= _SELDOM:
        return True
    return compiled(screen).spans(html.encode("utf-8", "replace")) is not None


def _longest_run(literal: str) -> str:
    signs = "".join(char if char.isascii() and char.isalnum() else " " for char in literal)
    return max(signs.split(), key=len, default="")
