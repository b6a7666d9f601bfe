"""Runs the benchmarks: `python -m tests.bench [NAME]...`

They are startup, installing, memory, many-rules, dry-run, parts, evidence, refile and watch; all,
unless some are named. Each prints a Markdown table, and a line that says whether the figure
that the project promises was reached in this run. What takes longer is run by its own
name: `python -m tests.bench.many_messages`, `.together`, `.lmtp`, `.lmtp_parts`,
`.postfix`, `.catches`, `.mail_statistics`.
"""

from __future__ import annotations

import sys

from tests.bench import (
    dry_run,
    evidence,
    installing,
    many_rules,
    memory,
    parts,
    refile,
    startup,
    watch,
)
from tests.bench.user import measuring

BENCHMARKS = {
    "startup": startup.report,
    "installing": installing.report,
    "memory": memory.report,
    "many-rules": many_rules.report,
    "dry-run": dry_run.report,
    "parts": parts.report,
    "evidence": evidence.report,
    "refile": refile.report,
    "watch": watch.report,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks; 2 if a name is unknown."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"{__doc__}\nunknown: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    with measuring():
        for name in names or BENCHMARKS:
            print(f"{BENCHMARKS[name]()}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
