"""policy_scenario: who gets through, and after how long, by each shipped policy and by postgrey.

Run it as `python -m tests.bench.policy_scenario`; needs root, Postfix, postgrey and faketime.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.bench.table import markdown
from tests.support.dns_server import DnsServer
from tests.support.end_to_end.postfix import Postfix
from tests.support.policy_rivals import Accelerated, Postgrey
from tests.support.policy_scenario import (
    FACTOR,
    Client,
    Scenario,
    Summary,
    dns,
    policy_file,
    summaries,
)

AT_ONCE = 100.0
"""Seconds of the scenario, one or two real ones, that sessions take on a busy machine."""
POLICIES = ("rgrey", "targrey", "targrey-strict", "evidence")
ASK = "check_policy_service {{ {place}, timeout=20s, try_limit=1, default_action=DUNNO }}"


def run(postfix: Postfix, folder: Path, name: str, server: DnsServer) -> list[Client]:
    """The clients, after they met `name`: a shipped policy, or postgrey."""
    rival: Accelerated | Postgrey
    if name == "postgrey":
        rival = Postgrey(folder / name, FACTOR)
    else:
        socket = postfix.folder / f"queue/private/scenario-{name}"
        policy = policy_file(folder, name, server)
        rival = Accelerated(folder / name, policy, FACTOR, socket)
    place = rival.place.replace(str(postfix.folder / "queue") + "/", "")
    ask = ASK.format(place=place)
    try:
        postfix.set(
            smtpd_recipient_restrictions=f"permit_mynetworks, reject_unauth_destination, {ask}",
            smtpd_end_of_data_restrictions=ask,
        )
        return Scenario(postfix).run()
    finally:
        rival.stop()


def prepare(postfix: Postfix) -> None:
    """Postfix takes everybody's mail and throws it away, whoever has many connections."""
    postfix.set(
        mynetworks="127.0.0.0/32",
        local_transport="discard:",
        smtpd_client_connection_count_limit="0",
        smtpd_hard_error_limit="100",
    )


def report() -> str:
    """A table: each kind of client in a line."""
    folder = Path(tempfile.mkdtemp(prefix="maildrop-py-scenario-"))
    folder.chmod(0o755)
    postfix, server = Postfix(folder / "postfix"), dns()
    found: dict[str, list[Summary]] = {}
    try:
        postfix.start()
        prepare(postfix)
        for name in (*POLICIES, "postgrey"):
            if name == "postgrey" and not (shutil.which("postgrey", path="/usr/sbin")):
                continue
            found[name] = summaries(run(postfix, folder, name, server))
    finally:
        postfix.stop()
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
    kinds = [one.kind for one in next(iter(found.values()))]
    rows = [[kind, *(_cell(found[name][at]) for name in found)] for at, kind in enumerate(kinds)]
    return markdown(["who got through, after how long (median)", *found], rows)


def _cell(one: Summary) -> str:
    if one.through == one.at_once and one.median is not None and one.median < AT_ONCE:
        return f"{one.through} of {one.count}, at once"
    wait = "" if one.median is None else f", {_time(one.median)}"
    return f"{one.through} of {one.count}{wait}"


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"


if __name__ == "__main__":
    print(report())
