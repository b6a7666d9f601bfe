"""capabilities: the extensions that scripts may `require`, as Pigeonhole knows them."""

from __future__ import annotations

SUPPORTED = frozenset(
    [
        *("fileinto", "reject", "envelope", "encoded-character", "vacation", "subaddress"),
        *("comparator-i;ascii-numeric", "comparator-i;octet", "comparator-i;ascii-casemap"),
        *("relational", "regex", "imap4flags", "copy", "include", "variables", "body", "enotify"),
        *("environment", "mailbox", "date", "index", "ihave", "duplicate", "mime", "foreverypart"),
        *("extracttext", "ereject", "editheader", "special-use", "spamtest", "spamtestplus"),
        *("virustest", "vacation-seconds", "fcc", "imapflags", "notify"),
    ]
)

ALWAYS_REQUIRED = frozenset(["encoded-character", "variables"])
"""What `ihave` does not know: it changes how the script itself is read (RFC 5463 4)."""
