"""policy: asked before the mail comes, by Postfix and others: the same rules and evidence.

`protocol` reads requests and writes answers, `language` reads policy files,
`decide` makes a decision of a request, `decide_answer` an answer of a decision and of
what is remembered, `answerer` does it for many requests at once, and `server` serves.
"""
