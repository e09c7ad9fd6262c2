"""Generalizability: how far another panel and other images would give the same figures.

Ratings are taken apart into arm, image within arm, reader, reader by arm, and the rest (reader by
image with the inconstancy of one reading):

    Y = mean + arm + image:arm + reader + reader x arm + rest

Dependability (phi) is the share of the variance of a mean that is of its object, absolute errors
counted: a lenient panel is an error. For the mean of an arm over n_r readers and n_i images

    phi = v_arm / (v_arm + (v_reader + v_reader_arm) / n_r + v_image / n_i + v_rest / (n_r n_i))

and for the mean of one image over n_r readers

    phi = v_image / (v_image + (v_reader + v_reader_arm + v_rest) / n_r).

The variances solve the equations of Henderson's method I, which for complete ratings are those of
the analysis of variance; one below 0 is set to 0, and said.

References
----------
Brennan RL (2001), Generalizability Theory, Springer, doi:10.1007/978-1-4757-3456-0;
Henderson CR (1953), Biometrics 9:226-252, doi:10.2307/3001853.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from app.domain.said import said
from app.statistics.table.ratings import Float, Int, RatingsTable

DEPENDABLE = 0.8
READERS = (1, 2, 3, 5, 8, 12, 20)
IMAGES = (10, 20, 50, 100, 200)
MOST_READERS = 100
MOST_IMAGES = 1000
# A part so small beside the largest is 0 and what rounding has left of it: a share of such parts
# would be a number made of nothing.
_ROUNDING = 1e-12
PARTS = ("arm", "image", "reader", "reader_by_arm", "rest")

Rated = Literal["realism", "judged_real"]


@dataclass(frozen=True)
class Dependability:
    """Variance components of one measure, and what they promise of other numbers.

    Attributes
    ----------
    variances : mapping of part to float
        ``arm``, ``image``, ``reader``, ``reader_by_arm``, ``rest``, in squared units of the rating.
    below_zero : tuple of str
        Parts that came out below 0 and were set to 0.
    n_arms, n_readers, n_images, n_ratings : int
    of_arm : float or None
        Phi of an arm's mean with the study's readers, images and readings of an arm.
    of_image : float or None
        Phi of one image's mean over as many readers as an image had on average.
    smallest_of_arm : (readers, images) or None
        The least readings an arm that reach 0.8; None where 100 readers with 1,000 images don't.
    smallest_of_image : int or None
        The fewest readers of an image that reach 0.8; None where 100 don't.
    why_not : str
        What keeps the variances from being estimated; then the rest is empty.
    """

    variances: dict[str, float]
    below_zero: tuple[str, ...]
    n_arms: int
    n_readers: int
    n_images: int
    n_ratings: int
    of_arm: float | None = None
    of_image: float | None = None
    smallest_of_arm: tuple[int, int] | None = None
    smallest_of_image: int | None = None
    why_not: str = ""

    def phi_of_arm(self, readers: int, images: int) -> float | None:
        """Dependability of an arm's mean; None where arms don't differ."""
        if self.why_not or self.variances["arm"] <= 0:
            return None
        return self._of_arm(readers, images, readers * images)

    def _of_arm(self, readers: float, images: float, readings: float) -> float:
        part = self.variances
        of_readers = (part["reader"] + part["reader_by_arm"]) / readers
        error = of_readers + part["image"] / images + part["rest"] / readings
        return part["arm"] / (part["arm"] + error)

    def of_this_study(self) -> tuple[float | None, float | None]:
        """Phi of an arm's and of an image's mean as they were read; in a split-plot by a group."""
        of_image = self.phi_of_image(self.n_ratings / self.n_images)
        if self.variances["arm"] <= 0:
            return None, of_image
        images, readings = self.n_images / self.n_arms, self.n_ratings / self.n_arms
        return self._of_arm(self.n_readers, images, readings), of_image

    def phi_of_image(self, readers: float) -> float | None:
        """Dependability of an image's mean; None where images don't differ."""
        part = self.variances
        if self.why_not or part["image"] <= 0:
            return None
        error = (part["reader"] + part["reader_by_arm"] + part["rest"]) / readers
        return part["image"] / (part["image"] + error)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the table of the decision study."""
        return {
            "variances": dict(self.variances),
            "below_zero": list(self.below_zero),
            "n_arms": self.n_arms,
            "n_readers": self.n_readers,
            "n_images": self.n_images,
            "n_ratings": self.n_ratings,
            "of_arm": self.of_arm,
            "of_image": self.of_image,
            "decision_study": []
            if self.why_not
            else [
                {"readers": readers, "images": images, "phi": self.phi_of_arm(readers, images)}
                for readers in READERS
                for images in IMAGES
            ],
            "smallest_of_arm": None
            if self.smallest_of_arm is None
            else dict(zip(("readers", "images"), self.smallest_of_arm, strict=True)),
            "smallest_of_image": self.smallest_of_image,
            "state": said("not estimable: {why_not}", why_not=self.why_not)
            if self.why_not
            else "estimated",
        }


def dependability(table: RatingsTable, measure: Rated) -> Dependability:
    """Variance components and dependability of a measure, from first readings.

    Parameters
    ----------
    table : RatingsTable
    measure : str
        ``realism`` or ``judged_real``.
    """
    rows = []
    for number, arm in enumerate(table.arms):
        matrix = table.matrix(measure, arm)
        readers, cases = np.nonzero(np.isfinite(matrix))
        rows.append(
            (
                matrix[readers, cases],
                np.full(readers.size, number),
                readers,
                cases + 1_000_000 * number,
            )
        )
    rating, arm_of, reader, image = (
        np.concatenate([row[column] for row in rows]) for column in range(4)
    )
    return _from_rows(rating, arm_of, reader, image)


def _from_rows(rating: Float, arm: Int, reader: Int, image: Int) -> Dependability:
    arm, reader, image = (
        np.unique(codes, return_inverse=True)[1] for codes in (arm, reader, image)
    )
    n_arms, n_readers, n_images = (
        int(codes.max()) + 1 if codes.size else 0 for codes in (arm, reader, image)
    )
    counts = (n_arms, n_readers, n_images, int(rating.size))
    why_not = _why_not(*counts)
    if not why_not:
        raw = _components(rating, arm, reader, image)
        if np.isfinite(list(raw.values())).all():
            return _filled(raw, counts)
        why_not = said("too few ratings are shared to tell the parts apart")
    return Dependability({}, (), *counts, why_not=why_not)


def _why_not(arms: int, readers: int, images: int, ratings: int) -> str:
    if ratings == 0:
        return said("no ratings")
    if arms < 2:
        return said("one arm, which says nothing of how arms differ")
    if readers < 2:
        return said("one reader, who says nothing about other readers")
    if ratings <= images:
        return said("no image was rated by two readers")
    return ""


def _filled(raw: dict[str, float], counts: tuple[int, int, int, int]) -> Dependability:
    made = Dependability(
        {name: max(value, 0.0) for name, value in raw.items()},
        tuple(name for name, value in raw.items() if value < 0),
        *counts,
    )
    of_arm, of_image = made.of_this_study()
    return Dependability(
        made.variances,
        made.below_zero,
        *counts,
        of_arm=of_arm,
        of_image=of_image,
        smallest_of_arm=_smallest_of_arm(made.variances),
        smallest_of_image=next(
            (
                readers
                for readers in range(1, MOST_READERS + 1)
                # A tie must not hang on the last digit, which differs between processors.
                if (made.phi_of_image(readers) or 0.0) >= DEPENDABLE - 1e-12
            ),
            None,
        ),
    )


def _components(rating: Float, arm: Int, reader: Int, image: Int) -> dict[str, float]:
    """Henderson's method I: sums of squared totals, set equal to what they are expected to be.

    T_f = sum over the levels l of a factor f of (sum of the ratings)^2 / n_l has the expectation
    sum_g v_g sum_l sum_m n_lm^2 / n_l + N mean^2 over the factors g with levels m. A reader rates
    an image once, so that every n_lm of reader and image is 1.
    """
    rating = rating - rating.mean()
    size = float(rating.size)
    cell = np.unique(reader * (int(arm.max()) + 1) + arm, return_inverse=True)[1].ravel()
    levels = (arm, image, reader, cell)
    of_arm, of_image, of_reader, of_cell = (np.bincount(codes).astype(float) for codes in levels)
    arm_of_image, arm_of_cell, reader_of_cell = (
        np.zeros(count.size, dtype=np.int64) for count in (of_image, of_cell, of_cell)
    )
    arm_of_image[image], arm_of_cell[cell], reader_of_cell[cell] = arm, arm, reader
    cells_in_arm = float((of_cell**2 / of_arm[arm_of_cell]).sum())
    cells_of_reader = float((of_cell**2 / of_reader[reader_of_cell]).sum())
    images_in_arm = float((of_image**2 / of_arm[arm_of_image]).sum())
    a, i, r, c = (float(count.size) for count in (of_arm, of_image, of_reader, of_cell))
    expected = np.array(
        [
            [size, images_in_arm, cells_in_arm, cells_in_arm, a],
            [size, size, i, i, i],
            [cells_of_reader, r, size, cells_of_reader, r],
            [size, c, size, size, c],
            [size] * 5,
        ]
    )
    of_mean = [float((n**2).sum()) / size for n in (of_arm, of_image, of_reader, of_cell)]
    totals = [
        float((np.bincount(codes, rating) ** 2 / np.bincount(codes)).sum()) for codes in levels
    ]
    totals.append(float((rating**2).sum()))
    try:
        solved = np.linalg.solve(expected - np.array([*of_mean, 1.0]), np.array(totals))
    except np.linalg.LinAlgError:
        solved = np.full(len(PARTS), math.nan)
    is_nothing = np.abs(solved) <= _ROUNDING * np.abs(solved).max()
    return dict(zip(PARTS, np.where(is_nothing, 0.0, solved).tolist(), strict=True))


def _smallest_of_arm(part: dict[str, float]) -> tuple[int, int] | None:
    """Readers and images with the least readings of an arm for a dependability of 0.8."""
    room = part["arm"] * (1.0 / DEPENDABLE - 1.0)
    enough: list[tuple[int, int]] = []
    for readers in range(1, MOST_READERS + 1):
        left = room - (part["reader"] + part["reader_by_arm"]) / readers
        if left <= 0:
            continue
        images = max(1, math.ceil((part["image"] + part["rest"] / readers) / left - 1e-9))
        if images <= MOST_IMAGES:
            enough.append((readers, images))
    return min(enough, key=lambda pair: (pair[0] * pair[1], pair[0]), default=None)
