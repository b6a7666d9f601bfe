"""matching: what texts, numbers, addresses and names are compared with."""
