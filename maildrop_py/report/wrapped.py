"""wrapped: text in lines of a width, counted in columns, in any script.

Lines are broken at blanks, and between the characters of scripts that have none, but not
before a mark that ends something, nor behind one that begins it (JIS X 4051).
"""

from __future__ import annotations

import re

from maildrop_py.report.tables import width_of

ENDS, BEGINS = "、。，．）」』】〕ーぁぃぅぇぉっゃゅょァィゥェォッャュョ：；", "（「『【〔"
_WIDE = "\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
_UNIT = re.compile(rf"\s+|[{BEGINS}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{ENDS}]*")


def wrapped(text: str, width: int) -> list[str]:
    """The lines of one paragraph; only a unit that is wider makes a line wider than `width`."""
    lines = [""]
    for unit in _UNIT.findall(" ".join(text.split())):
        if lines[-1] and width_of(lines[-1] + unit.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += unit if lines[-1] else unit.lstrip()
    return [line.rstrip() for line in lines]
