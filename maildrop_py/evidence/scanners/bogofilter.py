"""bogofilter: a program that gets the message and says by its exit status what it is.

0 is spam, 1 ham, 2 unsure, 3 an error (also that it has no word list yet). It
runs as the user, whose word list it reads. Reports: NoAnswer.
"""

from __future__ import annotations

from maildrop_py.evidence.scanners.answer import About, Answer, NoAnswer
from maildrop_py.paths import PROGRAM_PATH, UserPaths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.budget import Budget

NAME = "bogofilter"
PORT = 0
LIMIT = 1 << 20  # bytes

_SPAM, _HAM, _UNSURE = range(3)
_TEACH = {True: "-s", False: "-n"}


def check(content: bytes, about: About, address: str, budget: Budget) -> Answer:
    """The verdict on a whole message; unsure is neither."""
    status = _run((address or NAME,), content, budget)
    if status == _UNSURE:
        return Answer(NAME, flag=False, names=("unsure",))
    if status not in (_SPAM, _HAM):
        raise NoAnswer(f"its exit status is {status}")
    return Answer(NAME, flag=status == _SPAM)


def teach(content: bytes, is_spam: bool | None, about: About, address: str, budget: Budget) -> None:
    """Teach the message as spam or ham."""
    if is_spam is None:
        raise NoAnswer("bogofilter takes back only what it is named as: spam or ham")
    status = _run((address or NAME, _TEACH[is_spam]), content, budget)
    if status not in (_SPAM, _HAM, _UNSURE):
        raise NoAnswer(f"its exit status is {status}")


def _run(argv: tuple[str, ...], content: bytes, budget: Budget) -> int:
    """The exit status of the program, which is killed when time is up."""
    import subprocess

    home = UserPaths({}).home
    try:
        done = subprocess.run(
            argv,
            input=content,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=max(budget.left(), 0.01),
            env={"HOME": home, "PATH": PROGRAM_PATH, "LC_ALL": "C.UTF-8"},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoAnswer("no answer in time") from None
    except OSError as error:
        raise NoAnswer(error.strerror or str(error)) from None
    return done.returncode
