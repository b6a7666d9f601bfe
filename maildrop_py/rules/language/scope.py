"""scope: what a condition or an action may ask for while it is being read.

It knows where the file is (for `{file: …}`), reads other files and remembers
them, so that the rules are compiled again when one changes, and collects what is
worth a warning.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from maildrop_py.rule_error import Problem
from maildrop_py.rules.language.document import Mistake, Node
from maildrop_py.rules.language.limits import INSTRUCTIONS, LINES, TooMuch
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.language.sources import UntrustedFile
from maildrop_py.rules.language.vocabulary import MAIL
from maildrop_py.translation import text as translated

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec, TypeVar

    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.language.sources import Sources
    from maildrop_py.rules.language.vocabulary import Vocabulary

    Pairs = list[tuple[Node, Node]]
    WhenReader = Callable[[Node, "Scope", Pairs | None], Condition]

    P = ParamSpec("P")
    T = TypeVar("T")


class Scope:
    """The surroundings of one rules file while it is read.

    `read_when` reads the conditions that are inside others (`when.parse_when`). Unless
    it `warns`, nobody looks at warnings, and none need be looked for. `folders` are the
    names of folders so far, each by its case-folded form, with its line. `in_turn` says
    that a condition of this rule uses what another one has found.
    """

    def __init__(
        self,
        sources: Sources,
        problems: list[Problem],
        read_when: WhenReader,
        home: str | None = None,
        vocabulary: Vocabulary = MAIL,
        warns: bool = True,
    ) -> None:
        self._read_when = read_when
        self.sources = sources
        self.problems = problems
        self.vocabulary = vocabulary
        self.allow_commands = False
        self.layout = "maildir++"
        self.home = os.path.expanduser("~") if home is None else home
        self.variables: set[str] = set()
        self.rule_groups: set[str] = set()
        self.in_turn = False
        self.settings = Settings()
        self.warns = warns
        self.warnings: list[Problem] = []
        self.dovecot_uses: dict[str, str] | None = None
        self.folders: dict[str, tuple[str, int]] = {}

    def attempt(self, read: Callable[P, T], *given: P.args, **named: P.kwargs) -> T | None:
        """What `read` makes of its arguments, or None with the mistake noted.

        So reading can go on, and all mistakes are found at once.
        """
        try:
            return read(*given, **named)
        except Mistake as mistake:
            self.problems.append(mistake.problem)
            return None

    def warn(self, node: Node, text: str, hint: str = "", /, **values: object) -> None:
        """Note what is allowed, but hardly meant; `values` are those that the text names."""
        self.warnings.append(node.mistake(text, hint, **values).problem)

    def warn_at(self, file: str, line: int, text: str, hint: str = "") -> None:
        """The same for a line of another file."""
        self.warnings.append(Problem(file, line, 1, text, hint))

    def use(self, name: str) -> None:
        """A template uses `name`: where a group beside it sets it, order counts."""
        self.in_turn = self.in_turn or name in self.rule_groups

    def conditions(self, node: Node, pairs: Pairs | None = None) -> Condition:
        """The conditions of the mapping `node`, or of some `pairs` of it, which must all hold."""
        return self._read_when(node, self, pairs)

    def lines_of(self, node: Node) -> list[str]:
        """The lines of the file that `node` names, `#` comments and blanks left out."""
        return [line for _, line in self.numbered_lines_of(node)]

    def numbered_lines_of(self, node: Node) -> list[tuple[int, str]]:
        """lines_of() with the number of each line, counted from 1."""
        path = self.path(node)
        try:
            lines = self.sources.read(path).splitlines()
            self.sources.limits.take(LINES, len(lines))
        except (OSError, UnicodeDecodeError) as error:
            raise node.mistake(
                "{path} cannot be used: {reason}", advice(error), path=path, reason=reason(error)
            ) from None
        without_comments = ((f" {line}".partition(" #")[0]).strip() for line in lines)
        return [(number, line) for number, line in enumerate(without_comments, 1) if line]

    def count_instructions(self, node: Node, size: int) -> None:
        """Raises Mistake where the expressions up to this one are too large together."""
        try:
            self.sources.limits.take(INSTRUCTIONS, size)
        except TooMuch as error:
            raise node.mistake(str(error)) from None

    def path(self, node: Node) -> str:
        """The path that `node` names, relative to the rules file it is in."""
        written = node.text()
        if written == "~" or written.startswith("~/"):
            written = self.home + written[1:]
        return os.path.normpath(os.path.join(os.path.dirname(node.file), written))


def advice(error: Exception) -> str:
    """What to do about a file that cannot be used, where that is known."""
    return (
        translated("chmod go-w, or let it belong to you")
        if isinstance(error, UntrustedFile)
        else ""
    )


def reason(error: Exception) -> str:
    """Why a file could not be read, without Python's dressing."""
    if isinstance(error, UnicodeDecodeError):
        line = error.object.count(b"\n", 0, error.start) + 1
        return translated("it is not UTF-8 in line {line}", line=line)
    return (
        os.strerror(error.errno)
        if isinstance(error, OSError) and error.errno
        else translated(str(error))
    )
