"""following: the process in which libFuzzer tries inputs on one target, and sees what each reaches.

`python -m …hostile.following PACKAGE MODULE TARGET [libFuzzer's options and folders]`: where an
input leads in PACKAGE counts; MODULE has the targets in a sequence `TARGETS`. libFuzzer takes
the process over: it ends with a status of its own, and nothing is cleaned up. What is imported
late, when an input needs it, is followed as well.
"""

from __future__ import annotations

import sys
from importlib import import_module

import atheris


def main() -> None:
    """Never returns."""
    command, package, module, name, *options = sys.argv
    with atheris.instrument_imports(include=[package]):
        targets = {target.name: target for target in import_module(module).TARGETS}
        atheris.Setup([command, *options], targets[name].feed)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
