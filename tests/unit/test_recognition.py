"""The recogniser's pure parts, and what its model file says of itself."""

import numpy as np
import pytest

from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.recognition import (
    RecognitionConfig,
    Recognizer,
    RecognizerLayout,
    postprocess,
    preprocess,
)
from vinreader.vin import ALPHABET

CONFIG = RecognitionConfig(faintest=0.05, nearest=0.5)
METADATA = {
    "kind": "yolo",
    "input": '{"height": 32, "width": 960}',
    "normalisation": '{"softening": 4.0}',
    "alphabet": ALPHABET,
    "frame_width": "16",
    "version": "2",
}
LAYOUT = RecognizerLayout.from_metadata(METADATA)


FRAME = 16.0
Outputs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def one_strip(boxes: list[tuple[float, float, float, str]]) -> Outputs:
    """The model's outputs for one strip; a box is objectness, centre, width and symbol. The frames
    show them too."""
    classes = np.full((1, len(boxes), len(ALPHABET)), 0.001, np.float32)
    for i, (*_, symbol) in enumerate(boxes):
        classes[0, i, ALPHABET.index(symbol)] = 0.9
    objectness = np.array([[box[0] for box in boxes]], np.float32)
    frames = np.zeros((1, 60, len(ALPHABET) + 1), np.float32)
    frames[..., -1] = 1.0
    for _, centre, _, symbol in boxes:
        frames[0, int(centre / FRAME)] = np.eye(len(ALPHABET) + 1)[ALPHABET.index(symbol)]
    return objectness, np.array([[box[1:3] for box in boxes]], np.float32), classes, frames


def test_layout_is_read_from_the_metadata():
    layout = RecognizerLayout.from_metadata(METADATA)
    assert (layout.height, layout.width, layout.softening) == (32, 960, 4.0)
    assert layout.alphabet == ALPHABET
    assert layout.frame_width == 16.0


def test_a_model_without_frames_is_refused():
    metadata = {name: value for name, value in METADATA.items() if name != "frame_width"}
    with pytest.raises(ValueError, match="of version 1 has no frames: 2 is needed"):
        RecognizerLayout.from_metadata(metadata | {"version": "1"})


def test_metadata_of_another_model_is_refused():
    with pytest.raises(ValueError, match="not a yolo model: kind is 'craft'"):
        RecognizerLayout.from_metadata(METADATA | {"kind": "craft"})


def test_preprocess_takes_brightness_and_contrast_away():
    strip = np.zeros((32, 960), np.uint8)
    strip[:, 480:] = 100
    darker = (strip // 2 + 20).astype(np.uint8)
    tensor = preprocess(np.stack([strip, darker]), LAYOUT)
    assert tensor.shape == (2, 1, 32, 960)
    assert tensor.dtype == np.float32
    np.testing.assert_allclose(tensor.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    # Mean 50, deviation 50, softened by 4.
    np.testing.assert_allclose(tensor[0, 0, 0, [0, 959]], [-50 / 54, 50 / 54], atol=1e-5)
    np.testing.assert_allclose(tensor[0], tensor[1], atol=0.08)


def test_preprocess_of_an_empty_strip_is_calm():
    assert (preprocess(np.full((1, 32, 960), 77, np.uint8), LAYOUT) == 0).all()


def test_boxes_come_out_from_left_to_right():
    (evidence,) = postprocess(
        *one_strip([(0.9, 500, 40, "B"), (0.8, 100, 40, "A"), (0.7, 300, 40, "C")]), FRAME, CONFIG
    )
    assert evidence.centres.tolist() == [100, 300, 500]
    np.testing.assert_allclose(evidence.objectness, [0.8, 0.7, 0.9])
    assert evidence.widths.tolist() == [40, 40, 40]
    assert [ALPHABET[i] for i in evidence.classes.argmax(axis=1)] == ["A", "C", "B"]


def test_of_two_boxes_on_one_spot_the_surest_stays():
    (evidence,) = postprocess(
        *one_strip([(0.6, 100, 40, "0"), (0.9, 110, 40, "D"), (0.5, 131, 40, "E")]), FRAME, CONFIG
    )
    # 110 and 131 are 21 apart, over half of their width; 100 and 110 are not.
    assert evidence.centres.tolist() == [110, 131]
    assert [ALPHABET[i] for i in evidence.classes.argmax(axis=1)] == ["D", "E"]


def test_faint_boxes_are_nothing():
    outputs = one_strip([(0.04, 100, 40, "A"), (0.06, 300, 40, "B")])
    (evidence,) = postprocess(*outputs, FRAME, CONFIG)
    assert evidence.centres.tolist() == [300]
    (nothing,) = postprocess(*one_strip([(0.01, 100, 40, "A")]), FRAME, CONFIG)
    assert len(nothing.objectness) == len(nothing.classes) == 0


def test_each_strip_keeps_its_own_boxes():
    first, second = one_strip([(0.9, 100, 40, "A")]), one_strip([(0.9, 200, 40, "B")])
    objectness, boxes, classes, frames = map(np.concatenate, zip(first, second, strict=True))
    evidence = postprocess(objectness, boxes, classes, frames, FRAME, CONFIG)
    assert [shown.centres.tolist() for shown in evidence] == [[100], [200]]
    for shown, place, symbol in zip(evidence, (100, 200), "AB", strict=True):
        assert shown.frames[int(place / FRAME)].argmax() == ALPHABET.index(symbol)
        assert shown.frames[:, -1].sum() == 59
        assert shown.width == 960


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(ModelFiles.of(DEFAULT_MODELS_DIR).yolo)


def test_the_model_speaks_the_alphabet_of_vins(recognizer):
    """Decoding takes the classes in this order."""
    assert recognizer.layout.alphabet == ALPHABET
    assert (recognizer.layout.height, recognizer.layout.width) == (32, 960)


def test_a_strip_reads_the_same_alone_and_in_a_batch(recognizer):
    strips = np.random.default_rng(3).integers(0, 256, (20, 32, 960), np.uint8)
    together = recognizer.recognize(strips)
    assert len(together) == 20
    (alone,) = recognizer.recognize(strips[17:18])
    np.testing.assert_allclose(together[17].centres, alone.centres, atol=0.01)
    np.testing.assert_allclose(together[17].classes, alone.classes, atol=1e-4)
    np.testing.assert_allclose(together[17].frames, alone.frames, atol=1e-4)


def test_an_empty_strip_shows_no_character(recognizer):
    (evidence,) = recognizer.recognize(np.full((1, 32, 960), 128, np.uint8))
    assert (evidence.objectness < 0.5).all()
    assert evidence.frames.shape == (60, 34)
    assert evidence.frames[:, -1].min() > 0.5
