"""own_hand_over: messages that the native hook hands to the own server of its user.

Only that user may hand anything over, so nobody has to look first whose process is to have
a message: the processes wait for hooks themselves. What each of them does is in memory that they
share; one that takes a message while no other waits says so, and another is started.

Guarantees: those of `hand_over`. A process looks who connected (SO_PEERCRED) before it reads
a byte. Where a limit is reached the connection is closed, and the hook delivers by itself.
"""

from __future__ import annotations

import mmap
import os
import select
import signal
import socket
import time
from contextlib import suppress

from maildrop_py.serve.hand_over import EACH_USER, IDLE, Starts, load_all, peer_of
from maildrop_py.serve.hand_over_process import Deliver, UserProcess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FREE, WAITS, BUSY = b"\0", b"w", b"b"
"""What the process in a place does; FREE: there is none."""
ALONE = b"a"
"""From a process: none waits any more. A uid in its place: that of somebody who was refused."""
PAUSE = 0.02  # seconds after a connection that could not be accepted


class Places:
    """What each process does, in memory that all of them share."""

    def __init__(self, number: int) -> None:
        self._page = mmap.mmap(-1, number)

    def put(self, place: int, what: bytes) -> None:
        """From now on the process in this place does that."""
        self._page[place : place + 1] = what

    def first(self, what: bytes) -> int:
        """A place where this is done, -1 if there is none."""
        return self._page.find(what, 0)

    def number(self, what: bytes) -> int:
        """How many do this."""
        return self._page[:].count(what)


class OwnHandOver:
    """Takes messages of the user that we are, on a listening SOCK_SEQPACKET socket.

    At most `each_user` are delivered at a time.
    """

    def __init__(
        self,
        listener: socket.socket,
        deliver: Deliver,
        log: Callable[[str], None],
        *,
        each_user: int = EACH_USER,
    ) -> None:
        listener.setblocking(False)  # somebody else may be quicker, or it went away again
        self._listener, self._deliver, self._log = listener, deliver, log
        self._most = each_user
        self._places = Places(each_user)
        self._starts = Starts()
        self._channels: dict[int, tuple[int, socket.socket]] = {}  # place and channel of each
        self._wakes = select.poll()
        self._stopped = False

    def run(self, beat: Callable[[], None]) -> None:
        """Serve until SIGTERM; deliveries that are under way are finished by themselves."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
        load_all()
        while not self._stopped:
            beat()
            none_waits = self._why_none_waits()
            if none_waits:
                self._wakes.register(self._listener, select.POLLIN)
            for descriptor, _ in self._wakes.poll(1000):
                if descriptor in self._channels:
                    self._hear(*self._channels[descriptor])
                else:
                    self._refuse()
            if none_waits:
                self._wakes.unregister(self._listener)

    def _stop(self, number: int, frame: object) -> None:
        self._stopped = True

    def _why_none_waits(self) -> str:
        """Why no process waits for the next hook and none can be started, or nothing."""
        if self._places.first(WAITS) >= 0:
            return ""
        place = self._places.first(FREE)
        if place < 0:
            return f"{self._most} deliveries are under way"
        if not self._starts.one_more(os.geteuid()):
            return "too many processes were started in a moment"
        return self._start(place)

    def _start(self, place: int) -> str:
        """Start a process; why that is not possible, or nothing."""
        self._places.put(place, WAITS)
        try:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            pid = os.fork()
        except OSError as error:
            self._places.put(place, FREE)
            return f"no process can be started: {error.strerror}"
        if pid == 0:
            ours.close()  # or this process would never see that the server is gone
            self._be(place, theirs)
        theirs.close()
        self._channels[ours.fileno()] = place, ours
        self._wakes.register(ours, select.POLLIN)
        return ""

    def _be(self, place: int, channel: socket.socket) -> None:
        """The whole life of a process; it never returns."""
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            for _, other in self._channels.values():
                other.close()
            _Waiting(self._listener, channel, self._places, place).serve(self._deliver)
        finally:
            os._exit(0)

    def _hear(self, place: int, channel: socket.socket) -> None:
        """A process says something, or has ended."""
        try:
            said = channel.recv(64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            self._wakes.unregister(channel)
            del self._channels[channel.fileno()]
            channel.close()
            self._places.put(place, FREE)
        elif said != ALONE:
            uid = said.decode()
            self._log(f"hand-over: refused to uid {uid}, who is not the user of this server")

    def _refuse(self) -> None:
        """Let a hook deliver by itself, unless a process waits for it again."""
        if why := self._why_none_waits():
            try:
                self._listener.accept()[0].close()
            except OSError:
                return  # it went away again, or there is no descriptor left
            self._log(f"hand-over: {why}; uid {os.geteuid()} delivers by itself")


class _Waiting:
    """A process that waits for hooks at a place of its own."""

    def __init__(
        self, listener: socket.socket, channel: socket.socket, places: Places, place: int
    ) -> None:
        self._listener, self._channel = listener, channel
        self._places, self._place = places, place
        self._wakes = select.epoll()
        self._wakes.register(listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)  # wakes only one
        self._wakes.register(channel, 0)  # its end

    def serve(self, deliver: Deliver) -> None:
        """One message after another, as long as the process is fit and needed."""
        process = UserProcess(deliver)
        while not process.is_worn and (connection := self._next()):
            process.serve(connection)
            if not process.is_worn:
                self._places.put(self._place, WAITS)

    def _next(self) -> socket.socket | None:
        """The next hook that is ours; None where the server is gone, or others wait too."""
        while True:
            events = self._wakes.poll(IDLE)
            if not events and self._places.number(WAITS) > 1:
                self._places.put(self._place, BUSY)
                return None
            for descriptor, _ in events:
                if descriptor == self._channel.fileno():
                    return None
                if connection := self._accepted():
                    return connection

    def _accepted(self) -> socket.socket | None:
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:  # another process has it
            return None
        except OSError:
            time.sleep(PAUSE)
            return None
        uid, _ = peer_of(connection)
        if uid != os.geteuid():
            self._say(str(uid).encode())
            connection.close()
            return None
        self._places.put(self._place, BUSY)
        if self._places.first(WAITS) < 0:
            self._say(ALONE)
        return connection

    def _say(self, text: bytes) -> None:
        with suppress(OSError):  # the server is gone; this message is delivered all the same
            self._channel.send(text, socket.MSG_DONTWAIT)
