"""folding: whether a text may have some letters of ASCII in it, whatever the case.

To fold the case of a text that is not ASCII takes a hundred times as long as to search
through it, and most texts lack what a rule looks for.

Guarantee: where one of the literals is in the case-folded text, `may_have` says so; linear.
"""

from __future__ import annotations

SAME_LETTER = "\u017f\u212a"  # a long s, the sign of Kelvin
UNUSUAL = "\xdf\u0130\u0149\u01f0\u1e96\u1e97\u1e98\u1e99\u1e9a\u1e9e" + "".join(
    map(chr, range(0xFB00, 0xFB07))
)
"""What is not ASCII, and comes to several letters when it is folded, one of ASCII among them;
SAME_LETTER are the others, each of which comes to one letter of ASCII."""


def may_have(text: str, literals: tuple[str, ...]) -> bool:
    """Whether one of `literals`, case-folded, may be in a case-folded text."""
    if text.isascii() or not all(map(str.isascii, literals)):
        return True
    if any(sign in text for sign in UNUSUAL + SAME_LETTER):
        return True
    find = text.encode("utf-8", "surrogatepass").lower().find
    return any(find(literal.encode()) >= 0 for literal in literals)
