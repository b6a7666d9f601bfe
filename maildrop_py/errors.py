"""errors: what can go wrong, sorted by what the mail server must do about it.

Every error of ours is Temporary (keep the message, try again: status 75, LMTP
4xx) or Permanent (a rule said no: status 77, LMTP 5xx). Whatever is neither is
treated as temporary: only a rule may refuse mail.
"""

from __future__ import annotations


class MaildropError(Exception):
    """The base of all errors that this program raises on purpose."""


class Temporary(MaildropError):
    """Delivery may succeed later; the mail server must keep the message."""


class Permanent(MaildropError):
    """Delivery will never succeed, because a rule or the protocol says so."""


class Rejected(Permanent):
    """A `reject` rule matched; the text is for the sender."""


class DiskFull(Temporary):
    """ENOSPC: no blocks or no inodes left on the file system."""


class OverQuota(Temporary):
    """EDQUOT, or the Maildir++ quota: the user's share is used up."""


class StorageFailed(Temporary):
    """Any other error of the file system under a Maildir."""


class DeadlineExceeded(Temporary):
    """The program's own time limit passed before delivery was done."""


class Interrupted(Temporary):
    """A signal asked the process to stop before delivery was done."""


class CommandFailed(Temporary):
    """A `pipe`, `forward` or `command` program failed or could not be run."""


class Deferred(Temporary):
    """A rule said that the mail server is to try again later."""


class UsageError(MaildropError):
    """The command line cannot be understood."""
