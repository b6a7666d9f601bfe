"""library: where the rule files that ship are, for `include: builtin:NAME`.

They lie in `rules/` at the top of the project, and inside the package once it
is installed.
"""

from __future__ import annotations

import os

BUILTIN = "builtin:"
STARTER = "starter"
"""What `init` copies: a first file with settings, so not one to include."""

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_INSTALLED = os.path.join(_PACKAGE, "rules_library")
_CHECKED_OUT = os.path.join(os.path.dirname(_PACKAGE), "rules")


def builtin_path(name: str) -> str:
    """The path of a shipped rule file; of their folder where `name` is empty."""
    folder = _INSTALLED if os.path.isdir(_INSTALLED) else _CHECKED_OUT
    return os.path.join(folder, f"{name}.yaml" if name else "")


def builtin_names(below: str = "") -> list[str]:
    """The names of all shipped rule files that can be included; `below` is "" or "policies/"."""
    folder = builtin_path("") + below
    names = os.listdir(folder) if os.path.isdir(folder) else []
    found = (name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))
    return sorted(name for name in found if name != STARTER)


def reference_path(language: str = "en") -> str:
    """The path of the reference of the rule language, in English where there is no other."""
    path = os.path.join(builtin_path(""), f"README.{language}.md")
    return path if os.path.exists(path) else os.path.join(builtin_path(""), "README.md")


def first_sentence(name: str) -> str:
    """The first sentence of the comment on top of a file that ships."""
    lines = []
    with open(builtin_path(name), encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                break
            lines.append(line.strip("# \n"))
    first = " ".join(lines).partition(". ")[0].rstrip(".")
    return first.removeprefix(f"{name.rpartition('/')[2]}: ")
