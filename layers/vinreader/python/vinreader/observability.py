"""Structured logs and metrics, the same for both functions. A VIN never reaches a log unmasked.

For whoever can link it to a person, a VIN is personal data (CJEU C-319/22).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import IO, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from vinreader.results import Reading

__all__ = [
    "count",
    "counts_cold_start",
    "make_logger",
    "make_metrics",
    "mask_vins",
    "note",
    "summary",
]

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

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
    """The metrics of one function, in the namespace `POWERTOOLS_METRICS_NAMESPACE`.

    All have the dimension `service` alone.
    """
    return Metrics(service=service)


def counts_cold_start(metrics: Metrics) -> Callable[[Handler], Handler]:
    """Decorates a handler whose first invocation in a process is counted, as `ColdStart`.

    The counter of Powertools would also print where metrics are disabled.
    """

    def decorate(handler: Handler) -> Handler:
        warm = False

        @functools.wraps(handler)
        def counting(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
            nonlocal warm
            if not warm:
                warm = True
                note(metrics, "ColdStart")
            return handler(event, context)

        return counting

    return decorate


def count(metrics: Metrics, reading: Reading, store_ms: float) -> None:
    """Count a reading by its status and its defects, and note its confidence and its stages, the
    last of which is that it was stored."""
    metrics.add_metric(name=f"Readings{_camel(reading.status)}", unit=MetricUnit.Count, value=1)
    for defect in reading.defects:
        metrics.add_metric(name=f"Defect{_camel(defect.type)}", unit=MetricUnit.Count, value=1)
    if reading.vin:
        metrics.add_metric(name="Confidence", unit=MetricUnit.NoUnit, value=reading.confidence)
    for stage, milliseconds in {**reading.timings_ms, "store": store_ms}.items():
        name = f"{_camel(stage)}Time"
        metrics.add_metric(name=name, unit=MetricUnit.Milliseconds, value=milliseconds)
    _print(metrics)


def note(metrics: Metrics, name: str) -> None:
    """Count something else that happened, by its name in CloudWatch."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
    _print(metrics)


def _print(metrics: Metrics) -> None:
    """At once: what the function did is counted even where it is killed later."""
    metrics.flush_metrics()
    metrics.clear_metrics()  # where they are disabled, they would pile up, and be printed at 100


def _camel(name: str) -> str:
    """`not_found` as `NotFound`."""
    return name.title().replace("_", "")


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
