"""not_translatable: what every converter raises where the rule language has no equal."""

from __future__ import annotations


class NotTranslatable(ValueError):
    """Something that has no equal; says why. It becomes a gap."""
