"""The Debian package: built by its one command, and its life in a new Debian with Postfix.

For a Debian that is not this machine's, name its release and a package that was built there:
DEBIAN_SUITE=trixie DEBIAN_PACKAGE=FILE.deb
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.end_to_end.examples import FOLDER
from tests.support.end_to_end.requirements import need
from tests.support.end_to_end.scratch_root import InBackground, ScratchRoot, archive
from tests.support.waiting import wait_until

MESSAGE = "From: anna@example.org\nTo: bert\nSubject: {subject}\n\nhello\n"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .deb, built here for this Debian."""
    if given := os.environ.get("DEBIAN_PACKAGE"):
        return Path(given)
    need("dpkg-buildpackage", "dh", "gcc")
    folder = tmp_path_factory.mktemp("built")
    built = subprocess.run(
        [FOLDER / "debian/build", folder], capture_output=True, text=True, check=False
    )
    if built.returncode != 0 and "No matching distribution" in built.stderr + built.stdout:
        pytest.skip("what the package needs cannot be had from PyPI here")
    assert built.returncode == 0, built.stderr[-3000:]
    [found] = folder.glob("*.deb")
    return found


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchRoot]:
    """A new Debian with a user, bert, and no mail server."""
    suite, site = archive()
    suite = os.environ.get("DEBIAN_SUITE", suite)
    place = tmp_path_factory.mktemp("debian")
    for each in (place, *place.parents):
        each.chmod(each.stat().st_mode | 0o111)  # bert goes through them
    made = ScratchRoot(place / "root", suite, site)
    made.run("useradd", "--create-home", "bert")
    yield made
    made.close()


def test_lintian_finds_no_error(package: Path) -> None:
    need("lintian")
    said = subprocess.run(["lintian", package], capture_output=True, text=True, check=False)
    assert [line for line in said.stdout.splitlines() if line.startswith("E:")] == []


def test_all_that_a_program_of_the_system_has_is_in_it(package: Path) -> None:
    listed = subprocess.run(["dpkg-deb", "-c", package], capture_output=True, text=True, check=True)
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


def test_its_life_in_a_new_debian(package: Path, root: ScratchRoot) -> None:
    """Two commands make it deliver; it is upgraded under load, removed, and purged."""
    install(root, package, "postfix")
    root.run("postfix", "start")  # as the first command does where systemd runs
    said = root.run("maildrop-py", "init", "--system", "--yes").stdout
    assert "Postfix delivered a message to bert" in said
    submit(root, "first")
    wait_until(lambda: "first" in subjects(root), "Postfix delivers")
    upgrade_under_load(root, package)
    remove_and_come_back(root, package)
    purge(root)


def install(root: ScratchRoot, package: Path, *others: str) -> None:
    shutil.copy(package, root.path / "root")
    root.run("apt-get", "update", "-q", online=True)
    command = ("apt-get", "install", "-q", "-y", "--no-install-recommends")
    root.run(*command, *others, f"/root/{package.name}", online=True)


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
