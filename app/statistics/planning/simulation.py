"""Simulated reader studies: readers, cases and their interaction drawn anew in every study.

The latent realism of case k of arm t for reader j is, after Roe and Metz (1997),

    X_tjk = mu_t + R_j + (TR)_tj + C_tk + E_tjk,      Var(C) + Var(E) = 1,

cut at fixed thresholds to a realism rating and at another to a verdict. E holds the reader x case
interaction together with the reader's own inconstancy: with one read a case the two can't be told
apart, and an analysis of first reads does not need them apart.

References
----------
Roe CA, Metz CE (1997), Acad Radiol 4:298-303, doi:10.1016/S1076-6332(97)80032-3;
Gallas BD, Hillis SL (2014), J Med Imaging 1:031006, doi:10.1117/1.JMI.1.3.031006.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from app.statistics.planning.layout import StudyLayout
from app.statistics.table.ratings import Float, StatisticsInputError

_NODES = 15
_WIDEST_SEPARATION = 12.0
# A rating scale spans the same latent range however many steps it has: five are one unit wide each.
_SPAN = 5.0


@dataclass(frozen=True)
class LatentVariances:
    """Variances of the latent realism, in units of Var(case) + Var(reader x case and error) = 1.

    Attributes
    ----------
    reader : float
        A reader's leaning in every arm. An assumption of ours (standard deviation 0.25, as in the
        coverage simulation): Roe and Metz need none, because it cancels out of an AUC.
    reader_by_arm : float
        What a reader adds in one arm. 0.06 is reader plus reader x modality of Roe and Metz's
        structure "HH", 0.03 each, drawn apart for the two truths.
    case : float
        What all readers see in a case. 0.60 is case plus case x modality of the same structure.

    Raises
    ------
    StatisticsInputError
        When a variance is negative or the case's is not below 1.
    """

    reader: float = 0.0625
    reader_by_arm: float = 0.06
    case: float = 0.60

    def __post_init__(self) -> None:
        for name, value in (("reader", self.reader), ("reader by arm", self.reader_by_arm)):
            if not 0.0 <= value <= 10.0:
                raise StatisticsInputError(
                    f"The {name} variance is {value:g}: give a number from 0 to 10, "
                    "in units of the variance between cases within one reader."
                )
        if not 0.0 <= self.case < 1.0:
            raise StatisticsInputError(
                f"The case variance is {self.case:g}: give a number from 0 to below 1, "
                "the share of the variance within one reader that readers have in common."
            )

    @property
    def reader_by_case_and_error(self) -> float:
        return 1.0 - self.case

    @property
    def total_sd(self) -> float:
        """Standard deviation of the latent realism over readers and cases of an arm."""
        return math.sqrt(1.0 + self.reader + self.reader_by_arm)


@dataclass(frozen=True)
class Scenario:
    """What a study is planned for: how things are taken to be.

    Attributes
    ----------
    auc : float
        True AUC of the realism rating, averaged over readers, of the arm that is to be detected.
    deception : float
        Share of that arm's images judged real.
    real_rate : float or None
        Share of real images judged real; None: the one that follows when verdict and realism rest
        on the same impression.
    equivalence_auc : float
        True AUC of the arm that is to be shown equivalent.
    steps : int
        Steps of the realism scale.
    components : LatentVariances

    Raises
    ------
    StatisticsInputError
        When a value is outside its range.
    """

    auc: float = 0.60
    deception: float = 0.40
    real_rate: float | None = None
    equivalence_auc: float = 0.50
    steps: int = 5
    components: LatentVariances = LatentVariances()

    def __post_init__(self) -> None:
        if not 0.0 < self.auc < 1.0 or self.auc == 0.5:
            raise StatisticsInputError(
                f"The AUC to be detected is {self.auc:g}: give a number between 0 and 1 "
                "other than 0.5, which is no difference."
            )
        if not 0.0 < self.equivalence_auc < 1.0:
            raise StatisticsInputError(
                f"The AUC of the equivalent arm is {self.equivalence_auc:g}: "
                "give a number between 0 and 1, 0.5 for images that are alike."
            )
        for name, rate in (("arm's", self.deception), ("real images'", self.real_rate)):
            if rate is not None and not 0.0 < rate < 1.0:
                raise StatisticsInputError(
                    f"The {name} rate judged real is {rate:g}: give a number between 0 and 1."
                )
        if not 2 <= self.steps <= 101:
            raise StatisticsInputError(
                f"The realism scale has {self.steps} steps: give 2 to 101 (5 for 1-5)."
            )


@dataclass(frozen=True)
class LatentModel:
    """A scenario solved for the latent means and cuts that bring it about.

    Attributes
    ----------
    thresholds : (steps - 1,) array of float
        Cuts between the steps of the realism scale.
    real, detected, equivalent : float
        Latent means of the real arm, of the arm to be detected and of the one to be shown
        equivalent.
    cut_real, cut_detected : float
        A case of the arm is judged real above this.
    real_rate : float
        Share of real images judged real.
    """

    components: LatentVariances
    thresholds: Float
    real: float
    detected: float
    equivalent: float
    cut_real: float
    cut_detected: float
    real_rate: float


@dataclass(frozen=True)
class SimulatedStudies:
    """Ratings of S studies with J readers and K images an arm, each an (S, J, K) array.

    ``real``, ``detected`` and ``equivalent`` are realism ratings 1, 2, ...; ``real_judged_real``
    and ``detected_judged_real`` are 1 where the image was judged real, else 0.
    """

    real: Float
    detected: Float
    equivalent: Float
    real_judged_real: Float
    detected_judged_real: Float


def rating_thresholds(steps: int) -> Float:
    """Cuts of a realism scale, even and centred on 0; -1.5, -0.5, 0.5, 1.5 for five steps."""
    cuts: Float = (np.arange(1.0, steps) - steps / 2.0) * (_SPAN / steps)
    return cuts


def expected_auc(
    real: float, synthetic: float, thresholds: Float, components: LatentVariances
) -> float:
    """AUC of the rating, ties half, averaged over the population of readers.

    Parameters
    ----------
    real, synthetic : float
        Latent means.
    thresholds : (steps - 1,) array of float
    components : LatentVariances

    Returns
    -------
    float
        By Gauss-Hermite integration over R and the two (TR).

    Examples
    --------
    On a fine scale and without reader effects, the binormal Phi(d / sqrt(2)):

    >>> fine = LatentVariances(reader=0, reader_by_arm=0)
    >>> round(expected_auc(0.5, -0.5, rating_thresholds(101), fine), 3)
    0.76
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    common = math.sqrt(components.reader) * nodes[:, None]
    own = math.sqrt(components.reader_by_arm) * nodes[None, :]
    above_real = _share_above(thresholds, real + common + own)
    above_synthetic = _share_above(thresholds, synthetic + common + own)
    # P(real > synthetic) + P(equal) / 2 summed over the synthetic rating's steps.
    synthetic_in = -np.diff(above_synthetic, axis=-1)
    real_from = (above_real[..., 1:] + above_real[..., :-1]) / 2.0
    per_reader = np.einsum("gsa,gra->grs", synthetic_in, real_from)
    return float(np.einsum("grs,g,r,s->", per_reader, weights, weights, weights))


def latent_distance(auc: float, thresholds: Float, components: LatentVariances) -> float:
    """Latent mean of real images less that of an arm, both as far from 0, that gives an AUC.

    Raises
    ------
    StatisticsInputError
        When no distance gives it.
    """

    def miss(d: float) -> float:
        return expected_auc(0.5 * d, -0.5 * d, thresholds, components) - auc

    if miss(-_WIDEST_SEPARATION) > 0 or miss(_WIDEST_SEPARATION) < 0:
        raise StatisticsInputError(
            f"An AUC of {auc:g} is out of reach with these variance components: "
            "state one nearer 0.5."
        )
    return float(optimize.brentq(miss, -_WIDEST_SEPARATION, _WIDEST_SEPARATION, xtol=1e-9))


def solve(scenario: Scenario) -> LatentModel:
    """The latent means and cuts of a scenario.

    Raises
    ------
    StatisticsInputError
        When no separation of the arms gives the AUC.
    """
    components = scenario.components
    thresholds = rating_thresholds(scenario.steps)

    half = latent_distance(scenario.auc, thresholds, components) / 2.0

    def miss_equivalent(shift: float) -> float:
        auc = expected_auc(half, half - shift, thresholds, components)
        return auc - scenario.equivalence_auc

    shift = 0.0
    if scenario.equivalence_auc != 0.5:
        try:
            shift = float(
                optimize.brentq(miss_equivalent, -_WIDEST_SEPARATION, _WIDEST_SEPARATION, xtol=1e-9)
            )
        except ValueError:
            raise StatisticsInputError(
                f"An AUC of {scenario.equivalence_auc:g} is out of reach with these variance "
                "components: state one nearer 0.5."
            ) from None
    cut = -half - components.total_sd * float(special.ndtri(scenario.deception))
    cut_real = cut
    if scenario.real_rate is not None:
        cut_real = half - components.total_sd * float(special.ndtri(scenario.real_rate))
    return LatentModel(
        components=components,
        thresholds=thresholds,
        real=half,
        detected=-half,
        equivalent=half - shift,
        cut_real=cut_real,
        cut_detected=cut,
        real_rate=float(special.ndtr((half - cut_real) / components.total_sd)),
    )


def expected_share_correct(distance: float, pictures: int, components: LatentVariances) -> float:
    """Share of sets in which a reader finds the one real picture, averaged over readers.

    Parameters
    ----------
    distance : float
        Latent mean of real pictures less that of synthetic ones.
    pictures : int
        m shown together, of which m - 1 are synthetic.
    components : LatentVariances

    Returns
    -------
    float
        E[Phi(z + d_j)^(m - 1)] over the real picture's z and the readers' distances d_j, which vary
        by twice the reader by arm variance.

    Examples
    --------
    >>> round(expected_share_correct(1.0, 2, LatentVariances(reader_by_arm=0.0)), 3)
    0.76
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    weights = weights / weights.sum()
    own = distance + math.sqrt(2.0 * components.reader_by_arm) * nodes
    beaten = special.ndtr(nodes[:, None] + own[None, :]) ** (pictures - 1)
    return float(weights @ beaten @ weights)


def simulate_studies(
    model: LatentModel,
    *,
    readers: int,
    cases: int,
    studies: int,
    rng: np.random.Generator,
    layout: StudyLayout | None = None,
) -> SimulatedStudies:
    """Studies in which every reader reads every image of three arms, or of their group's block.

    Parameters
    ----------
    model : LatentModel
    readers, cases, studies : int
        J readers, K images in each arm, S studies.
    rng : numpy.random.Generator
    layout : StudyLayout, optional
        Crossed, with images that stand alone, when left out.

    Returns
    -------
    SimulatedStudies
        NaN where a reader doesn't read an image.
    """
    layout = layout or StudyLayout()
    draw = _Readers(model.components, studies, readers, rng)
    read = layout.is_read(readers, cases)

    def rated(values: Float) -> Float:
        return read + np.searchsorted(model.thresholds, values).astype(np.float64)

    real, detected, equivalent = (
        draw.latent(mean, cases, layout) for mean in (model.real, model.detected, model.equivalent)
    )
    return SimulatedStudies(
        real=rated(real),
        detected=rated(detected),
        equivalent=rated(equivalent),
        real_judged_real=read * (real > model.cut_real),
        detected_judged_real=read * (detected > model.cut_detected),
    )


def simulate_phases(
    components: LatentVariances,
    thresholds: Float,
    distances: tuple[float, float],
    *,
    readers: int,
    cases: int,
    studies: int,
    rng: np.random.Generator,
    layout: StudyLayout,
    same_cases: bool,
) -> tuple[Float, Float]:
    """Realism ratings of real and of an arm's images in two phases by the same readers.

    Parameters
    ----------
    distances : (float, float)
        Latent mean of real images less the arm's, in the earlier and in the later phase.
    same_cases : bool
        The images of the earlier phase return; else the later one has as many of its own.

    Returns
    -------
    real, synthetic : (S, 2 J, K) arrays of float
        The earlier phase above the later one; K is twice `cases` where the images are new, and NaN
        stands where an image was not read. What a reader leans to is the same in both phases, what
        they add in an arm is drawn anew.
    """
    draw = _Readers(components, studies, readers, rng)
    read = layout.is_read(readers, cases)
    nothing = np.full((studies, readers, cases), np.nan)
    stacks: list[Float] = []
    for sign in (0.5, -0.5):
        of_cases = draw.cases(cases, layout) if same_cases else None
        earlier, later = (
            read
            + np.searchsorted(
                thresholds, draw.latent(sign * distance, cases, layout, of_cases)
            ).astype(np.float64)
            for distance in distances
        )
        if not same_cases:
            earlier = np.concatenate((earlier, nothing), axis=2)
            later = np.concatenate((nothing, later), axis=2)
        stacks.append(np.concatenate((earlier, later), axis=1))
    return stacks[0], stacks[1]


def simulate_presence(
    components: LatentVariances,
    share: float,
    *,
    readers: int,
    cases: int,
    studies: int,
    rng: np.random.Generator,
    layout: StudyLayout,
) -> Float:
    """Readings of an arm's images in which something is named or marked.

    Returns
    -------
    (S, J, K) array of float
        1 where it is, in a share of all readings, else 0; NaN where a reader doesn't read an image.
    """
    draw = _Readers(components, studies, readers, rng)
    mean = components.total_sd * float(special.ndtri(share))
    return np.asarray(layout.is_read(readers, cases) * (draw.latent(mean, cases, layout) > 0.0))


def simulate_choices(
    model: LatentModel,
    *,
    readers: int,
    sets: int,
    studies: int,
    rng: np.random.Generator,
    layout: StudyLayout,
) -> Float:
    """Which sets readers get right: each shows one real picture and m - 1 of the arm.

    The picture that looks most real is chosen.

    Returns
    -------
    (S, J, K) array of float
        1 where the real picture was chosen, else 0; NaN where a reader doesn't read a set.
    """
    draw = _Readers(model.components, studies, readers, rng)
    real = draw.latent(model.real, sets, layout)
    others = layout.pictures - 1
    told = draw.latent(model.detected, sets * others, layout)
    best = told.reshape(studies, readers, sets, others).max(axis=3)
    return np.asarray(layout.is_read(readers, sets) * (real > best))


class _Readers:
    """The readers of S simulated studies, and what they see in images."""

    def __init__(
        self, components: LatentVariances, studies: int, readers: int, rng: np.random.Generator
    ) -> None:
        self._components = components
        self._shape = (studies, readers, 1)
        self._rng = rng
        self._leaning = math.sqrt(components.reader) * rng.standard_normal(self._shape)

    def latent(
        self, mean: float, cases: int, layout: StudyLayout, of_cases: Float | None = None
    ) -> Float:
        """(S, J, K): how real K images of an arm look; `of_cases` where they were seen before."""
        of, (studies, readers, _) = self._components, self._shape
        return np.asarray(
            mean
            + self._leaning
            + math.sqrt(of.reader_by_arm) * self._rng.standard_normal(self._shape)
            + (self.cases(cases, layout) if of_cases is None else of_cases)
            + math.sqrt(of.reader_by_case_and_error)
            * self._rng.standard_normal((studies, readers, cases))
        )

    def cases(self, cases: int, layout: StudyLayout) -> Float:
        """(S, 1, K): what all readers see in K images."""
        studies, sd = self._shape[0], math.sqrt(self._components.case)
        own = self._rng.standard_normal((studies, 1, cases))
        if layout.cluster_size == 1:
            return np.asarray(sd * own)
        clusters = layout.clusters(cases)
        common = self._rng.standard_normal((studies, 1, int(clusters.max()) + 1))[:, :, clusters]
        share = layout.cluster_share
        return np.asarray(sd * (math.sqrt(share) * common + math.sqrt(1.0 - share) * own))


def _share_above(thresholds: Float, mean: Float) -> Float:
    """P(X > cut) at -inf, every threshold and +inf, along a new last axis."""
    inner = special.ndtr(mean[..., None] - thresholds)
    ones = np.ones_like(inner[..., :1])
    return np.concatenate((ones, inner, np.zeros_like(ones)), axis=-1)
