"""A server for the hook alone: `python hand_over.py SOCKET [LOWEST_UID [EACH_USER]] [HOW]`.

"as we are": root delivers into root's Maildir here, and nobody else's. "own": the server that
a user has without root; here it is also root's.
"""

from __future__ import annotations

import os
import socket
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from maildrop_py.cli.deliver import run
from maildrop_py.serve import hand_over
from maildrop_py.serve.own_hand_over import OwnHandOver

if __name__ == "__main__":
    path, *numbers = sys.argv[1:]
    how = numbers.pop() if numbers and not numbers[-1].isdigit() else ""
    if how == "as we are":
        hand_over.become = lambda credentials: None
    lowest, each_user = [*map(int, numbers), *(1000, 20)[len(numbers) :]]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen(100)
    os.chmod(path, 0o666)

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    deliver = partial(run, memory={})
    server = (
        OwnHandOver(listener, deliver, say, each_user=each_user)
        if how == "own"
        else hand_over.HandOver(listener, deliver, say, lowest=lowest, each_user=each_user)
    )
    say("listening")
    server.run(lambda: None)
