"""Real images in the same mix of conditions as an arm's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def same_mix(
    conditions: Sequence[str], wanted: Sequence[str], *, seed: int = 0
) -> NDArray[np.int64]:
    """Choose as many real images as there are in the mix of conditions that an arm has.

    An arm of which nine tenths are abnormal differs from a set of which half are, however good its
    images. Where there are too many of a condition, seeded ones stay.

    Parameters
    ----------
    conditions : of the real images
    wanted : of the arm's images

    Returns
    -------
    Places among the real images, in their order; none where a condition of the arm is absent.

    >>> same_mix(["normal"] * 3 + ["abnormal"] * 9, ["normal", "abnormal"]).tolist()[:3]
    [0, 1, 2]
    >>> len(same_mix(["normal"] * 3 + ["abnormal"] * 9, ["normal", "abnormal"]))
    6
    """
    shares = Counter(wanted)
    held = Counter(condition for condition in conditions if condition in shares)
    if len(held) < len(shares):
        return np.zeros(0, dtype=np.int64)
    size = min(held[condition] / count for condition, count in shares.items())
    rng = np.random.default_rng(seed)
    chosen: list[int] = []
    for condition, count in sorted(shares.items()):
        places = [i for i, one in enumerate(conditions) if one == condition]
        # A whole number in decimals may lie a hair below it.
        number = max(1, int(size * count + 1e-9))
        chosen += rng.choice(places, number, replace=False).tolist()
    return np.array(sorted(chosen), dtype=np.int64)
