"""Records behave as frozen dataclasses do, as far as they are used here."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, ClassVar

import pytest

from maildrop_py.record import OFTEN, fields_of, record, replace


@record
class Filing:
    folder: str
    flags: str = ""
    keywords: tuple[str, ...] = ()

    KIND: ClassVar[str] = "filing"

    @property
    def level(self) -> str:
        return self.folder.rpartition("/")[2]

    @classmethod
    def inbox(cls) -> Filing:
        return cls("INBOX")


@record
class Nothing:
    pass


class Base:
    def shout(self) -> str:
        return repr(self).upper()


@record
class Child(Base):
    name: str


def test_values_are_given_by_position_by_name_and_by_default() -> None:
    assert Filing("a", "S").keywords == ()
    assert Filing(flags="S", folder="a") == Filing("a", "S")
    assert Filing("a", keywords=("$x",)) == Filing("a", "", ("$x",))


@pytest.mark.parametrize(
    ("values", "named", "said"),
    [
        ((), {}, "Filing needs 'folder'"),
        (("a", "b", (), "d"), {}, "takes 3 fields, not 4"),
        (("a",), {"colour": "red"}, "no field 'colour'"),
        (("a",), {"folder": "b"}, "got 'folder' twice"),
    ],
)
def test_wrong_construction_says_what_is_wrong(
    values: tuple[Any, ...], named: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError, match=said):
        Filing(*values, **named)


def test_fields_cannot_be_changed_added_or_deleted() -> None:
    filing: Any = Filing("a")
    with pytest.raises(AttributeError, match="immutable"):
        filing.folder = "b"
    with pytest.raises(AttributeError, match="immutable"):
        filing.colour = "red"
    with pytest.raises(AttributeError, match="immutable"):
        del filing.folder
    assert not hasattr(filing, "__dict__")


def test_records_are_equal_by_class_and_value() -> None:
    assert Filing("a") == Filing("a") and hash(Filing("a")) == hash(Filing("a"))
    assert Filing("a") != Filing("b")
    assert Child("a") != Filing("a")
    assert Filing("a") != ("a", "", ())
    assert len({Filing("a"), Filing("a"), Filing("b")}) == 2
    assert Nothing() == Nothing()


def test_repr_reads_as_construction() -> None:
    assert repr(Filing("a", "S")) == "Filing(folder='a', flags='S', keywords=())"


def test_methods_properties_and_class_variables_stay() -> None:
    assert Filing("a/b").level == "b"
    assert Filing.inbox() == Filing("INBOX")
    assert Filing.KIND == "filing" and fields_of(Filing) == ("folder", "flags", "keywords")


def test_a_base_class_that_is_no_record_is_kept() -> None:
    assert Child("a").shout() == "CHILD(NAME='A')"


def test_replace_gives_a_new_record() -> None:
    filing = Filing("a", "S")
    assert replace(filing, folder="b") == Filing("b", "S")
    assert filing == Filing("a", "S")
    with pytest.raises(TypeError, match="no field 'colour'"):
        replace(filing, colour="red")


def test_importing_it_loads_nothing_else() -> None:
    """The reason why this is not `dataclasses`."""
    script = (
        "import sys; a = set(sys.modules); import maildrop_py.record; print(*{*sys.modules} - a)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert set(done.stdout.split()) <= {"maildrop_py", "maildrop_py.record", "__future__"}


def test_one_that_is_made_often_is_made_in_the_same_ways() -> None:
    @record
    class Often:
        first: str
        second: int = 2
        third: tuple[str, ...] = ()

    for number in range(2 * OFTEN):
        assert Often(str(number), third=("x",)) == Often(str(number), 2, ("x",))
        assert Often(third=("x",), first="a").second == 2
    with pytest.raises(TypeError):
        Often()  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        Often("a").first = "b"  # type: ignore[misc]


def test_one_without_fields_can_be_made_often() -> None:
    assert {Nothing() for _ in range(2 * OFTEN)} == {Nothing()}


def test_the_bundle_makes_them_by_one_step_and_they_are_the_same() -> None:
    class Once(metaclass=record.at_once):  # type: ignore[name-defined]
        name: str
        flags: str = ""

        KIND: ClassVar[str] = "once"

        def itself(self) -> type:
            return __class__  # type: ignore[name-defined, no-any-return]

    once: Any = Once("ann")
    assert repr(once) == "Once(name='ann', flags='')"
    assert once.itself() is Once and Once.KIND == "once"
    assert not hasattr(once, "__dict__") and replace(once, flags="S") != once
    assert [it.__name__ for it in Once.__mro__] == ["Once", "_Record", "object"]
