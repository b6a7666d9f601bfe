"""samples: messages made from a rule file's own expressions, so that each rule is met.

For each recipe one message that all its expressions should match, one for each of
them alone, and near misses: the same in other case, in the body instead of the
header, in another header.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.convert.converted_rules import Wanted

MADE = "made for line "
"""With this the names of these messages begin."""
PLAIN = ("From: someone@example.org", "To: me@example.net", "Subject: hello", "Message-ID: <{}@x>")


@record
class Sample:
    """A message, and the line of the recipe that it was made for."""

    line: int
    message: bytes


def samples(asked: Iterable[tuple[int, tuple[Wanted, ...]]]) -> list[Sample]:
    """Messages for what each recipe asks."""
    found: list[Sample] = []
    for line, texts in asked:
        wanted = [(one.area, one.text) for one in texts if not one.negated]
        if wanted:
            found.append(Sample(line, _message(wanted, len(found))))
            found.append(Sample(line, _message([(a, t.upper()) for a, t in wanted], len(found))))
        for one in texts:
            found.append(Sample(line, _message([(one.area, one.text)], len(found))))
            found.append(Sample(line, _message([("B", one.text)], len(found))))
            found.append(Sample(line, _message([("H", "X-Other: " + one.text)], len(found))))
    found.append(Sample(0, _message([], len(found))))
    return found


def _message(parts: list[tuple[str, str]], number: int) -> bytes:
    headers: list[str] = []
    body = ["A line of text."]
    for area, text in parts:
        lines = text.strip("\n").split("\n")
        if area == "B":
            body += lines
        else:
            headers += [
                line if ":" in line and line[:1] not in " \t" else f"Subject: {line}"
                for line in lines
                if line.strip()
            ]
    names = {line.partition(":")[0].lower() for line in headers}
    plain = [line.format(number) for line in PLAIN]
    headers = [line for line in plain if line.partition(":")[0].lower() not in names] + headers
    text = "\n".join(headers) + "\n\n" + "\n".join(body) + "\n"
    is_bytes = all(ord(char) < 256 for char in text)
    return text.encode("latin-1" if is_bytes else "utf-8")
