"""named_messages: the messages that a command line names, taken by as many processes as pay."""

from __future__ import annotations

import os
from itertools import islice

from maildrop_py.intake.message_files import (
    STANDARD_INPUT,
    NamedMessage,
    count_in,
    is_maildir,
    messages_in,
    named_message,
)
from maildrop_py.intake.parallel import WORTH_IT, in_parallel, processors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import Any

    from maildrop_py.maildir.folder_listing import Report
    from maildrop_py.message.message import Message
    from maildrop_py.refile.maildir_messages import ListedMaildirs

    Progress = Callable[[str, int | None], AbstractContextManager[Callable[[], None]]]
    """Shows how far something is, of so many messages: gives what to call once a message."""


def in_turn(
    work: Callable[[Message], Any],
    paths: tuple[str, ...],
    walk: ListedMaildirs,
    progress: Callable[[int | None], AbstractContextManager[Callable[[], None]]],
    failed: Report,
) -> Iterator[Any]:
    """`work` of each message at `paths`, in this process; `failed` gets what is unreadable."""
    with progress(count_in(paths, walk)) as advance:
        for named in messages_in(paths, walk):
            try:
                yield work(named.message)
            except OSError as error:
                failed(named.path, error.strerror or str(error))
            advance()


class NamedMessages:
    """The messages at `paths`; gone through again for each iteration.

    `failed` gets what cannot be read, and why. Raises OSError at once for what is not there.
    """

    def __init__(
        self, paths: tuple[str, ...], walk: ListedMaildirs, progress: Progress, failed: Report
    ) -> None:
        for path in paths:
            if path != STANDARD_INPUT:
                os.stat(path)
        self._paths = paths
        self._walk = walk
        self._progress = progress
        self._failed = failed
        self.total = count_in(paths, walk)

    def __iter__(self) -> Iterator[NamedMessage]:
        return map(self._as_filed, messages_in(self._paths, self._walk))

    def _as_filed(self, named: NamedMessage) -> NamedMessage:
        """A file in a Maildir was delivered before, also where it is named by itself."""
        if named.message.file is not None or not os.path.isfile(named.path):
            return named
        filed = self._walk.filed(named.path)
        return named if filed is None else NamedMessage(named.path, filed)

    def share(self, number: int, among: int) -> Iterator[NamedMessage]:
        """Every `among`-th message, beginning with that `number`, counted from 0."""
        if len(self._paths) == 1 and is_maildir(self._paths[0]):
            return map(named_message, self._walk(self._paths[0]).share(number, among))
        return islice(self, number, None, among)

    def is_one(self) -> bool:
        """Whether there is one message and no more."""
        return self._paths == (STANDARD_INPUT,) or len(list(islice(self, 2))) == 1

    def each(self, work: Callable[[NamedMessage], Any]) -> Iterator[Any]:
        """`work` of each message, in order; unreadable ones are reported, and give nothing."""

        def one(named: NamedMessage) -> Any:
            try:
                return work(named)
            except OSError as error:
                self._failed(named.path, error.strerror or str(error))
                return None

        workers = processors() if (self.total or 0) >= WORTH_IT else 1
        with self._progress("deciding", self.total) as advance:
            for result in in_parallel(self.share, one, workers):
                advance()
                if result is not None:
                    yield result
