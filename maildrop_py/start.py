"""start: all that a delivery needs before its modules can be loaded, in one module.

Purpose: finding, opening and checking a module costs a hundredth of a delivery, and
a delivery needs sixty. So they are loaded at once from one file in the user's
cache, which an earlier delivery wrote (module_bundle.py); what comes before is
here: where the user's files are, which files are theirs alone, and how the bundle is
read. Guarantee: a bundle that is missing or damaged, that could have been written by
somebody else, or that was made of other sources, is not used; what is not in it is
imported as ever.
"""

import os
import stat
import sys
from _imp import source_hash  # what Python's own files of code are told apart by (PEP 552)
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from io import FileIO
    from types import CodeType, ModuleType
    from typing import Any

    Links = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """what a module imports from others: of each the names there and here"""

    Read = tuple[dict[str, "Bundled"], tuple[str, ...], int, bytes]
    """what is in a bundle: the modules, the names of usual ones; where the codes of late functions
    begin, and the hash of these"""

    Bundled = tuple[str, bool, int, int, Links, CodeType | bytes]
    """source path, is a package, mtime in ns and size of the source, what it imports, its code
    without that. What a delivery usually needs is there as code, all of it read at once, which
    takes half the time; the rest is bytes of marshal, read when it is wanted"""

# `from __future__ import annotations` would load one more module: types are quoted instead.

PROGRAM = "maildrop-py"
"""The command; the directory of its files below each base directory; its name in syslog."""

PACKAGE = "maildrop_py."
COMPILER = "maildrop_py.rules.program.compiler"
"""Rules are seldom compiled: a delivery that does it does not show what is usual."""

BY_CHANCE = "maildrop_py.maildir.sweep"
"""One delivery in some hundreds needs it, whichever it is: that tells nothing about others."""

KEY = f"maildrop-py modules 10 {sys.hexversion:x} {sys.flags.optimize}\n".encode()
LENGTH = 3  # bytes of the length of what is hashed
HEAD = len(KEY) + 8 + LENGTH
"""A bundle has a head (key, hash, length), a body so long, and the codes of late functions."""

Module: "Any" = type(sys)
ModuleSpec: "Any" = type(__spec__)  # importing importlib.machinery for it would cost 1 ms

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # no FIFO holds us up
_ANYBODY = stat.S_IWOTH | stat.S_ISVTX  # in a sticky directory, only one's own can be replaced


def home_of(environ: "Mapping[str, str]") -> str:
    """The home directory that the environment names, else that of the account."""
    home = environ.get("HOME") or ""
    return home if home.startswith("/") else _home_of_account()


def base_directory(home: str, environ: "Mapping[str, str]", variable: str, default: str) -> str:
    """Ours below the base directory that `variable` names, else below `default` at home."""
    base = environ.get(variable) or ""
    if not base.startswith("/"):
        base = os.path.join(home, default)
    return os.path.join(base, PROGRAM)


def cache_directory(home: str, environ: "Mapping[str, str]") -> str:
    """The directory of what can be made again."""
    return base_directory(home, environ, "XDG_CACHE_HOME", ".cache")


def code_bundle(cache: str) -> str:
    """The file of compiled modules that `deliver` starts with; `cache` is a cache directory."""
    return f"{cache}/modules"


def _home_of_account() -> str:
    from pwd import getpwuid

    try:
        return getpwuid(os.geteuid()).pw_dir
    except KeyError:  # a user without an account
        return "/nonexistent"


def why_not_ours(found: os.stat_result, what: str = "it", own_group: bool = False) -> str:
    """Who else can change `what`, whose stat(2) is `found`, in words; "" if nobody but root can.

    With `own_group` the group that has the user's number, or root's, may write.
    """
    if found.st_uid not in (0, os.geteuid()):
        return f"{what} belongs to another user (uid {found.st_uid})"
    if found.st_mode & stat.S_IWOTH:
        return f"{what} is writable for everybody"
    if found.st_mode & stat.S_IWGRP and not (own_group and found.st_gid in (0, os.geteuid())):
        return f"{what} is writable for group {found.st_gid}"
    return ""


def why_path_not_ours(path: str) -> str:
    """Who else can decide where `path` leads, in words; "" if nobody but root can.

    Another user's link or directory on the way could lead to any file of ours.
    `path` is absolute and exists. Raises OSError.
    """
    owners = (0, os.geteuid())
    steps = _steps(path)
    for each in steps:
        found = os.lstat(each)
        if found.st_uid not in owners:
            return f"{each} belongs to another user (uid {found.st_uid})"
        if stat.S_ISLNK(found.st_mode):
            if steps[-1] == path:  # a link leads to other directories, which count too
                steps += _steps(os.path.realpath(path))
        elif found.st_mode & _ANYBODY == stat.S_IWOTH and stat.S_ISDIR(found.st_mode):
            return f"{each} is writable for everybody"
    return ""


def _steps(path: str) -> list[str]:
    """Each directory on the way to `path`, below the root, and `path`."""
    ends = [at for at, char in enumerate(path) if char == "/" and at]
    return [*[path[:at] for at in ends], path]


def read_private(path: str) -> bytes:
    """The content of a file that nobody else can have put there; else b""."""
    try:
        with _opened(path) as file:
            return file.readall()
    except OSError:
        return b""


def _opened(path: str) -> "FileIO":
    """A file that nobody else can have put there. Raises OSError."""
    file = open(os.open(path, _READ), "rb", buffering=0)  # noqa: SIM115 - the caller closes it
    directory = os.path.dirname(path)
    if (
        why_not_ours(os.fstat(file.fileno()))
        or why_not_ours(os.stat(directory))
        or why_path_not_ours(directory)
    ):
        file.close()
        raise PermissionError(path)
    return file


class Late(tuple):  # type: ignore[type-arg] # slots of its own would take it an __init__
    """A function or method whose code is read when it is first called: module, name, line, place.

    The bundle has these in place of `def`s that a usual delivery does not call. The place is where
    the statement, compiled, begins among the codes of all of them.
    """

    __slots__ = ()
    bundle: "Bundle"
    made: "dict[Late, Any]" = {}  # noqa: RUF012 - of all of them

    def __call__(self, *values: "Any", **named: "Any") -> "Any":
        return self.function()(*values, **named)

    def __get__(self, instance: object, owner: type) -> "Any":
        """As a method, it leaves its place in the class to the function."""
        function = self.function()
        for each in owner.__mro__:
            if each.__dict__.get(self[1]) is self:
                setattr(each, self[1], function)
        return function.__get__(instance, owner)

    def function(self) -> "Any":
        """What the `def` makes."""
        if self not in self.made:
            module, name, *_ = self
            names: dict[str, Any] = {}
            exec(self._code(*self), sys.modules[module].__dict__, names)
            self.made[self] = names[name]
        return self.made[self]

    def _code(self, module: str, name: str, line: int, place: int) -> "CodeType":
        """That of the `def`; from the source where the bundle is no longer good."""
        if self.bundle.codes():
            code: CodeType = loads(self.bundle.codes()[place:])
            return code
        from maildrop_py.module_source import ModuleSource

        return ModuleSource(str(sys.modules[module].__file__)).function(name, line)


class Bundle:
    """A finder and loader (PEP 451) of the modules in one file.

    `modules` are those in it, `usual` the names of those that a delivery usually needs, each
    after all that it imports, `early` the names of modules that were there before it. Which code
    was `called` is noted where the file does not know what is usual.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.modules: dict[str, Bundled]
        self.usual: tuple[str, ...]
        self.modules, self.usual, self._end, self._hash = _read(path)
        self._codes: memoryview | None = None
        Late.bundle = self
        self.outside = frozenset([*sys.modules, BY_CHANCE])
        self.called: set[CodeType] = set()

    def load_usual(self) -> None:
        """Load what a delivery usually needs, without the import system's own work for each.

        Where that fails, Python imports all modules as ever, and the file is written again.
        """
        try:
            for name in self.usual:
                if name not in sys.modules:
                    self._load(name, self.modules[name])
        except Exception:  # noqa: BLE001 - whatever is wrong with the file, mail is delivered
            self.modules, self.usual = {}, ()
        if not self.usual:
            sys.setprofile(lambda frame, event, argument: self.called.add(frame.f_code))

    def _load(self, name: str, found: "Bundled") -> None:
        module = Module(name)
        names = module.__dict__
        names["__file__"], names["__loader__"] = found[0], self
        package, _, last = name.rpartition(".")
        names["__package__"] = name if found[1] else package
        if found[1]:  # the import system asks for the specs of packages only
            names["__spec__"] = spec = self._spec(name, found)
            names["__path__"] = spec.submodule_search_locations
        sys.modules[name] = module
        try:
            self.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        setattr(sys.modules[package], last, module)

    def codes(self) -> memoryview:
        """The codes of late functions, read at first use; b"" where they belong to others."""
        if self._codes is None:
            codes = memoryview(read_private(self.path))[self._end :]
            self._codes = codes if source_hash(0, codes) == self._hash else memoryview(b"")
        return self._codes

    def find_spec(self, name: str, path: "Sequence[str] | None", target: object = None) -> "Any":
        found = self.modules.get(name)
        if found is None or not _is_current(found):
            self.modules.pop(name, None)
            return None
        return self._spec(name, found)

    def create_module(self, spec: object) -> None:
        """The import system makes the module."""

    def exec_module(self, module: "ModuleType") -> None:
        """Run a module; its imports come first, without Python's twelve thousand steps for each."""
        names, found = module.__dict__, self.modules[module.__name__]
        for source, pairs in found[4]:
            if source not in sys.modules:
                __import__(source)
            there = sys.modules[source].__dict__
            for name, here in pairs:
                names[here] = there[name]
        code = found[5]
        exec(loads(code) if isinstance(code, bytes) else code, names)

    def _spec(self, name: str, found: "Bundled") -> "Any":
        spec = ModuleSpec(name, self, origin=found[0], is_package=found[1])
        spec.has_location = True
        if found[1]:
            spec.submodule_search_locations.append(os.path.dirname(found[0]))
        return spec

    def lacks_something(self) -> bool:
        """Whether this process knows of modules of ours, or which are usual, and the file not."""
        ours = {name for name in sys.modules if name.startswith(PACKAGE)} - self.outside
        return bool(ours - self.modules.keys()) or not (self.usual or COMPILER in ours)


def _read(path: str) -> "Read":
    """What is in the bundle; the codes behind it are not read, since a usual delivery needs none.

    Nothing is copied: to give a process memory takes the kernel as long as Python to fill it.
    """
    nothing: Read = {}, (), 0, b""
    try:
        with _opened(path) as file:
            head = file.read(HEAD)
            body = file.read(int.from_bytes(head[-LENGTH:], "big"))
    except OSError:
        return nothing
    if not head.startswith(KEY) or source_hash(0, body) != head[len(KEY) : -LENGTH]:
        return (
            nothing  # of another Python; or the disk has changed it, and its code could do anything
        )
    try:
        modules, usual, found = loads(body)
    except (ValueError, EOFError, TypeError):
        return nothing
    if all(map(_is_current, [modules[name] for name in usual])):
        return modules, usual, len(head) + len(body), found
    return nothing  # another version was installed


def _is_current(bundled: "Bundled") -> bool:
    try:
        found = os.stat(bundled[0])
    except OSError:
        return False
    return found.st_mtime_ns == bundled[2] and found.st_size == bundled[3]
