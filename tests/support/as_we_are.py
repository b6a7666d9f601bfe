"""`maildrop-py serve` for tests that root may run too: root here delivers into root's Maildirs.

Run as `python as_we_are.py OPTION...`. All that differs is who the workers are, and with
NEVER_LOOK in the environment, that rules and users are read again on SIGHUP alone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from maildrop_py.cli import serve as command
from maildrop_py.serve import plan as serve_plan
from maildrop_py.serve import rules_cache, user_database

if __name__ == "__main__":
    if "NEVER_LOOK" in os.environ:
        rules_cache.CHECK = user_database.CHECK = 1e9
    serve_plan._credentials = lambda options: None
    command.serve(sys.argv[1:], prog_name="maildrop-py serve")
