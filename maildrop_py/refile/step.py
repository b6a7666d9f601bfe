"""step: what is to be done with the files of one message, as values that moves.py carries out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.decision.decision import Filing

DONE, GONE, FAILED = "done", "gone", "failed"
MOVE, FLAG, COPY, REWRITE, DELETE = "move", "flag", "copy", "rewrite", "delete"
IMPORT = "import"  # a delivery of what came from elsewhere (importing.py)


class Step:
    """One name that a message gets or loses: `do` is what the journal calls it.

    `aim` gives the new path for the message at a path, which may be another one
    than `source` when its time comes. `draft` is the file in tmp/ that takes the
    message's place, if its bytes change; `filing` what was decided, where it is
    that and nothing else; `more` what else the journal keeps;
    `made` and `both` say that the message has the new name, and the old one too.
    """

    __slots__ = (
        *("aim", "both", "do", "draft", "filing", "line"),
        *("made", "more", "rule", "source", "target"),
    )

    def __init__(
        self,
        do: str,
        source: str,
        target: str,
        aim: Callable[[str], str],
        rule: str | None = None,
    ) -> None:
        self.do = do
        self.source = source
        self.target = target
        self.aim = aim
        self.rule = rule
        self.draft = ""
        self.filing: Filing | None = None
        self.more: dict[str, object] | None = None
        self.line = -1
        self.made = False
        self.both = False


class Task:
    """All the steps for one message, copies first; `tag` is the caller's own."""

    __slots__ = ("outcome", "steps", "tag", "why")

    def __init__(self, steps: list[Step], tag: object = None) -> None:
        self.steps = steps
        self.tag = tag
        self.outcome = DONE
        self.why = ""
