"""serve: LMTP and delivery together, for many users.

`user_database` knows who has mail here, `recipients` and `mailbox` where it goes.
`rules_cache` keeps compiled rules. `recipient_delivery` is one message for one
recipient, from the decision to the reply. Two handlers use it: with
`direct_handler` the worker delivers by itself; with `process_handler`, for a
server started as root, a process of each recipient delivers (`recipient_process`).
"""
