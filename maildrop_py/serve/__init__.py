"""serve: rules, evidence and Maildirs of many users behind the LMTP door.

`command` is what one types; `users` knows who has mail here and `mailbox` where
that is; `rulebook` keeps compiled rules; a `posting` is one message for one
recipient, from the decision to the reply. Two ways lead there: `reception`,
where this process delivers by itself, and `errands`, where, started as root, it
has each message delivered by a process that is the recipient.
"""
