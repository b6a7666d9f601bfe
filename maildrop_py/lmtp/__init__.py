"""lmtp: takes mail in from a mail server (RFC 2033).

`session` is the protocol and knows no sockets. `handler` is the interface to whoever
delivers. `server/` moves the bytes of the clients and syncs messages in groups.
`processes/` holds the supervisor, its workers, and the processes that deliver as
the recipients.
"""
