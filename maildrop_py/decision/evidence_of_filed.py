"""evidence_of_filed: what is asked of the world about a message that was delivered long ago."""

from __future__ import annotations

from maildrop_py.evidence.evidence import Evidence


class EvidenceOfFiled(Evidence):
    """Evidence about a message that was delivered long ago."""

    def duplicate(self) -> bool | None:
        """Unknown: its Message-ID may well be remembered, from its own delivery."""
        return None

    def repeated(self, kind: str, value: str, seconds: int) -> bool | None:
        return None
