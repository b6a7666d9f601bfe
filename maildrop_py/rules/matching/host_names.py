"""host_names: host names that conditions about clients hold against a list.

`mail.example.com` is one name, `.example.com` that name and all below it,
`mail*.example.com` a glob, and `{file: names.txt}` a file with one of these on
each line.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.matching.text import glob_fits, listed_in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class Names:
    """A set of names; looking one up costs the same however large it is, globs aside."""

    exact: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()
    globs: tuple[str, ...] = ()
    shown: str = ""

    def describe(self, text: Text) -> str:
        """The entries as they were written."""
        return listed_in_words(self.shown, text)

    def entry_for(self, name: str) -> str | None:
        """The entry that `name`, in lower case, fits, or None."""
        if name in self.exact:
            return name
        labels = name.split(".")[-127:]
        for at in range(len(labels)):
            parent = ".".join(labels[at:])
            if parent in self.parents:
                return "." + parent
        return next((glob for glob in self.globs if glob_fits(glob, name)), None)


def parse_names(node: Node, scope: Scope) -> Names:
    """The set that texts and `{file: …}` mappings describe; raises Mistake."""
    entries: list[str] = []
    shown: list[str] = []
    for item in node.alternatives():
        if item.kind != "mapping":
            entries.append(_name(item, item.text()))
            shown.append(item.text())
            continue
        for key, value in item.pairs():
            key.choice(["file"], "kind of list")
            entries += [_name(value, line) for line in scope.lines_of(value)]
            shown.append(f"listed in {value.text()}")
    globs = [entry for entry in entries if "*" in entry or "?" in entry]
    plain = [entry for entry in entries if entry not in globs]
    return Names(
        frozenset(entry for entry in plain if not entry.startswith(".")),
        frozenset(entry[1:] for entry in plain if entry.startswith(".")),
        tuple(globs),
        " or ".join(shown),
    )


def _name(node: Node, text: str) -> str:
    """`text` as names are compared; raises Mistake for an expression."""
    from maildrop_py.evidence.domains import ascii_domain

    name = text.strip().lower().rstrip(".")
    plain = name.removeprefix(".")
    if any(sign in plain for sign in "\\^$()|[]{}+@ ") or not plain.strip("*?."):
        raise node.mistake(
            "{written!r} is not a name", "such as mail.example.com or *.example.com", written=text
        )
    if "*" in plain or "?" in plain:
        return name
    return "." * name.startswith(".") + (ascii_domain(plain) or plain)
