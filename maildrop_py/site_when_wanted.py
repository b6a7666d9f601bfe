"""site_when_wanted: Python without its `site` module, until a package is not found without it.

Started as `python -PS` (cli/startup/maildrop-py.c), the interpreter's own start takes a third less:
our packages are taken from beside the interpreter. What is not there, `site` finds.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class SiteWhenWanted:
    """The last finder (PEP 451): for what is not found otherwise, sys.path is made whole."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> Any:
        if path is not None:
            return None
        sys.meta_path.remove(self)
        import site

        site.main()
        for finder in sys.meta_path:
            spec = finder.find_spec(name, None)
            if spec is not None:
                return spec
        return None
