"""maildrop-py: a local mail delivery agent that loses no mail and can say why."""

__version__ = "0.1.0"
