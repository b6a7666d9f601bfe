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
    *("ol", "option", "p", "pre", "section", "summary", "table", "tbody", "textarea", "tfoot"),
    *("thead", "tr", "ul"),
)
_SHOWN = {slash + name: "\n" for name in _LINES for slash in ("", "/")} | {"td": " ", "th": " "}
"""What tags put between the texts around them; others nothing."""
_UNSEEN = ("iframe", "noembed", "noframes", "script", "style", "title")  # no tags inside
_INVISIBLE = dict.fromkeys((0xAD, 0x34F, 0x200B, 0x2060, 0xFEFF))  # soft hyphens and the like


def text_of(html: str) -> str:
    """The text of a page or a piece of one; a line for each that a reader sees."""
    text = "".join(_pieces(html))
    if "&" in text:
        text = _dereferenced(text)
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join([line for line in lines if line])


def _pieces(html: str) -> list[str]:
    """What is between the tags, and what tags themselves put there."""
    pieces: list[str] = []
    flat = html.replace("\n", " ")
    page = flat
    start = tags = 0
    at = html.find("<")
    while at >= 0 and tags < MOST_TAGS:
        if at > start:
            pieces.append(page[start:at])
        tags += 1
        first = html[at + 1 : at + 2]
        if first == "/" or first.isalpha():
            start = html.find(">", at) + 1 or len(html) + 1
            tag = html[at + 1 : start - 1]
            if "=" in tag and _may_go_on(tag):
                start = _tag_end(html, at, start)
                tag = html[at + 1 : start - 1]
            name = _name(tag)
            if name in _UNSEEN:
                start = _closed(html, name, start)
            else:
                pieces.append(_SHOWN.get(name) or _alternative(name, tag))
                if name[-3:] == "pre":
                    page = html if name == "pre" else flat
        elif first in ("!", "?"):
            start = _declaration_end(html, at)
        else:  # a sign, as in 3 < 4
            start = at + 1
            pieces.append("<")
        at = html.find("<", start)
    pieces.append(page[start:])
    return pieces


def _name(tag: str) -> str:
    """The name in a tag, in lower case, `/` in front of a closing one's."""
    name = tag.partition(" ")[0].lower()
    if not name.isalnum():
        name = name.split(None, 1)[0] if name.strip() else ""
        closing = name[:1] if name[:1] == "/" else ""
        name = closing + name.strip("/").partition("/")[0]
    return name


def _may_go_on(tag: str) -> bool:
    """Whether the `>` behind what seems a tag may be in a quoted value."""
    double = tag.count('"')
    single = tag.count("'")
    return double % 2 > 0 if not single else single % 2 > 0 or double > 0


def _tag_end(html: str, at: int, end: int) -> int:
    """The offset behind the tag at `at`, whose first `>` is at `end - 1`."""
    equals = html.find("=", at, end)
    while equals >= 0:
        value = equals + 1
        while html[value : value + 1].isspace():
            value += 1
        quote = html[value : value + 1]
        if quote in ("'", '"') and value < end:
            value = html.find(quote, value + 1)
            if value < 0:
                return end
            if value >= end:
                end = html.find(">", value) + 1 or len(html) + 1
        equals = html.find("=", value + 1, end)
    return end


def _declaration_end(html: str, at: int) -> int:
    """The offset behind a comment, a document type or a processing instruction."""
    if html.startswith("<!--", at):
        return html.find("-->", at + 2) + 3 if html.find("-->", at + 2) >= 0 else len(html)
    return html.find(">", at) + 1 or len(html)


def _closed(html: str, name: str, start: int) -> int:
    """Where the closing tag begins of an element whose content nobody sees."""
    at = html.find("</", start)
    while at >= 0:
        if html[at + 2 : at + 2 + len(name)].lower() == name:
            return at
        at = html.find("</", at + 2)
    return len(html)


def _alternative(name: str, tag: str) -> str:
    """An image's alternative text, as a word of its own; nothing for other tags."""
    if name != "img":
        return ""
    at = tag.lower().find("alt=")
    value = tag[at + 4 :]
    if at < 1 or not tag[at - 1].isspace() or not value:
        return ""
    if value[0] in "'\"":
        return f" {value[1:].partition(value[0])[0]} "
    return f" {value.split(None, 1)[0]} "


def _dereferenced(text: str) -> str:
    """Character references decoded (HTML 13.5)."""
    from html import unescape

    try:
        return unescape(text)
    except ValueError:  # a number with thousands of digits
        return text
