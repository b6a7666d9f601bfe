"""startup: what `deliver` starts with, before anything else is loaded."""
