"""samples: messages made from a rule file's own expressions, so that each rule is met.

For each recipe one message that all its expressions should match, one for each of
them alone, and near misses: the same in other case, in the body instead of the
header, in another header.
"""

from __future__ import annotations

from maildrop_py.convert.procmail.expression_examples import example
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.convert.procmail.conditions import Question

PLAIN = ("From: someone@example.org", "To: me@example.net", "Subject: hello", "Message-ID: <{}@x>")


@record
class Sample:
    """A message, and the line of the recipe that it was made for."""

    line: int
    message: bytes


def samples(asked: Iterable[tuple[int, tuple[Question, ...]]]) -> list[Sample]:
    """Messages for the questions of each recipe."""
    found: list[Sample] = []
    for line, questions in asked:
        texts = [(q, example(q.text)) for q in questions if q.kind == "expression" and q.of_message]
        wanted = [(q.area, text) for q, text in texts if not q.negated]
        if wanted:
            found.append(Sample(line, _message(wanted, len(found))))
            found.append(Sample(line, _message([(a, t.upper()) for a, t in wanted], len(found))))
        for question, text in texts:
            found.append(Sample(line, _message([(question.area, text)], len(found))))
            found.append(Sample(line, _message([("B", text)], len(found))))
            found.append(Sample(line, _message([("H", "X-Other: " + text)], len(found))))
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
    return text.encode("latin-1", "replace")
