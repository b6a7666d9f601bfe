"""documents: chapters of the documents that lie beside the code, for `help` and manual pages."""

from __future__ import annotations

from importlib.resources import files

from maildrop_py.translation import language, marked, text

LOG = marked("The delivery log")
GUARANTEES = (
    marked("States on disk"),
    marked("Security of a shared server"),
    marked("Limits of serve"),
    marked("Limits on the parts of a message"),
    marked("Exit statuses"),
)
"""The chapters of maildrop_py/README.md that say what is promised."""


def chapters(headings: tuple[str, ...]) -> str:
    """These chapters with their headings, in Markdown, in the language chosen."""
    return "\n".join(f"## {text(heading)}\n{chapter(heading)}" for heading in headings)


def chapter(heading: str) -> str:
    """What stands below a heading of maildrop_py/README.md; raises KeyError."""
    name = "README.md" if language() == "en" else f"README.{language()}.md"
    document = files("maildrop_py").joinpath(name).read_text(encoding="utf-8")
    heading = text(heading)
    found: list[str] = []
    is_inside = is_code = False
    for line in document.split("\n"):
        is_code = is_code != line.startswith("```")
        if line.startswith("## ") and not is_code:
            if is_inside:
                break
            is_inside = line[3:].replace("`", "") == heading
        elif is_inside:
            found.append(line)
    if not is_inside:
        raise KeyError(heading)
    return "\n".join(found)
