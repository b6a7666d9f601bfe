"""actions: one small file each, and the registry that names them all.

To add an action: write its file, its test under tests/rules/actions/, and one
line here. `FINAL` names those that end the run (unless `continue: true`).
"""

from __future__ import annotations

ACTIONS: dict[str, str] = {
    # final
    "file": "file:File",
    "discard": "discard:Discard",
    "reject": "reject:Reject",
    "forward": "forward:Forward",
    "pipe": "pipe:Pipe",
    # not final
    "flags": "flags:Flags",
    "copy": "copy:Copy",
    "score": "score:Score",
    "add_header": "add_header:AddHeader",
    "remove_header": "remove_header:RemoveHeader",
    "set": "set_:Set",
}

FINAL = ("file", "discard", "reject", "forward", "pipe")
