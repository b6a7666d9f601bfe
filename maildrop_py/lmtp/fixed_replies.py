"""fixed_replies: the fixed replies, those of the fast path already encoded.

Codes as RFC 5321 4.2.3 and 4.3.2, RFC 2033 4.2 and the IANA registry of
enhanced status codes have them. (5.5.6 is for lines of AUTH alone, so a line
that is too long is 5.5.2, syntax.)
"""

from __future__ import annotations

from maildrop_py.lmtp.reply import Reply

SENDER_OK = Reply(250, "2.1.0", "OK").encode()
RECIPIENT_OK = Reply(250, "2.1.5", "OK").encode()
GO_AHEAD = Reply(354, "", "Go ahead, end with <CR><LF>.<CR><LF>").encode()

OK = Reply(250, "2.0.0", "OK")
BYE = Reply(221, "2.0.0", "Bye")
UNVERIFIED = Reply(252, "2.0.0", "Send it and see")

LINE_TOO_LONG = Reply(500, "5.5.2", "The line is too long")
BARE_LF = Reply(500, "5.5.2", "A line ends with CR LF, not with LF alone")
BAD_CHARACTER = Reply(500, "5.5.2", "The line has control characters or is not UTF-8")
UNKNOWN = Reply(500, "5.5.1", "Command not known")
SAY_LHLO = Reply(500, "5.5.1", "This is LMTP: say LHLO")
NOT_IMPLEMENTED = Reply(502, "5.5.1", "Command not implemented")

TOO_MANY_RECIPIENTS = Reply(452, "4.5.3", "Too many recipients, use another transaction")
TOO_BIG = Reply(552, "5.3.4", "The message is too big")
NEEDS_SMTPUTF8 = Reply(553, "5.6.7", "The address needs SMTPUTF8")

TOO_MANY_ERRORS = Reply(421, "4.7.0", "Too many errors, goodbye")
NOT_A_WEB_SERVER = Reply(421, "4.7.0", "This is not a web server, goodbye")
TOO_MANY_SESSIONS = Reply(421, "4.7.0", "Too many sessions of one user, try again later")
TIMED_OUT = Reply(421, "4.4.2", "Waited too long, goodbye")
STOPPING = Reply(421, "4.3.2", "The server is stopping, try again")
