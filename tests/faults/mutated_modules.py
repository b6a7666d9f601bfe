"""mutated_modules: what `mutants` changes, and which tests must see it."""

from __future__ import annotations

from dataclasses import dataclass

_RULES = ("tests/decision", "tests/rules/program", "tests/rules/conditions/test_weigh.py")
TESTS: dict[str, tuple[str, ...]] = {
    "decision/decide": _RULES,
    "decision/builder": (*_RULES, "tests/rules/actions"),
    "decision/decider": ("tests/decision/test_decider.py",),
    "decision/memory": ("tests/decision/test_memory.py", "tests/decision/test_decider.py"),
    "rules/program/cache": ("tests/rules/program/test_cache.py",
                            "tests/rules/program/test_cache_belief.py"),
    "rules/program/packing": ("tests/rules/program/test_packing.py",),
    "rules/program/program": ("tests/rules/program",),
    "rules/program/index": ("tests/rules/program",),
    "rules/program/compiler": ("tests/rules/program",),
    "rules/program/anchors": ("tests/rules/program",),
    "rules/program/header_scan": ("tests/rules/program", "tests/decision/test_decider.py"),
    "rules/program/template": ("tests/rules/program/test_template.py", "tests/decision"),
    "rules/language/sources": ("tests/rules/language/test_sources.py",
                               "tests/rules/language/test_limits.py",
                               "tests/rules/program/test_cache.py"),
    "rules/language/limits": ("tests/rules/language/test_limits.py",),
    "rules/matching/engine": ("tests/rules/matching",),
    "private_file": ("tests/test_private_file.py", "tests/rules/program/test_cache_belief.py"),
    "module_bundle": ("tests/test_module_bundle.py",),
    "maildir/maildir": ("tests/maildir", "tests/delivery"),
    "maildir/file_name": ("tests/maildir",),
    "maildir/unique_name": ("tests/maildir",),
    "maildir/folder_name": ("tests/maildir",),
    "maildir/keywords": ("tests/maildir",),
    "maildir/quota": ("tests/maildir",),
    "maildir/moved_name": ("tests/maildir", "tests/refile"),
    "maildir/tmp_file": ("tests/maildir", "tests/delivery"),
    "maildir/sweep": ("tests/maildir/test_sweep.py",),
    "maildir/dotlock": ("tests/maildir/test_dotlock.py",),
    "delivery/deliver": ("tests/delivery",),
    "delivery/spool": ("tests/delivery",),
    "refile/plan": ("tests/refile",),
    "refile/step": ("tests/refile",),
    "refile/batch": ("tests/refile",),
    "refile/journal": ("tests/refile",),
    "refile/past_runs": ("tests/refile", "tests/cli/test_undo.py"),
    "refile/recovery": ("tests/refile",),
    "refile/run": ("tests/refile", "tests/cli/test_refile.py"),
    "refile/undo": ("tests/refile", "tests/cli/test_undo.py"),
    "decision/answering": ("tests/decision/test_answering.py",),
    "decision/silence": ("tests/decision/test_answering.py",),
    "evidence/bayes/store": ("tests/evidence/bayes/test_store.py",),
    "evidence/bayes/learning": ("tests/evidence/bayes/test_store.py",
                                "tests/evidence/bayes/test_move_teacher.py"),
    "evidence/bayes/teacher": ("tests/evidence/bayes/test_teacher.py",),
    "evidence/scanners/clamd": ("tests/evidence/scanners",),
    "evidence/scanners/spamd": ("tests/evidence/scanners",),
    "policy/greylist": ("tests/policy/test_greylist.py",),
    "policy/remembered": ("tests/policy/test_sqlite_memory.py", "tests/policy/test_answerer.py"),
    "policy/sqlite_memory": ("tests/policy/test_sqlite_memory.py",),
    "lmtp/processes/heartbeat": ("tests/lmtp/processes/test_heartbeat.py",),
    "lmtp/server/thread_pool": ("tests/lmtp/server/test_thread_pool.py",),
    "serve/hand_over": ("tests/serve/test_hand_over_loop.py", "tests/serve/test_hand_over.py",
                        "tests/faults/hostile/users/test_hand_over.py"),
    "serve/own_hand_over": ("tests/serve/test_own_hand_over.py",),
    "serve/recipients": ("tests/serve/test_recipients.py",),
}  # fmt: skip
"""The modules below maildrop_py/, each with the tests that must see a change in it."""


@dataclass(frozen=True)
class Named:
    """A change that once survived: `old` becomes `new`, and `tests` must fail."""

    module: str
    old: str
    new: str
    tests: str


NAMED = {
    "compiled rules of anybody are believed": Named(
        "start",
        '    if found.st_uid not in (0, os.geteuid()):\n        return f"{what} belongs',
        '    if False:\n        return f"{what} belongs',
        "tests/rules/program/test_cache_belief.py",
    ),
    "compiled rules that anybody may write to are believed": Named(
        "start",
        "    if found.st_mode & stat.S_IWOTH:\n",
        "    if False:\n",
        "tests/rules/program/test_cache_belief.py",
    ),
    "code that anybody may have written is believed": Named(
        "start",
        "        with _opened(path) as file:\n            head",
        "        with open(path, 'rb', buffering=0) as file:\n            head",
        "tests/test_module_bundle.py",
    ),
    "old code after an upgrade": Named(
        "start",
        "found.st_mtime_ns == bundled[2] and found.st_size == bundled[3]",
        "True",
        "tests/test_module_bundle.py",
    ),
    "the folder of another message": Named(
        "decision/decide",
        " and not builder.has_values",
        "",
        "tests/decision/test_decider.py",
    ),
    "SIGHUP does nothing": Named(
        "serve/direct_handler",
        "        self.recipients.forget()\n        self.rules_cache.reload()\n",
        "        return\n",
        "tests/serve/test_rules_of_users.py::test_sighup_reads_rules_and_users_again",
    ),
    "mailboxes are kept without limit": Named(
        "serve/recipients",
        "if len(self._known) >= KEPT:",
        "if False:",
        "tests/serve/test_recipients.py",
    ),
    "a class that a cache names is made": Named(
        "rules/program/packing",
        "    if not is_record(name):\n        raise ValueError",
        "    if False:\n        raise ValueError",
        "tests/rules/program/test_packing.py",
    ),
}
"""Changes that the tests once let pass, and their like."""

EQUIVALENT = {
    "rules/program/packing: without _classes[str(name)] = cls": "each class is looked up again",
    "refile/step: without self.tmp_path = ''": "set by whoever makes the step",
    "refile/batch: without exclusive_rename.prepare()": "only the first rename takes longer",
    "refile/batch: without time.sleep(PAUSE)": "it looks more often, and sees the same",
    "refile/batch: other sign in time.monotonic() < latest": "of one moment",
    "refile/batch: and/or in isinstance(task.outcome, Done) and being_moved(step)": "a round more",
    "refile/journal: other sign in self._descriptor < 0": "0 is standard input, which is open",
    "refile/journal: other sign in self._descriptor >= 0": "the same",
    "refile/journal: other sign in descriptor >= 0": "the same",
    "refile/journal: 4 for 3": "of a date for people",
    "maildir/sweep: other sign in found.st_ctime < oldest": "of one nanosecond",
    "maildir/dotlock: 513 for 512": "no lock is as long",
    "maildir/dotlock: without self._temp = ''": "set before anything can fail but the host's name",
    "maildir/dotlock: 2 for 1": "a number in a name",
    "maildir/dotlock: without time.sleep(0.05 + os.getpid() % 50 / 1000)": "it looks more often",
    "maildir/dotlock: 1001 for 1000": "how often it looks",
    "maildir/dotlock: 51 for 50": "how often it looks",
    "maildir/dotlock: other sign in time.monotonic() >= give_up": "of one moment",
    "maildir/dotlock: other sign in now - changed > STALE": "of one moment",
    "maildir/dotlock: other sign in now - lock.st_mtime > _YOUNG": "of one moment",
    "maildir/dotlock: other sign in _began(owner) > lock.st_mtime + _LATER": "of one moment",
    "maildir/tmp_file: 2 for 1": "each number below 0 is no descriptor",
    "maildir/tmp_file: other sign in descriptor >= 0": "0 is standard input, which is open",
    "maildir/tmp_file: other sign in getattr(self, 'descriptor', -1) >= 0": "the same",
    "delivery/spool: without self.size = 0": "set by finish()",
    "delivery/spool: without self.from_line = b''": "set by finish()",
    "delivery/spool: without self._data = b''": "set by finish()",
    "delivery/spool: 1 for 0": "no header ends within one byte; a size is set by finish()",
    "delivery/spool: 2 for 1": "each number below 0 is no descriptor",
    "delivery/spool: other sign in len(self._data) < HEAD_LIMIT": "no byte more is kept",
    "delivery/spool: other sign in end >= 0": "no header ends at 0",
    "delivery/spool: other sign in head_end(self._data) >= 0": "no header ends at 0",
    "delivery/spool: without self._pieces = []": "memory alone",
    "delivery/spool: without self._data = self._data[:HEAD_LIMIT]": "memory alone",
    "delivery/spool: without self._data = self.head()": "memory alone",
    "policy/sqlite_memory: other sign in moment < self._not_before": "of one moment",
    "policy/sqlite_memory: 18 for 17": "both are behind every key",
    "policy/sqlite_memory: 65537 for 65536": "65536 is a multiple of SLICES",
    "refile/past_runs: without self.alive = False": "set where the file is opened",
    "refile/past_runs: True for False": "the same",
    "refile/past_runs: 2 for 1": "each number below 0 is no descriptor",
    "refile/past_runs: 4 for 3": "of a date for people",
    "refile/past_runs: other sign in self._descriptor >= 0": "0 is standard input, which is open",
    "refile/past_runs: other sign in os.stat(run.path).st_mtime < now - KEPT": "of one moment",
    "serve/recipients: without self._known.clear()": "each account is looked up again",
    "serve/recipients: other sign in i > 0": "nobody has a name without letters",
    "lmtp/processes/heartbeat: 2 for 1": "a page has room for two",
    "lmtp/server/thread_pool: other sign in process_time() - used < IDLE * PATIENCE": "of a moment",
}
"""`module: change` -> why nobody can tell the mutant from the program."""
