"""Exim and OpenSMTPD hand mail to `serve`, set up as examples/ say.

Both run in a view of their own; where that cannot be done the tests are skipped,
in CI too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.examples import example, filled
from tests.support.end_to_end.exim import Exim
from tests.support.end_to_end.mails import ANNA, REFUSED, RULES, message
from tests.support.end_to_end.other_servers import OTHER_SERVERS, Server, Unpacked
from tests.support.end_to_end.overlaid import Overlaid
from tests.support.end_to_end.postfix import DOMAIN
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.serving import Site, SystemUsers, VirtualUsers, as_told
from tests.support.waiting import wait_until

pytestmark = pytest.mark.parametrize(
    ("unpacked", "users"),
    [(server, users) for server in OTHER_SERVERS for users in ("system", "virtual")],
    indirect=["unpacked"],
)
SOCKET = "/run/maildrop-py.sock"
OWN_RULES = RULES.replace("maildir: ~/Maildir\n", "")


@dataclass(frozen=True)
class Handing:
    """A mail server, and the site that it hands mail to."""

    server: Server
    site: Site


@pytest.fixture
def handing(
    unpacked: Unpacked,
    users: str,
    place: Path,
    make_account: Callable[[], Account],
    program: Program,
) -> Iterator[Handing]:
    """Both, running; accounts are made before the view in which the mail server looks for them."""
    anna, bert = make_account(), make_account()
    text = example(f"{unpacked.name}/lmtp-{users}.conf")
    places: dict[str, object] = {SOCKET: place / f"{anna.name}.sock"}
    if users == "virtual":
        places |= {"vmail": anna.name} if "table" in text else {"/var/vmail": anna.home / "mail"}
    else:
        places |= {"example.org": DOMAIN}
    view = Overlaid(place / f"view-{anna.name}", unpacked.root)
    with ExitStack() as stack:
        stack.callback(view.close)
        server = unpacked.kind(view, filled(text, places))
        stack.callback(server.stop)
        server.start()
        listener = as_told(filled(text, places), view.uid)
        if users == "virtual":
            site: Site = VirtualUsers(anna, program, listener)
        else:
            site = SystemUsers(anna, bert, program, listener)
        stack.callback(site.service.end)
        site.service.start()
        yield Handing(server, site)


def test_rules_see_extension_and_null_sender(handing: Handing) -> None:
    server, site = handing.server, handing.site
    site.write_rules("anna", OWN_RULES)
    for sender, extension in ((ANNA, "shop"), ("", ""), (ANNA, "")):
        said = server.submit(site.address("anna", extension), message("Parcel"), sender)
        assert server.outcome(said)[0] == "sent", server.log()
    assert site.folders("anna") == {"": 1, ".Shops": 1, ".Daemon": 1}
    assert site.folders("bert") == {}


def test_a_reject_rule_refuses_for_one_and_the_other_has_the_message(handing: Handing) -> None:
    """OpenSMTPD's client takes every refusal for a temporary one."""
    server, site = handing.server, handing.site
    refused = "bounced" if isinstance(server, Exim) else "deferred"
    site.write_rules("anna", OWN_RULES)
    said = server.submit(f"{site.address('anna')} {site.address('bert')}", REFUSED, ANNA)
    wait_until(lambda: len(server.outcomes(said)) == 2, "both outcomes")
    outcomes = dict(server.outcomes(said))
    assert outcomes.keys() == {"sent", refused}, server.log()
    assert "Nothing of this kind is wanted here" in outcomes[refused]
    assert (site.folders("anna"), site.folders("bert")) == ({}, {"": 1})


def test_server_that_is_down_keeps_mail_in_the_queue(handing: Handing) -> None:
    server, site = handing.server, handing.site
    site.service.stop()
    site.service.close()
    said = server.submit(site.address("anna"), message("Patience"), ANNA)
    assert server.outcome(said)[0] == "deferred", server.log()
    site.service.start()
    server.flush()
    assert server.outcome(said, after=1)[0] == "sent", server.log()
    assert site.folders("anna") == {"": 1}


def test_who_is_not_there_is_refused_at_the_door(handing: Handing) -> None:
    with pytest.raises(AssertionError, match=r"\(5\d\d, "):
        handing.server.submit(f"nobody-here@{handing.site.domain}", message("Lunch?"), ANNA)
