import io
import json

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from vinreader.observability import (
    count,
    counts_cold_start,
    make_logger,
    make_metrics,
    mask_vins,
    note,
    summary,
)
from vinreader.results import Defect, Reading, Status

VIN = "1M8GDM9AXKP042788"
MASKED = "1M8**************"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (VIN, MASKED),
        (VIN.lower(), "1m8**************"),
        (f"s3://photos/uploads/vin_{VIN}.jpg", f"s3://photos/uploads/vin_{MASKED}.jpg"),
        (f"{VIN}, {VIN}", f"{MASKED}, {MASKED}"),
        (f"A{VIN}", f"A{VIN}"),  # eighteen symbols are no VIN
        ("1M8GDM9AXKP04278O", "1M8GDM9AXKP04278O"),  # nor is one with an O
        ("b53b8239-cd74-405c-811c-dbb17b98ae22", "b53b8239-cd74-405c-811c-dbb17b98ae22"),
    ],
)
def test_masks_a_vin_wherever_it_stands_alone(text: str, masked: str) -> None:
    assert mask_vins(text) == masked


def test_masks_inside_of_structures_and_leaves_numbers() -> None:
    value = {VIN: [VIN, 0.12345678901234567, None, (1, VIN)]}
    assert mask_vins(value) == {MASKED: [MASKED, 0.12345678901234567, None, [1, MASKED]]}


def test_no_log_line_shows_a_vin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "INFO")
    stream = io.StringIO()
    logger = make_logger("test_no_log_line_shows_a_vin", stream)
    reading = Reading(status=Status.READ, vin=VIN, confidence=0.9, reading_id="id")
    logger.info("photo read", reading=summary(reading))
    try:
        raise ValueError(f"cannot read {VIN}")
    except ValueError as error:
        logger.exception(f"failed for {VIN}", exc_info=error)
    assert VIN not in stream.getvalue()
    read, failed = (json.loads(line) for line in stream.getvalue().splitlines())
    assert read["reading"] == summary(reading) | {"vin": MASKED}
    assert failed["message"] == f"failed for {MASKED}"
    assert failed["exception"].endswith(f"ValueError: cannot read {MASKED}")


def test_counts_a_reading_at_once_with_all_it_has_to_tell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "VinReader/dev")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    metrics = make_metrics("photo_reader")
    timings = {"decode": 12.5, "total": 170.0}
    defects = (Defect("low_contrast", 0.8),)
    reading = Reading(Status.RETAKE, VIN, 0.61, defects=defects, timings_ms=timings)
    count(metrics, reading, store_ms=8.5)
    note(metrics, "PhotosGone")
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    (directive,) = first.pop("_aws")["CloudWatchMetrics"]
    assert directive["Namespace"] == "VinReader/dev"
    assert directive["Dimensions"] == [["service"]]
    assert first == {
        "service": "photo_reader",
        "ReadingsRetake": [1.0],
        "DefectLowContrast": [1.0],
        "Confidence": [0.61],
        "DecodeTime": [12.5],
        "TotalTime": [170.0],
        "StoreTime": [8.5],
    }
    assert second["PhotosGone"] == [1.0]
    assert VIN not in json.dumps(first)


def test_disabled_metrics_print_nothing_however_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "VinReader/dev")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    metrics = make_metrics("photo_reader")
    for _ in range(250):
        note(metrics, "PhotosGone")
    assert capsys.readouterr().out == ""


def test_only_the_first_invocation_is_a_cold_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "VinReader/dev")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    handler = counts_cold_start(make_metrics("api"))(lambda event, _context: event)
    assert [handler({"n": n}, LambdaContext()) for n in range(3)] == [{"n": n} for n in range(3)]
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["ColdStart"] == [1.0]
