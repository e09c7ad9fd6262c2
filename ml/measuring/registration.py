"""How alike two films are at their best fit: turned, scaled, moved, mirrored or inverted.

A copy that a model gives back is hardly ever in its place: training itself shows each film slightly
turned, moved and scaled. Films are first compared at 32 x 32 over a grid of such changes, and the
closest few are then fitted at 64 x 64.

Before that each is normalised locally: its grey level and contrast around each place are taken out.
What is left is ribs, vessels and edges, which differ between patients; exposure, gamma and the
shape that all chests share do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, optimize

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Mask = NDArray[np.bool_]

COARSE, FINE = 32, 64
"""Pixels a side of the two comparisons."""

TURNS = (-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0)
SCALES = (0.88, 0.94, 1.0, 1.06, 1.12, 1.19, 1.26)
"""Degrees, and sizes: a film that lost 10 % on each side is shown 1.25 times as large."""

LARGEST_SHIFT = 3
"""Pixels of `COARSE`, 9 % of the side; the fit may go farther."""

CHANGES = tuple(product((False, True), TURNS, SCALES))
"""Mirrored or not, turn and scale of each comparison."""

SHIFTS = tuple(product(range(-LARGEST_SHIFT, LARGEST_SHIFT + 1), repeat=2))
"""Down and right."""

LEAST_OVERLAP = 0.5
"""Of the smaller of two films."""

FAINT = 1e-6
"""Product of two films' weighted squares: below it one of them is even."""

MOST_TRIALS, FEW_TRIALS = 70, 30
"""Of a fit, and of one that begins where another ended; it has settled by then or does not."""

CHUNK = 32
"""Films whose changed forms are held in memory at a time."""


LEAST_FILM = 0.5
"""Of an image: where less would be left, what reaches the edge is taken for film too."""

FILM_BEGINS = 0.05
"""Share of an image's range: what lies nearer to its darkest or brightest level than this, and
reaches its edge, is no film but what was put around one that was moved, turned or padded."""


SOFT, CLEANED = 1.7, 0.7
"""Pixels of `FINE`: how far grain is smoothed, alone and after a median over 3 x 3 pixels."""

FAINTEST, FAINTEST_SOFT = 0.02, 0.05
"""Contrast, of the range, that is added to what each place has, so that the grain of an even place
does not count as anatomy. What was smoothed has lost grain and contrast, and is judged by less."""

Layer = Literal["fine", "soft", "cleaned"]


@dataclass(frozen=True)
class Prepared:
    """A film at both sizes, normalised; not a number where there is no film."""

    coarse: Array
    fine: Array
    soft: Array
    """As fine, smoothed first: of a film with grain of more than about 5 % the rest is anatomy."""

    cleaned: Array
    """As fine, through a median first: single black and white pixels are gone."""

    def layer(self, name: Layer) -> Array:
        """Return one of those at the finer size."""
        return {"fine": self.fine, "soft": self.soft, "cleaned": self.cleaned}[name]


@dataclass(frozen=True)
class Fit:
    """One film laid over another."""

    correlation: float
    """Of the normalised films where they overlap, 0 to 1; inverted films count as alike."""

    mirrored: bool
    turn: float
    """Degrees."""

    scale: float
    right: float = 0.0
    down: float = 0.0
    """Pixels of `FINE`."""

    @property
    def place(self) -> Array:
        """Return turn, scale, right and down, as `fit` takes them."""
        return np.array([self.turn, self.scale, self.right, self.down])


def prepare(image: Array) -> Prepared:
    """Reduce a square grey image (side, side; 0 to 1) by area means and normalise it locally."""
    fine = _reduced(image, FINE)
    cleaned = ndimage.gaussian_filter(ndimage.median_filter(fine, 3), CLEANED)
    # Where grain is smoothed, a black border's own would hide it; and its edge is not smoothed in.
    film = _film(cleaned)
    soft = _around(fine, film, SOFT)
    return Prepared(
        _normalised(_reduced(image, COARSE)),
        _normalised(fine),
        _normalised(soft, film, FAINTEST_SOFT),
        _normalised(cleaned, film),
    )


def coarse_correlations(images: Sequence[Prepared], others: Sequence[Prepared]) -> Coarse:
    """Compare every image with every other film over the grid of changes, where both have film."""
    best = np.zeros((len(images), len(others)), dtype=np.float32)
    change = np.zeros((len(images), len(others)), dtype=np.int64)
    moved = [stacked(_shifted(image.coarse)) for image in images]
    for start in range(0, len(others), CHUNK):
        chunk = others[start : start + CHUNK]
        forms = stacked([form for other in chunk for form in _changed(other.coarse)])
        for row, of_image in enumerate(moved):
            # (shifts, films * changes) -> (films, shifts * changes)
            alike = likeness(of_image, forms).reshape(len(SHIFTS), len(chunk), len(CHANGES))
            flat = alike.transpose(1, 0, 2).reshape(len(chunk), -1)
            columns = slice(start, start + len(chunk))
            change[row, columns] = flat.argmax(axis=1)
            best[row, columns] = flat.max(axis=1)
    return Coarse(best, change)


@dataclass(frozen=True)
class Stack:
    """Images (n, pixels), nought where there is no film; their squares; and where there is film."""

    values: Single
    squares: Single
    film: Single


def stacked(images: Sequence[Array]) -> Stack:
    """Return them one below the other, as `likeness` takes them."""
    rows = np.stack([image.ravel() for image in images])
    film = np.isfinite(rows)
    values = np.where(film, rows, 0.0)
    return Stack(*(part.astype(np.float32) for part in (values, values**2, film)))


def likeness(images: Stack, forms: Stack) -> Single:
    """Return how alike images and forms are where both have film: (images, forms), 0 to 1.

    The masked correlation of Padfield D. Masked object registration in the Fourier domain. IEEE
    Trans Image Process 2012, doi:10.1109/TIP.2011.2181402; here as sums, with a window, and without
    the means, which local normalisation took out.
    """
    window = COARSE_WINDOW.ravel().astype(np.float32)
    both = np.abs((images.values * window) @ forms.values.T)
    of_images = (images.squares * window) @ forms.film.T
    of_forms = (images.film * window) @ forms.squares.T
    overlap = (images.film * window) @ forms.film.T
    smaller = np.minimum((images.film @ window)[:, None], (forms.film @ window)[None])
    enough = (overlap >= LEAST_OVERLAP * smaller) & (of_images * of_forms > FAINT)
    alike: Single = np.where(enough, both / np.sqrt(np.maximum(of_images * of_forms, FAINT)), 0.0)
    return alike


@dataclass(frozen=True)
class Coarse:
    """The grid's outcome: (n, m) highest correlations, and at which change each was found."""

    correlations: Single
    change: NDArray[np.int64]

    def start(self, row: int, column: int) -> tuple[bool, Array]:
        """Return where a fit begins: mirrored, and turn, scale, right and down in fine pixels."""
        shift, changed = divmod(int(self.change[row, column]), len(CHANGES))
        mirrored, turn, scale = CHANGES[changed]
        down, right = SHIFTS[shift]
        factor = FINE / COARSE
        # The image was moved towards the film; now the film is moved towards the image.
        return mirrored, np.array([turn, scale, -right * factor, -down * factor])


def fit(image: Prepared, other: Prepared, mirrored: bool, start: Array) -> Fit:
    """Lay a film over an image as well as it goes, from where the grid found them alike.

    Parameters
    ----------
    start : turn (degrees), scale, right and down (pixels of `FINE`)
    """
    film = _as_laid(other.fine, mirrored=mirrored)
    steps = np.array([1.5, 0.04, 1.5, 1.5])
    return _fitted(image.fine, film, FINE_WINDOW, mirrored, start, steps, MOST_TRIALS)


def refit(image: Array, other: Array, window: Array, laid: Fit) -> Fit:
    """Lay a film over an image by another layer or part, from where the whole of both fitted.

    Parameters
    ----------
    image, other : (FINE, FINE), layers of prepared films
    window : (FINE, FINE), weights
    """
    film = _as_laid(other, mirrored=laid.mirrored)
    steps = np.array([0.7, 0.02, 0.7, 0.7])
    return _fitted(image, film, window, laid.mirrored, laid.place, steps, FEW_TRIALS)


def correlation_at(
    image: Array, other: Array, window: Array, place: Array, mirrored: bool
) -> float:
    """Return the correlation under a window, inverted films alike, with the film laid at a place.

    Parameters are as `refit` has them; place: turn (degrees), scale, right, down (pixels).
    """
    film = _as_laid(other, mirrored=mirrored)
    return abs(
        _overlap_correlation(image, _warped(film, place), window, _least(image, film, window))
    )


def _as_laid(film: Array, *, mirrored: bool) -> Array:
    return film[:, ::-1] if mirrored else film


def _least(image: Array, film: Array, window: Array) -> float:
    """Return the weight that must overlap."""
    return LEAST_OVERLAP * min(float((window * np.isfinite(one)).sum()) for one in (image, film))


def _fitted(
    image: Array,
    film: Array,
    window: Array,
    mirrored: bool,
    start: Array,
    steps: Array,
    trials: int,
) -> Fit:
    least = _least(image, film, window)

    def miss(place: Array) -> float:
        return -abs(_overlap_correlation(image, _warped(film, place), window, least))

    simplex = np.vstack([start, *(start + step for step in np.diag(steps))])
    options = {"maxfev": trials, "initial_simplex": simplex, "xatol": 0.02, "fatol": 1e-4}
    result = optimize.minimize(miss, start, method="Nelder-Mead", options=options)
    return Fit(min(float(-result.fun), 1.0), mirrored, *(float(value) for value in result.x))


def _reduced(image: Array, side: int) -> Array:
    from PIL import Image

    small = Image.fromarray(image.astype(np.float32)).resize((side, side), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64)


def _normalised(image: Array, film: Mask | None = None, faintest: float = FAINTEST) -> Array:
    """Take out grey level and contrast around each place, as the film around it has them.

    A black border that took part would be the strongest edge of its neighbourhood, and weaken all
    that lies near it.
    """
    film = _film(image) if film is None else film
    reach = image.shape[0] / 16
    detail = np.where(film, image - _around(image, film, reach), 0.0)
    contrast = np.sqrt(_around(detail**2, film, 2 * reach))
    normalised: Array = np.where(film, detail / (contrast + faintest), np.nan)
    return normalised


def _around(image: Array, film: Mask, reach: float) -> Array:
    """Return Gaussian means over the film only."""
    share = ndimage.gaussian_filter(film.astype(np.float64), reach)
    total = ndimage.gaussian_filter(np.where(film, image, 0.0), reach)
    means: Array = total / np.maximum(share, 1e-6)
    return means


def _film(image: Array) -> Mask:
    """Say where there is film: not in an even border, black or, of an inverted film, white.

    Of the two the one is taken that more of the edge has: the bright abdomen of a film reaches its
    edge as well.
    """
    low, high = float(image.min()), float(np.quantile(image, 0.99))
    step = FILM_BEGINS * (high - low)
    dark, bright = _reaching_the_edge(image <= low + step), _reaching_the_edge(image >= high - step)
    border = dark if _of_edge(dark) >= _of_edge(bright) else bright
    # The next pixel is film in part only.
    film: Mask = ~ndimage.binary_dilation(border, np.ones((3, 3)))
    return film if film.mean() >= LEAST_FILM else np.ones_like(film)


def _edge(image: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])


def _of_edge(region: Mask) -> float:
    return float(_edge(region).mean())


def _reaching_the_edge(region: Mask) -> Mask:
    parts, _ = ndimage.label(region)
    edge = _edge(parts)
    reaching: Mask = np.isin(parts, edge[edge > 0])
    return reaching


def _window(side: int) -> Array:
    """Return weights that fall to the edges, where films lose and gain parts."""
    fall = np.sqrt(np.hanning(side + 2)[1:-1])
    return np.outer(fall, fall)


COARSE_WINDOW, FINE_WINDOW = _window(COARSE), _window(FINE)
"""Of the whole of two films."""


def _changed(film: Array) -> list[Array]:
    forms = []
    for mirrored, turn, scale in CHANGES:
        place = np.array([turn, scale, 0.0, 0.0])
        forms.append(_warped(film[:, ::-1] if mirrored else film, place))
    return forms


def _shifted(image: Array) -> list[Array]:
    rows = []
    for down, right in SHIFTS:
        moved = np.full_like(image, np.nan)
        to_rows, from_rows = _slices(down)
        to_columns, from_columns = _slices(right)
        moved[to_rows, to_columns] = image[from_rows, from_columns]
        rows.append(moved)
    return rows


def _slices(shift: int) -> tuple[slice, slice]:
    return (
        slice(max(shift, 0), COARSE + min(shift, 0)),
        slice(max(-shift, 0), COARSE + min(-shift, 0)),
    )


def _warped(film: Array, place: Array) -> Array:
    """Turn, scale and move a film about its centre; beyond its edge it is not a number."""
    turn, scale, right, down = place
    angle, centre = np.deg2rad(turn), (film.shape[0] - 1) / 2
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    matrix = np.array([[cosine, -sine], [sine, cosine]])
    offset = centre - matrix @ np.array([centre + down, centre + right])
    warped: Array = ndimage.affine_transform(film, matrix, offset, order=1, cval=np.nan)
    return warped


def _overlap_correlation(image: Array, film: Array, window: Array, least: float) -> float:
    inside = np.isfinite(film) & np.isfinite(image)
    weight = window * inside
    total = weight.sum()
    if total < least or total < FAINT:
        return 0.0
    image, film = np.where(inside, image, 0.0), np.where(inside, film, 0.0)
    x = image - (weight * image).sum() / total
    y = film - (weight * film).sum() / total
    spread = float((weight * x * x).sum() * (weight * y * y).sum())
    return float((weight * x * y).sum()) / np.sqrt(spread) if spread > 1e-9 else 0.0
