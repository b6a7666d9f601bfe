"""proof: the original and the rules, side by side, message by message, in a sandbox."""
