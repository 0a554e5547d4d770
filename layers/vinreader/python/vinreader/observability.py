"""Structured logs and metrics, the same for both functions. A VIN never reaches a log unmasked.

For whoever can link it to a person, a VIN is personal data (CJEU C-319/22).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit

from vinreader.results import Reading

__all__ = ["count", "make_logger", "make_metrics", "mask_vins", "summary"]

VIN_LIKE = re.compile(
    r"(?<![A-Za-z0-9])([A-HJ-NPR-Z0-9]{3})[A-HJ-NPR-Z0-9]{14}(?![A-Za-z0-9])", re.I
)
"""Seventeen symbols standing alone. The first three tell the maker, not the vehicle."""


def mask_vins(value: Any) -> Any:
    """The same value, where every string shows of a VIN the first three characters alone.

    What JSON has no form for, such as an exception, becomes a string first.
    """
    if isinstance(value, str):
        return VIN_LIKE.sub(lambda found: found[1] + "*" * 14, value)
    if isinstance(value, Mapping):
        return {mask_vins(name): mask_vins(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_vins(part) for part in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return mask_vins(str(value))


class MaskingFormatter(LambdaPowertoolsFormatter):
    """JSON lines as Powertools writes them, masked as a whole: messages, keys and tracebacks."""

    def serialize(self, log: Any) -> str:
        return super().serialize(mask_vins(log))


def make_logger(service: str, stream: IO[str] | None = None) -> Logger:
    """The logger of one function, to stdout where no stream is given; `LOG_LEVEL` is its level."""
    return Logger(service=service, logger_formatter=MaskingFormatter(), stream=stream)


def make_metrics(service: str) -> Metrics:
    """The metrics of one function, in the namespace `POWERTOOLS_METRICS_NAMESPACE`."""
    return Metrics(service=service)


def count(metrics: Metrics, reading: Reading) -> None:
    """Count a reading by its status and note how long the reader took, at once."""
    name = reading.status.value.title().replace("_", "")
    metrics.add_metric(name=f"Readings{name}", unit=MetricUnit.Count, value=1)
    if "total" in reading.timings_ms:
        metrics.add_metric(
            name="ReadingTime", unit=MetricUnit.Milliseconds, value=reading.timings_ms["total"]
        )
    metrics.flush_metrics()


def summary(reading: Reading) -> dict[str, Any]:
    """What a log line says of a reading."""
    return {
        "reading_id": reading.reading_id,
        "status": reading.status.value,
        "vin": reading.vin,
        "confidence": reading.confidence,
        "timings_ms": reading.timings_ms,
        "error": reading.error,
    }
