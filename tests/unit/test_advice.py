"""Every sentence that people are told has a kind that never changes."""

import pytest

from vinreader.advice import KINDS, OTHER, TAKE_CLOSER, kind_of
from vinreader.results import Reading, Status


@pytest.mark.parametrize(("kind", "sentence"), KINDS.items())
def test_a_sentence_has_its_kind_whatever_figure_stands_in_it(kind: str, sentence: str) -> None:
    assert kind_of(sentence.format(pixels="9 pixels", percent=7)) == kind


def test_what_an_earlier_version_said_is_of_another_kind() -> None:
    assert kind_of("Turn the photo round.") == OTHER == "other"


def test_no_sentence_begins_as_another_does() -> None:
    beginnings = [sentence.partition("{")[0] for sentence in KINDS.values()]
    for one in beginnings:
        assert sum(other.startswith(one) for other in beginnings) == 1, one


def test_kinds_stand_beside_their_sentences() -> None:
    reading = Reading(Status.RETAKE, advice=(TAKE_CLOSER, "Turn the photo round."))
    assert reading.advice_kinds == ("take_closer", "other")
    told = reading.to_dict()
    assert told["advice_kinds"] == ["take_closer", "other"]
    assert Reading.from_dict(told) == reading
