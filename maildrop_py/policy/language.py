"""language: from a policy file, with all it includes, to a checked Policy.

The language is that of rules, with other actions, without the conditions that need a
header or a body, and with examples that are requests instead of messages.

Guarantee: either a Policy, or a RuleError that names every mistake with its place.
"""

from __future__ import annotations

import os

from maildrop_py.policy.decide import NAMES
from maildrop_py.policy.examples import PolicyExample, parse_policy_example
from maildrop_py.record import record, replace
from maildrop_py.rules.language.document import Node
from maildrop_py.rules.language.reader import LISTS, Reader
from maildrop_py.rules.language.sources import Sources
from maildrop_py.rules.language.vocabulary import POLICY
from maildrop_py.rules.language.warnings import warnings_about
from maildrop_py.rules.program.compiler import compile_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rule_error import Problem
    from maildrop_py.rules.language.rule import Rule
    from maildrop_py.rules.language.rule_set import RuleSet
    from maildrop_py.rules.language.settings import Settings
    from maildrop_py.rules.language.stamps import Stamp
    from maildrop_py.rules.program.program import Program

BUILTIN = "builtin:"
SETTINGS = (
    *("trust", "dns", "me", "server_names", "recipient_delimiter"),
    *("countries", "store"),
)
"""Those of a rules file that mean something before the mail comes."""


@record
class Policy:
    """A checked policy: its rules in order, and compiled; `stamps` of the files it is from."""

    settings: Settings
    rules: tuple[Rule, ...]
    program: Program
    examples: tuple[PolicyExample, ...]
    warnings: tuple[Problem, ...]
    stamps: tuple[Stamp, ...]


class PolicyReader(Reader):
    """Collects what a policy file and those it includes say."""

    def __init__(self, sources: Sources, home: str | None = None) -> None:
        super().__init__(sources, home, POLICY)
        self.policy_examples: list[PolicyExample] = []
        self.scope.variables |= set(NAMES)

    def _read_key(self, key: Node, value: Node) -> None:
        key.choice((*SETTINGS, *LISTS), "key of a policy file")
        super()._read_key(key, value)

    def _read_example(self, node: Node) -> None:
        if not self._rule_reader.blocks:
            self.policy_examples.append(parse_policy_example(node))

    def _bind_examples(self, first_rule: int, first_example: int) -> None:
        span = (first_rule, len(self.rules))
        for at, example in enumerate(self.policy_examples):
            if example.rules is None:
                self.policy_examples[at] = replace(example, rules=span)


def read_policy(path: str, enforce_trust: bool = True) -> Policy:
    """The policy in the file at `path`; raises RuleError with every mistake.

    `builtin:NAME` is one of those that ship.
    """
    if path.startswith(BUILTIN):
        return load_policy(f"include: {path}\n", path)
    reader = PolicyReader(Sources(enforce_trust))
    reader.read_file(os.path.abspath(path), None)
    return _policy(reader)


def load_policy(text: str, path: str = "policy.yaml") -> Policy:
    """The policy in a text, as if it stood in a file at `path`; raises RuleError."""
    reader = PolicyReader(Sources())
    reader.read_text(text, path)
    return _policy(reader)


def _policy(reader: PolicyReader) -> Policy:
    rules: RuleSet = reader.finished()
    warnings = tuple(warnings_about(rules))
    examples = tuple(reader.policy_examples)
    program = compile_rules(rules)
    return Policy(rules.settings, rules.rules, program, examples, warnings, rules.stamps)
