"""A small base that was never written to a folder makes the same picture twice, as a loaded one."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.sampling import filled
from ml.sampling.sampler import SamplerSettings
from ml.small.tiny_families import build_tiny_family


@pytest.mark.parametrize("family", ["sd3", "pixart-sigma"])
def test_pictures_of_a_family_with_t5_come_twice(family: str) -> None:
    pipeline = build_tiny_family(family, None)
    settings = SamplerSettings(steps=2, size=32, batch_size=2, guidance_scale=4.5)
    once, again = (filled(pipeline, 2, settings) for _ in range(2))
    np.testing.assert_array_equal(once, again)
