import io
import json

import pytest

from vinreader.observability import make_logger, mask_vins, summary
from vinreader.results import Reading, Status

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
