"""registry: from the name of a condition or action to the class that is it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from maildrop_py.rules.actions import ACTIONS, POLICY_ACTIONS
from maildrop_py.rules.conditions import CONDITIONS, POLICY_CONDITIONS

if TYPE_CHECKING:
    from maildrop_py.rules.actions.action import ActionType
    from maildrop_py.rules.condition import ConditionType


def condition_class(name: str) -> type[ConditionType]:
    """The class registered for the condition `name`."""
    found: type[ConditionType] = _load("conditions", (CONDITIONS | POLICY_CONDITIONS)[name])
    return found


def action_class(name: str) -> type[ActionType]:
    """The class registered for the action `name`."""
    found: type[ActionType] = _load("actions", (ACTIONS | POLICY_ACTIONS)[name])
    return found


def _load(package: str, entry: str) -> Any:
    module, _, name = entry.partition(":")
    return getattr(import_module(f"maildrop_py.rules.{package}.{module}"), name)
