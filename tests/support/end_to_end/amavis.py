"""amavis: a private amavisd between Postfix and its second door, as amavis' README.postfix has it.

It judges by two rules of SpamAssassin: SPAM_WORDS make 7.5 points, HAM_WORDS -2.5. It asks
nobody, and does not look for viruses.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.smtp import answers, free_port
from tests.support.scanners import SPAM_WORDS, need, program, running
from tests.support.waiting import wait_until

AMAVISD = """\
use strict;
$MYHOME = '{place}'; $TEMPBASE = $MYHOME; $ENV{{TMPDIR}} = $TEMPBASE;
$daemon_user = 'nobody'; $daemon_group = 'nogroup';
$pid_file = "$MYHOME/pid"; $lock_file = "$MYHOME/lock";
$enable_db = 0; $enable_zmq = 0; $enable_dkim_verification = 0;
$do_syslog = 0; $LOGFILE = "$MYHOME/log"; $log_level = 1;
$max_servers = 1; $mydomain = 'example.com'; $myhostname = 'mx.example.com';
@listen_sockets = ("$MYHOME/amavis.sock"); $unix_socket_mode = 0666; $protocol = 'LMTP';
$forward_method = $notify_method = 'smtp:[127.0.0.1]:{port}';
$sa_configpath = $sa_siteconfigpath = '{place}/etc'; $sa_local_tests_only = 1;
$sa_tag_level_deflt = {tag_level}; $sa_tag2_level_deflt = 5; $sa_kill_level_deflt = 9999;
$remove_existing_spam_headers = 0;
$final_spam_destiny = $final_bad_header_destiny = D_PASS;
@local_domains_maps = (1); @bypass_virus_checks_maps = (1);
1;
"""
HAM_WORDS = "shall we have lunch"
RULES = f"""\
use_bayes 0
body CHEAP_PILLS /{SPAM_WORDS}/
score CHEAP_PILLS 7.5
body LUNCH /{HAM_WORDS}/
score LUNCH -2.5
"""
SECOND_DOOR = "127.0.0.1:{port} inet n - n - - smtpd -o content_filter= -o smtpd_milters="
TO_FILTER = "to-amavis unix - - n - - lmtp -o lmtp_send_xforward_command=yes"


@contextmanager
def filtered_by_amavis(postfix: Postfix, *, tag_level: float) -> Iterator[None]:
    """All mail to `postfix` goes through an amavisd.

    It leaves the sender's own X-Spam fields where they are, which is a setting, and writes none
    itself into mail of less than `tag_level` points.
    """
    need("amavisd")
    port = free_port()

    def command(place: Path) -> list[str]:
        settings = place / "etc"  # it wants files that it cannot change itself
        settings.mkdir(mode=0o755)
        (settings / "v.pre").write_text("loadplugin Mail::SpamAssassin::Plugin::Check\n")
        (settings / "local.cf").write_text(RULES)
        text = AMAVISD.format(place=place, port=port, tag_level=tag_level)
        (settings / "amavisd.conf").write_text(text)
        return [program("amavisd"), "-c", str(settings / "amavisd.conf"), "foreground"]

    with running(command, "amavis.sock", _greets) as amavisd:
        postfix.service(SECOND_DOOR.format(port=port))
        postfix.service(TO_FILTER)
        wait_until(lambda: answers(port), "Postfix's second door")
        postfix.set(content_filter=f"to-amavis:unix:{amavisd.path}")
        try:
            yield
        finally:
            postfix.set(content_filter="")


def _greets(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.settimeout(5)
        client.connect(address.removeprefix("unix:"))
        return client.recv(3) == b"220"
    return False
