"""How stored values become display grey levels from 0 (black) to 255 (white)."""

import numpy as np
from numpy.typing import NDArray

GreyLevels = NDArray[np.float32]

# Of pixels, to each side; what lies outside is clipped. One hot pixel or a lead marker must not
# decide the contrast of a chest.
CLIPPED_PERCENT = 0.5


def grey_levels_of(values: NDArray[np.generic]) -> GreyLevels:
    """Map a 2-D array of stored values by its type: 8-bit as it is, deeper by percentiles.

    16-bit values that are all multiples of 257 are 8-bit values that were widened (255 * 257 =
    65535) and are narrowed again. Raises ValueError with a reason for values that aren't finite.
    """
    if values.dtype == np.uint8:
        return values.astype(np.float32)
    if values.dtype == np.uint16:
        narrowed, rest = np.divmod(values.astype(np.uint16), np.uint16(257))
        if not rest.any():
            return narrowed.astype(np.float32)
    return stretched(values.astype(np.float32))


def stretched(values: GreyLevels, counted: NDArray[np.bool_] | None = None) -> GreyLevels:
    """Map the 0.5th and 99.5th percentiles to 0 and 255 and clip; only `counted` pixels count."""
    if not np.isfinite(values).all():
        raise ValueError("holds values that are not finite numbers")
    sample = values if counted is None or not counted.any() else values[counted]
    low, high = np.percentile(sample, [CLIPPED_PERCENT, 100 - CLIPPED_PERCENT])
    if low == high:
        # More than 99 percent of the pixels are alike; what differs is still a picture.
        low, high = sample.min(), sample.max()
    return scaled(values, float(low), float(high))


def scaled(values: GreyLevels, low: float, high: float) -> GreyLevels:
    """Map `low` to 0 and `high` to 255, clipped; all 0 where `low` equals `high`."""
    if low == high:
        return np.zeros_like(values)
    levels = (values.astype(np.float64) - low) * (255.0 / (high - low))
    return np.clip(levels, 0.0, 255.0).astype(np.float32)
