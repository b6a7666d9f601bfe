"""rewriting: add, remove and rename headers of a message that is filed already.

A message file never changes, so another file with another name takes its place.
Nothing is done twice: a header that is there already with the same value is not
added again.

Guarantee: the bytes of the body and of the other headers stay, and so does the
mtime. Reports OSError, and StorageFailed for a file that is not what its name
says (compressed by Dovecot, or cut short), which is left alone.
"""

from __future__ import annotations

import os

from maildrop_py.delivery.trace_headers import kept_apart
from maildrop_py.errors import StorageFailed
from maildrop_py.intake.maildir_source import MaildirSource
from maildrop_py.maildir.file_name import parse
from maildrop_py.maildir.unique_name import wire_size
from maildrop_py.message.extent import message_start
from maildrop_py.message.header_edits import added, cuts, edited_head
from maildrop_py.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.decision import Decision
    from maildrop_py.message.headers import Headers
    from maildrop_py.message.message import Message


@record
class NewHead:
    """The head that a message is to have, and the one it has."""

    head: bytes
    instead_of: bytes

    def renamed(self, path: str) -> str:
        """`path` with what S= and W= in its name become."""
        directory, _, file_name = path.rpartition("/")
        name = parse(file_name)
        changes = {
            "S": len(self.head) - len(self.instead_of),
            "W": wire_size(self.head) - wire_size(self.instead_of),
        }
        fields = tuple(_changed(field, changes) for field in name.fields)
        text = replace(name, fields=fields).text()
        return f"{directory}/{text}{':2,' if file_name.endswith(':2,') else ''}"


def _changed(field: str, changes: dict[str, int]) -> str:
    key, _, value = field.partition("=")
    is_number = value.isascii() and value.isdigit()
    return f"{key}={int(value) + changes[key]}" if key in changes and is_number else field


def new_head(message: Message, decision: Decision) -> NewHead | None:
    """The message's head as the decision wants it; None if it is so already."""
    if not changes_header(decision):
        return None
    head = message.source.head()
    removed = {name.lower() for name in decision.remove_headers}
    wanted = _missing(decision.add_headers, message.headers, removed)
    if decision.rename_headers or decision.last_headers or decision.replaced_headers:
        last = _missing(decision.last_headers, message.headers, removed)
        edits = wanted, decision.remove_headers, decision.rename_headers, last
        new = edited_head(head, *edits, decision.replaced_headers)
        return None if new == head else NewHead(new, head)
    start = message_start(head)
    lines = kept_apart(added(wanted, head), head)
    kept, at = [head[:start], lines], start
    for cut_start, cut_end in cuts(head, decision.remove_headers):
        kept.append(head[at:cut_start])
        at = cut_end
    new = b"".join((*kept, head[at:]))
    return None if new == head else NewHead(new, head)


def changes_header(decision: Decision) -> bool:
    """Whether a decision adds, removes or renames fields."""
    return bool(
        decision.add_headers
        or decision.remove_headers
        or decision.rename_headers
        or decision.last_headers
        or decision.replaced_headers
    )


def refuse_compressed(message: Message) -> None:
    """Raise StorageFailed if a filed message is compressed, or not as long as its name says."""
    source = message.source
    if isinstance(source, MaildirSource) and source.compression:
        raise StorageFailed(f"is compressed ({source.compression}), its header cannot be changed")
    assert message.file is not None
    path = message.file.path
    named = parse(path.rpartition("/")[2]).field("S")
    size = os.stat(path).st_size
    if named is not None and named != size:
        raise StorageFailed(f"has {size} bytes, not {named}: compressed or damaged, left alone")


def _missing(
    added: tuple[tuple[str, str], ...], headers: Headers, removed: set[str]
) -> list[tuple[str, str]]:
    """Those fields that the message does not have already."""
    return [
        (name, value)
        for name, value in added
        if name.lower() in removed or not _has(headers, name, value)
    ]


def _has(headers: Headers, name: str, value: str) -> bool:
    wanted = " ".join(value.split())
    return any(" ".join(field.value.split()) == wanted for field in headers.all(name))
