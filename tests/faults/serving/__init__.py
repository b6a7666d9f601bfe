"""`maildrop-py serve` put through what `deliver` is put through: a real server, real clients."""
