"""sieve: a Sieve script, read as RFC 5228 and its extensions say, into written rules."""
