"""deliver: one message from standard input into its folders; for mail servers.

Guarantee: the exit status is 0 (delivered, durably), 77 (a rule rejected the
message) or 75 (anything else: try again), and nothing is printed with
0. Standard input is read to its end in every case. What is printed otherwise
begins with an enhanced status code (RFC 3463), which Postfix passes on.

Every exception is caught here, on purpose: one that is not caught makes the status 1,
and mail servers bounce on that.
"""

from __future__ import annotations

import _signal  # `signal` wraps this in enum classes, for 5 ms
import os
import sys
import time

from maildrop_py.cli.startup.deliver_options import deadline_of, parse, wrong_values
from maildrop_py.decision.decider import Decider, World
from maildrop_py.delivery.deliver import deliver as deliver_copies
from maildrop_py.delivery.spool import Spool
from maildrop_py.errors import (
    DeadlineExceeded,
    Interrupted,
    Permanent,
    Rejected,
    Temporary,
    UsageError,
)
from maildrop_py.intake.server_environment import envelope_of, exact
from maildrop_py.intake.stdin import drain, read_message
from maildrop_py.maildir.maildir import Maildir, maildir_at
from maildrop_py.message.message import Message
from maildrop_py.paths import MESSAGE_TIME, UserPaths
from maildrop_py.report.delivery_log import log_delivery, log_failure
from maildrop_py.rules.program.cache import NOT_USABLE, load_program
from maildrop_py.rules.program.program import no_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from maildrop_py.decision.decision import Decision
    from maildrop_py.delivery.deliver import Receipt
    from maildrop_py.delivery.message_programs import MessagePrograms
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.rules.program.cache import Stamped
    from maildrop_py.rules.program.program import Program

    RulesMemory = dict[tuple[str, str], Stamped]
    """What a process that delivers more than one message has loaded already."""

DELIVERED, TRY_AGAIN, REJECTED = 0, 75, 77


def run(arguments: list[str], memory: RulesMemory | None = None) -> int:
    """Deliver, and return the status to leave the process with; never raises.

    Compiled rules that are unchanged are taken from `memory`, where there is one.
    """
    os.umask(0o077)  # caches, logs and what programs write are for their owner alone
    sys.dont_write_bytecode = True  # nor may root keep Python's own modules to itself
    try:
        _catch_signals(arguments)
        return deliver(arguments, memory)
    except Rejected as rejected:
        _say(f"5.7.1 {rejected}")
        return REJECTED
    except (Temporary, Permanent, UsageError) as error:
        _say(f"4.3.0 {error}")
    except BaseException as error:  # noqa: BLE001 - see the module's docstring
        _say(f"4.3.0 {type(error).__name__}: {error}")
    return TRY_AGAIN


def deliver(arguments: list[str], memory: RulesMemory | None = None) -> int:
    """Deliver one message; raises what prevents it."""
    delivery = None
    try:
        delivery = OneDelivery(arguments, memory)
        return delivery.run()
    except Exception as error:
        if not isinstance(error, Interrupted | DeadlineExceeded):
            drain()
        if delivery is not None and not isinstance(error, Rejected):  # which is logged already
            delivery.log_failure(error)
        raise


class OneDelivery:
    """One run of `deliver`: its options, and what it has come to know."""

    def __init__(self, arguments: list[str], memory: RulesMemory | None) -> None:
        self.started = time.monotonic()
        self._memory = memory
        self.options = parse(arguments)
        self.paths = UserPaths(os.environ)
        self.warnings: list[str] = wrong_values(self.options)
        self.envelope: Envelope = envelope_of(self.options, os.environ)
        self.message: Message | None = None
        self.limit = self.started + 0.9 * deadline_of(self.options)  # for programs it runs

    def run(self) -> int:
        """Take the message in, decide, and carry the decision out."""
        program = self._load_rules()
        maildir = self._maildir(program)
        with Spool(maildir, self.envelope) as spool:
            read_message(spool)
            spool.finish()
            return self._dispatch(spool, maildir, program)

    def log_failure(self, error: Exception) -> None:
        """Log why the message was not delivered; nothing is raised."""
        try:
            log_failure(
                *(self.envelope, error, self.warnings), path=self._log_path, message=self.message
            )
        except Exception:  # noqa: BLE001 - the first failure is what the mail server must see
            return

    def _dispatch(self, spool: Spool, maildir: Maildir, program: Program) -> int:
        self.message = message = Message(spool)
        self.envelope = exact(self.envelope, message.headers)
        decision, evidence = self._decide(message, spool, program, maildir)
        commands = None
        if len(decision.filings) < len(decision.actions):
            from maildrop_py.delivery.program_environment import program_settings

            commands = program_settings(*self._surroundings, program.settings.sendmail, self.limit)
        receipt = deliver_copies(decision, spool, maildir, self.envelope, commands)
        if decision.answers:
            self._answer(decision, evidence, program)
        self._tell_of_broken_rules(program, maildir)
        self._remember(message, decision, evidence, receipt)
        if decision.reject is not None:
            raise Rejected(decision.reject)
        return DELIVERED

    def _answer(self, decision: Decision, evidence: Evidence, program: Program) -> None:
        """The message is delivered: an answer that cannot be sent is a warning."""
        from maildrop_py.delivery.answers import send_answers
        from maildrop_py.delivery.program_environment import program_settings

        settings = program_settings(*self._surroundings, program.settings.sendmail, self.limit)
        try:
            send_answers(
                *(decision, settings, evidence.people_answered(), time.time()),
                self.warnings.append,
            )
        except Exception as error:  # noqa: BLE001 - tried again, the message would be there twice
            self.warnings.append(f"an answer could not be sent: {error}")

    def _tell_of_broken_rules(self, program: Program, maildir: Maildir) -> None:
        mistakes = [it for it in self.warnings if it.startswith(NOT_USABLE)]
        if not mistakes or not os.path.lexists(self._rules):
            return
        from maildrop_py.delivery.broken_rules import tell_of_broken_rules

        after, now = program.settings.broken_rules_notice, time.time()
        state, warn = self.paths.state, self.warnings.append
        tell_of_broken_rules(self._rules, mistakes, state, maildir, after, now, warn)

    def _remember(
        self, message: Message, decision: Decision, evidence: Evidence, receipt: Receipt
    ) -> None:
        """What is worth knowing later; the message is delivered, whatever goes wrong in it."""
        try:
            evidence.delivered(decision.learn)
            warnings = (*self.warnings, *evidence.warnings, *receipt.warnings)
            log_delivery(
                *(self._log_path, self.envelope, message, decision, receipt.paths, warnings),
                *(time.time(),),
                evidence=evidence,
                seconds=round(time.monotonic() - self.started, 3),
            )
        except Exception:  # noqa: BLE001 - tried again, the message would be there twice
            return

    def _decide(
        self, message: Message, spool: Spool, program: Program, maildir: Maildir
    ) -> tuple[Decision, Evidence]:
        """The decision, with the evidence that was asked for it."""
        world = World(
            state=self.paths.state,
            run_command=lambda argv: self._run_command(argv, spool),
            programs=lambda: self._programs(spool),
            folders=maildir.has,
        )
        warn = self.warnings.append
        return Decider(program).decide_arrival(message, self.envelope, world, warn)

    def _run_command(self, argv: tuple[str, ...], spool: Spool) -> int | None:
        from maildrop_py.delivery.program_environment import command_runner

        return command_runner(spool, *self._surroundings, self.limit)(argv)

    def _programs(self, spool: Spool) -> MessagePrograms:
        from maildrop_py.delivery.program_environment import message_programs

        return message_programs(spool, *self._surroundings, self.limit)

    @property
    def _surroundings(self) -> tuple[Mapping[str, str], str, Envelope]:
        return os.environ, self.paths.home, self.envelope

    def _load_rules(self) -> Program:
        """The user's rules; no rules where it is certain without them which Maildir to use."""
        program = load_program(self._rules, self.paths.cache, self.warnings.append, self._memory)
        if program is not None:
            return program
        if "maildir" not in self.options and not os.path.isdir(self.paths.maildir):
            raise Temporary(f"no usable rules in {self._rules}, and no Maildir to be sure of")
        return no_rules()

    def _maildir(self, program: Program) -> Maildir:
        settings = program.settings
        named = self.options.get("maildir") or settings.maildir
        root = self.paths.expand(named) if named else self.paths.maildir
        return maildir_at(root, settings, create=named is not None)

    @property
    def _rules(self) -> str:
        return self.options.get("rules") or self.paths.rules

    @property
    def _log_path(self) -> str | None:
        path = self.options.get("log") or self.paths.log
        return None if path == "none" else path


def _catch_signals(arguments: list[str]) -> None:
    """Signals, and the deadline, become exceptions, once."""
    caught = [
        getattr(_signal, name)
        for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGXCPU")
    ]

    def stop(number: int, frame: object) -> None:
        for each in (*caught, _signal.SIGALRM):
            _signal.signal(each, _signal.SIG_IGN)
        if number == _signal.SIGALRM:
            raise DeadlineExceeded("delivery took too long")
        raise Interrupted(f"stopped by signal {number}")

    for each in (*caught, _signal.SIGALRM):
        _signal.signal(each, stop)
    for each in (_signal.SIGPIPE, _signal.SIGXFSZ):
        _signal.signal(each, _signal.SIG_IGN)  # EPIPE and EFBIG say it where it can be handled
    _signal.setitimer(_signal.ITIMER_REAL, _deadline(arguments))


def _deadline(arguments: list[str]) -> float:
    try:
        return deadline_of(parse(arguments))
    except UsageError:
        return MESSAGE_TIME


def _say(text: str) -> None:
    """Print one line for the mail server's log; a closed standard error is not an error."""
    with_room = " ".join(text.split())[:900]
    try:
        os.write(2, f"{with_room}\n".encode("utf-8", "replace"))
    except OSError:
        return
