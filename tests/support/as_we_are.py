"""`maildrop-py serve` for tests that root may run too: root here delivers into root's Maildirs.

Run as `python as_we_are.py OPTION...`. All that differs is who the workers are.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from maildrop_py.cli import serve as command
from maildrop_py.cli import serve_plan

if __name__ == "__main__":
    serve_plan._credentials = lambda options: None
    command.serve(sys.argv[1:], prog_name="maildrop-py serve")
