"""lmtp: the door through which a mail server hands over mail (RFC 2033).

`session` is the protocol and knows no sockets; `server` moves its bytes;
`groups` makes messages that arrive together durable together; `workers` runs
several processes on one socket; `persons` runs deliveries as their recipients.
"""
