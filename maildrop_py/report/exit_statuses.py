"""exit_statuses: what each command's exit status means, in one table."""

from __future__ import annotations

STATUSES = (
    ("deliver", "0", "delivered, durably; or discarded by a rule"),
    ("deliver", "77", "a rule rejected the message"),
    ("deliver", "75", "anything else: the mail server keeps the message"),
    ("check, learn, contacts", "1", "there are mistakes; something could not be done"),
    ("dry-run", "1", "there are mistakes in the rules; there is no such message"),
    ("refile, undo", "1", "something failed, or a signal ended the run early"),
    ("watch, serve, policy", "0", "ended by a signal, after what was begun"),
    ("watch, serve, policy", "1", "could not start: the reason is on standard error"),
    ("why", "1", "the log says nothing of the message"),
    ("doctor", "1", "something is wrong"),
    ("convert", "1", "there are gaps, or a message differs; the file could not be read"),
    ("all but deliver", "0", "done"),
    ("all but deliver", "1", "failed: the reason is on standard error"),
    ("all but deliver", "2", "the command line is wrong"),
    ("all but deliver", "130", "stopped by Ctrl-C"),
    ("all but deliver", "1 or 141", "nobody reads the output any more"),
)
"""Command, status, meaning."""
