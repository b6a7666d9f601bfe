"""The bundle is code that is run: whose it may be, and how long it is good."""

from __future__ import annotations

import marshal
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType

import pytest

from maildrop_py import start as bundle
from tests.support.bundle_file import is_whole, read_bundle, write_bundle
from tests.support.cli_account import MESSAGE, Account

NOBODY = 65534


def bundle_of(account: Account) -> Path:
    return account.home / ".cache/maildrop-py/modules"


def plant(path: Path, trace: Path) -> None:
    """Let the code of one module in the bundle leave a trace, checksum and all."""
    modules, usual, codes = read_bundle(path)
    name = "maildrop_py.decision.decide"
    *about, code = modules[name]
    source = f"import marshal\nopen({str(trace)!r}, 'w').close()\nexec(marshal.loads({code!r}))\n"
    modules[name] = (*about, marshal.dumps(compile(source, about[0], "exec")))
    write_bundle(path, (modules, usual, codes))


def of_another(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(path, NOBODY, NOBODY)


def directory_of_another(path: Path) -> None:
    of_another(path.parent)


def home_of_another(path: Path) -> None:
    of_another(path.parent.parent)


def behind_a_link(path: Path) -> None:
    path.symlink_to(path.rename(path.with_name("elsewhere")))


WRONG: list[Callable[[Path], object]] = [
    lambda path: path.chmod(0o666),
    lambda path: path.parent.chmod(0o777),
    lambda path: path.parent.parent.chmod(0o777),
    of_another,
    directory_of_another,
    home_of_another,
    behind_a_link,
]


def test_our_own_bundle_is_run(account: Account, tmp_path: Path) -> None:
    """Or the tests below would show nothing."""
    account.deliver()
    plant(bundle_of(account), tmp_path / "trace")
    assert account.deliver() == (0, b"", b"")
    assert (tmp_path / "trace").exists()


@pytest.mark.parametrize("make_wrong", WRONG)
def test_a_bundle_that_others_may_have_made_is_not_run(
    account: Account, tmp_path: Path, make_wrong: Callable[[Path], object]
) -> None:
    account.deliver()
    plant(bundle_of(account), tmp_path / "trace")
    make_wrong(bundle_of(account))
    assert account.deliver() == (0, b"", b"")
    assert not (tmp_path / "trace").exists()
    assert len(account.files()) == 2


@pytest.mark.parametrize("part", [0.05, 0.3, 0.55, 0.8, 0.99])
def test_a_bundle_that_the_disk_has_changed_is_not_run_but_written_again(
    account: Account, part: float
) -> None:
    account.deliver()
    account.deliver()
    path = bundle_of(account)
    _, usual, codes = read_bundle(path)
    damaged = bytearray(path.read_bytes())
    damaged[int(part * len(damaged))] ^= 0xFF
    path.write_bytes(damaged)
    for _ in range(2):
        assert account.deliver() == (0, b"", b"")
    refused = account.deliver(message=b"Subject: refuse me\n\nx\n")  # late functions do that
    assert refused == (77, b"", b"5.7.1 no such mail wanted here\n")
    for _ in range(2):
        assert account.deliver() == (0, b"", b"")
    assert is_whole(path)
    again = read_bundle(path)
    assert ({*again[1]}, len(again[2])) == ({*usual}, len(codes))


@pytest.mark.parametrize("wrong", [b"\0", b"\xe9", b"N"])
def test_codes_of_late_functions_that_the_disk_has_changed_come_from_the_source(
    account: Account, wrong: bytes
) -> None:
    account.deliver()
    account.deliver()
    path = bundle_of(account)
    codes = read_bundle(path)[2]
    path.write_bytes(path.read_bytes()[: -len(codes)] + wrong * len(codes))
    refused = account.deliver(message=b"Subject: refuse me\n\nx\n")
    assert refused == (77, b"", b"5.7.1 no such mail wanted here\n")
    assert not path.exists(), "the next delivery makes it again"


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A directory with a copy of the program, for tests that change it."""
    own = Path(bundle.__file__).parent
    copy = tmp_path / "packages/maildrop_py"
    shutil.copytree(own, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy.parent


def deliver_by(packages: Path, account: Account, message: bytes) -> bytes:
    """What the copy of the program says of `message` on standard error."""
    return subprocess.run(
        [sys.executable, "-m", "maildrop_py", "deliver"],
        input=message,
        stderr=subprocess.PIPE,
        env={"HOME": str(account.home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(packages)},
        cwd=packages,
        check=False,
    ).stderr


def test_after_an_upgrade_the_new_code_runs(account: Account, packages: Path) -> None:
    def deliver() -> bytes:
        return deliver_by(packages, account, b"Subject: refuse me\n\nx\n")

    for _ in range(3):  # what is usual is known from the second on
        assert deliver().startswith(b"5.7.1 ")
    assert str(packages).encode() in bundle_of(account).read_bytes()
    module = packages / "maildrop_py/cli/deliver.py"
    changed = module.read_text().replace("5.7.1 ", "5.7.9 ")
    module.write_text(changed)
    assert deliver().startswith(b"5.7.9 "), "same size: the time tells"
    module.write_text(changed.replace("5.7.9 ", "5.7.99 "))
    os.utime(module, ns=(0, 0))
    assert deliver().startswith(b"5.7.99 ")


def test_what_a_delivery_needs_by_chance_is_in_no_bundle(account: Account, packages: Path) -> None:
    module = packages / "maildrop_py/delivery/deliver.py"
    always = module.read_text().replace("_SWEEP_ODDS = 256", "_SWEEP_ODDS = 1")
    module.write_text(always)
    for _ in range(2):
        assert deliver_by(packages, account, MESSAGE) == b""
    modules, usual, _ = read_bundle(bundle_of(account))
    written = bundle_of(account).stat().st_mtime_ns
    assert deliver_by(packages, account, MESSAGE) == b""
    assert "maildrop_py.delivery.deliver" in usual
    assert "maildrop_py.maildir.sweep" not in modules
    assert bundle_of(account).stat().st_mtime_ns == written, "nothing more is to be learnt"


def test_with_relative_paths_in_the_environment_nothing_is_written_here(
    account: Account, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "maildrop_py", "deliver"],
        input=b"Subject: hello\n\nx\n",
        env={"HOME": str(account.home), "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": "cache"},
        cwd=here,
        check=False,
    )
    assert done.returncode == 0
    assert list(here.iterdir()) == []
    assert bundle_of(account).exists()


def test_what_compiles_rules_is_not_kept_for_deliveries_that_do_not(account: Account) -> None:
    account.deliver()
    first = bundle_of(account).stat().st_size
    account.deliver()
    modules, usual, _ = read_bundle(bundle_of(account))
    assert bundle_of(account).stat().st_size < first
    assert set(modules) == set(usual) and "maildrop_py.decision.decide" in usual
    assert "maildrop_py.rules.program.compiler" not in modules
    written = bundle_of(account).stat().st_mtime_ns
    account.deliver()
    assert bundle_of(account).stat().st_mtime_ns == written, "nothing more is to be learnt"


def test_what_every_delivery_needs_is_read_at_once(account: Account) -> None:
    account.deliver()
    account.deliver()
    modules, usual, _ = read_bundle(bundle_of(account))
    assert {type(modules[name][5]) for name in usual} == {CodeType}
    assert "maildrop_py.start" not in modules, "it was there before"


def test_a_bundle_whose_code_fails_is_made_again(account: Account) -> None:
    """Whatever is wrong in it: Python imports the modules from their files."""
    account.deliver()
    account.deliver()
    modules, usual, codes = read_bundle(bundle_of(account))
    name = "maildrop_py.decision.decide"
    wrong = {**modules, name: (*modules[name][:-1], compile("1 / 0", "wrong", "exec"))}
    write_bundle(bundle_of(account), (wrong, usual, codes))
    assert account.deliver() == (0, b"", b"")
    again, names, _ = read_bundle(bundle_of(account))
    assert {*names} == {*usual} and again[name][:5] == modules[name][:5]
    assert len(account.files()) == 3


def test_in_the_bundle_modules_stand_after_those_that_they_import(account: Account) -> None:
    account.deliver()
    account.deliver()
    modules, usual, _ = read_bundle(bundle_of(account))
    links = [(source, name) for name in usual for source, _ in modules[name][4]]
    assert len(links) > 100
    wrong = [it for it in links if it[0] in usual and usual.index(it[0]) > usual.index(it[1])]
    assert wrong == []


def test_a_function_that_the_first_deliveries_did_not_call_is_there_when_it_is_wanted(
    account: Account,
) -> None:
    account.deliver()
    account.deliver()
    _, _, codes = read_bundle(bundle_of(account))
    assert len(codes) > 10_000
    for _ in range(2):
        refused = account.deliver(message=b"Subject: refuse me\n\nx\n")
        assert refused == (77, b"", b"5.7.1 no such mail wanted here\n")
        assert account.deliver(message=b"Subject: drop me\n\nx\n") == (0, b"", b"")
        assert account.deliver("--no-such-option")[0] == 75
    assert read_bundle(bundle_of(account))[2] == codes
    assert [entry["version"] for entry in account.log()] == [2] * 6
