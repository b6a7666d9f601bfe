"""spam: what spam filters wrote of a message, in its header fields.

Fields of SpamAssassin, amavis, rspamd, Exim, Exchange, Barracuda and bogofilter
are read. Filters of several relays may each have left theirs: a set are the
fields that are together, with no Received field and none of them twice among
them. Of the sets above the border the topmost counts, the nearest filter's.
Where there is none, those below it count, which may be the sender's: they can add
suspicion but never take any away, so that of several the one counts that says
more spam, and neither a "no" nor a score below 0 is taken from there; unless the
filter is one that is believed there, as a milter that appends its fields.

An empty score is no score; a number goes before stars, stars before the nine
levels of Exchange. bogofilter gives a probability, which cannot be compared with
points, so that it counts as a flag only.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.message.headers import Field, Headers

    Reading = tuple[float | None, bool | None]

_NUMBER, _STARS, _LEVEL = range(3)  # how exact a score is
_MOST = 1e6  # points; no filter goes that far


@record
class Verdict:
    """`score` in the filter's own points, `flag` as it said, `header` the field with the score.

    Without a score `header` is the field with the flag; "" if no filter spoke.
    `believed` is false where the score may be the sender's own: then it is a
    sign of spam, and never of the contrary. `unknown` is why a filter that was to
    be asked said nothing.
    """

    score: float | None = None
    flag: bool | None = None
    header: str = ""
    believed: bool = True
    exactness: int = _LEVEL
    unknown: str = ""


def verdict(headers: Headers, border: Callable[[], int], filters: tuple[str, ...] = ()) -> Verdict:
    """The verdict on a message with these headers.

    Fields that begin before `border()`, in bytes of the head, were written on
    our side; it is asked only where that matters. `filters` are those of FILTERS
    that are believed below it.
    """
    sets = _sets(headers) if headers.any_begins(_BEGINNINGS) else []
    if not sets:
        return Verdict()
    received = headers.all("Received")
    if received and sets[-1][-1].span[0] < received[0].span[0]:
        return _read(sets[0])
    offset = border()
    above = [fields for fields in sets if fields[0].span[0] < offset]
    if above:
        return _read(above[0])
    found = _appended(sets, filters)
    for fields in sets:
        found = _with_suspicion(found, _worst(fields))
    return found


def _sets(headers: Headers) -> list[list[Field]]:
    """The sets of fields, from the top."""
    fields = [field for name in _READERS for field in headers.all(name)]
    marks = sorted([*fields, *headers.all("Received")], key=lambda field: field.span)
    sets: list[list[Field]] = []
    names: set[str] = set()
    begins = True
    for field in marks:
        name = field.name.lower()
        if name == "received":
            begins = True
            continue
        if begins or name in names:
            sets.append([])
            names = set()
        begins = False
        names.add(name)
        sets[-1].append(field)
    return sets


def _read(fields: list[Field]) -> Verdict:
    """The verdict of one set."""
    best = _LEVEL + 1
    score = flag = None
    scored = flagged = ""
    for field in fields:
        exactness, read = _READERS[field.name.lower()]
        found, said = read(field.value)
        if found is not None and exactness < best:
            score, scored, best = found, field.name, exactness
        if said is not None and flag is None:
            flag, flagged = said, field.name
    return Verdict(score, flag, scored or flagged, exactness=min(best, _LEVEL))


def _worst(fields: list[Field]) -> Verdict:
    """The verdict of a set that may be of two writers: of its fields the one that says more spam.

    A sender's fields and those that a milter appends are one set where no name is twice among
    them, as rspamd takes out the fields that it writes itself.
    """
    found = _read(fields)
    for field in fields:
        one = _read([field])
        if one.exactness == found.exactness and (one.score or 0.0) > (found.score or 0.0):
            found = Verdict(one.score, found.flag, one.header, exactness=one.exactness)
        if one.flag and not found.flag:
            found = Verdict(found.score, True, found.header, exactness=found.exactness)
    return found


def _appended(sets: list[list[Field]], filters: tuple[str, ...]) -> Verdict:
    """The verdict of the filters that are believed below the border; of several, the worst."""
    names = {name for each in filters for name in FILTERS[each]}
    kept = [[field for field in fields if field.name.lower() in names] for fields in sets]
    found = [_worst(fields) for fields in kept if fields]
    return max(found, key=lambda one: (one.flag or False, one.score or 0.0), default=Verdict())


def _with_suspicion(found: Verdict, other: Verdict) -> Verdict:
    """`found`, with what a set that anybody may have written adds to it."""
    score, header, believed = found.score, found.header, found.believed
    more = other.score is not None and other.score > 0 and other.exactness <= found.exactness
    if more and (score is None or (other.score or 0.0) > score):
        believed = believed and score is not None
        score, header = other.score, other.header
    flag = found.flag
    if other.flag and not flag:
        flag = True
        header = header or other.header
    return Verdict(score, flag, header, believed, min(found.exactness, other.exactness))


def _status(value: str) -> Reading:
    """`Yes, score=7.1 required=5.0 tests=...`, `hits=` in older ones, or the bare word."""
    lower = value.lower()
    score = _number_after(lower, "score=")
    if score is None:
        score = _number_after(lower, "hits=")
    return score, _yes_or_no(lower)


def _score(value: str) -> Reading:
    """`3.1`, `3.1 (+++)`, `3.1 / 5 / 15`."""
    return _number(value), None


def _tenths(value: str) -> Reading:
    """Exim's `-41` is -4.1 points."""
    number = _number(value)
    return None if number is None else number / 10, None


def _stars(value: str) -> Reading:
    """`****` or `++++` is 4, `----` is -4, `/` is 0; empty says nothing."""
    mark = value[:1]
    if not mark or mark not in "*+-/xsX#" or value.strip(mark):
        return None, None
    if mark == "/":
        return 0.0, None
    return float(-len(value) if mark == "-" else len(value)), None


def _flag(value: str) -> Reading:
    return None, _yes_or_no(value.lower())


def _result(value: str) -> Reading:
    """rspamd: `default: False [2.77 / 25.00]; SYMBOL(3.00)[]; ...`."""
    before, bracket, after = value.partition("[")
    words = before.lower().split()
    flag = {"true": True, "false": False}.get(words[-1]) if bracket and words else None
    return _number(after) if bracket else None, flag


def _level(value: str) -> Reading:
    """Exchange's spam confidence level: -1 trusted, 0 to 4 no spam, 5 to 9 spam."""
    number = _number(value)
    if number is None or not -1 <= number <= 9:
        return None, None
    return number, number >= 5


def _forefront(value: str) -> Reading:
    """`CIP:192.0.2.1;...;SCL:5;...;SFV:SPM;...` of Exchange Online."""
    for part in value.split(";", 64):
        key, _, level = part.strip().partition(":")
        if key == "SCL":
            return _level(level)
    return None, None


def _bogosity(value: str) -> Reading:
    """`Ham, tests=bogofilter, spamicity=0.000000, version=1.2.5`."""
    word = value.lower().partition(",")[0].strip()
    return None, {"spam": True, "ham": False, "yes": True, "no": False}.get(word)


def _yes_or_no(lower: str) -> bool | None:
    word = lower.lstrip()[:4]
    if word.startswith("yes"):
        return True
    return False if word.rstrip(" ,;(") == "no" or word[:3] == "no," else None


def _number_after(text: str, key: str) -> float | None:
    """The number behind the first `key` that begins a word."""
    at = text.find(key)
    while at > 0 and text[at - 1] not in " \t,;":
        at = text.find(key, at + 1)
    return _number(text[at + len(key) :]) if at >= 0 else None


def _number(text: str) -> float | None:
    """The decimal number that `text` begins with."""
    text = text.lstrip()[:40]
    digits = text[: len(text) - len(text.lstrip("+-.0123456789"))]
    try:
        number = float(digits)
    except ValueError:
        return None
    return number if -_MOST < number < _MOST else None


_READERS: dict[str, tuple[int, Callable[[str], Reading]]] = {
    "x-spam-status": (_NUMBER, _status),
    "x-spam-score": (_NUMBER, _score),
    "x-spam-flag": (_NUMBER, _flag),
    "x-spam": (_NUMBER, _flag),
    "x-spam-level": (_STARS, _stars),
    "x-spam-bar": (_STARS, _stars),
    "x-spamd-result": (_NUMBER, _result),
    "x-rspamd-score": (_NUMBER, _score),
    "x-spamd-bar": (_STARS, _stars),
    "x-spam_score": (_NUMBER, _score),
    "x-spam_score_int": (_NUMBER, _tenths),
    "x-spam_bar": (_STARS, _stars),
    "x-barracuda-spam-score": (_NUMBER, _score),
    "x-barracuda-spam-status": (_NUMBER, _status),
    "x-barracuda-spam-flag": (_NUMBER, _flag),
    "x-ms-exchange-organization-scl": (_LEVEL, _level),
    "x-forefront-antispam-report": (_LEVEL, _forefront),
    "x-bogosity": (_NUMBER, _bogosity),
}

_SPAMASSASSIN = ("x-spam-status", "x-spam-score", "x-spam-flag", "x-spam-level")
FILTERS: dict[str, tuple[str, ...]] = {
    "spamassassin": _SPAMASSASSIN,
    "amavis": _SPAMASSASSIN,
    "rspamd": (
        *("x-spamd-result", "x-rspamd-score", "x-spamd-bar", "x-spam", "x-spam-bar"),
        *_SPAMASSASSIN,
    ),
    "exim": ("x-spam_score", "x-spam_score_int", "x-spam_bar", "x-spam-bar", *_SPAMASSASSIN),
    "barracuda": ("x-barracuda-spam-score", "x-barracuda-spam-status", "x-barracuda-spam-flag"),
    "exchange": ("x-ms-exchange-organization-scl", "x-forefront-antispam-report"),
    "bogofilter": ("x-bogosity",),
}
"""The fields that each filter writes, for settings that name one."""

_BEGINNINGS = (b"x-spam", b"x-rspamd", b"x-barracuda", b"x-ms-exchange", b"x-forefront", b"x-bogo")
"""What each name in _READERS begins with; a test compares the two."""
