"""Hostile input: what senders, and mistakes, may put before each part of the program."""
