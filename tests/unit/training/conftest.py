"""What the tests of synthesis and training share."""

from __future__ import annotations

import pytest

from training.synthesis.fonts import MissingFonts, faces


@pytest.fixture
def fonts() -> None:
    """Skips the test where the fonts to draw with are not installed."""
    try:
        faces()
    except MissingFonts as missing:
        pytest.skip(str(missing))
