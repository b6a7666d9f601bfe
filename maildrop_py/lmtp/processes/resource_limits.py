"""resource_limits: what a process that belongs to a user may use of the machine.

The hard limits are set, so the user cannot raise them again. They hold for the
programs that rules run too. Without them one user's rules or programs could take
the memory or the process table that everybody's mail needs.
"""

from __future__ import annotations

import resource

from maildrop_py.record import record

MIB = 1024 * 1024


@record
class ResourceLimits:
    """`memory` in bytes (address space), `processor` in seconds; 0: no limit.

    `processes` counts everything that runs under the user's uid, logins included.
    """

    memory: int = 1024 * MIB
    processor: int = 900
    processes: int = 512
    files: int = 1024

    def apply(self) -> None:
        """Set them for this process and what it starts. Raises OSError or ValueError."""
        _lower(resource.RLIMIT_AS, self.memory)
        _lower(resource.RLIMIT_CPU, self.processor)
        _lower(resource.RLIMIT_NPROC, self.processes)
        _lower(resource.RLIMIT_NOFILE, self.files)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold mail

    @property
    def in_words(self) -> str:
        """For messages to the administrator."""
        return (
            f"{self.memory // MIB} MiB of memory, {self.processor} s of processor time, "
            f"{self.processes} processes, {self.files} open files"
        )


def _lower(kind: int, most: int) -> None:
    """Limit `kind` to `most`, or to less where less is allowed already."""
    if most:
        hard = resource.getrlimit(kind)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))
