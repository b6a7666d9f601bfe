"""html_text: the text of an HTML page as a reader sees it.

Tags, comments, scripts and styles are gone, so that `v<b></b>iagra` is one word;
paragraphs, lines and rows are lines; character references are decoded; an
image is its alternative text. Runs of white space are one space. Never raises;
linear.

Known limits: style sheets are not read: text that they hide or colour away is
in the result. What is written behind the MOST_TAGS-th tag is given as it is
written.
"""

from __future__ import annotations

MOST_TAGS = 100_000

_LINES = (
    *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd"),
    *("details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer"),
    *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "menu", "nav"),
    *("ol", "option", "p", "section", "summary", "table", "tbody", "textarea", "tfoot"),
    *("thead", "tr", "ul"),
)
_WORDS = (
    *("a", "abbr", "area", "b", "base", "big", "button", "cite", "code", "col", "colgroup", "del"),
    *("em", "font", "head", "html", "i", "input", "ins", "kbd", "label", "link", "map", "mark"),
    *("meta", "nobr", "o:p", "q", "s", "samp", "select", "small", "span", "strike", "strong"),
    *("sub", "sup", "tt", "u", "var"),
)
_SHOWN = {
    **dict.fromkeys(_WORDS, ""),
    **dict.fromkeys(_LINES, "\n"),
    **dict.fromkeys(("td", "th"), " "),
}
"""What tags put between the texts around them; others nothing."""
_AS_SPELT = {
    slash + spelt: shown
    for name, shown in _SHOWN.items()
    for spelt in (name, name.upper())
    for slash in ("", "/")
}
"""The same, for names as tags begin with them."""
_MAY_OPEN = frozenset("= \t\n\r\f\v")  # what may be in front of the quote that begins a value
_UNSEEN = ("iframe", "noembed", "noframes", "script", "style", "title")  # no tags inside
INVISIBLE = ("\u00ad", "\u034f", "\u200b", "\u2060", "\ufeff")  # soft hyphens and the like


def text_of(html: str) -> str:
    """The text of a page or a piece of one; a line for each that a reader sees."""
    text = "".join(_Page(html).read())
    if "&" in text:
        text = _dereferenced(text)
    if not text.isascii():
        for sign in INVISIBLE:
            text = text.replace(sign, "")
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join([line for line in lines if line])


class _Page:
    """A page, cut at every `<`; each piece is a tag, or its like, and the text behind it."""

    def __init__(self, html: str) -> None:
        if "<pre" not in html.lower():
            html = html.replace("\n", " ")
        self.pieces = html.split("<", MOST_TAGS)
        self.at = 0
        self.is_preformatted = False

    def read(self) -> list[str]:
        """What is between the tags, and what tags themselves put there."""
        pieces = self.pieces
        shown = [pieces[0].replace("\n", " ")]
        show = shown.append
        while self.at + 1 < len(pieces):
            self.at += 1
            tag, end, text = pieces[self.at].partition(">")
            name, _, values = tag.partition(" ")
            between = _AS_SPELT.get(name)
            if between is None or not end or (values and _may_be_open(values)):
                between, text = self._other(pieces[self.at])
            if between:
                show(between)
            if text:
                show(text if self.is_preformatted else text.replace("\n", " "))
        return shown

    def _other(self, piece: str) -> tuple[str, str]:
        """What a piece shows that is not a plain tag, and the text behind it."""
        first = piece[:1]
        if first == "/" or first.isalpha():
            tag, text = self._tag(piece)
            return self._element(tag, text)
        if first == "!" and piece.startswith("!--"):
            return "", self._behind("-->", piece[1:]) or ""
        if first in ("!", "?"):
            return "", piece.partition(">")[2]
        return "<", piece  # a sign, as in 3 < 4

    def _tag(self, piece: str) -> tuple[str, str]:
        """A tag and the text behind it; a `>` or `<` in a quoted value does not end it."""
        whole, _, text = piece.partition(">")
        quote = _open_quote(whole)
        while quote:
            rest = self._behind(quote, text)
            if rest is None:
                break
            tag, _, text = rest.partition(">")
            quote = _open_quote(tag)
        return whole, text

    def _element(self, tag: str, text: str) -> tuple[str, str]:
        name = tag.split(None, 1)[0].lower() if tag.strip() else ""
        is_closing = name[:1] == "/"
        if "/" in name:
            name = name.strip("/").partition("/")[0]
        if name in _UNSEEN and not is_closing:
            return "", self._behind_element(name, text)
        if name == "pre":
            self.is_preformatted = not is_closing
            return "\n", text
        if name == "img":
            return _alternative(tag), text
        return _SHOWN.get(name, ""), text

    def _behind(self, mark: str, text: str) -> str | None:
        """The text behind the next `mark`, in `text` or pieces that follow; None if there is none.

        Then a comment goes on to the end, and a quote is not one.
        """
        at = self.at
        while mark not in text:
            at += 1
            if at >= len(self.pieces):
                self.at = at if mark == "-->" else self.at
                return None
            text = self.pieces[at]
        self.at = at
        return text.partition(mark)[2]

    def _behind_element(self, name: str, text: str) -> str:
        """The text behind the closing tag of an element whose content is not shown."""
        while self.at + 1 < len(self.pieces):
            self.at += 1
            piece = self.pieces[self.at]
            if piece[:1] == "/" and piece[1 : len(name) + 1].lower() == name:
                return piece.partition(">")[2]
        return ""


def _may_be_open(values: str) -> bool:
    """Whether the last quote of either kind may begin a value: a quick look at a tag's values.

    It is never wrongly False: what is in front of a quote that begins a value is an
    equals sign, or white space behind one.
    """
    double, single = values.rfind('"'), values.rfind("'")
    return (double > 0 and values[double - 1] in _MAY_OPEN) or (
        single > 0 and values[single - 1] in _MAY_OPEN
    )


def _open_quote(tag: str) -> str:
    """The quote of a value in a tag that is not closed in it; "" if there is none."""
    equals = tag.find("=") if _may_be_open(tag) else -1
    while equals >= 0:
        value = equals + 1
        while tag[value : value + 1].isspace():
            value += 1
        quote = tag[value : value + 1]
        if quote in ("'", '"') and quote:
            value = tag.find(quote, value + 1)
            if value < 0:
                return quote
        equals = tag.find("=", value + 1)
    return ""


def _alternative(tag: str) -> str:
    """An image's alternative text, as a word of its own."""
    at = tag.lower().find("alt=")
    value = tag[at + 4 :]
    if at < 1 or not tag[at - 1].isspace() or not value:
        return ""
    if value[0] in "'\"":
        return f" {value[1:].partition(value[0])[0]} "
    return f" {value.split(None, 1)[0]} "


_NAMED = {
    "amp": "&",
    "lt": "<",
    "gt": ">",
    "quot": '"',
    "apos": "'",
    "nbsp": "\xa0",
    "copy": "©",
    "reg": "®",
    "hellip": "…",
    "mdash": "—",
    "ndash": "–",
    "rsquo": "’",
    "lsquo": "‘",
    "ldquo": "“",
    "rdquo": "”",
    "bull": "•",
    "middot": "·",
    "trade": "™",
    "euro": "€",
    "yen": "¥",
    "pound": "£",
    "laquo": "«",
    "raquo": "»",
    "times": "×",
    "zwnj": "\u200c",
    "shy": "\xad",
    "auml": "ä",
    "ouml": "ö",
    "uuml": "ü",
    "Auml": "Ä",
    "Ouml": "Ö",
    "Uuml": "Ü",
    "szlig": "ß",
    "eacute": "é",
    "egrave": "è",
    "agrave": "à",
    "ccedil": "ç",
    "aacute": "á",
    "iacute": "í",
    "oacute": "ó",
    "uacute": "ú",
    "ntilde": "ñ",
    "iexcl": "¡",
    "iquest": "¿",
    "acirc": "â",
    "ecirc": "ê",
    "ocirc": "ô",
    "atilde": "ã",
}
_WINDOWS = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ"
"""What numbers from 128 on are read as (HTML 13.2.5.80): mailers mean windows-1252."""

_ENDLESS = (
    "AElig AMP Aacute Acirc Agrave Aring Atilde Auml COPY Ccedil ETH Eacute Ecirc Egrave Euml GT "
    "Iacute Icirc Igrave Iuml LT Ntilde Oacute Ocirc Ograve Oslash Otilde Ouml QUOT REG THORN "
    "Uacute Ucirc Ugrave Uuml Yacute aacute acirc acute aelig agrave amp aring atilde auml brvbar "
    "ccedil cedil cent copy curren deg divide eacute ecirc egrave eth euml frac12 frac14 frac34 "
    "gt iacute icirc iexcl igrave iquest iuml laquo lt macr micro middot nbsp not ntilde oacute "
    "ocirc ograve ordf ordm oslash otilde ouml para plusmn pound quot raquo reg sect shy sup1 "
    "sup2 sup3 szlig thorn times uacute ucirc ugrave uml uuml yacute yen yuml"
)
"""The names that need no semicolon (HTML 13.5)."""

_LONGEST_REFERENCE = 10
_LONGEST_NAME = 33  # with its semicolon, as far as one is looked for


def _dereferenced(text: str) -> str:
    """Character references decoded (HTML 13.5).

    Nearly all mail has only the commonest ones: the standard library's table of all of
    them takes longer to load than the rest of a delivery.
    """
    first, *others = text.split("&")
    found = [first]
    for piece in others:
        if piece[:1] != "#" and not (len(piece) > 1 and piece[:2].isalnum()):  # AT&T, Q&A
            found.append("&" + piece)
            continue
        end = piece.find(";", 0, _LONGEST_REFERENCE)
        if end < 0 and _is_text(piece):
            found.append("&" + piece)
            continue
        char = _referenced(piece[:end]) if end > 0 else ""
        if not char:
            return _all_dereferenced(text)
        found += (char, piece[end + 1 :])
    return "".join(found)


def _is_text(piece: str) -> bool:
    """Whether what follows an ampersand is surely no reference, as in `?a=1&word=2`."""
    if piece[0] == "#" or ";" in piece[:_LONGEST_NAME]:
        return False
    return not piece.startswith(tuple(_ENDLESS.split()))


def _referenced(name: str) -> str:
    """The character called `name`, such as amp or #8217; "" if it is none of the common ones."""
    if name[0] != "#":
        return _NAMED.get(name, "")
    try:
        code = int(name[2:], 16) if name[1:2] in ("x", "X") else int(name[1:])
    except ValueError:
        return ""
    if not (name[1:].isascii() and name[1:].isalnum()):
        return ""
    if 128 <= code < 160:
        return _WINDOWS[code - 128]
    return chr(code) if 32 <= code < 127 or 160 <= code < 0xD800 else ""


def _all_dereferenced(text: str) -> str:
    from html import unescape

    try:
        return unescape(text)
    except ValueError:  # a number with thousands of digits
        return text
