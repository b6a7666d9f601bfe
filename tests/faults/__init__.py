"""Proof that no mail is lost: everything that can fail is made to fail."""
