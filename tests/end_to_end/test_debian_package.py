"""The Debian package: built by its one command, and its life in a new Debian with Postfix.

For a Debian that is not this machine's, name its release and a package that was built there:
DEBIAN_SUITE=trixie DEBIAN_PACKAGE=FILE.deb
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.support.end_to_end.requirements import need
from tests.support.end_to_end.scratch_root import InBackground, ScratchRoot
from tests.support.waiting import wait_until

MESSAGE = "From: anna@example.org\nTo: bert\nSubject: {subject}\n\nhello\n"


def test_lintian_finds_no_error(debian_package: Path) -> None:
    need("lintian")
    said = subprocess.run(["lintian", debian_package], capture_output=True, text=True, check=False)
    assert [line for line in said.stdout.splitlines() if line.startswith("E:")] == []


def test_all_that_a_program_of_the_system_has_is_in_it(debian_package: Path) -> None:
    command = ["dpkg-deb", "-c", debian_package]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    for path in (
        *("usr/bin/maildrop-py", "usr/bin/maildrop-py-deliver", "usr/share/man/man1/maildrop-py"),
        *("usr/share/bash-completion/completions/maildrop-py", "_maildrop-py", "maildrop-py.fish"),
        *("systemd/system/maildrop-py.service", "systemd/system/maildrop-py-policy.socket"),
        *("systemd/user/maildrop-py-watch.service", "sysusers.d/maildrop-py.conf"),
        *("tmpfiles.d/maildrop-py.conf", "usr/share/maildrop-py/rules/lists.yaml"),
        "usr/share/doc/maildrop-py/examples/postfix/",
    ):
        assert path in listed.stdout, path
    assert ".pyc" not in listed.stdout


def test_its_life_in_a_new_debian(debian_package: Path, new_debian: ScratchRoot) -> None:
    """Two commands make it deliver; it is upgraded under load, removed, and purged."""
    package, root = debian_package, new_debian
    install(root, package, "postfix")
    root.run("postfix", "start")  # as the first command does where systemd runs
    said = root.run("maildrop-py", "init", "--system", "--yes").stdout
    assert "Postfix delivered a message to bert" in said
    submit(root, "first")
    wait_until(lambda: "first" in subjects(root), "Postfix delivers")
    doctor_sees_it(root)
    upgrade_under_load(root, package)
    remove_and_come_back(root, package)
    purge(root)
    root.run("postfix", "stop")


def install(root: ScratchRoot, package: Path, *others: str) -> None:
    shutil.copy(package, root.path / "root")
    root.run("apt-get", "update", "-q", online=True)
    command = ("apt-get", "install", "-q", "-y", "--no-install-recommends")
    root.run(*command, *others, f"/root/{package.name}", online=True)


def doctor_sees_it(root: ScratchRoot) -> None:
    """The line, the package, and bert's rules, which a process of bert's looks at."""
    root.run("runuser", "-u", "bert", "--", "env", "HOME=/home/bert", "maildrop-py", "init")
    said = root.run("maildrop-py", "doctor", "--offline", check=False).stdout
    assert re.search(r"ok +hook: /etc/postfix/main\.cf:\d+", said), said
    assert re.search(r"ok +rules of bert: /home/bert/", said), said


def upgrade_under_load(root: ScratchRoot, package: Path) -> None:
    """Each message that is given in meanwhile is delivered, or would be tried again."""
    newer = next_version(package, root.path / "root")
    before = len(subjects(root))
    with InBackground(root, "bert", MESSAGE.format(subject="meanwhile")) as deliveries:
        wait_until(lambda: len(deliveries.statuses) > 3, "deliveries")
        root.run("dpkg", "--install", f"/root/{newer.name}")
        reached = len(deliveries.statuses)
        wait_until(lambda: len(deliveries.statuses) > reached + 3, "deliveries")
    assert set(deliveries.statuses) <= {0, 75}
    assert deliveries.statuses[0] == deliveries.statuses[-1] == 0
    assert len(subjects(root)) == before + deliveries.statuses.count(0)
    assert [it.name for it in (root.path / "usr/lib/maildrop-py").iterdir()] == [version(newer)]


def remove_and_come_back(root: ScratchRoot, package: Path) -> None:
    """Without the program mail waits; nothing bounces."""
    root.run("dpkg", "--remove", "maildrop-py")
    assert not (root.path / "usr/lib/maildrop-py").exists()
    submit(root, "patience")
    wait_until(lambda: "patience" not in subjects(root) and deferred(root), "Postfix defers")
    root.run("dpkg", "--install", f"/root/{next_version(package, root.path / 'root').name}")
    root.run("postqueue", "-f")
    wait_until(lambda: "patience" in subjects(root), "Postfix tries again")


def purge(root: ScratchRoot) -> None:
    root.run("maildrop-py", "init", "--system", "--undo")
    assert root.run("postconf", "-n", "mailbox_command").stdout == ""
    delivered = subjects(root)
    root.run("dpkg", "--purge", "maildrop-py")
    left = [it for it in root.files_named("maildrop-py") if not it.startswith("home/")]
    assert left == []
    assert subjects(root) == delivered


def next_version(package: Path, folder: Path) -> Path:
    """The same package as if it were a later version."""
    old, new = version(package), version(package).replace("-1~", "-2~")
    tree = folder / "tree"
    subprocess.run(["dpkg-deb", "-R", package, tree], check=True)
    (tree / f"usr/lib/maildrop-py/{old}").rename(tree / f"usr/lib/maildrop-py/{new}")
    named = [*(tree / "DEBIAN").iterdir(), tree / "usr/bin/maildrop-py"]
    for file in named:
        file.write_text(file.read_text().replace(old, new))
    target = folder / package.name.replace(old, new)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, target], check=True)
    shutil.rmtree(tree)
    return target


def version(package: Path) -> str:
    return package.name.split("_")[1]


def submit(root: ScratchRoot, subject: str) -> None:
    root.run("sendmail", "-f", "anna@example.org", "bert", stdin=MESSAGE.format(subject=subject))


def subjects(root: ScratchRoot) -> list[str]:
    """Of the messages in bert's Maildir."""
    texts = (it.read_text() for it in (root.path / "home/bert/Maildir").glob("new/*"))
    return sorted(text.partition("Subject: ")[2].partition("\n")[0] for text in texts)


def deferred(root: ScratchRoot) -> bool:
    return '"queue_name": "deferred"' in root.run("postqueue", "-j").stdout
