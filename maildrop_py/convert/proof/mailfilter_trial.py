"""mailfilter_trial: a mailfilter with its rules in the sandbox."""

from __future__ import annotations

from typing import Any

from maildrop_py.convert.proof.trial import CannotRun, Trial


def start(told: dict[str, Any]) -> Trial:
    raise CannotRun("mailfilter is not proved")
