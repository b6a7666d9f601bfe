"""survey: how often each condition holds in one's own ham and spam.

Every rule of the rule files that ship is asked of each message, by its conditions
alone and whatever stands before it, and so are some conditions that stand in
none of them. Guarantee: nothing is filed, learnt or changed.

Known limits: what is asked of the world (DNS lists, SPF) is asked today, and mail
may be old; rules that look at what earlier rules added see nothing of it.
"""

from __future__ import annotations

import time

from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.rules.condition import Facts
from maildrop_py.rules.language.library import builtin_names
from maildrop_py.rules.language.reader import load_text
from maildrop_py.rules.program.zones import zones_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.decision.decider import World
    from maildrop_py.message.message import Message
    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.language.rule_set import RuleSet
    from maildrop_py.rules.language.settings import Settings

ALONE = (
    '{bayes: ">= 0.9"}',
    '{bayes: ">= 0.98"}',
    '{spam_score: ">= 5"}',
    "{spam_flag: true}",
    "{s25r: true}",
    "{dynamic_fqdn: true}",
    "{helo: no_dot}",
    "{helo: bare_address}",
    "{known_sender: true}",
    "{mailing_list: true}",
    "{bulk: true}",
    "{from_daemon: true}",
    "{self_forged: true}",
    "{auth: {dkim: pass}}",
)
"""Conditions that are asked beside the rules that ship."""


class Survey:
    """The conditions that are asked, by name; `ask` asks them all of one message."""

    def __init__(self, settings: Settings, world: World, builtin: Iterable[str] = ()) -> None:
        self._settings, self._world = settings, world
        self.conditions: dict[str, Condition] = {}
        self._zones: tuple[str, ...] = ()
        for text in ALONE:
            self._take(load_text(f"rules: [{{name: '{text}', when: {text}, then: {{score: 1}}}}]"))
        for name in builtin or builtin_names():
            self._take(load_text(f"rules: [{{include: builtin:{name}}}]"))

    def ask(self, message: Message) -> tuple[bool | None, ...]:
        """Whether each condition holds, in the order of `conditions`; None is unknown."""
        world = self._world
        evidence = Evidence(
            message,
            Envelope(),
            self._settings,
            world.state,
            offline=world.offline,
            zones=self._zones,
            store=world.store,
            scan=world.scan,
        )
        facts = Facts(message, Envelope(), evidence, time.time())
        return tuple(condition.test(facts).held for condition in self.conditions.values())

    def _take(self, rules: RuleSet) -> None:
        for rule in rules.rules:
            if rule.when is not None:
                self.conditions.setdefault(rule.name, rule.when)
        self._zones = tuple(dict.fromkeys((*self._zones, *zones_of(rules))))
