"""Paths made of addresses: what they may say, and that they lead nowhere else."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.errors import UsageError
from maildrop_py.serve.path_template import PathTemplate, UnsafeName


def test_fields_are_filled() -> None:
    template = PathTemplate("/mail/{domain}/{user}/tags-{extension}")
    assert template.fill("anna", "x.example", "a", "") == "/mail/x.example/anna/tags-a"
    assert template.fill("anna", "x.example", "", "") == "/mail/x.example/anna/tags-"
    assert template.base == "/mail" and template.personal and not template.has("home")


def test_the_home_is_a_path() -> None:
    assert PathTemplate("{home}/Maildir").fill("a", "d", "", "/home/a") == "/home/a/Maildir"


@pytest.mark.parametrize("text", ["/mail/{usr}", "mail/{user}", "", "~/{user}", "/mail/{}"])
def test_what_cannot_be_meant_is_said(text: str) -> None:
    with pytest.raises(UsageError, match=r"field|begin with"):
        PathTemplate(text)


@pytest.mark.parametrize(
    "user", ["", ".", "..", ".hidden", "a/b", "../x", "/etc", "a\0b", "a\nb", "x" * 256, "é" * 128]
)
def test_no_name_leads_anywhere_else(user: str) -> None:
    with pytest.raises(UnsafeName):
        PathTemplate("/mail/{user}").fill(user, "d", "", "")


@given(st.text(), st.text(), st.text())
def test_a_path_lies_where_the_template_says(user: str, domain: str, extension: str) -> None:
    template = PathTemplate("/mail/{domain}/{user}/x{extension}")
    try:
        path = template.fill(user, domain, extension, "")
    except UnsafeName:
        return
    assert os.path.normpath(path) == path and path.startswith("/mail/") and path.count("/") == 4


def test_what_is_too_long_for_a_name_of_a_file_is_nobodys() -> None:
    template = PathTemplate("/mail/{user}@{domain}")
    assert template.fill("b" * 253, "x", "", "") == f"/mail/{'b' * 253}@x"
    with pytest.raises(UnsafeName):
        template.fill("b" * 254, "x", "", "")
    with pytest.raises(UnsafeName):
        template.fill("あ" * 85, "x", "", "")
