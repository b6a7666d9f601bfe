"""reader: from a rules file, with all it includes, to a checked RuleSet.

Guarantee: either a RuleSet, or a RuleError that names every mistake in every
file with its place. Rules are in the order in which each `include` puts them.
"""

from __future__ import annotations

import os

from maildrop_py.record import replace
from maildrop_py.rule_error import Problem, RuleError
from maildrop_py.rules.language.document import Node
from maildrop_py.rules.language.examples import Example, parse_example
from maildrop_py.rules.language.includes import included_paths
from maildrop_py.rules.language.library import builtin_path
from maildrop_py.rules.language.rule_reader import RuleReader
from maildrop_py.rules.language.rule_set import RuleSet
from maildrop_py.rules.language.scope import Scope, advice, reason
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.language.settings_reader import SETTINGS, read_setting
from maildrop_py.rules.language.sources import Sources
from maildrop_py.rules.language.vocabulary import MAIL, Vocabulary
from maildrop_py.rules.language.warnings.settings import warn_of_setting
from maildrop_py.rules.language.when import parse_when
from maildrop_py.rules.language.yaml_tree import parse
from maildrop_py.translation import text as translated

LISTS = ("include", "rules", "examples")
DEEPEST_INCLUDE = 20
MOST_PROBLEMS = 100


def read_rules(
    path: str, enforce_trust: bool = True, home: str | None = None, warns: bool = True
) -> RuleSet:
    """The rules of the file at `path`; raises RuleError with every mistake.

    `home` takes the place of `~`, if not the process's own home directory. Unless it
    `warns`, nothing is looked at that is allowed.
    """
    reader = Reader(Sources(enforce_trust), home, warns=warns)
    reader.read_file(os.path.abspath(path), None)
    return reader.finished()


class Reader:
    """Collects settings, rules, examples and mistakes over all files."""

    def __init__(
        self,
        sources: Sources,
        home: str | None = None,
        vocabulary: Vocabulary = MAIL,
        warns: bool = True,
    ) -> None:
        self.problems: list[Problem] = []
        self.scope = Scope(sources, self.problems, parse_when, home, vocabulary, warns)
        self.settings = Settings()
        self._rule_reader = RuleReader(self.scope, self._include)
        self.rules = self._rule_reader.rules
        self.examples: list[Example] = []
        self._open: list[str] = []
        self._included: dict[str, str] = {}

    def finished(self) -> RuleSet:
        """What was read, or a RuleError with the mistakes in the order of the files."""
        if self.problems:
            files = {problem.file: None for problem in self.problems}
            order = {file: number for number, file in enumerate(files)}
            found = sorted(self.problems, key=lambda p: (order[p.file], p.line, p.column))
            raise RuleError(found[:MOST_PROBLEMS])
        return RuleSet(
            self.settings,
            tuple(self.rules),
            tuple(self.examples),
            self.scope.sources.stamps,
            tuple(self.scope.warnings),
        )

    def read_file(self, path: str, include: Node | None) -> None:
        """One file; `include` is the place that asked for it, None for the first."""
        try:
            text = self.scope.sources.read(path, ships_with_us=path.startswith(builtin_path("")))
        except (OSError, UnicodeDecodeError) as error:
            wording, hint = (
                translated("{path} cannot be used: {reason}", path=path, reason=reason(error)),
                advice(error),
            )
            where = include.mistake(wording, hint).problem if include else None
            self.problems.append(where or Problem(path, 1, 1, wording, hint))
            return
        self.read_text(text, path)

    def read_text(self, text: str, path: str) -> None:
        """The text of one file."""
        before = len(self.rules), len(self.examples)
        self._open.append(path)
        self.scope.attempt(self._read_keys, text, path)
        self._open.pop()
        self._bind_examples(*before)

    def _bind_examples(self, first_rule: int, first_example: int) -> None:
        """Examples of a file are judged by its own rules, those it includes among them."""
        span = (first_rule, len(self.rules))
        for at, example in enumerate(self.examples[first_example:], first_example):
            if example.rules is None:
                self.examples[at] = replace(example, rules=span)

    def _read_keys(self, text: str, path: str) -> None:
        """Settings come first, for rules depend on them."""
        top = parse(text, path, self.scope.sources.limits)
        if top is None or top.kind == "nothing":
            return
        pairs = sorted(top.pairs(), key=lambda pair: pair[0].text() not in SETTINGS)
        for key, value in pairs:
            self.scope.attempt(self._read_key, key, value)

    def _read_key(self, key: Node, value: Node) -> None:
        name = key.choice((*SETTINGS, *LISTS), "key")
        if name in SETTINGS:
            if len(self._open) > 1:
                raise key.mistake(
                    "`{name}` belongs into the first file, not an included one", name=name
                )
            self.settings = read_setting(self.settings, name, value, self.scope)
            self.scope.settings = self.settings
            if self.scope.warns:
                warn_of_setting(name, value, self.scope)
        elif value.kind != "nothing":
            read = {"include": self._include, "rules": self._rule_reader.read}.get(
                name, self._read_example
            )
            for item in value.alternatives() if name == "include" else value.items():
                self.scope.attempt(read, item)

    def _read_example(self, node: Node) -> None:
        if self._rule_reader.blocks:
            return  # of a file that is included under a `when`: it is no test of that
        self.examples.append(parse_example(node, self.scope))

    def _include(self, node: Node) -> None:
        paths, chosen = included_paths(node, self.scope)
        for path in paths:
            first = self._included.get(path)
            if not chosen and (first is not None or path in self._open):
                continue
            if path in self._open:
                chain = " includes ".join([*self._open[self._open.index(path) :], path])
                raise node.mistake("files include each other: {chain}", chain=chain)
            if first is not None:
                raise node.mistake(
                    "{path} is included twice",
                    translated("first in {first}", first=first),
                    path=path,
                )
            if len(self._open) >= DEEPEST_INCLUDE:
                raise node.mistake(
                    "more than {most} files include one another",
                    most=DEEPEST_INCLUDE,
                )
            self._included[path] = f"{node.file}:{node.line}"
            self.read_file(path, node)


def load_text(text: str, path: str = "rules.yaml") -> RuleSet:
    """The rules in a text, as if it stood in a file at `path`; raises RuleError."""
    reader = Reader(Sources())
    reader.read_text(text, path)
    return reader.finished()
