"""What people with a camera are told, sentence by sentence, and the kind of each: programs that
speak another language go by that."""

from __future__ import annotations

__all__ = [
    "FOUND_OUTSIDE",
    "KINDS",
    "ONE_LABEL",
    "OTHER",
    "PRINT_TOO",
    "SHOW_THE_NUMBER",
    "TAKE_CLOSER",
    "TWO_NUMBERS",
    "kind_of",
]

KINDS = {
    "show_the_number": "No VIN is in the photo. Point the camera at the whole number.",
    "take_closer": "Step closer so that the number fills the picture, and hold the phone still.",
    "two_numbers": "Two numbers are in the photo. Photograph the one that counts alone.",
    "one_label": (
        "The number and the bar codes differ. Compare them, and photograph one label alone."
    ),
    "print_too": "Show the printed number too: this bar code alone is not enough.",
    "found_outside": (
        "The number was found outside of the frame. Check that it is the one you mean."
    ),
    "too_small": "Step closer: the characters are only {pixels} high.",
    "dark": "Turn on a light: the photo is too dark.",
    "dark_number": (
        "Turn on a light: the brightest part of the number has only {percent} % of white."
    ),
    "low_contrast": (
        "Light the number from the side: its characters differ from the ground by only {percent} %."
    ),
    "blurry": "Tap the number to focus, and hold the phone still.",
    "smeared": "Hold the phone still: the number is smeared.",
    "glare": "Tilt the phone or shade the number: a reflection covers a part of it.",
    "cut_off": "Move the phone: a part of the number lies outside of the photo.",
    "end_cut_off": "Move the phone along the number: an end of it lies outside of the photo.",
    "obstructed": "Clean or uncover the number: something lies on a part of it.",
}
"""Every sentence by its kind, which never changes. What stands in braces differs each time."""

OTHER = "other"
"""The kind of a sentence of an earlier version that is told no more."""

SHOW_THE_NUMBER = KINDS["show_the_number"]
TAKE_CLOSER = KINDS["take_closer"]
TWO_NUMBERS = KINDS["two_numbers"]
ONE_LABEL = KINDS["one_label"]
PRINT_TOO = KINDS["print_too"]
FOUND_OUTSIDE = KINDS["found_outside"]

_BEGINNINGS = {text.partition("{")[0]: kind for kind, text in KINDS.items()}


def kind_of(sentence: str) -> str:
    """The kind of a sentence, whatever figure stands in it."""
    kinds = (kind for begins, kind in _BEGINNINGS.items() if sentence.startswith(begins))
    return next(kinds, OTHER)
