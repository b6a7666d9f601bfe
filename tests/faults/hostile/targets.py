"""targets: every part that is fed with hostile input, by name."""

from __future__ import annotations

from tests.faults.hostile import delivering, naming, parsing, ruling, serving, talking

TARGETS = {
    target.name: target
    for module in (parsing, naming, ruling, delivering, talking, serving)
    for target in module.TARGETS
}
