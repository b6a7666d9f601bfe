"""Every condition and action survives being packed, written and read."""

from __future__ import annotations

import ast
import marshal
import sys
from pathlib import Path

import pytest

from maildrop_py.rules.actions import ACTIONS
from maildrop_py.rules.conditions import CONDITIONS
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.program import packing
from maildrop_py.rules.program.packing import pack, unpack
from tests.support.rules_reading import rules_of

WHENS = {
    "all": "[{subject: a}, {size: 5}]",
    "any": "{subject: a, size: 5}",
    "not": "{subject: a}",
    "weigh": "[{subject: a, score: 1.5}, {raw_body: 5, score: -1, each: true}]",
    "header": "{X-A: [a, {is: b}, {glob: 'c?'}, {contains: ß}], X-B: {exists: false}, "
    "X-C: [{index: -1, number: 5}, {count: 2}], X-D: {contains: A, case: true}}",
    "attachment": "{name: a, type: b, size: '> 5MB', header: {X: a, Y: b}}",
    "part": "{type: b, text: [a, {contains: b}]}",
    "size": "'> 5MB and < 1GB'",
    "age": "'> 5d'",
    "duplicate": "{text: 'a {user}', for: 2d, handle: x}",
    "date": "{of: now, zone: '+09:00', weekday: [mon-fri], time: 8:00-17:00, until: '2026-12-24'}",
    "folder": "[A, B/*]",
    "folder_exists": "[A, 'B/{user_}']",
    "flags": "[seen, $Work]",
    "spam_score": "['> 5', 3]",
    "bayes": "['>= 0.9', '< 0.1']",
    "command": "{run: [x, '{user}'], environment: {A: b}, part: header, yes_on: [0, 3-5]}",
    "var": "{user_: '^a{user_}'}",
    "address": "{Resent-To: [a@b, c]}",
    "from": "[a@b, '*@c', .d.e, x y]",
    "sender": "['<>', a@b]",
    "recipient": "a@b",
    "auth": "{dkim: pass}",
    "client_ip": "192.0.2.0/24",
    "client_name": ".example.com",
    "client_tld": "[br, th]",
    "client_country": "[br, th]",
    "dnsbl": "{zone: zen.example.org, codes: [2]}",
    "defect": "[mime_header, date_header]",
    "helo": "[no_dot, literal]",
    "s25r": "[1, 2]",
    "spf": "[pass, fail]",
    "spf_whitelist": "['*@a.b']",
}
THENS = {
    "file": "{file: 'A/{user|lower}', flags: [seen, $x]}",
    "discard": "{discard: true}",
    "reject": "{reject: 'no, {user}'}",
    "forward": "{forward: a@b}",
    "pipe": "{pipe: [a, '{user}'], otherwise: {file: A, flags: seen, copy: B}}",
    "defer": "{defer: 'later, {user}'}",
    "flags": "{flags: {add: [seen], remove: [flagged, $x]}}",
    "copy": "{copy: A}",
    "score": "{score: 1.5}",
    "add_header": "{add_header: {X: '{user}', Y: {text: a, if_absent: true, at: end}, "
    "Z: {text: b, at: place}}}",
    "rename_header": "{rename_header: {X: Y}}",
    "filter": "{filter: {run: [a, '{user}'], part: body}, otherwise: {score: 1}}",
    "now": "{add_header: {X: a}, now: true}",
    "remove_header": "{remove_header: [X, Y]}",
    "learn": "{learn: spam}",
    "vacation": "{vacation: {text: away, until: 2026-08-31, addresses: [b@example.com]}}",
    "reply": "{reply: {text: thanks, subject: x}}",
    "notify": "{notify: {to: a@example.com, text: x}}",
    "set": "{set: {a: '{user}', b: {output: [x]}}}",
}
FLAGS = (
    *("mailing_list", "bulk", "bounce", "auto_submitted", "daemon_sender", "from_daemon"),
    *("from_mailer", "spam_flag", "dynamic_fqdn", "self_forged", "known_sender"),
    "misspelt",
    "virus",
)
TOP = "allow_commands: true\nme: me@example.com\nserver_names: mx.example.com\n"


@pytest.mark.parametrize("name", CONDITIONS)
def test_conditions_come_back_as_they_were(name: str) -> None:
    written = WHENS.get(name) or ("true" if name in FLAGS else "a")
    text = f"{TOP}rules: [{{then: {{set: {{user_: a}}}}}}, "
    text += f"{{when: {{{name}: {written}}}, then: {{file: A}}}}]"
    _, rule = rules_of(text).rules
    again = unpack(marshal.loads(marshal.dumps(pack(rule))))
    assert again == rule and again is not rule
    assert again.when.describe() == rule.when.describe()  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ACTIONS)
def test_actions_come_back_as_they_were(name: str) -> None:
    (rule,) = rules_of(f"{TOP}rules: [{{then: {THENS[name]}}}]").rules
    again = unpack(marshal.loads(marshal.dumps(pack(rule))))
    assert again == rule
    assert [action.describe() for action in again.then.actions] == [
        action.describe() for action in rule.then.actions
    ]


def test_settings_come_back_as_they_were() -> None:
    settings = Settings("~/x", networks=("10.0.0.0/8",), dns_timeout=2.5)
    assert unpack(pack(settings)) == settings


@pytest.mark.parametrize(
    "packed",
    [
        ["os:system", "x"],
        ["...os:path"],
        ["actions.score:X"],
        ["conditions:__setattr__", "__path__", ("/tmp",)],
        ["conditions.all:__builtins__"],
        ["conditions.all:record", "x"],
        ["conditions.from_:TYPE_CHECKING"],
        ["program.packing:unpack", ()],
        ["conditions.from_:From"],
        ["matching.engine:Expression", "a", False],
        [],
        [b"actions.score:Score", 1.0],
        [("actions", "score"), 1.0],
        [1, 2],
        [["actions.score:Score"], 1.0],
        ["language.settings:Settings"],
        ["language.settings:Settings", *range(50)],
        ["actions.score:Score", 1.0, 2.0],
        ["actions.score:Score", ["os:system", "x"]],
    ],
)
def test_nothing_but_records_of_rules_is_made(packed: list[object]) -> None:
    with pytest.raises(ValueError):
        unpack(packed)


def test_a_module_is_loaded_when_a_rule_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "maildrop_py.rules.actions.score")
    monkeypatch.setattr(packing, "_classes", {})
    assert unpack(["actions.score:Score", 1.5]).points == 1.5


def records() -> list[str]:
    """Every record that is defined below rules/, as `module:class`."""
    root = Path(packing.__file__).parents[1]
    return [
        f"{'.'.join(path.relative_to(root).with_suffix('').parts)}:{node.name}"
        for path in sorted(root.rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and "record" in map(ast.unparse, node.decorator_list)
    ]


def test_every_record_of_conditions_and_actions_can_be_packed() -> None:
    """A new one that is missing from the list would make rules that use it unusable."""
    found = records()
    assert [name for name in found if not packing.is_record(name)] == NEVER_PACKED
    assert set(packing.PARTS) <= set(found)


NEVER_PACKED = [
    "language.answers:AnswerParts",
    "language.examples:Example",
    "language.rule_set:RuleSet",
    "language.vocabulary:Vocabulary",
    "program.call:Filled",
]


def test_what_is_not_on_the_list_is_not_packed() -> None:
    with pytest.raises(TypeError, match="RuleSet is not among the records"):
        pack(rules_of("rules: []"))
