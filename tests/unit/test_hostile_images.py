"""No bytes crash, hang or bloat the door: sound files of every format, broken in many ways.

`python -m benchmarks.hostile_images` opens many more of them, in a process of its own.
"""

import re
import struct

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.hostile_images import hostile_file, mutated, outcome_of, tally
from benchmarks.hostile_seeds import seeds
from vinreader.photo import LIMITS, UnreadableImage, open_grey, open_photo

# Pillow grumbles over broken EXIF data, which do not cost the photo.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

KINDS = {"jpeg": 700, "png": 500, "webp": 400, "bmp": 200, "heic": 500, "avif": 500}
"""Formats that are read, and how many files of each are opened here."""
OTHERS = ("gif", "tiff", "svg", "pdf", "zip", "text")

reproducible = settings(derandomize=True, database=None, deadline=None)


def opens_or_is_refused(data: bytes) -> bool:
    """Whether the file opens, as a picture within the limits; anything but a refusal is raised.
    Grey, it opens or is refused just so: what was read can be shown."""
    try:
        grey = open_grey(data)
    except UnreadableImage as refusal:
        with pytest.raises(UnreadableImage, match=f"^{re.escape(str(refusal))}$"):
            open_photo(data)
        return False
    photo = open_photo(data)
    assert grey.dtype == np.uint8
    assert grey.shape == photo.shape[:2]
    assert photo.dtype == np.uint8
    assert photo.ndim == 3
    assert photo.shape[2] == 3
    assert min(photo.shape[:2]) >= LIMITS.min_side
    assert photo.size <= 3 * LIMITS.max_pixels
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_sound_files_open(kind):
    assert all(opens_or_is_refused(seed) for seed in seeds()[kind])


@pytest.mark.parametrize("kind", OTHERS)
def test_other_files_are_refused(kind):
    assert not any(opens_or_is_refused(seed) for seed in seeds()[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_broken_files_open_or_are_refused(kind):
    @settings(reproducible, max_examples=KINDS[kind])
    @given(st.sampled_from(seeds()[kind]), st.randoms(use_true_random=True))
    def open_one(seed, dice):
        opens_or_is_refused(mutated(seed, dice))

    open_one()


@settings(reproducible, max_examples=200)
@given(st.sampled_from(OTHERS).flatmap(lambda kind: st.sampled_from(seeds()[kind])), st.data())
def test_broken_files_of_other_formats_open_or_are_refused(seed, data):
    opens_or_is_refused(mutated(seed, data.draw(st.randoms(use_true_random=True))))


@settings(reproducible, max_examples=300)
@given(
    st.sampled_from([seed for kind in KINDS for seed in seeds()[kind]]),
    st.integers(1, 64),
    st.binary(max_size=200),
)
@example(seeds()["heic"][0], 12, b"")
def test_any_bytes_behind_a_true_beginning_open_or_are_refused(seed, kept, rest):
    opens_or_is_refused(seed[:kept] + rest)


@settings(reproducible, max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data):
    assert not opens_or_is_refused(data)


@pytest.mark.parametrize("kind", KINDS)
def test_every_shortened_file_opens_or_is_refused(kind):
    for seed in seeds()[kind]:
        for length in range(1, len(seed), max(1, len(seed) // 40)):
            opens_or_is_refused(seed[:length])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_any_count_or_size_in_the_header_may_lie(kind, number):
    """Numbers of four bytes, at every fourth place of the first four hundred bytes."""
    for order in "<>":
        lie = struct.pack(order + "I", number)
        seed = seeds()[kind][0]
        for at in range(4, 400, 4):
            opens_or_is_refused(seed[:at] + lie + seed[at + 4 :])


def test_a_number_always_gives_the_same_file():
    assert hostile_file("png", 3) == hostile_file("png", 3) != hostile_file("png", 4)


@pytest.mark.parametrize(
    ("kind", "outcome"), [("jpeg", "opened"), ("svg", "no image"), ("avif", "opened")]
)
def test_outcomes_are_told_by_what_the_door_says(kind, outcome):
    assert outcome_of(seeds()[kind][0]) == outcome
    assert outcome_of(seeds()["png"][0][:400]) == "damaged"


def test_a_decoder_that_dies_is_counted_and_the_next_file_is_opened():
    dying = """
import json, os, sys
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    if number == 2:
        os.abort()
    print(json.dumps([number, "slow" if number == 3 else "opened", 2.5, 1024, ""]), flush=True)
"""
    result = tally("png", 5, ("-c", dying))
    assert result.outcomes == {"opened": 3, "died": 1, "slow": 1}
    assert result.faults == ["png 2: died after 0.0 s ", "png 3: slow after 2.5 s "]
    assert (result.slowest, result.peak) == (2.5, 1024)
