"""`python -m maildrop_py` is `maildrop-py`."""

from __future__ import annotations

import sys

from maildrop_py import main

sys.exit(main())
