"""Nobody who serves has anything to read on standard input, whatever it was started with."""

from __future__ import annotations

import os

import pytest

from maildrop_py.serve.service import _read_nothing


def descriptors() -> set[str]:
    listed = os.listdir("/proc/self/fd")
    return {each for each in listed if os.path.lexists(f"/proc/self/fd/{each}")}


@pytest.mark.parametrize("is_open", [True, False], ids=["a pipe", "closed"])
def test_standard_input_is_empty_and_nothing_else_is_open(is_open: bool) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"secret")
    pid = os.fork()
    if pid == 0:
        right = False
        try:
            if is_open:
                os.dup2(reading, 0)
            else:
                os.close(0)
            before = descriptors()
            _read_nothing()
            right = os.read(0, 1) == b"" and descriptors() == before | {"0"}
        finally:
            os._exit(0 if right else 1)
    for descriptor in (reading, writing):
        os.close(descriptor)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
