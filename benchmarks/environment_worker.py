"""One environment of `photo_reader`, as Lambda keeps it: `python -m benchmarks.environment_worker
QUEUE_URL`, told by the variables of the local stack where that is.

Asked for `{"photos": …}`, it takes batches from the queue through the real handler until it has
taken so many or the queue stays empty, and tells how much memory it holds then.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.workers import Answer, Request, serve
from local.functions import LocalFunction
from local.queue_loop import QueueLoop


def main() -> None:
    """Serve."""
    loop = QueueLoop(sys.argv[1], LocalFunction("photo_reader"))

    def take(request: Request) -> Answer:
        taken = failed = 0
        while taken < request["photos"]:
            delivery = loop.deliver()
            if not delivery.taken:
                break
            taken += delivery.taken - delivery.failed
            failed += delivery.failed
        return {"taken": taken, "failed": failed, "resident_mb": _resident_megabytes()}

    serve(take)


def _resident_megabytes() -> float:
    """What this process holds now, 10⁶ bytes. Linux only."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    main()
