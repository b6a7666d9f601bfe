"""addresses: Sieve's address parts (RFC 5228 2.7.4, RFC 5233) as address tests.

Such a test sees one address at a time, as Sieve's does: an address, a domain or a glob.
"""

from __future__ import annotations

from maildrop_py.convert.marks import is_marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.sieve.fragments import ANY, CASEMAPS, Comparison, fragment, joined
from maildrop_py.rules.matching.addresses import is_address_test

PARTS = ("all", "localpart", "domain", "user", "detail")


def address_tests(part: str, match: str, comparator: str, key: str) -> list[str]:
    """The tests of which one must fit; raises NotTranslatable."""
    if is_marked(key):
        raise NotTranslatable("an address is compared with what is only known when mail comes")
    if comparator not in CASEMAPS and key.lower() != key.upper():
        raise NotTranslatable("the case of an address counts")
    if match not in ("is", "contains", "matches"):
        raise NotTranslatable(f"addresses are compared by :{match}")
    if match != "matches" and ("*" in key or "?" in key):
        raise NotTranslatable("an address has a star or a question mark")
    if match == "matches" and "\\" in key:
        raise NotTranslatable("an address is compared with an escaped star")
    glob = f"*{key}*" if match == "contains" else key
    return [_fit(one) for one in _of_part(part, _squeezed(glob))]


def _squeezed(glob: str) -> str:
    while "**" in glob:
        glob = glob.replace("**", "*")
    return glob


def _of_part(part: str, glob: str) -> list[str]:
    if part == "domain":
        return [glob if "*" not in glob and "?" not in glob and "." in glob else f"*@{glob}"]
    if part == "localpart":
        return [f"{glob}@*"]
    if part == "user":
        if "+" in glob:
            raise NotTranslatable("a :user part with a plus sign")
        if "*" in glob.strip("*"):
            raise NotTranslatable("a :user part with a star in the middle")
        return [f"{glob}@*", f"{glob}+*@*"] if "*" not in glob else _user_glob(glob)
    if part == "detail":
        raise NotTranslatable("the :detail of an address in a header")
    return _whole(glob)


def _user_glob(glob: str) -> list[str]:
    if glob == "*":
        return ["*@*"]
    if glob.startswith("*"):
        raise NotTranslatable("a :user part that begins with a star")
    return [f"{glob}@*"]


def _whole(glob: str) -> list[str]:
    """A pattern of a whole address: its stars may take the @ too."""
    if glob == "":
        return [""]
    if "@" in glob:
        return [glob]
    return [
        glob[:at] + ("*@*" if char == "*" else "@") + glob[at + 1 :]
        for at, char in enumerate(glob)
        if char in "*?"
    ]


def _fit(test: str) -> str:
    test = _squeezed(test)
    if not is_address_test(test):
        raise NotTranslatable(f"the address pattern {test} would be read as an expression")
    return test


LOCAL, USER = "[^@]", "[^@+]"
"""The characters of each part; a plus sign ends the user (RFC 5233)."""
_AROUND = {
    "all": ("^", "$"),
    "localpart": ("^", "@[^@]*$"),
    "domain": ("@", "$"),
    "user": ("^", r"(?:\+[^@]*)?@[^@]*$"),
    "detail": (r"^[^@+]*\+", "@[^@]*$"),
}


def address_pattern(part: str, how: Comparison, key: str) -> str:
    """The expression over a whole address whose part compares with `key`."""
    char = {"all": ANY, "user": USER}.get(part, LOCAL)
    before, behind = _AROUND[part]
    if part != "all" and ("@" in key or (part == "user" and "+" in key)):
        raise NotTranslatable(f"a :{part} of an address with @ or + in it")
    return f"{how.case}{before}{joined(fragment(how, key, char))}{behind}"
