"""Rules and mail in different Unicode normal forms agree, and name one folder."""

from __future__ import annotations

import unicodedata

import pytest

from maildrop_py.message.envelope import Envelope
from tests.support.rules_reading import decided, held, mail

NFC = "Café"
NFD = unicodedata.normalize("NFD", NFC)


@pytest.mark.parametrize(("written", "received"), [(NFC, NFD), (NFD, NFC)])
@pytest.mark.parametrize("test", ["'^{}$'", "{{contains: '{}'}}", "{{is: '{}'}}", "{{glob: '{}'}}"])
def test_a_test_of_text_holds(test: str, written: str, received: str) -> None:
    assert held(f"{{subject: {test.format(written)}}}", mail(f"Subject: {received}"))
    assert held(f"{{body: {test.format(written)}}}", mail("Subject: x", received))


@pytest.mark.parametrize(("written", "received"), [(NFC, NFD), (NFD, NFC)])
def test_addresses_agree(written: str, received: str) -> None:
    assert held(f"{{from: '{written}@example.org'}}", mail(f"From: <{received}@example.org>"))
    envelope = Envelope(sender=f"{received}@example.org")
    assert held(f"{{sender: '{written}@example.org'}}", mail("Subject: x"), envelope)


@pytest.mark.parametrize("name", [NFC, NFD])
def test_one_name_is_one_folder(name: str) -> None:
    fixed = decided(f"rules: [{{then: {{file: 'Lists/{name}'}}}}]", mail("Subject: x"))
    rules = "rules: [{when: {subject: '(?P<name>.+)'}, then: {file: 'Lists/{name}'}}]"
    taken = decided(rules, mail(f"Subject: {name}"))
    assert [f.folder for d in (fixed, taken) for f in d.filings] == [f"Lists/{NFC}"] * 2
