"""The arrows between packages, and how little a delivery loads.

DESIGN: a decision is a value, made without touching the world and carried out by
others. That holds only as long as imports point one way.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "maildrop_py"

LEAVES = (
    "errors rule_error record memo later paths private_file regular_file start systemd"
    " late_functions module_source module_bundle translation unpacked __version__"
)
STAGES = "message evidence rules decision maildir delivery intake lmtp metrics policy report"

MAY_IMPORT = {
    "__init__": "start module_bundle site_when_wanted cli",
    "start": "module_source",  # where a bundle is damaged
    "errors": "",
    "rule_error": "errors",
    "record": "",
    "memo": "",
    "later": "",
    "paths": "start",
    "private_file": "start",
    "regular_file": "",
    "systemd": "",
    "late_functions": "",
    "module_source": "late_functions start",
    "module_bundle": "late_functions module_source private_file start",
    "site_when_wanted": "",
    "translation": "",
    "unpacked": "",
    "message": LEAVES,
    "evidence": f"{LEAVES} message",
    "rules": f"{LEAVES} message",
    "decision": f"{LEAVES} message evidence rules",
    "maildir": LEAVES,
    "delivery": f"{LEAVES} message rules decision maildir",
    "delivery.one_delivery": f"{LEAVES} message rules decision maildir intake report",
    "intake": f"{LEAVES} message",
    "refile": f"{LEAVES} message rules decision maildir delivery intake",
    "lmtp": f"{LEAVES} message",
    "metrics": f"{LEAVES} lmtp",
    "policy": f"{LEAVES} message evidence rules decision lmtp metrics",
    "report": f"{LEAVES} message rules decision",
    "report.statistics": f"{LEAVES} message evidence rules decision intake refile",
    "convert": f"{LEAVES} rules",
    "convert.proof": f"{LEAVES} message evidence rules decision delivery report",
    "set_up": f"{LEAVES} message evidence rules maildir report convert",
    "serve": f"{LEAVES} {STAGES}",
    "cli": f"{LEAVES} {STAGES} refile serve convert set_up",
    "man": f"{LEAVES} rules report cli",
    "hook": "",
    "wheel": "hook man",
    "__main__": "main",
}
"""DESIGN section 1: what a package may import, beside itself; of some a folder may more."""

FROM_THE_LEFT = (
    *(
        "errors",
        "rule_error",
        "record",
        "start",
        "paths",
        "private_file",
        "regular_file",
        "systemd",
        "late_functions",
        "module_source",
        "module_bundle",
        "site_when_wanted",
        "translation",
        "message",
        "evidence",
        "rules",
        "decision",
    ),
    *("maildir", "delivery", "intake", "refile", "lmtp", "metrics", "policy", "report", "convert"),
    *("set_up", "serve", "cli", "man", "hook", "wheel"),
)
"""For type checkers alone, a module may look at everything to the left of its package."""

JUDGEMENTS = {"dnsbl", "domains", "helo", "misspelt", "networks", "reverse_name"}
"""Modules of `evidence` that ask nobody: kinds and judgements, which conditions speak of."""

JUDGE = ("rules", "report")
"""Packages that judge names as conditions do, without asking anybody."""

STANDS_IN = {"decision.examples": "evidence"}
"""Examples state what the world would say, so they put evidence together themselves."""

MOST_LINES_OF_A_FILE = 320
MOST_LINES_OF_COMMANDS = 2600

Import = tuple[str, str, bool]
"""The module that imports, what it imports, and whether for type checkers only."""


class Imports(ast.NodeVisitor):
    """Every import of a module of ours, inside functions too."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.found: list[Import] = []
        self._for_types = False

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            self._for_types = True
            for statement in node.body:
                self.visit(statement)
            self._for_types = False
            for statement in node.orelse:
                self.visit(statement)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._note(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0 and node.module, f"{self.module}: imports are written in full"
        if (ROOT / node.module.replace(".", "/")).is_dir():
            for alias in node.names:
                self._note(f"{node.module}.{alias.name}")
        else:
            self._note(node.module)

    def visit_Call(self, node: ast.Call) -> None:
        """`Later("maildrop_py.…")` imports as well, when something of the module is used."""
        if isinstance(node.func, ast.Name) and node.func.id == "Later":
            assert isinstance(node.args[0], ast.Constant), f"{self.module}: Later has a name"
            self._note(node.args[0].value)
        self.generic_visit(node)

    def _note(self, name: str) -> None:
        if name.startswith("maildrop_py."):
            self.found.append((self.module, name.removeprefix("maildrop_py."), self._for_types))


def imports() -> Iterator[Import]:
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        found = Imports(module)
        found.visit(ast.parse(path.read_text(encoding="utf-8")))
        yield from found.found


def package_of(module: str) -> str:
    return module.partition(".")[0]


def is_allowed(module: str, imported: str, for_types: bool) -> bool:
    mine, other = package_of(module), package_of(imported)
    row = next(it for it in sorted(MAY_IMPORT, reverse=True) if f"{module}.".startswith(f"{it}."))
    if mine == other or other in MAY_IMPORT[row].split() or STANDS_IN.get(module) == other:
        return True
    if for_types:
        return FROM_THE_LEFT.index(other) < FROM_THE_LEFT.index(mine)
    return mine in JUDGE and other == "evidence" and imported.split(".")[1] in JUDGEMENTS


def test_imports_point_one_way() -> None:
    wrong = {found[:2] for found in imports() if not is_allowed(*found)}
    assert wrong == set()


def test_no_file_imports_itself_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    known = {".".join(p.relative_to(PACKAGE).with_suffix("").parts) for p in PACKAGE.rglob("*.py")}
    for module, imported, for_types in imports():
        target = imported if imported in known else imported.rpartition(".")[0]
        if not for_types and target in known:
            graph.setdefault(module, set()).add(target)
    in_circles = {module for module in graph if module in reached(graph, module)}
    assert in_circles == set()


def reached(graph: dict[str, set[str]], start: str) -> set[str]:
    """All that `start` imports, directly or through others."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return seen


def test_every_package_stands_in_the_table() -> None:
    """A new package has to say where it belongs."""
    found = {path.relative_to(PACKAGE).with_suffix("").parts[0] for path in PACKAGE.rglob("*.py")}
    assert found == {package_of(row) for row in MAY_IMPORT}


def test_the_document_has_every_room() -> None:
    rooms = document("maildrop_py/README.md").partition("## Rooms")[2].partition("\n## ")[0]
    named = {
        name.partition("/")[0]
        for row in rooms.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([\w/]+)`", row.split("|")[1])
    }
    assert named == {package_of(row) for row in MAY_IMPORT} - {"__init__", "__main__"}


@pytest.mark.parametrize("name", ["maildrop_py/README.md", "CONTRIBUTING.md"])
def test_every_file_that_a_document_names_is_there(name: str) -> None:
    files = [path for top in (PACKAGE, ROOT / "tests") for path in top.rglob("*.py")]
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", document(name))
    gone = [it for it in named if "NAME" not in it and not any(path.match(it) for path in files)]
    assert named and gone == []


def document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_what_rules_take_from_evidence_asks_nobody() -> None:
    asking = {"evidence", "inquiry", "resolver", "exchange", "store", "spf_query"}
    for module, imported, for_types in imports():
        if package_of(module) == "evidence" and module.split(".")[1] in JUDGEMENTS:
            assert for_types or imported.split(".")[-1] not in asking, module


def test_no_file_is_longer_than_one_can_keep_in_mind() -> None:
    sizes = {path: path.read_bytes().count(b"\n") for path in PACKAGE.glob("**/*.py")}
    assert {path: size for path, size in sizes.items() if size > MOST_LINES_OF_A_FILE} == {}


def test_commands_are_thin() -> None:
    """A file of cli/ has a command's options, calls one thing and prints."""
    commands = {path: path.read_text(encoding="utf-8") for path in PACKAGE.glob("cli/**/*.py")}
    assert sum(text.count("\n") for text in commands.values()) <= MOST_LINES_OF_COMMANDS


@pytest.mark.parametrize(
    ("module", "imported", "for_types", "allowed"),
    [
        ("decision.decide", "delivery.deliver", False, False),
        ("decision.decide", "delivery.deliver", True, False),
        ("message.headers", "rules.condition", False, False),
        ("rules.condition", "evidence.evidence", True, True),
        ("rules.condition", "evidence.evidence", False, False),
        ("rules.conditions.s25r", "evidence.reverse_name", False, True),
        ("intake.stdin", "decision.decide", False, False),
        ("report.explain", "cli.app", False, False),
        ("delivery.deliver", "decision.decision", False, True),
    ],
)
def test_the_table_says_what_the_design_says(
    module: str, imported: str, for_types: bool, allowed: bool
) -> None:
    assert is_allowed(module, imported, for_types) is allowed


HEAVY = (
    *("asyncio", "click", "collections", "contextlib", "dataclasses", "datetime", "dns", "email"),
    *("enum", "functools", "hashlib", "importlib.machinery", "inspect", "json", "logging"),
    *("mailparser", "pathlib", "random", "re", "re2", "rich", "shutil", "signal", "socket"),
    *("sqlite3", "spf", "subprocess", "tempfile", "threading", "typing", "watchdog", "yaml"),
)
"""What a delivery without DNS, bodies and programs must not load: a bare interpreter
takes 10 ms, and each of these up to 80 more (FIELD_NOTES 7)."""

DRIVER = """
import sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
from maildrop_py.cli.deliver import run
status = run(sys.argv[2:])
print(status, *sorted(set(sys.modules) - before))
"""

RULES = """
rules:
  - {name: list, when: {list_id: '^(?P<list>[\\w-]+)\\.'}, then: {file: 'Lists/{list}'}}
  - {name: spam, when: {spam_score: '>= 5'}, then: {file: Junk, flags: [seen]}}
  - {name: daemons, when: {from_daemon: true}, then: {file: Daemon}}
  - {name: vip, when: {from: ['*@example.com', vip@example.org]}, then: {flags: [flagged]}}
  - {name: weighed, when: {weigh: [{subject: sale, score: 2}, {size: '> 1KB', score: 1}]},
     then: {score: 1}}
  - {name: big, when: {any: [{size: '> 10MB'}, {not: {to: me@example.net}}]}, then: {file: Big}}
  - {name: mine, when: {header: {Subject: 'hello (?P<who>\\w+)'}}, then: {file: 'Mail/{who}'}}
"""

MAIL = b"""\
Return-Path: <ann@example.com>
From: Ann <ann@example.com>
To: me@example.net
Subject: hello world
X-Spam-Status: No, score=1.5 required=5.0

body
"""


def loaded_by_a_delivery(home: Path) -> list[str]:
    """The status of a delivery, and the modules that it loaded beyond those of Python."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", DRIVER, str(ROOT), "--log", str(home / "log")],
        input=MAIL,
        capture_output=True,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        check=True,
    )
    return done.stdout.decode().split()


def test_a_delivery_loads_nothing_heavy(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / ".config/maildrop-py").mkdir(parents=True, mode=0o700)
    (tmp_path / ".config/maildrop-py/rules.yaml").write_text(RULES)
    (tmp_path / "Maildir").mkdir()
    first = loaded_by_a_delivery(tmp_path)
    assert first[0] == "0" and "yaml" in first, "the first delivery compiles the rules"
    status, *modules = loaded_by_a_delivery(tmp_path)
    assert status == "0"
    assert [name for name in modules if name in HEAVY] == []
    assert len([*(tmp_path / "Maildir").glob(".Mail.world/cur/*")]) == 2
    ours = [name for name in modules if name.startswith("maildrop_py.")]
    assert "maildrop_py.decision.decide" in ours and "maildrop_py.rules.language.reader" not in ours
    assert "maildrop_py.translation" not in ours, "what is logged is English"
    assert "re2._re2" in modules, "RE2's extension alone is what expressions need"
