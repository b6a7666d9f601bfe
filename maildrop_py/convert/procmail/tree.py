"""tree: what a procmailrc says, in the order and with the lines in which it says it.

A text is a tuple of parts: strings as they are, variables that procmail puts in,
and the output of programs in backquotes.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Part: TypeAlias = "str | Variable | Output"
    Text: TypeAlias = "tuple[Part, ...]"
    Node: TypeAlias = "Recipe | Assignment | Skipped"


@record
class Variable:
    """`$name`. `splits` where blanks in its value make several words of it.

    `literal` is `$\\name`, whose value is no expression. `how` is one of "", "-", ":-",
    "+" and ":+", as in `${name:-other}`; `other` is the text behind it.
    """

    name: str
    splits: bool = False
    literal: bool = False
    how: str = ""
    other: Text = ()


@record
class Output:
    """What a command in backquotes prints; `splits` as above."""

    command: str
    splits: bool = False


@record
class Line:
    """One condition of a recipe as it stands there, without its `*`."""

    line: int
    text: str


@record
class Forward:
    """`! address …`: the words behind the sign."""

    words: tuple[Text, ...]


@record
class Pipe:
    """`| command`; with `capture`, `NAME=| command`."""

    command: str
    capture: str = ""


@record
class Folder:
    """The folders that the message goes into; the first decides, the others are links."""

    words: tuple[Text, ...]


@record
class Block:
    """`{ … }`."""

    nodes: tuple[Node, ...]


@record
class Recipe:
    """One `:0`. `lock` is None without a lock file, "" where procmail chooses its name.

    `action` is None where the file ends or the next recipe starts instead: a
    missing action. `comments` are the comment lines right above it.
    """

    line: int
    flags: str
    lock: str | None
    conditions: tuple[Line, ...]
    action: Forward | Pipe | Folder | Block | None
    action_line: int
    comments: tuple[str, ...] = ()
    source: str = ""
    count: int = -1


@record
class Assignment:
    """`name=value`, or a removal where `value` is None."""

    line: int
    name: str
    value: Text | None
    source: str = ""


@record
class Skipped:
    """What procmail passes over, saying so in its log."""

    line: int
    text: str
