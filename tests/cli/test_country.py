"""`maildrop-py country build` and `show`."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

from click.testing import CliRunner, Result

from maildrop_py.cli.app import app

DAY = time.strftime("%Y%m%d")
ONE = f"2|one|{DAY}|1|19830705|{DAY}|+0000\none|BR|ipv4|203.0.113.0|256|20200101|allocated\n"
OTHER = f"2|two|{DAY}|1|19830705|{DAY}|+0000\ntwo|JP|ipv6|2001:db8::|32|20200101|assigned\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["country", *map(str, arguments)])


def test_a_table_is_built_of_several_files_and_looked_into(tmp_path: Path) -> None:
    (tmp_path / "one").write_text(ONE)
    (tmp_path / "two.gz").write_bytes(gzip.compress(OTHER.encode()))
    table = tmp_path / "made" / "countries"
    done = run("build", tmp_path / "one", tmp_path / "two.gz", "--into", table)
    assert done.exit_code == 0, done.output
    assert f"{table}: 2 ranges of IPv4, 2 of IPv6" in done.output
    shown = run("show", "203.0.113.9", "2001:db8::1", "192.0.2.1", "--table", table)
    assert shown.output == "203.0.113.9 br\n2001:db8::1 jp\n192.0.2.1 nobody's\n"
    assert run("show", "nonsense", "--table", table).exit_code == 1


def test_a_broken_file_leaves_the_table_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "one").write_text(ONE)
    table = tmp_path / "countries"
    assert run("build", tmp_path / "one", "--into", table).exit_code == 0
    before = table.read_bytes()
    (tmp_path / "one").write_text(ONE.replace("256", "many"))
    done = run("build", tmp_path / "one", "--into", table)
    assert done.exit_code == 1 and "one:2: not a" in done.output
    assert table.read_bytes() == before


def test_a_missing_table_is_said_so(tmp_path: Path) -> None:
    done = run("show", "192.0.2.1", "--table", tmp_path / "none")
    assert done.exit_code == 1 and "No such file" in done.output
