"""evidence_stores: the stores of what was learnt for each user, kept open between messages."""

from __future__ import annotations

import time
from collections import OrderedDict

from maildrop_py.evidence.store import Store
from maildrop_py.paths import evidence_store

KEPT = 64  # files, of the users who had mail last
AGAIN = 60.0  # seconds after which a file that could not be used is tried again


class EvidenceStores:
    """One store for each user's state directory."""

    def __init__(self) -> None:
        self._stores: OrderedDict[str, tuple[float, Store]] = OrderedDict()

    def at(self, state: str) -> Store:
        """The store in the directory `state`; its file is opened when it is first asked."""
        made, store = self._stores.get(state, (0.0, None))
        now = time.monotonic()
        if store is None or (not store.usable and now - made > AGAIN):
            store = Store(evidence_store(state))
            self._stores[state] = now, store
            if len(self._stores) > KEPT:
                self._stores.popitem(last=False)[1][1].close()
        self._stores.move_to_end(state)
        return store
