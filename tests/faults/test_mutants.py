"""Changes that the tests once let pass must fail; of the others, a few each time.

`python -m tests.faults.mutants` tries all of them.
"""

from __future__ import annotations

from pathlib import Path

from tests.faults.mutants import NAMED, mutants_of, named_mutant, sample, survivors

FEW = 4


def test_changes_that_once_passed_are_seen(tmp_path: Path) -> None:
    alive = survivors([named_mutant(name) for name in NAMED], tmp_path)
    assert [mutant.name for mutant in alive] == []


def test_a_few_of_all_mutants_are_seen(tmp_path: Path) -> None:
    assert [mutant.name for mutant in survivors(sample(FEW), tmp_path)] == []


def test_a_change_that_changes_nothing_survives(tmp_path: Path) -> None:
    """Or the two tests above could not fail."""
    (mutant,) = mutants_of("rules/language/limits")[:1]
    same = type(mutant)(
        mutant.module,
        "nothing",
        Path(f"maildrop_py/{mutant.module}.py").read_text(encoding="utf-8"),
        mutant.tests,
    )
    assert list(survivors([same], tmp_path, 1)) == [same]
