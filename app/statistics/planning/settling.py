"""What it would take to settle an arm that a study left open: more readers, or more images.

The variance of the AUC in a study of J readers and of c times as many images as this one is, by the
model of Obuchowski and Rockette,

    V(J, c) = MS(J, c) / J + Cov2 / c,     MS = sigma_R^2 + (Var - Cov2) / c,

with Hillis' degrees of freedom (MS + J Cov2 / c)^2 / (MS^2 / (J - 1)). Var and Cov2, the variances
over images, shrink as images are added; sigma_R^2 = MS(R) - (Var - Cov2), how much the AUCs of
readers truly differ, does not.

A split-plot has G groups of readers, each with images of its own: mean squares and Cov2 are those
within groups, J readers share images with J q in place of J readers, q = sum_g J_g^2 / J^2, and df
have J - G in place of J - 1. New readers join the groups in equal numbers and new images the
blocks; where every reader has images of their own, new readers bring as many. Where images belong
together Cov2 / c has the degrees of freedom of c times the clusters, less one.

If the AUC is as it was seen, the t statistic of the new study is noncentral, and the chance that it
shows a difference or equivalence follows.

References
----------
Hillis SL, Obuchowski NA, Berbaum KS (2011), Acad Radiol 18:129-142,
doi:10.1016/j.acra.2010.09.007 (sample size from the estimates of a pilot).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from app.domain.said import said
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import AnalysisSettings, Generalisation
from app.statistics.variance.clusters import cluster_df
from app.statistics.variance.exact_bound import fewest_trials, p_value_of_all
from app.statistics.variance.interval import whom_it_speaks_for
from app.statistics.variance.obuchowski_rockette import LEAST_SHARE, SingleArm, single_arm
from app.statistics.variance.split_plot import ReaderGroups, reader_blocks

MOST_READERS = 200
MOST_CASES = 2000
_MANY_DF, _FAR = 1e4, 30.0
# As usual: four of five such studies settle it.
CHANCE = 0.80


@dataclass(frozen=True)
class Settling:
    """How many more readers, or images, an arm would take.

    Attributes
    ----------
    readers : int or None
        More readers of the same images; None: no number up to 200 readers would do, or readers are
        not a sample.
    images, real_images : int or None
        More images of the arm, with as many times more real ones, for the same readers; None: no
        number up to 2000 an arm would do, or images are not a sample.
    both : (int, int, int) or None
        More readers, more images of the arm and more real ones together, given where neither alone
        would do.
    groups : int
        Groups of readers with images of their own, into which new readers go in equal numbers and
        among which new images are shared out; 1 for a crossed study.
    each_brings : (int, int) or None
        Images of the arm and real ones that each new reader reads alone, where every reader has
        images of their own.
    for_this_reader : bool
        One reader: more images settle it for this reader only, and more readers can't be counted.
    why_not : str
        A clause that says why nothing can be counted; empty where something is.
    """

    readers: int | None = None
    images: int | None = None
    real_images: int | None = None
    both: tuple[int, int, int] | None = None
    groups: int = 1
    each_brings: tuple[int, int] | None = None
    for_this_reader: bool = False
    why_not: str = ""

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        content = asdict(self)
        pairs = {"both": self.both, "each_brings": self.each_brings}
        return {
            **content,
            **{name: None if one is None else list(one) for name, one in pairs.items()},
        }


@dataclass(frozen=True)
class AucVariances:
    """What the AUC of a new study varies by.

    Attributes
    ----------
    auc : float
        Strictly between 0 and 1.
    between_readers : float
        sigma_R^2, not below 0.
    own : float
        Var - Cov2 of this study: over images, of one reader alone.
    shared : float
        Cov2 of this study, of readers of one group, not below 0.
    readers : int
        Of this study.
    target : str
        Whom the interval speaks for.
    groups : int
        G, groups of readers with images of their own.
    share_of_group : float
        q, the mean over readers of the share of all readers that are in their group.
    clusters : float
        Of images, the fewest of any arm; infinite where each stands alone.
    """

    auc: float
    between_readers: float
    own: float
    shared: float
    readers: int
    target: Generalisation
    groups: int = 1
    share_of_group: float = 1.0
    clusters: float = math.inf

    def variance(self, readers: ArrayLike, times: ArrayLike) -> tuple[Float, Float]:
        """Variance and degrees of freedom with so many readers and so many times the images."""
        j, c = np.asarray(readers, dtype=np.float64), np.asarray(times, dtype=np.float64)
        mean_square = self.between_readers + self.own / c
        df_readers, df_cases = j - self.groups, c * self.clusters - 1.0
        of_cases = j * self.share_of_group * self.shared / c
        if self.target == "cases":
            variance = (self.own / c + of_cases) / j
            return variance, np.broadcast_to(df_cases, variance.shape)
        if self.target == "readers":
            return mean_square / j, np.broadcast_to(df_readers, np.broadcast(j, c).shape)
        whole = mean_square + of_cases
        with np.errstate(divide="ignore"):
            return whole / j, whole**2 / (mean_square**2 / df_readers + of_cases**2 / df_cases)


@dataclass(frozen=True)
class Aim:
    """When an arm counts as settled.

    Attributes
    ----------
    margin : float
    alpha : float
        Of the reported interval.
    alpha_difference, alpha_equivalence : float
        Of the two tests, after adjustment for the number of arms that are still open.
    may_be_equivalent : bool
        False where equivalence would be withheld whatever the test says.
    """

    margin: float
    alpha: float
    alpha_difference: float
    alpha_equivalence: float
    may_be_equivalent: bool = True


def chance_of_settling(seen: AucVariances, aim: Aim, readers: ArrayLike, times: ArrayLike) -> Float:
    """Chance that a study shows a difference or equivalence if the AUC is as it was.

    Parameters
    ----------
    seen : AucVariances
    aim : Aim
    readers, times : arrays of one shape, or numbers
        Readers, and by how many times the images of this study are multiplied.

    Returns
    -------
    array of float
        P(|T| > t_difference) + P(|T| < m - t_equivalence) with T noncentral t on the logit scale
        and m the margin in standard errors; the second only where 0.5 is inside the interval.
    """
    variance, df = seen.variance(readers, times)
    se = np.sqrt(variance) / (seen.auc * (1.0 - seen.auc))
    shift, room = special.logit(seen.auc) / se, special.logit(0.5 + aim.margin) / se
    told = stats.t.ppf(1.0 - aim.alpha_difference / 2.0, df)
    chance = _above(told, df, shift) + _above(told, df, -shift)
    if aim.may_be_equivalent:
        inner = room - stats.t.ppf(1.0 - aim.alpha_equivalence, df)
        inner = np.clip(inner, 0.0, stats.t.ppf(1.0 - aim.alpha / 2.0, df))
        chance = chance + 1.0 - _above(inner, df, shift) - _above(inner, df, -shift)
    clipped: Float = np.clip(chance, 0.0, 1.0)
    return clipped


def _above(t: Float, df: Float, shift: Float) -> Float:
    """P(T > t) of a noncentral t, by the normal approximation where df are many or shift is far.

    P(T > t) is near P(Z > (t (1 - 1/(4 df)) - shift) / sqrt(1 + t^2 / (2 df))) (Abramowitz and
    Stegun 1972, 26.7.10), which is exact for infinite df.
    """
    finite = np.where(np.isfinite(df), df, 1e12)
    near = special.ndtr(-(t * (1.0 - 0.25 / finite) - shift) / np.sqrt(1.0 + t**2 / (2.0 * finite)))
    exact = stats.nct.sf(t, np.minimum(finite, _MANY_DF), np.clip(shift, -_FAR, _FAR))
    usable = (finite < _MANY_DF) & (np.abs(shift) < _FAR) & np.isfinite(exact)
    chosen: Float = np.where(usable, exact, near)
    return chosen


def settle(
    theta: Float,
    covariance: Float,
    matrices: Sequence[Float],
    settings: AnalysisSettings,
    aim: Aim,
    *,
    clusters: Sequence[Int] | None = None,
) -> Settling:
    """How many more readers, or images, would settle an arm with a chance of 80 %.

    Parameters
    ----------
    theta : (J,) array of float
        AUC of every reader.
    covariance : (J, J) array of float
        Over images.
    matrices : [(J, K0), (J, K1)] arrays of float
        Ratings of the real images and of the arm's.
    settings : AnalysisSettings
    aim : Aim
    clusters : [(K0,), (K1,)] arrays of int, optional
        Of these images, counted through. More images are taken to belong together as these do.

    Returns
    -------
    Settling
    """
    present = int(np.isfinite(theta).sum())
    real, ours = (int(np.isfinite(matrix).any(axis=0).sum()) for matrix in matrices)
    target, _ = whom_it_speaks_for(present, settings.generalise_to)
    blocks = reader_blocks(matrices)
    n_blocks = int(np.unique(blocks[np.isfinite(theta)]).size)
    layout = _Layout((ours, real), n_blocks, present, clusters is not None)
    arm = single_arm(
        theta,
        covariance,
        generalise_to=target,
        least_share=LEAST_SHARE,
        blocks=blocks,
        case_df=cluster_df(matrices, clusters),
    )
    alone = present == 1 and settings.generalise_to != "cases"
    if present and arm.estimate in (0.0, 1.0):
        trials = fewest_trials(matrices, settings.generalise_to, clusters)
        return _after_separation(trials, aim, target, layout, alone=alone)
    if present == 1 and target == "readers":
        return Settling(
            why_not=said("one reader says nothing about others, and these images are all")
        )
    if arm.why_not is not None:
        return Settling(why_not=arm.why_not)
    kept = np.isfinite(theta)
    groups = ReaderGroups.of(blocks[kept], present)
    seen = _variances(arm, groups.within(covariance[np.ix_(kept, kept)]), groups, target)
    seen = replace(seen, clusters=cluster_df(matrices, clusters) + 1.0)
    return _counted(seen, aim, layout, alone=alone)


@dataclass(frozen=True)
class _Layout:
    """Images of the arm and real ones, and the blocks of readers among whom they are shared out."""

    images: tuple[int, int]
    blocks: int
    readers: int
    has_clusters: bool

    @property
    def is_nested(self) -> bool:
        """Whether each of several readers has images of their own."""
        return 1 < self.blocks == self.readers

    @property
    def groups(self) -> int:
        return 1 if self.is_nested else max(self.blocks, 1)

    @property
    def of_one_reader(self) -> tuple[int, int] | None:
        """Images of each reader, where each has their own."""
        if not self.is_nested:
            return None
        return math.ceil(self.images[0] / self.readers), math.ceil(self.images[1] / self.readers)

    def of_a_pair(self, trials: int) -> tuple[float, float]:
        """Images that one more independent pair for every reader takes."""
        if self.has_clusters:
            return self.images[0] / max(trials, 1), self.images[1] / max(trials, 1)
        return float(self.blocks), float(self.blocks)


def _variances(
    arm: SingleArm, within: float, groups: ReaderGroups, target: Generalisation
) -> AucVariances:
    readers = arm.n_readers
    shared = 0.0 if readers == 1 or math.isnan(within) else max(within, 0.0)
    own = 0.0 if math.isnan(arm.error_variance) else max(arm.error_variance - shared, 0.0)
    beyond = 0.0 if readers == 1 else max(arm.ms_reader - own, 0.0)
    sizes = np.bincount(groups.block) / readers
    return AucVariances(
        arm.estimate, beyond, own, shared, readers, target,
        groups=groups.count, share_of_group=float((sizes**2).sum()),
    )  # fmt: skip


def _counted(seen: AucVariances, aim: Aim, layout: _Layout, *, alone: bool) -> Settling:
    images = layout.images
    ours, here = images[0], seen.readers
    more_readers = more_images = None
    if seen.target != "cases":
        grid = np.arange(here + seen.groups, MOST_READERS + 1, seen.groups)
        more_readers = _first(grid, chance_of_settling(seen, aim, grid, 1.0), here)
    if seen.target != "readers":
        grid = np.arange(ours + 1, MOST_CASES + 1)
        more_images = _first(grid, chance_of_settling(seen, aim, here, grid / ours), ours)
    both = None
    if seen.target == "readers_and_cases" and more_readers is None and more_images is None:
        both = _together(seen, aim, images)
    if more_readers is None and more_images is None and both is None:
        return Settling(for_this_reader=alone, why_not=_why_never(aim))
    return Settling(
        readers=more_readers,
        images=more_images,
        real_images=None if more_images is None else _in_proportion(more_images, images),
        both=both,
        groups=layout.groups,
        each_brings=layout.of_one_reader,
        for_this_reader=alone,
    )


def _first(grid: Int, chance: Float, here: int) -> int | None:
    """How many more than here the first of the grid is from which on the chance is enough."""
    enough = np.flatnonzero(np.asarray(chance) >= CHANCE)
    return int(grid[int(enough[0])]) - here if enough.size else None


def _together(seen: AucVariances, aim: Aim, images: tuple[int, int]) -> tuple[int, int, int] | None:
    """The fewest readings in which more readers and more images settle it."""
    ours = images[0]
    readers = np.arange(seen.readers + seen.groups, MOST_READERS + 1, seen.groups)
    steps = np.unique(np.geomspace(ours + 1, max(MOST_CASES, ours + 1), 60).astype(int))
    chance = chance_of_settling(seen, aim, readers[:, None], steps[None, :] / ours)
    readings = np.where(chance >= CHANCE, readers[:, None] * steps[None, :], np.inf)
    best = np.unravel_index(int(np.argmin(readings)), readings.shape)
    if not np.isfinite(readings[best]):
        return None
    more = int(steps[best[1]]) - ours
    return int(readers[best[0]]) - seen.readers, more, _in_proportion(more, images)


def _in_proportion(more: int, images: tuple[int, int]) -> int:
    return math.ceil(more * images[1] / images[0])


def _why_never(aim: Aim) -> str:
    if not aim.may_be_equivalent:
        return said("equivalence would be withheld, and no difference can be counted on")
    return said(
        "no number up to {most_readers} readers and {most_cases} images an arm would do",
        most_readers=MOST_READERS,
        most_cases=MOST_CASES,
    )


def _after_separation(
    trials: int, aim: Aim, target: Generalisation, layout: _Layout, *, alone: bool
) -> Settling:
    """Complete separation: independent pairs until the exact test rejects, if it stays so.

    A trial is what a reader reads: in groups each block needs as many more, and where images belong
    together a pair takes as many images as there were to one pair here.
    """
    needed = trials
    while p_value_of_all(needed) >= aim.alpha_difference:
        needed += 1
    more = needed - trials
    if target == "readers":
        return Settling(readers=more)
    ours, real = (math.ceil(more * images) for images in layout.of_a_pair(trials))
    return Settling(images=ours, real_images=real, groups=layout.groups, for_this_reader=alone)
