"""Results export to plain JSON and come back the same."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from vinreader.results import (
    Alternative,
    Barcode,
    Character,
    CheckDigit,
    Defect,
    Question,
    Reading,
    Source,
    Status,
    Symbology,
    Vehicle,
    VinCandidate,
)

QUAD = ((10.0, 20.0), (110.5, 22.0), (110.0, 42.0), (9.5, 40.0))

FULL = Reading(
    status=Status.RETAKE,
    vin="1M8GDM9AXKP042788",
    confidence=0.75,
    check_digit=CheckDigit.VALID,
    source=Source.TEXT,
    characters=(Character("1", 0.75, QUAD, (Alternative("J", 0.125),)),),
    corrected_positions=(3,),
    candidates=(
        VinCandidate("1M8GDM9AXKP042788", 0.75, CheckDigit.VALID),
        VinCandidate("1M8GDM9AXKPD42783", 0.125, CheckDigit.INVALID, (12, 17)),
    ),
    question=Question(17, ("8", "3"), "Is the 17th character an 8 or a 3?"),
    quad=QUAD,
    inside_region=False,
    barcodes=(Barcode("JS3TD62V6Y4100123", Symbology.CODE_39, QUAD),),
    defects=(Defect("blurry", 0.5),),
    advice=("Hold the phone still.",),
    vehicle=Vehicle("1M8", "Motor Coach Industries", "United States", (1989,)),
    models={"craft": "sha256:00", "yolo": "sha256:11"},
    timings_ms={"total": 250.0},
    error=None,
    reading_id="r-1",
)

fractions = st.floats(0, 1, allow_nan=False)
points = st.tuples(*[st.floats(-1e5, 1e5, allow_nan=False)] * 2)
quads = st.tuples(points, points, points, points)
characters = st.builds(
    Character,
    symbol=st.sampled_from("0123456789ABCDEFGHJKLMNPRSTUVWXYZ"),
    confidence=fractions,
    box=quads,
    alternatives=st.lists(
        st.builds(Alternative, st.sampled_from("ABC"), fractions), max_size=2
    ).map(tuple),
)
vins = st.text("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", min_size=17, max_size=17)
positions = st.lists(st.integers(1, 17), max_size=3).map(tuple)
readings = st.builds(
    Reading,
    status=st.sampled_from(Status),
    vin=st.none() | vins,
    confidence=fractions,
    check_digit=st.none() | st.sampled_from(CheckDigit),
    source=st.none() | st.sampled_from(Source),
    characters=st.lists(characters, max_size=3).map(tuple),
    corrected_positions=positions,
    candidates=st.lists(
        st.builds(VinCandidate, vins, fractions, st.sampled_from(CheckDigit), positions), max_size=3
    ).map(tuple),
    question=st.none()
    | st.builds(
        Question,
        st.integers(1, 17),
        st.lists(st.sampled_from("8B3"), max_size=3).map(tuple),
        st.text(max_size=9),
    ),
    quad=st.none() | quads,
    inside_region=st.none() | st.booleans(),
    barcodes=st.lists(
        st.builds(Barcode, st.text(max_size=17), st.sampled_from(Symbology), quads), max_size=2
    ).map(tuple),
    defects=st.lists(st.builds(Defect, st.text(max_size=9), fractions), max_size=2).map(tuple),
    advice=st.lists(st.text(max_size=9), max_size=2).map(tuple),
    vehicle=st.none()
    | st.builds(
        Vehicle,
        wmi=st.text("ABC123", min_size=3, max_size=3),
        manufacturer=st.none() | st.text(max_size=9),
        country=st.none() | st.text(max_size=9),
        model_years=st.lists(st.integers(1980, 2039), max_size=2).map(tuple),
    ),
    models=st.dictionaries(st.sampled_from(["craft", "yolo"]), st.text(max_size=9)),
    timings_ms=st.dictionaries(st.sampled_from(["decode", "total"]), fractions),
    error=st.none() | st.text(max_size=9),
    reading_id=st.none() | st.text(max_size=9),
)


def test_a_reading_exports_the_public_contract():
    assert FULL.to_dict() == {
        "reading_id": "r-1",
        "status": "retake",
        "vin": "1M8GDM9AXKP042788",
        "confidence": 0.75,
        "check_digit": "valid",
        "source": "text",
        "characters": [
            {
                "symbol": "1",
                "confidence": 0.75,
                "box": [[10.0, 20.0], [110.5, 22.0], [110.0, 42.0], [9.5, 40.0]],
                "alternatives": [{"symbol": "J", "confidence": 0.125}],
            }
        ],
        "corrected_positions": [3],
        "candidates": [
            {
                "vin": "1M8GDM9AXKP042788",
                "confidence": 0.75,
                "check_digit": "valid",
                "differs_at": [],
            },
            {
                "vin": "1M8GDM9AXKPD42783",
                "confidence": 0.125,
                "check_digit": "invalid",
                "differs_at": [12, 17],
            },
        ],
        "question": {
            "position": 17,
            "symbols": ["8", "3"],
            "text": "Is the 17th character an 8 or a 3?",
        },
        "quad": [[10.0, 20.0], [110.5, 22.0], [110.0, 42.0], [9.5, 40.0]],
        "inside_region": False,
        "barcodes": [
            {
                "vin": "JS3TD62V6Y4100123",
                "symbology": "code_39",
                "quad": [[10.0, 20.0], [110.5, 22.0], [110.0, 42.0], [9.5, 40.0]],
            }
        ],
        "defects": [{"type": "blurry", "confidence": 0.5}],
        "advice": ["Hold the phone still."],
        "advice_kinds": ["other"],
        "vehicle": {
            "wmi": "1M8",
            "manufacturer": "Motor Coach Industries",
            "country": "United States",
            "model_years": [1989],
        },
        "models": {"craft": "sha256:00", "yolo": "sha256:11"},
        "timings_ms": {"total": 250.0},
        "error": None,
    }


@given(readings)
def test_every_reading_survives_json(reading):
    assert Reading.from_dict(json.loads(json.dumps(reading.to_dict()))) == reading


def test_decimals_of_the_store_come_back_as_floats():
    stored = json.loads(json.dumps(FULL.to_dict()), parse_float=Decimal, parse_int=Decimal)
    restored = Reading.from_dict(stored)
    assert restored == FULL
    assert type(restored.confidence) is float
    assert type(restored.timings_ms["total"]) is float
    assert type(restored.corrected_positions[0]) is int
    assert type(restored.candidates[1].confidence) is float
    assert type(restored.candidates[1].differs_at[0]) is int
    assert restored.question is not None
    assert type(restored.question.position) is int


def test_attributes_the_store_leaves_out_take_their_defaults():
    assert Reading.from_dict({"status": "pending", "reading_id": "r-2"}) == Reading(
        status=Status.PENDING, reading_id="r-2"
    )


def test_a_rejected_reading_says_why():
    rejected = Reading.rejected("The file is empty.")
    assert rejected.status is Status.REJECTED
    assert rejected.to_dict()["error"] == "The file is empty."
    assert rejected.to_dict()["vin"] is None
