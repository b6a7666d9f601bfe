"""Proof that no mail is lost: everything that can fail is made to fail."""

import sys
from pathlib import Path

if __name__ == "tests.faults":  # started by `python -m`: what other tests use lies beside us
    sys.path.insert(0, str(Path(__file__).parents[1]))
