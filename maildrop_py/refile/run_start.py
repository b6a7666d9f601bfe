"""run_start: what the commands that move mail have in common: beginning, looking again, saying."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click

from maildrop_py.maildir.base_name import Finder
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.message import Message
from maildrop_py.paths import UserPaths, journals
from maildrop_py.refile.journal import Journal
from maildrop_py.refile.maildir_messages import messages_at
from maildrop_py.refile.past_runs import forget_old
from maildrop_py.refile.recovery import recover
from maildrop_py.refile.run import Refiling

ATTEMPTS = 3  # at a message that another program renames again and again


def opened_journal(run: str, place: Maildir, places: UserPaths, **about: str) -> Journal:
    """A journal for a new run on `place`; settles what killed runs have left."""
    place.refuse_root()
    folder = journals(places.state)
    forget_old(folder, time.time())
    for settled in recover(folder, place.root, lambda why: say("warning", why)):
        click.echo(
            f"{settled.run} was killed: of {settled.in_doubt} moves in doubt "
            f"{settled.finished} were finished",
            err=True,
        )
    about = {"layout": place.layout, "encoding": place.encoding, **about}
    return Journal(folder, run, place.root, about)


def came_before(message: Message, latest: float, refiling: Refiling) -> bool:
    """Whether a message arrived before `latest`, seconds since 1970."""
    assert message.filed is not None
    try:
        return message.filed.mtime < latest
    except FileNotFoundError:
        refiling.vanished.append(message.filed.path)
    except OSError as error:
        refiling.fail(message.filed.path, error.strerror or str(error))
    return False


def found_again(place: Maildir, refiling: Refiling) -> Iterator[Message]:
    """What another program has renamed meanwhile; what is not found stays `vanished`."""
    vanished, refiling.vanished = refiling.vanished, []
    finder = Finder()
    for path in vanished:
        found = finder.find(path)
        if found is None:
            refiling.vanished.append(path)
        else:
            yield from messages_at(place, [found])


def say(path: str, why: str) -> None:
    """A line on standard error."""
    click.echo(f"{path}: {why}", err=True)
