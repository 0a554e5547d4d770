"""An ordered stream of batches, made by Dask workers: processes here or a cluster elsewhere.

The consumer gets batch after batch in the order it asked for, whoever made them. A few more than it
has taken are ordered ahead and no others, so memory stays bounded and an interrupted run has wasted
little. A worker that dies costs time alone: Dask has its batches made again, and they come out the
same.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from training.synthesis.batches import Origin, Recipe, StripBatch, origin_of
from training.synthesis.fonts import MissingFonts

if TYPE_CHECKING:
    from concurrent.futures import Future as Awaited

    from distributed import Client, Future

__all__ = ["DifferentOrigins", "origin_at", "stream", "workers"]

AHEAD_PER_WORKER = 2
"""Batches ordered ahead for each worker: one in work and one waiting, so that none is idle."""
LEAST_AHEAD = 4
"""Ordered ahead by the smallest cluster: evens out batches that take longer than others."""
RECOUNT = 64
"""Batches between two looks at how many workers there are: a cluster may grow."""
FETCHING = 4
"""Batches on their way from the workers at once: the way takes longer than what it carries."""
ARRIVAL_SECONDS = 60
"""How long to wait for the first worker of a cluster before saying that it has none."""
LOCAL_SETTINGS = {
    # Watches that nobody reads here; they alone take 4 % of a core.
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "5s",
    "distributed.scheduler.work-stealing": False,
    "distributed.admin.tick.interval": "2s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.gil.enabled": False,
    # Dask gives memory back at once by MALLOC_TRIM_THRESHOLD_, at the price of new pages for each
    # of the many arrays that make a strip: two fifths of a worker's time.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
    # A machine that also trains may be slow to answer itself.
    "distributed.comm.timeouts.connect": "120s",
}
UNDISTURBED = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"
"""What local workers do first: Ctrl-C reaches all processes of a terminal, but it is the consumer
who ends its workers."""


class DifferentOrigins(RuntimeError):
    """Two machines would make different strips; the message says what differs and where."""


@contextmanager
def workers(count: int, address: str | None = None) -> Iterator[Client | None]:
    """The Dask cluster at `address`, or else `count` new processes on this machine; None, which
    stands for this process itself, where there are neither.

    Raises:
        OSError: no scheduler answers at the address.
        TimeoutError: it has no workers.
    """
    if not count and not address:
        yield None
        return
    # Here, as it takes a second and is only installed for training.
    import dask
    from distributed import Client, LocalCluster

    if address:
        with Client(address) as client:
            client.wait_for_workers(1, timeout=ARRIVAL_SECONDS)
            yield client
        return
    with (
        dask.config.set(LOCAL_SETTINGS),
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs="CRITICAL",
            preload=[UNDISTURBED],
        ) as cluster,
        Client(cluster, direct_to_workers=True) as client,
    ):
        yield client


def stream(
    client: Client | None,
    recipe: Recipe,
    numbers: Iterable[int],
    ahead: int | None = None,
    origin: Origin | None = None,
) -> Generator[StripBatch, None, None]:
    """The batches of these numbers in this order, at most `ahead` of them ordered and not yet
    taken; by the cluster's size where `ahead` is None. All come from `origin`, which is one of the
    workers' where none is given.

    Raises:
        MissingFonts, FileNotFoundError: a worker lacks the fonts or one of the recipe's inputs.
        DifferentOrigins: a worker does not make the same strips.
    """
    if client is None:
        yield from map(recipe.make, numbers)
        return
    expected = origin or origin_at(client, recipe)
    left = iter(numbers)
    window = ahead or _window(client)
    orders: deque[tuple[Future, Awaited]] = deque()
    taken = 0
    with ThreadPoolExecutor(FETCHING) as fetchers:

        def order(number: int) -> None:
            batch = client.submit(_make, recipe, number, pure=False)
            orders.append((batch, fetchers.submit(batch.result)))

        try:
            for number in islice(left, window):
                order(number)
            while orders:
                made, batch = orders.popleft()[1].result()
                _check(expected, made)
                taken += 1
                if ahead is None and taken % RECOUNT == 0:
                    window = _window(client)
                for number in islice(left, max(0, window - len(orders))):
                    order(number)
                yield batch
        finally:
            fetchers.shutdown(wait=False, cancel_futures=True)
            client.cancel([batch for batch, _ in orders])


def _check(expected: Origin, made: Origin) -> None:
    if different := expected.differences(made):
        raise DifferentOrigins(
            f"{expected.host} and {made.host} do not make the same strips: their "
            f"{' and '.join(different)} differ"
        )


def origin_at(client: Client | None, recipe: Recipe) -> Origin:
    """What one of the workers makes the recipe's batches from; raises as `stream` does."""
    if client is None:
        return origin_of(recipe)
    found: Origin = client.submit(_look, recipe, pure=False).result()
    return found


def _window(client: Client) -> int:
    return max(LEAST_AHEAD, AHEAD_PER_WORKER * sum(client.nthreads().values()))


def _look(recipe: Recipe) -> Origin:
    """A worker's origin, or an error that names the worker's machine."""
    try:
        return origin_of(recipe)
    except (MissingFonts, FileNotFoundError) as missing:
        raise type(missing)(f"worker on {socket.gethostname()}: {missing}") from missing


def _make(recipe: Recipe, number: int) -> tuple[Origin, StripBatch]:
    """What a worker does for one order."""
    return _look(recipe), recipe.make(number)
