"""Halving keeps what stands in a picture, and stops in time."""

from __future__ import annotations

import numpy as np

from vinreader.halving import halved


def test_a_picture_is_halved_until_it_is_small_enough() -> None:
    grey = np.zeros((3001, 4001), np.uint8)
    grey[:2, 2:4] = 200
    small, factor = halved(grey, 2000)
    assert (small.shape, factor) == ((1500, 2000), 2)
    assert small[0, :3].tolist() == [0, 200, 0]
    assert halved(small, 2000)[1] == 1
    assert halved(small, 1999)[0].shape == (750, 1000)
