"""procmail: a procmailrc, read as procmail 3.22 reads it, into written rules."""
