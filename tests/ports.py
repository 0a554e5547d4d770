"""Ports of this machine for what has to be told which one to take."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack, suppress

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Below those that the kernel gives to outgoing connections and to whoever asks for any port (from
32768 on Linux, elsewhere from 49152): none of these takes one between its choice and its use."""

CHANCE = random.SystemRandom()
"""No state of it is shared by the processes that choose beside this one."""


def free_ports(count: int) -> tuple[int, ...]:
    """So many that nobody listens to, all different: each is held until the last one is found.

    Raises `OSError` where there are not so many.
    """
    found: list[int] = []
    with ExitStack() as held:
        for port in CHANCE.sample(PORTS, len(PORTS)):
            with suppress(OSError):  # somebody listens to it
                held.enter_context(socket.create_server((HOST, port)))
                found.append(port)
            if len(found) == count:
                return tuple(found)
    raise OSError(f"fewer than {count} of the ports {PORTS[0]} to {PORTS[-1]} are free")
