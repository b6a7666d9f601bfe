"""The keys of a rules file that are not rules."""

from __future__ import annotations

import pytest

from maildrop_py.rules.language.settings import Settings
from tests.support.rules_reading import problem_of, rules_of


def settings(text: str) -> Settings:
    return rules_of(text).settings


def test_all_settings_are_read() -> None:
    found = settings(
        """
        maildir: ~/Mail
        layout: fs
        folder_encoding: utf-8
        trust: {networks: [192.0.2.0/24, '2001:db8::/32'], authserv_ids: [MX.example.com]}
        dns: {timeout: 2.5, nameservers: [127.0.0.1, '127.0.0.1:5353', '::1', '[::1]:53', '[::1]']}
        me: [Ann@Example.com, example.org]
        server_names: mx.example.com
        recipient_delimiter: +-
        sendmail: /usr/lib/sendmail
        allow_commands: true
        """
    )
    assert found == Settings(
        maildir="~/Mail",
        layout="fs",
        folder_encoding="utf-8",
        networks=("192.0.2.0/24", "2001:db8::/32"),
        authserv_ids=("mx.example.com",),
        dns_timeout=2.5,
        nameservers=("127.0.0.1", "127.0.0.1:5353", "::1", "[::1]:53", "[::1]"),
        me=("ann@example.com", "example.org"),
        server_names=("mx.example.com",),
        recipient_delimiter="+-",
        sendmail="/usr/lib/sendmail",
        allow_commands=True,
    )


def test_without_settings_the_defaults_hold() -> None:
    assert settings("rules: []") == Settings()


def test_spam_filters_are_named() -> None:
    found = settings("trust: {spam_filters: [rspamd, amavis]}")
    assert found.spam_filters == ("rspamd", "amavis")
    assert settings("trust: {spam_filters: rspamd}").spam_filters == ("rspamd",)


def test_networks_may_be_written_loosely() -> None:
    found = settings("trust: {networks: [192.0.2.77/24, 10.0.0.1, '::1']}")
    assert found.networks == ("192.0.2.77/24", "10.0.0.1", "::1")
    assert settings("trust: {networks: []}").networks == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("maildir: [a]", "a text must be here"),
        ("maildir: ''", "a path must be here"),
        ("sendmail: ''", "a path must be here"),
        ("trust: {spam_filters: rspam}", "rspamd"),
        ("layout: maildir", "did you mean `maildir++`?"),
        ("folder_encoding: utf8", "did you mean `utf-8`?"),
        ("folder_encoding: utf-7", "did you mean `utf-8`?"),
        ("trust: [a]", "a mapping (`key: value`) must be here"),
        ("trust: {network: 10.0.0.0/8}", "did you mean `networks`?"),
        ("trust: {networks: [10.0.0.0/33]}", "is not a network (such as 192.0.2.0/24)"),
        ("trust: {networks: [example.com]}", "is not a network"),
        ("dns: {timeout: 0}", "above 0, at most 60"),
        ("dns: {timeout: 61}", "above 0, at most 60"),
        ("dns: {timeout: 5s}", "a number must be here"),
        ("dns: {nameservers: []}", "this list is empty"),
        ("dns: {nameservers: [localhost]}", "is not a name server"),
        ("dns: {nameservers: ['127.0.0.1:0']}", "is not a name server"),
        ("dns: {nameservers: ['127.0.0.1:65536']}", "is not a name server"),
        ("dns: {nameservers: ['[::1']}", "is not a name server"),
        ("dns: {nameservers: ['::1]']}", "is not a name server"),
        ("dns: {server: 127.0.0.1}", "unknown DNS setting 'server'"),
        ("recipient_delimiter: x", "cannot separate an extension"),
        ("recipient_delimiter: '@'", 'such as "+", "-" or "+-"'),
        ("allow_commands: please", "true or false must be here"),
        ("me: {a: b}", "a text must be here"),
        ("maildirs: ~/x", "did you mean `maildir`?"),
        ("layout: fs\nlayout: fs", "'layout' is here twice"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    assert said in problem_of(text)
