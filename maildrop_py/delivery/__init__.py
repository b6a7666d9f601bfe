"""delivery: carries a Decision out; the only code that writes mail.

A plain filing goes through spool, maildir, unique_name, trace_headers and
perform; everything else is imported by the delivery that needs it.
"""
