"""one_delivery: the one message of `deliver`, from standard input to the delivery log.

    rules           those that compile, or the last that did
    take in         into tmp/ of the Maildir, as it is read
    decide, perform by `decision.decider` and `delivery.deliver`
    afterwards      answers, the notice of broken rules, what is learnt; then the log

Guarantee: an answer, a lesson or a line of the log that fails after the message is
delivered fails nothing else: a message that is tried again would be there twice.
"""

from __future__ import annotations

import os
import time

from maildrop_py.decision.decider import Decider, World
from maildrop_py.delivery.deliver import deliver as deliver_copies
from maildrop_py.delivery.spool import Spool
from maildrop_py.errors import Rejected, Temporary
from maildrop_py.intake.server_environment import envelope_of, exact
from maildrop_py.intake.stdin import read_message
from maildrop_py.maildir.maildir import Maildir, maildir_at
from maildrop_py.message.message import Message
from maildrop_py.paths import UserPaths
from maildrop_py.report.delivery_log import after_delivery, log_delivery, log_failure, warn_syslog
from maildrop_py.rules.program.cache import NOT_USABLE, load_program
from maildrop_py.rules.program.program import no_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from maildrop_py.decision.decision import Decision
    from maildrop_py.delivery.deliver import Receipt
    from maildrop_py.delivery.message_programs import MessagePrograms
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.rules.program.cache import Stamped
    from maildrop_py.rules.program.program import Program

    RulesMemory = dict[tuple[str, str], Stamped]
    """What a process that delivers more than one message has loaded already."""


class OneDelivery:
    """One run of `deliver`: its options, and what it has come to know.

    `options` are named as on the command line; `warnings` are logged with those that come.
    After `seconds` it is given up; programs that it runs have nine tenths of them.
    """

    def __init__(
        self,
        options: dict[str, str],
        environ: Mapping[str, str],
        warnings: list[str],
        seconds: float,
        memory: RulesMemory | None,
    ) -> None:
        self._started = time.monotonic()
        self._options, self._environ, self._memory = options, environ, memory
        self._paths = UserPaths(environ)
        self._warnings = warnings
        self._envelope: Envelope = envelope_of(options, environ)
        self._message: Message | None = None
        self._limit = self._started + 0.9 * seconds

    def run(self, delivered: Callable[[], None]) -> None:
        """Take the message in, decide, and carry the decision out; Rejected if a rule says so.

        `delivered` is called when only the log is yet to be written.
        """
        program = self._load_rules()
        maildir = self._maildir(program)
        with Spool(maildir, self._envelope) as spool:
            read_message(spool)
            spool.finish()
            self._dispatch(spool, maildir, program, delivered)

    def log_failure(self, error: Exception) -> None:
        """Log why the message was not delivered; nothing is raised."""
        try:
            log_failure(
                *(self._envelope, error, self._warnings), path=self._log_path, message=self._message
            )
        except Exception:  # noqa: BLE001 - the first failure is what the mail server must see
            return

    def _dispatch(
        self, spool: Spool, maildir: Maildir, program: Program, delivered: Callable[[], None]
    ) -> None:
        self._message = message = Message(spool)
        self._envelope = exact(self._envelope, message.headers)
        decision, evidence = self._decide(message, spool, program, maildir)
        commands = None
        if len(decision.filings) < len(decision.actions):
            from maildrop_py.delivery.program_environment import program_settings

            commands = program_settings(*self._surroundings, program.settings.sendmail, self._limit)
        receipt = deliver_copies(decision, spool, maildir, self._envelope, commands)
        self._do_the_rest(decision, evidence, program, maildir)
        if decision.reject is None:
            delivered()
        after_delivery("not logged", warn_syslog, self._log, message, decision, evidence, receipt)
        if decision.reject is not None:
            raise Rejected(decision.reject)

    def _do_the_rest(
        self, decision: Decision, evidence: Evidence, program: Program, maildir: Maildir
    ) -> None:
        """Answer, and remember; the message is delivered, whatever goes wrong in it."""
        warn, tell = self._warnings.append, self._notify_of_broken_rules
        if decision.answers:
            after_delivery("not answered", warn, self._answer, decision, evidence, program)
        after_delivery("nobody was told of broken rules", warn, tell, program, maildir)
        after_delivery("not remembered", warn, evidence.delivered, decision.learn)

    def _answer(self, decision: Decision, evidence: Evidence, program: Program) -> None:
        from maildrop_py.delivery.answers import send_answers
        from maildrop_py.delivery.program_environment import program_settings

        settings = program_settings(*self._surroundings, program.settings.sendmail, self._limit)
        answered, warn = evidence.people_answered(), self._warnings.append
        send_answers(decision, settings, answered, time.time(), warn)

    def _notify_of_broken_rules(self, program: Program, maildir: Maildir) -> None:
        mistakes = [it for it in self._warnings if it.startswith(NOT_USABLE)]
        if not mistakes or not os.path.lexists(self._rules):
            return
        from maildrop_py.delivery.broken_rules import notify_of_broken_rules

        after, now = program.settings.broken_rules_notice, time.time()
        state, warn = self._paths.state, self._warnings.append
        notify_of_broken_rules(self._rules, mistakes, state, maildir, after, now, warn)

    def _log(
        self, message: Message, decision: Decision, evidence: Evidence, receipt: Receipt
    ) -> None:
        warnings = (*self._warnings, *evidence.warnings, *receipt.warnings)
        log_delivery(
            *(self._log_path, self._envelope, message, decision, receipt.paths, warnings),
            *(time.time(),),
            evidence=evidence,
            seconds=round(time.monotonic() - self._started, 3),
        )

    def _decide(
        self, message: Message, spool: Spool, program: Program, maildir: Maildir
    ) -> tuple[Decision, Evidence]:
        """The decision, with the evidence that was asked for it."""
        world = World(
            state=self._paths.state,
            run_command=lambda argv: self._run_command(argv, spool),
            programs=lambda: self._programs(spool),
            folders=lambda name: maildir.has(name),  # to name `has` would be to read it
        )
        warn = self._warnings.append
        return Decider(program).decide_arrival(message, self._envelope, world, warn)

    def _run_command(self, argv: tuple[str, ...], spool: Spool) -> int | None:
        from maildrop_py.delivery.program_environment import command_runner

        return command_runner(spool, *self._surroundings, self._limit)(argv)

    def _programs(self, spool: Spool) -> MessagePrograms:
        from maildrop_py.delivery.program_environment import message_programs

        return message_programs(spool, *self._surroundings, self._limit)

    @property
    def _surroundings(self) -> tuple[Mapping[str, str], str, Envelope]:
        return self._environ, self._paths.home, self._envelope

    def _load_rules(self) -> Program:
        """The user's rules; no rules where it is certain without them which Maildir to use."""
        program = load_program(self._rules, self._paths.cache, self._warnings.append, self._memory)
        if program is not None:
            return program
        if "maildir" not in self._options and not os.path.isdir(self._paths.maildir):
            raise Temporary(f"no usable rules in {self._rules}, and no Maildir to be sure of")
        return no_rules()

    def _maildir(self, program: Program) -> Maildir:
        settings = program.settings
        named = self._options.get("maildir") or settings.maildir
        root = self._paths.expand(named) if named else self._paths.maildir
        return maildir_at(root, settings, create=named is not None)

    @property
    def _rules(self) -> str:
        return self._options.get("rules") or self._paths.rules

    @property
    def _log_path(self) -> str | None:
        return self._paths.log_to_write(self._options.get("log"))
