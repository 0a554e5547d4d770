"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

__all__ = ["machine"]


def machine() -> str:
    """Processor, its cores as this machine has them, how busy they are, and Python, in one line."""
    cores = os.cpu_count() or 1
    return (
        f"{cores} cores of {_processor()}, {os.getloadavg()[0]:.1f} processes on them besides, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return f"{value.strip()} ({platform.machine()})"
    return platform.processor() or platform.machine()
