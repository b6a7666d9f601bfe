"""documents: chapters of the documents that lie beside the code, for `help` and manual pages."""

from __future__ import annotations

from importlib.resources import files

GUARANTEES = (
    "States on disk",
    "Security of a shared server",
    "Limits of serve",
    "Limits on the parts of a message",
    "Exit statuses",
)
"""The chapters of maildrop_py/README.md that say what is promised."""


def chapters(headings: tuple[str, ...]) -> str:
    """These chapters with their headings, in Markdown."""
    return "\n".join(f"## {heading}\n{chapter(heading)}" for heading in headings)


def chapter(heading: str) -> str:
    """What stands below a heading of maildrop_py/README.md; raises KeyError."""
    document = files("maildrop_py").joinpath("README.md").read_text(encoding="utf-8")
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
