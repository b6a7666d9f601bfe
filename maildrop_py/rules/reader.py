"""reader: from a rules file, with all it includes, to a checked RuleSet.

Guarantee: either a RuleSet, or a RuleError that names every mistake in every
file with its place. Rules are in the order in which an `include` splices them.
"""

from __future__ import annotations

import os

from maildrop_py.errors import Problem, RuleError
from maildrop_py.record import replace
from maildrop_py.rules.document import Mistake, Node, parse, suggestion
from maildrop_py.rules.examples import Example, parse_example
from maildrop_py.rules.library import BUILTIN, builtin_names, builtin_path
from maildrop_py.rules.rule_set import Rule, RuleSet
from maildrop_py.rules.scope import Scope, reason
from maildrop_py.rules.settings import Settings
from maildrop_py.rules.settings_reader import SETTINGS, read_setting
from maildrop_py.rules.sources import Sources
from maildrop_py.rules.then import parse_then
from maildrop_py.rules.when import parse_when

LISTS = ("include", "rules", "examples")
DEEPEST_INCLUDE = 20
MOST_PROBLEMS = 100


def read_rules(path: str, enforce_trust: bool = True) -> RuleSet:
    """The rules of the file at `path`; raises RuleError with every mistake."""
    reader = Reader(Sources(enforce_trust))
    reader.read_file(os.path.abspath(path), None)
    return reader.finished()


class Reader:
    """Collects settings, rules, examples and mistakes over all files."""

    def __init__(self, sources: Sources) -> None:
        self.problems: list[Problem] = []
        self.scope = Scope(sources, self.problems)
        self.settings = Settings()
        self.rules: list[Rule] = []
        self.examples: list[Example] = []
        self._open: list[str] = []

    def finished(self) -> RuleSet:
        """What was read, or a RuleError."""
        if self.problems:
            raise RuleError(self.problems[:MOST_PROBLEMS])
        from maildrop_py.rules.unreachable import unreachable_rules

        return RuleSet(
            self.settings,
            tuple(self.rules),
            tuple(self.examples),
            tuple(unreachable_rules(self.rules)),
            self.scope.sources.stamps,
        )

    def read_file(self, path: str, include: Node | None) -> None:
        """One file; `include` is the place that asked for it, None for the first."""
        try:
            text = self.scope.sources.read(path, ships_with_us=path.startswith(builtin_path("")))
        except (OSError, UnicodeDecodeError) as error:
            said = f"{path} cannot be read: {reason(error)}"
            where = include.mistake(said).problem if include else Problem(path, 1, 1, said)
            self.problems.append(where)
            return
        self._open.append(path)
        before = len(self.rules), len(self.examples)
        self.scope.attempt(lambda: self._read_text(text, path))
        self._bind_examples(*before)
        self._open.pop()

    def _bind_examples(self, first_rule: int, first_example: int) -> None:
        """Examples of a file are judged by its own rules, those it includes among them."""
        span = (first_rule, len(self.rules))
        for at, example in enumerate(self.examples[first_example:], first_example):
            if example.rules is None:
                self.examples[at] = replace(example, rules=span)

    def _read_text(self, text: str, path: str) -> None:
        top = parse(text, path)
        if top is None:
            return
        pairs = top.pairs()
        first = [pair for pair in pairs if pair[0].text() in SETTINGS]
        for key, value in [*first, *(pair for pair in pairs if pair not in first)]:
            self.scope.attempt(lambda k=key, v=value: self._read_key(k, v))  # type: ignore[misc]

    def _read_key(self, key: Node, value: Node) -> None:
        name = key.choice((*SETTINGS, *LISTS), "key")
        if name in SETTINGS:
            if len(self._open) > 1:
                raise key.mistake(f"`{name}` belongs into the first file, not an included one")
            self.settings = read_setting(self.settings, name, value, self.scope)
        elif value.kind == "nothing":
            return
        elif name == "include":
            for item in value.alternatives():
                self.scope.attempt(lambda i=item: self._include(i))  # type: ignore[misc]
        elif name == "rules":
            for item in value.items():
                self.scope.attempt(lambda i=item: self._read_rule(i))  # type: ignore[misc]
        else:
            for item in value.items():
                example = self.scope.attempt(lambda i=item: parse_example(i, self.scope))  # type: ignore[misc]
                self.examples += [example] if example else []

    def _include(self, node: Node) -> None:
        for path in self._included_paths(node):
            if path in self._open:
                chain = " includes ".join([*self._open[self._open.index(path) :], path])
                raise node.mistake(f"files include each other: {chain}")
            if len(self._open) >= DEEPEST_INCLUDE:
                raise node.mistake(f"more than {DEEPEST_INCLUDE} files include one another")
            self.read_file(path, node)

    def _included_paths(self, node: Node) -> list[str]:
        written = node.text()
        if written.startswith(BUILTIN):
            name = written.removeprefix(BUILTIN)
            if name not in builtin_names():
                hint = suggestion(name, builtin_names())
                raise node.mistake(f"no rule file called {name!r} ships", hint)
            return [builtin_path(name)]
        path = self.scope.path(node)
        if "*" in os.path.dirname(path):
            raise node.mistake("wildcards may only stand in the file's name")
        if any(sign in path for sign in "*?["):
            return self.scope.sources.matching(path)
        return [path]

    def _read_rule(self, node: Node) -> None:
        keys = ("name", "when", "then", "include")
        found = {key.choice(keys, "key of a rule"): value for key, value in node.pairs()}
        if "include" in found:
            if len(found) > 1:
                raise node.mistake("an `include` among rules stands alone")
            for item in found["include"].alternatives():
                self._include(item)
            return
        if "then" not in found:
            raise node.mistake("this rule does nothing: `then` is missing", "then: {file: INBOX}")
        self.scope.rule_groups = set()
        when = self.scope.attempt(
            lambda: parse_when(found["when"], self.scope) if "when" in found else None
        )
        then = self.scope.attempt(lambda: parse_then(found["then"], self.scope))
        self.scope.variables |= self.scope.rule_groups
        if then is not None:
            self.rules.append(Rule(self._name(node, found), node.file, node.line, when, then))

    def _name(self, node: Node, found: dict[str, Node]) -> str:
        if "name" not in found:
            return f"rule {len(self.rules) + 1}"
        name = found["name"].text()
        for other in self.rules:
            if other.name == name:
                place = f"{os.path.basename(other.file)}:{other.line}"
                raise found["name"].mistake(f"another rule is called {name!r} too", place)
        return name


def load_text(text: str, path: str = "rules.yaml") -> RuleSet:
    """The rules in a text, as if it stood in a file at `path`; raises RuleError."""
    reader = Reader(Sources())
    reader._open.append(os.path.abspath(path))
    try:
        reader._read_text(text, path)
    except Mistake as mistake:
        reader.problems.append(mistake.problem)
    return reader.finished()
