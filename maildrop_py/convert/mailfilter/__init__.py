"""mailfilter: maildrop's filtering language, maildropfilter(7), into written rules."""
