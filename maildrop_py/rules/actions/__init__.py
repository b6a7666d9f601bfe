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
    "defer": "defer:Defer",
    # not final
    "flags": "flags:Flags",
    "copy": "copy:Copy",
    "score": "score:Score",
    "add_header": "add_header:AddHeader",
    "remove_header": "remove_header:RemoveHeader",
    "rename_header": "rename_header:RenameHeader",
    "set": "set_:Set",
    "learn": "learn:Learn",
    "filter": "filter:Filter",
    "now": "now:Now",
    "vacation": "vacation:Vacation",
    "reply": "reply:Reply",
    "notify": "notify:Notify",
}

FINAL = ("file", "discard", "reject", "forward", "pipe", "defer")

NO_COPY = ("discard", "reject", "defer")
"""Final actions that leave no copy: to go on after them means nothing."""

POLICY_ACTIONS: dict[str, str] = {
    # final
    "accept": "accept:Accept",
    "reject": "reject:Reject",
    "defer": "defer:Defer",
    "greylist": "greylist:Greylist",
    "tarpit": "tarpit:Tarpit",
    # not final
    "prepend": "prepend:Prepend",
    "score": "score:Score",
    "set": "set_:Set",
}
"""Those of policy files, which are asked before the mail comes."""

POLICY_FINAL = ("accept", "reject", "defer", "greylist", "tarpit")
