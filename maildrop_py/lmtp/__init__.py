"""lmtp: the door through which a mail server hands over mail (RFC 2033).

`session` is the protocol and knows no sockets; `server` and `connection` move its
bytes; `handler` is the seam to whoever delivers; `groups` makes messages that
arrive together durable together; `workers` runs several processes on one
socket; `appointer` and `deputies` run deliveries as their recipients.
"""
