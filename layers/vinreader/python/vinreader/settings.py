"""The environment, read once into a frozen model. The only module that touches `os.environ`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vinreader.models import DEFAULT_MODELS_DIR

__all__ = ["InvalidSettings", "Settings"]

MEGABYTES_PER_VCPU = 1769
"""The memory size at which Lambda gives a function one whole vCPU (AWS Lambda developer guide)."""

ON_DEMAND = "on-demand"
"""What Lambda calls a start that a request waits for."""

PRESIGN_SECONDS_MAX = 7 * 24 * 3600
"""The longest life of a request signed with Signature Version 4."""


class InvalidSettings(ValueError):
    """A variable of the environment is missing or makes no sense; the message names it."""


@dataclass(frozen=True)
class Settings:
    """What the two functions need to know of where they run."""

    readings_table: str
    idempotency_table: str
    photos_bucket: str
    models_dir: Path
    upload_prefix: str
    presign_seconds: int
    retention_days: int
    threads: int
    custom_endpoint: bool
    """AWS is spoken to at another address (`AWS_ENDPOINT_URL`), as on a developer's machine."""
    dead_letter_queue: str | None
    """Where messages are set aside; None for a function that takes none from a queue."""
    tries: int
    """How often a message is taken from the queue before it is set aside."""
    started_ahead: bool
    """The process starts before anybody waits for it: for a snapshot, or as one of those that are
    kept ready (provisioned concurrency)."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read and check the environment (`os.environ` where none is given).

        Raises:
            InvalidSettings: with the name of the first variable that is missing or wrong.
        """
        env = os.environ if environment is None else environment
        models_dir = Path(env.get("MODELS_DIR") or DEFAULT_MODELS_DIR)
        if not models_dir.is_dir():
            raise InvalidSettings(f"MODELS_DIR is no folder: {models_dir}")
        upload_prefix = env.get("UPLOAD_PREFIX", "uploads/")
        if not upload_prefix.endswith("/") or upload_prefix.startswith("/"):
            raise InvalidSettings(f"UPLOAD_PREFIX must look like 'uploads/', not {upload_prefix!r}")
        return cls(
            readings_table=_text(env, "READINGS_TABLE"),
            idempotency_table=_text(env, "IDEMPOTENCY_TABLE"),
            photos_bucket=_text(env, "PHOTOS_BUCKET"),
            models_dir=models_dir,
            upload_prefix=upload_prefix,
            presign_seconds=_whole_number(env, "PRESIGN_SECONDS", 900, 1, PRESIGN_SECONDS_MAX),
            retention_days=_whole_number(env, "RETENTION_DAYS", 365, 1, 36_500),
            threads=_whole_number(env, "THREADS", _vcpus(env), 1, 64),
            custom_endpoint=bool(env.get("AWS_ENDPOINT_URL")),
            dead_letter_queue=env.get("DEAD_LETTER_QUEUE_URL") or None,
            tries=_whole_number(env, "TRIES", 5, 1, 1000),
            started_ahead=env.get("AWS_LAMBDA_INITIALIZATION_TYPE", ON_DEMAND) != ON_DEMAND,
        )


def _vcpus(env: Mapping[str, str]) -> int:
    """Whole vCPUs that the function's memory size buys; 1 outside Lambda."""
    return max(1, int(env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0")) // MEGABYTES_PER_VCPU)


def _text(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise InvalidSettings(f"{name} is not set")
    return value


def _whole_number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    try:
        value = int(text)
    except ValueError as error:
        raise InvalidSettings(f"{name} must be a whole number, not {text!r}") from error
    if not low <= value <= high:
        raise InvalidSettings(f"{name} must be from {low} to {high}, not {value}")
    return value
