"""bench: how fast and how small, side by side with the rivals that are installed."""
