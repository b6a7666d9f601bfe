"""delivery: carries a Decision out; the only code that writes new mail.

A plain filing needs deliver, spool and trace_headers, and maildir/; everything else
is imported by the delivery that needs it.
"""
