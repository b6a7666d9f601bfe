"""means: what the questions about one message are answered with: store, name servers, clock.

Each is opened when it is first needed, and shared by all questions.
"""

from __future__ import annotations

import time
from _weakref import ref  # `weakref` itself loads five more modules

from maildrop_py import paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.bayes.store import BayesStore
    from maildrop_py.evidence.budget import Budget
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.evidence.resolver import Resolver
    from maildrop_py.evidence.settings import Clock
    from maildrop_py.evidence.store import Store


class Means:
    """Those for the questions of one Evidence; `warnings` say what cannot be used."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = ref(evidence)  # a circle would keep the message until it is looked for
        self.message = evidence.message
        self.settings = evidence.settings
        self.warnings: list[str] = []
        self._store = evidence.store
        self._budget: Budget | None = None
        self._resolver: Resolver | None = None

    @property
    def evidence(self) -> Evidence:
        """What the questions are asked of: it holds this object, and so is there."""
        evidence = self._evidence()
        assert evidence is not None
        return evidence

    def store(self) -> Store:
        """What was learnt before; an empty one that keeps nothing where there is no state."""
        self.evidence.wait()
        if self._store is None:
            from maildrop_py.evidence.store import Store

            state = self.evidence.state
            self._store = Store(paths.evidence_store(state) if state else "")
        if self.settings.store:
            from maildrop_py.evidence.shared_store import shared

            self._store = shared(self.settings.store, self._store, self.evidence.state or "")
        return self._store

    def bayes_store(self) -> BayesStore:
        """What the Bayes filter learnt; it stays open as long as the store does."""
        self.evidence.wait()
        from maildrop_py.evidence.bayes.store import BayesStore

        state, address = self.evidence.state, self.settings.store
        if address and state:
            from maildrop_py.evidence.bayes.local_copy import LocalCopy
            from maildrop_py.evidence.bayes.shared import SharedBayes

            local = self.store().beside(paths.bayes_store(state), LocalCopy)
            return self.store().beside(address, lambda place: SharedBayes(place, state, local))
        return self.store().beside(paths.bayes_store(state) if state else "", BayesStore)

    def budget(self) -> Budget:
        """The time this message may wait for DNS."""
        if self._budget is None:
            from maildrop_py.evidence.budget import Budget

            self._budget = Budget(self.settings.dns_timeout, self.clock().monotonic)
        return self._budget

    def resolver(self) -> Resolver:
        """The user's name servers, or the system's."""
        self.evidence.wait()
        if self._resolver is None:
            from maildrop_py.evidence.resolver import Resolver, parse_server, system_servers

            servers = []
            for text in self.settings.nameservers:
                try:
                    servers.append(parse_server(text))
                except ValueError as error:
                    self.warnings.append(f"dns.nameservers: {error}")
            self._resolver = Resolver(tuple(servers) or system_servers(), self.budget())
        return self._resolver

    def clock(self) -> Clock:
        """The clock handed in, or the module `time`."""
        if self.evidence.clock is not None:
            return self.evidence.clock
        return time

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock().time()
