#!/usr/bin/env python3
"""A delivery log of a made-up month, to see what `maildrop-py stats --html` shows.

    python3 examples/statistics/month.py > deliveries.jsonl
    maildrop-py stats --log deliveries.jsonl --html statistics.html

With --entries N it has about N entries, whatever the number of days. The same numbers
come out each time.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
LISTS = ("birdwatchers", "walrus-users", "sanpo", "debian-announce", "postfix-users")
PEOPLE = ("leo@example.org", "sanna@example.org", "mika@example.jp", "yuki@example.co.jp")
SHOPS = ("news@shop.example", "bounce@flights.example", "info@books.example.co.jp")
HONEST = (("mail.example.org", "203.0.113.9"), ("mx1.example.co.jp", "198.51.100.20"))
LINES = (
    ("dsl-{0}-{1}-{2}-{3}.isp.example", "br"),
    ("{3}.{2}.{1}.{0}.dynamic.provider.example", "vn"),
    ("ppp{2}{3}.dial.example", "ru"),
    ("", "cn"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--entries", type=int, default=6000)
    options = parser.parse_args()
    for entry in entries(options.days, options.entries):
        print(json.dumps(entry, ensure_ascii=False))


def entries(days: int, number: int) -> Iterator[dict[str, object]]:
    """Entries in the order of time."""
    chance = random.Random(7)
    hours = [(day, hour) for day in range(days) for hour in range(24)]
    weights = [_weight(day, hour) for day, hour in hours]
    per_hour = number / sum(weights)
    serial = 0
    for (day, hour), weight in zip(hours, weights, strict=True):
        for second in sorted(chance.random() * 3600 for _ in range(round(weight * per_hour))):
            serial += 1
            when = BEGIN + timedelta(days=day, hours=hour, seconds=int(second))
            yield entry(chance, when, serial)


def _weight(day: int, hour: int) -> float:
    """Mail comes by day and on weekdays; spam comes always. Hours are UTC, people in Japan."""
    weekday = (BEGIN + timedelta(days=day)).weekday()
    daytime = max(0.0, math.sin((hour - 22) % 24 / 14 * math.pi)) if (hour - 22) % 24 < 14 else 0.0
    return 0.35 + daytime * (1.0 if weekday < 5 else 0.35)


def entry(chance: random.Random, when: datetime, serial: int) -> dict[str, object]:
    kind = chance.choices(("list", "person", "shop", "spam", "bounce"), (30, 18, 14, 34, 4))[0]
    found: dict[str, object] = {
        "version": 2,
        "time": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": "serve",
        "result": "delivered",
        "message_id": f"<{serial}.{int(when.timestamp())}@example.org>",
        "recipient": "me@example.com",
        "size": int(chance.lognormvariate(9, 1)),
        "actions": [],
        "reject": None,
        "paths": [],
        "warnings": [],
        "seconds": round(chance.lognormvariate(-4.6, 0.6), 3),
    }
    if chance.random() < 0.004:
        error = chance.choice(("no space left on device", "the folder is locked"))
        return found | {
            "result": "deferred",
            "error": error,
            "rule": None,
            "folders": [],
            "reasons": [],
        }
    return found | _OF_KIND[kind](chance)


def _list(chance: random.Random) -> dict[str, object]:
    name = chance.choices(LISTS, (12, 8, 5, 2, 9))[0]
    return _honest(chance) | {
        "sender": f"{name}-bounces@lists.example.org",
        "list_id": f"<{name}.lists.example.org>",
        **_filed("lists: by List-Id", f"Lists/{name}"),
    }


def _person(chance: random.Random) -> dict[str, object]:
    return _honest(chance) | {"sender": chance.choice(PEOPLE), **_filed(None, "INBOX")}


def _shop(chance: random.Random) -> dict[str, object]:
    return _honest(chance) | {
        "sender": chance.choice(SHOPS),
        **_filed("daemons: bulk mail", "Daemon/Bulk"),
        "spam_score": round(chance.gauss(1.5, 1), 1),
    }


def _bounce(chance: random.Random) -> dict[str, object]:
    return _honest(chance) | {"sender": "", **_filed("daemons: bounces", "Daemon/Bounces")}


def _spam(chance: random.Random) -> dict[str, object]:
    numbers = [chance.randrange(1, 255) for _ in range(4)]
    pattern, country = chance.choices(LINES, (6, 4, 3, 5))[0]
    name = pattern.format(*numbers)
    score = round(chance.gauss(9, 4), 1)
    helo = chance.choice(
        ("friend", "localhost", "[192.0.2.1]", ".".join(map(str, numbers)), name or "pc")
    )
    found: dict[str, object] = {
        "sender": f"win{numbers[0]}@{chance.choice(('bank', 'prize', 'pills'))}.{country}.example",
        "client_address": ".".join(map(str, numbers)),
        "client_name": name,
        "helo": helo,
        "spam_score": score,
        "evidence": {
            "spf": chance.choices(("none", "fail", "softfail", "pass"), (4, 3, 2, 1))[0],
            "reverse_name": name,
            "dnsbl": chance.choices(
                ([], ["zen.spamhaus.org"], ["zen.spamhaus.org", "bl.spamcop.net"]), (3, 5, 3)
            )[0],
        },
    }
    if score >= 15:
        return found | {
            "result": "discarded",
            "rule": "certain spam",
            "folders": [],
            "reasons": ["certain spam: spam score >= 15"],
        }
    if score >= 5:
        return found | _filed("spam", "Junk", "spam score >= 5")
    return found | _filed(None, "INBOX")


def _honest(chance: random.Random) -> dict[str, object]:
    name, address = chance.choice(HONEST)
    return {
        "client_address": address,
        "client_name": name,
        "helo": name,
        "spam_score": round(chance.gauss(-0.5, 1), 1),
        "evidence": {
            "spf": chance.choices(("pass", "none"), (8, 1))[0],
            "reverse_name": name,
            "dnsbl": [],
        },
    }


def _filed(rule: str | None, folder: str, because: str = "") -> dict[str, object]:
    reasons = [f"{rule}: {because or 'its conditions hold'}"] if rule else []
    return {
        "rule": rule,
        "folders": [folder],
        "actions": [f"file into {folder}"],
        "reasons": reasons,
    }


_OF_KIND = {"list": _list, "person": _person, "shop": _shop, "spam": _spam, "bounce": _bounce}

if __name__ == "__main__":
    main()
