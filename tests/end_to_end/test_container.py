"""The Containerfile, as far as it can be run without a container engine: what its second stage does
is done in a new Debian, and then Postfix there takes mail by SMTP for a user of `serve`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.end_to_end.examples import FOLDER
from tests.support.end_to_end.scratch_root import ADDRESS, ScratchRoot
from tests.support.waiting import wait_until

PLACE = FOLDER / "container"
ROOT = FOLDER.parent
Step = tuple[str, str]

SEND = """
import smtplib, sys
with smtplib.SMTP(sys.argv[1], 25, timeout=30) as server:
    server.sendmail("kenji@example.net", [sys.argv[2]], "Subject: hello\\n\\nhello\\n")
"""


def stages() -> list[list[Step]]:
    """The steps of each stage: (instruction, the rest of it), continued lines joined."""
    text = re.sub(r"^#.*\n", "", (PLACE / "Containerfile").read_text(), flags=re.M)
    found: list[list[Step]] = []
    for line in text.replace("\\\n", " ").splitlines():
        instruction, _, rest = line.partition(" ")
        if instruction == "FROM":
            found.append([])
        if line.strip():
            found[-1].append((instruction, " ".join(rest.split())))
    return found


ALL = [step for stage in stages() for step in stage]


def test_each_base_has_a_release_and_each_last_word_is_no_shell() -> None:
    assert all(":" in rest.split()[0] for instruction, rest in ALL if instruction == "FROM")
    for instruction, rest in ALL:
        if instruction in ("CMD", "ENTRYPOINT", "VOLUME"):
            assert isinstance(json.loads(rest), list)
    assert {instruction for instruction, _ in ALL}.isdisjoint({"ADD", "MAINTAINER"})


def test_what_apt_downloads_stays_in_no_layer() -> None:
    for instruction, rest in ALL:
        if instruction == "RUN" and "apt-get" in rest:
            assert rest.startswith("apt-get update &&") and "rm -rf /var/lib/apt/lists/*" in rest
            assert "apt-get install" not in rest or "-y --no-install-recommends" in rest


def test_what_is_copied_is_there_and_what_is_run_may_be_run() -> None:
    for instruction, rest in ALL:
        words = rest.split()
        if instruction == "COPY" and not words[0].startswith("--from"):
            assert all((ROOT / source).exists() for source in words[:-1])
    assert (ROOT / "examples/debian/build").stat().st_mode & 0o111
    for name in ("start", "add-user"):
        assert (PLACE / name).stat().st_mode & 0o111
    for shell, name in (("bash", "start"), ("sh", "add-user")):
        subprocess.run([shell, "-n", PLACE / name], check=True)


class Container:
    """The second stage, carried out in a new Debian; `start` runs its last word."""

    def __init__(self, root: ScratchRoot, package: Path) -> None:
        self.root = root
        self.environment = ["env"]
        for instruction, rest in stages()[-1]:
            if instruction == "RUN":
                root.run(*self.environment, "sh", "-ec", rest, online=True)
            elif instruction == "COPY":
                self._copy(rest.split(), package)
            elif instruction == "ENV":
                self.environment.append(rest)
            elif instruction == "CMD":
                self._command = json.loads(rest)

    def _copy(self, words: list[str], package: Path) -> None:
        target = self.root.path / words[-1].lstrip("/")
        if words[-1].endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        sources = [package] if words[0].startswith("--from") else map(ROOT.joinpath, words[:-1])
        for source in sources:
            shutil.copy(source, target)

    def start(self) -> None:
        self._running = self.root.start(*self.environment, *self._command)

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.root.run(*self.environment, *command, check=check)

    def end(self) -> None:
        self.root.run("postfix", "stop", check=False)
        self._running.wait(timeout=60)


@pytest.fixture
def container(new_debian: ScratchRoot, debian_package: Path) -> Iterator[Container]:
    made = Container(new_debian, debian_package)
    made.start()
    yield made
    made.end()


def test_mail_that_comes_by_smtp_is_in_the_users_maildir(container: Container) -> None:
    wait_until(
        lambda: container.run("postfix", "status", check=False).returncode == 0, "Postfix starts"
    )
    container.run("/usr/local/sbin/add-user", "anna")
    box = container.root.path / "var/vmail/example.org/anna"
    wait_until(lambda: sends(container, "anna+shop@example.org"), "mail is taken")
    wait_until(lambda: [*box.glob("new/*")], "mail is delivered")
    assert not sends(container, "nobody@example.org"), "an unknown user is refused at once"
    assert container.run("/usr/local/sbin/add-user", "../x", check=False).returncode == 2
    assert os.stat(box).st_mode & 0o777 == 0o700


def sends(container: Container, recipient: str) -> bool:
    """Whether Postfix takes it from a client that is not of its own network."""
    [python] = container.root.path.glob("usr/bin/python3.*[0-9]")
    command = (f"/usr/bin/{python.name}", "-c", SEND, ADDRESS, recipient)
    return container.run(*command, check=False).returncode == 0
