"""A process that works for another one, which measures it: a line of JSON in, a line of JSON out.

Only the standard library, as the peers' environment has nothing of ours.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["ONE_THREAD", "Answer", "Request", "peak_megabytes", "serve"]

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

Answer = dict[str, object]
Request = dict[str, Any]


def serve(work: Callable[[Request], Answer]) -> None:
    """Answer each request with what `work` says, how long it took (`ms`, and `cpu_ms` of the
    processor, children included) and the peak of memory so far (`peak_mb`)."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    for line in sys.stdin:
        request = json.loads(line)
        started, cpu_started = time.perf_counter(), _cpu_seconds()
        answer = work(request)
        answer["ms"] = 1000 * (time.perf_counter() - started)
        answer["cpu_ms"] = 1000 * (_cpu_seconds() - cpu_started)
        answer["peak_mb"] = peak_megabytes()
        print(json.dumps(answer), file=answers, flush=True)


def peak_megabytes() -> float:
    """The most memory that this process held, or the largest of its children did, 10⁶ bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    status = Path("/proc/self/status")
    if status.exists():  # `getrusage` would start with the peak of the process that started this
        own = int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024
    else:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    return max(own, children) / 1e6


def _cpu_seconds() -> float:
    """Of this process and of those that it waited for, to the microsecond."""
    told = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in told)
