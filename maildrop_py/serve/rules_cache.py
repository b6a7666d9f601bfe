"""rules_cache: the compiled rules of many users, kept in memory between messages.

A rules file is checked again when a second has passed since the last check.
Another process compiles changed rules; mail uses the old rules until that is
done. Where the server was told to reload, mail waits a while for the new ones.
Mistakes are logged when they are found, and once a minute while they last, with a
delivery that they concern. Mail then goes on by the last rules that were good, or
to INBOX if there were none.
"""

from __future__ import annotations

import time
from collections import OrderedDict

from maildrop_py.decision.decider import Decider
from maildrop_py.rules.language.stamps import stamp, unchanged
from maildrop_py.rules.program.cache import kept_program, load_stamped
from maildrop_py.rules.program.program import no_rules
from maildrop_py.serve.background_compile import Compilation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.stamps import Stamp
    from maildrop_py.rules.program.program import Program
    from maildrop_py.serve.mailbox import Mailbox

CHECK = 1.0  # seconds: rules are looked at no more often
FIRST = 30.0  # seconds that mail waits for rules where there were none before
RELOAD = 5.0  # seconds that mail waits for changed rules when the server was told to reload
REPEAT = 60.0  # seconds between two warnings of the same mistakes
AGAIN = 10.0  # seconds until broken rules are tried again, for what they include may be mended
KEPT = 256  # programs, of the users who had mail last
NEVER = float("-inf")


class _Rules:
    """One file's program, and of what state of the file and of what it includes."""

    def __init__(self, path: str, cache: str, home: str | None, optional: bool) -> None:
        self._path, self._cache, self._home = path, cache, home
        self._optional = optional
        self.decider = Decider(no_rules())
        self.missing = False
        self.checked = NEVER
        self._stamps: tuple[Stamp, ...] = ()
        self._compilation: Compilation | None = None
        self._tried: tuple[float, Stamp | None] = (NEVER, None)
        self._warnings: list[str] = []
        self._warned_at = NEVER

    def check(self) -> None:
        """Use what has changed, as soon as it can be used."""
        self.checked = time.monotonic()
        if self._compilation is not None:
            self._adopt()
        elif not (self._stamps and unchanged(self._stamps)):
            self._renew(stamp(self._path))

    def reload(self, seconds: float) -> None:
        """The same, and wait so long for what is being compiled."""
        self.check()
        if self._compilation is not None and self._compilation.ended(seconds):
            self._adopt()

    @property
    def is_compiling(self) -> bool:
        """Whether new rules are on their way, to be used as soon as they are there."""
        return self._compilation is not None

    def due_warnings(self) -> tuple[str, ...]:
        """What is to be said of them now."""
        now = time.monotonic()
        if not self._warnings or now - self._warned_at < REPEAT:
            return ()
        self._warned_at = now
        return tuple(self._warnings)

    def close(self) -> None:
        """They are wanted no more."""
        if self._compilation is not None:
            self._compilation.give_up()

    def _renew(self, now: Stamp) -> None:
        self.missing = self._optional and now[1] == -1
        if self.missing:  # a user who has no rules file has no rules, and no mistake
            self.decider, self._stamps, self._warnings = Decider(no_rules()), (now,), []
        elif not self._use_kept() and self._is_due(now):
            self._tried = self.checked, now
            self._compile()

    def _use_kept(self) -> bool:
        """Whether compiled rules lie there that are good."""
        kept = kept_program(self._path, self._cache, self._home)
        if kept is None or not unchanged(kept[0]):
            return False
        self._use(*kept)
        self._warnings = []
        return True

    def _use(self, stamps: tuple[Stamp, ...], program: Program) -> None:
        """From the next message on; whatever is being decided goes on with the old rules."""
        self._stamps, self.decider = stamps, Decider(program)

    def _is_due(self, now: Stamp) -> bool:
        return self._tried[1] != now or self.checked - self._tried[0] > AGAIN

    def _compile(self) -> None:
        try:
            self._compilation = Compilation(self._path, self._cache, self._home)
        except OSError:  # no more processes
            self._compile_here()
            return
        if not self._stamps:  # nothing to go on with
            self._wait_for(self._compilation)

    def _wait_for(self, compilation: Compilation) -> None:
        """A process that is begun while threads are importing may be stuck: then do without."""
        if compilation.ended(FIRST):
            self._adopt()
        else:
            self._compilation = None
            compilation.give_up()
            self._compile_here()

    def _adopt(self) -> None:
        """Take what the compilation has brought, if it has ended."""
        compilation = self._compilation
        assert compilation is not None
        if not compilation.ended():
            return
        self._compilation = None
        warnings = compilation.warnings()
        kept = kept_program(self._path, self._cache, self._home)
        if kept is None and not compilation.usable:
            self._warn(warnings)  # what it could not do within its limits, no server tries
            return
        if kept is not None and (warnings or unchanged(kept[0])):
            self._use(*kept)
            self._warn(warnings)
        else:  # the result was not kept, or the file has changed meanwhile
            self._compile_here()

    def _compile_here(self) -> None:
        warnings: list[str] = []
        stamped = load_stamped(self._path, self._cache, warnings.append, self._home)
        if stamped is not None:
            self._use(*stamped)
        self._warn(warnings)

    def _warn(self, warnings: list[str]) -> None:
        if warnings != self._warnings:
            self._warnings, self._warned_at = warnings, NEVER


class RulesCache:
    """Programs by rules file and home."""

    def __init__(self) -> None:
        self._rules: OrderedDict[tuple[str, str | None], _Rules] = OrderedDict()

    def decider(self, mailbox: Mailbox) -> tuple[Decider, tuple[str, ...]]:
        """What decides by the rules for a mailbox, and what is to be said of them now."""
        rules = self._current(mailbox.rules, mailbox)
        if rules.missing and mailbox.default_rules:
            rules = self._current(mailbox.default_rules, mailbox)
        return rules.decider, rules.due_warnings()

    def reload(self) -> None:
        """Use what has changed from the next message on; what takes longer than RELOAD, later."""
        until = time.monotonic() + RELOAD
        for rules in self._rules.values():
            left = until - time.monotonic()
            if left > 0:
                rules.reload(left)
            else:
                rules.checked = NEVER

    def _current(self, path: str, mailbox: Mailbox) -> _Rules:
        key = (path, mailbox.rules_home)
        rules = self._rules.get(key)
        if rules is None:
            default = path == mailbox.default_rules
            personal = mailbox.own_rules or bool(mailbox.default_rules)
            rules = self._rules[key] = _Rules(
                path, mailbox.cache, mailbox.rules_home, personal and not default
            )
            if len(self._rules) > KEPT:
                self._rules.popitem(last=False)[1].close()
        self._rules.move_to_end(key)
        if rules.is_compiling or time.monotonic() - rules.checked > CHECK:
            rules.check()
        return rules
