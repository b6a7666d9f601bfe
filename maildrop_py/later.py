"""later: modules that are loaded when something of them is first used.

One delivery loads only what it needs. An `import` in a function sees to that, but it is
looked up again at each call, which is a tenth of the time that deciding about a message
takes. A Later stands at the top for the module, and costs nothing once it was used:

    if TYPE_CHECKING:
        from maildrop_py.evidence import helo
    else:
        helo = Later("maildrop_py.evidence.helo")

Known limits: what it gave once it gives again, though the module may have changed.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Later:
    """The module called `name_`, by its full name; its attributes are this object's."""

    def __init__(self, name: str) -> None:
        self.name_ = name

    def __getattr__(self, attribute: str) -> Any:
        __import__(self.name_)
        value = getattr(sys.modules[self.name_], attribute)
        setattr(self, attribute, value)
        return value
