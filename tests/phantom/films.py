"""Measures on a frontal film that the phantom's tests share; all in grey levels."""

import numpy as np
from numpy.typing import NDArray

Film = NDArray[np.uint8]


def heart_to_the_right(film: Film) -> float:
    """How much denser the film is right of its middle than left of it, at the heart's level."""
    size = film.shape[0]
    heart_level = film[int(0.40 * size) : int(0.62 * size)].astype(np.float64)
    near, far = int(0.04 * size), int(0.24 * size)
    middle = size // 2
    right = heart_level[:, middle + near : middle + far].mean()
    return float(right - heart_level[:, middle - far : middle - near].mean())


def fine_texture(film: Film) -> float:
    """Median size of the difference between a pixel and its four neighbours, in mid-film."""
    size = film.shape[0]
    middle = film[size // 4 : 3 * size // 4, size // 4 : 3 * size // 4].astype(np.float64)
    curvature = middle[1:-1, 1:-1] * 4 - middle[:-2, 1:-1] - middle[2:, 1:-1]
    curvature -= middle[1:-1, :-2] + middle[1:-1, 2:]
    return float(np.median(np.abs(curvature)))
