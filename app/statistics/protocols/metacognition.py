"""meta-d': how well confidence follows being right, in the unit of d'."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import optimize, special

from app.domain.said import joined, said
from app.statistics.protocols.judgements import Judgements
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers

# Below these a reader's meta-d' is left out, and said to be.
LEAST_READINGS = 20
LEAST_D_PRIME = 0.2
_NO_SCALE = said(
    "d′ is below {least_d_prime:g}: there is no scale to hold by", least_d_prime=LEAST_D_PRIME
)
_CHOSEN = said(
    "readers who tell the kinds apart least are not among these, which makes the mean too high"
)
_LARGEST = 10.0
_TINY = 1e-300


@dataclass(frozen=True)
class MetaFit:
    """One reader's fit; ``why_not`` says why there is none, then every number is NaN.

    ``criterion`` is c of the answers themselves, ``log_likelihood`` that of the levels given them,
    ``parameters`` where it is largest.
    """

    d_prime: float
    meta_d_prime: float
    criterion: float
    log_likelihood: float
    why_not: str = ""
    parameters: tuple[float, ...] = ()


@dataclass(frozen=True)
class Metacognition:
    """Result of :func:`metacognition`.

    Attributes
    ----------
    kinds : (str, str)
        What the first and the second alternative are called.
    readers : tuple of MetaFit
        In the order of the judgements' rows.
    d_prime, meta_d_prime, ratio : Estimate
        Of the readers who have both; ``ratio`` is the mean of meta-d' over that of d'.
    """

    kinds: tuple[str, str]
    readers: tuple[MetaFit, ...]
    d_prime: Estimate
    meta_d_prime: Estimate
    ratio: Estimate

    @property
    def why_left_out(self) -> tuple[str, ...]:
        """The reasons why readers have none, one for each such reader."""
        return tuple(one.why_not for one in self.readers if one.why_not)

    def estimates(self) -> tuple[Estimate, ...]:
        """Every estimate."""
        return (self.d_prime, self.meta_d_prime, self.ratio)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "kinds": list(self.kinds),
            "d_prime": self.d_prime.to_json(),
            "meta_d_prime": self.meta_d_prime.to_json(),
            "ratio": self.ratio.to_json(),
            "left_out": list(self.why_left_out),
        }


def meta_d_prime(first: Float, second: Float, *, pad: bool = True) -> MetaFit:
    """meta-d' of one reader by maximum likelihood, equal variances.

    The d' that a reader with the same relative criterion c' = c / d' would need for levels of
    confidence that follow being right as closely as theirs. With Phi the normal distribution, the
    kinds at -m/2 - m c' and m/2 - m c', the criterion of the answer at 0 and those of the levels on
    either side of it, the likelihood is that of each level given the answer::

        P(level l | kind s, answer a) = (Phi(t_(l+1) - mu_s) - Phi(t_l - mu_s)) / P(a | s)

    and is maximised over m and the criteria of the levels.

    Parameters
    ----------
    first, second : (2 L,) arrays of float
        Readings of cases of the first and of the second kind, from "first, surest" over "first,
        least sure" and "second, least sure" to "second, surest".
    pad : bool
        Whether 1 / (2 L) is added to every count first, so that none is 0.

    References
    ----------
    Maniscalco B, Lau H (2012), Conscious Cogn 21:422-430, doi:10.1016/j.concog.2011.09.021.

    Examples
    --------
    >>> first = np.array([36.0, 24, 17, 20, 10, 12, 9, 2])
    >>> second = np.array([1.0, 4, 10, 11, 19, 18, 28, 39])
    >>> fit = meta_d_prime(first, second)
    >>> round(fit.d_prime, 3), round(fit.meta_d_prime, 3)
    (1.49, 1.442)
    """
    counts = np.stack([first, second]).astype(np.float64)
    why_not = _why_not(counts)
    if why_not:
        return MetaFit(*(math.nan,) * 4, why_not=why_not)
    if pad:
        counts = counts + 1.0 / counts.shape[1]
    d_prime, criterion = _type_1(counts)
    if d_prime < LEAST_D_PRIME:
        return MetaFit(*(math.nan,) * 4, why_not=_NO_SCALE)
    relative = criterion / d_prime
    fitted = _fit(counts, relative)
    if fitted is None:
        return MetaFit(*(math.nan,) * 4, why_not=said("the likelihood has no maximum"))
    value = _likelihood(fitted, counts, relative)[0]
    parameters = tuple(float(one) for one in fitted)
    return MetaFit(d_prime, parameters[0], criterion, value, parameters=parameters)


def _why_not(counts: Float) -> str:
    levels = counts.shape[1] // 2
    by_answer = counts.reshape(2, 2, levels).sum(axis=2)
    if counts.sum(axis=1).min() < LEAST_READINGS:
        return said("fewer than {least_readings} readings of a kind", least_readings=LEAST_READINGS)
    if (by_answer.sum(axis=0) == 0).any():
        return said("one answer was never given")
    if by_answer[0, 1] + by_answer[1, 0] == 0:
        return said("no answer was wrong")
    used = counts.sum(axis=0)
    if ((used[:levels] > 0).sum() < 2) and ((used[levels:] > 0).sum() < 2):
        return said("one level of confidence was used alone")
    return ""


def _type_1(counts: Float) -> tuple[float, float]:
    """d' and criterion c of the answers."""
    levels = counts.shape[1] // 2
    said_second = counts[:, levels:].sum(axis=1) / counts.sum(axis=1)
    z = special.ndtri(said_second)
    return float(z[1] - z[0]), float(-0.5 * (z[0] + z[1]))


def _criteria(parameters: Float, levels: int) -> Float:
    """The 2 L + 1 bounds of the levels, the answer's criterion at 0 in their middle."""
    gaps = np.exp(parameters[1:])
    below, above = gaps[: levels - 1], gaps[levels - 1 :]
    return np.concatenate(([-np.inf], -np.cumsum(below)[::-1], [0.0], np.cumsum(above), [np.inf]))


def _likelihood(parameters: Float, counts: Float, relative: float) -> tuple[float, Float]:
    """Log likelihood of levels given answers, and its gradient."""
    levels = counts.shape[1] // 2
    m, bounds = parameters[0], _criteria(parameters, levels)
    shifts = np.array([-0.5 - relative, 0.5 - relative])
    z = bounds[None, :] - (m * shifts)[:, None]
    # Upper tails by their mirror image, where 1 - Phi would lose all its figures.
    upper = z > 0
    tail = special.ndtr(np.where(upper, -z, z))
    both_upper = upper[:, :-1] & upper[:, 1:]
    cells = np.where(
        both_upper, tail[:, :-1] - tail[:, 1:], special.ndtr(z[:, 1:]) - special.ndtr(z[:, :-1])
    )
    cells = np.maximum(cells, _TINY)
    area = special.ndtr(np.stack([z[:, levels], -z[:, levels]], axis=1))
    answers = counts.reshape(2, 2, levels).sum(axis=2)
    value = float((counts * np.log(cells)).sum() - (answers * np.log(area)).sum())
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    per_cell = counts / cells
    of_mean = (per_cell * (density[:, :-1] - density[:, 1:])).sum(axis=1)
    at = density[:, levels]
    of_mean += answers[:, 0] * at / area[:, 0] - answers[:, 1] * at / area[:, 1]
    of_bound = (density[:, 1:-1] * (per_cell[:, :-1] - per_cell[:, 1:])).sum(axis=0)
    gaps = np.exp(parameters[1:])
    below = -gaps[: levels - 1] * np.cumsum(of_bound[: levels - 1])[::-1]
    above = gaps[levels - 1 :] * np.cumsum(of_bound[levels:][::-1])[::-1]
    return value, np.concatenate(([float(of_mean @ shifts)], below, above))


def _fit(counts: Float, relative: float) -> Float | None:
    """The parameters of the largest likelihood; None where it is not inside."""
    levels = counts.shape[1] // 2
    result = optimize.minimize(
        lambda parameters: tuple(-one for one in _likelihood(parameters, counts, relative)),
        np.concatenate(([1.0], np.full(2 * levels - 2, math.log(0.4)))),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_LARGEST, _LARGEST), *[(-12.0, 4.0)] * (2 * levels - 2)],
        options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9},
    )
    fitted = np.asarray(result.x)
    return None if abs(fitted[0]) > _LARGEST - 1e-6 else fitted


def metacognition(
    judgements: Judgements, settings: AnalysisSettings, *, kinds: tuple[str, str]
) -> Metacognition:
    """d', meta-d' and their ratio, averaged over the readers who have them.

    Of each reader :func:`meta_d_prime` over all arms; d' and meta-d' are held against readers and
    cases as samples, with what leaving a reading out does to a fit taken from one step of Newton's
    method. The ratio is that of the means, since a reader's own is unsteady where d' is small, and
    its interval is linearised.

    Parameters
    ----------
    judgements : Judgements
        ``called`` says which of the two alternatives was answered.
    settings : AnalysisSettings
    kinds : (str, str)
        What the two are called.

    References
    ----------
    Maniscalco B, Lau H (2012), Conscious Cogn 21:422-430, doi:10.1016/j.concog.2011.09.021;
    Fleming SM, Lau HC (2014), Front Hum Neurosci 8:443, doi:10.3389/fnhum.2014.00443 (the ratio).
    """
    readers, levels = judgements.level.shape[0], len(judgements.levels)
    seen = judgements.seen & np.isfinite(judgements.called)
    kind = np.where(judgements.correct == 1, judgements.called, 1.0 - judgements.called)
    cell = np.where(
        judgements.called == 1, levels + judgements.level, levels - 1 - judgements.level
    )
    fits: list[MetaFit] = []
    theta = np.full((2, readers), math.nan)
    influence = np.zeros((2, *judgements.level.shape))
    for j in range(readers):
        here = seen[j]
        counts = np.zeros((2, 2 * levels))
        codes = (kind[j, here].astype(np.int64), cell[j, here].astype(np.int64))
        np.add.at(counts, codes, 1.0)
        fits.append(meta_d_prime(counts[0], counts[1]))
        if fits[-1].why_not:
            continue
        theta[:, j] = fits[-1].d_prime, fits[-1].meta_d_prime
        moved = moved_by_leaving_out(counts, fits[-1])
        influence[:, j, here] = moved[:, codes[0], codes[1]]
    return _averaged(judgements, settings, kinds, tuple(fits), theta, influence, seen)


def moved_by_leaving_out(counts: Float, fit: MetaFit) -> Float:
    """By how much a reading of each kind and cell moves a padded fit.

    Parameters
    ----------
    counts : (2, 2 L) array of float
        As they were before padding.
    fit : MetaFit
        Of these counts.

    Returns
    -------
    (2, 2, 2 L) array of float
        Of d', and of meta-d' by one step of Newton's method; 0 for cells without a reading.
    """
    padded = counts + 1.0 / counts.shape[1]
    fitted = np.array(fit.parameters)
    d_prime = fit.d_prime
    information = -_hessian(fitted, padded, fit.criterion / d_prime)
    inverse = np.linalg.pinv(information)
    n = counts.sum()
    moved = np.zeros((2, *counts.shape))
    for kind, cell in zip(*np.nonzero(counts), strict=True):
        left = padded.copy()
        left[kind, cell] -= 1.0
        without_d, without_c = _type_1(left)
        gradient = _likelihood(fitted, left, without_c / without_d)[1]
        moved[0, kind, cell] = (d_prime - without_d) * (n - 1.0) / n
        moved[1, kind, cell] = -(inverse @ gradient)[0] * (n - 1.0) / n
    return moved


def _hessian(parameters: Float, counts: Float, relative: float) -> Float:
    """Second derivatives of the log likelihood, by central differences of its gradient."""
    step = 1e-5
    rows = []
    for place in range(parameters.size):
        shift = np.zeros(parameters.size)
        shift[place] = step
        up = _likelihood(parameters + shift, counts, relative)[1]
        down = _likelihood(parameters - shift, counts, relative)[1]
        rows.append((up - down) / (2 * step))
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2


def _averaged(
    judgements: Judgements,
    settings: AnalysisSettings,
    kinds: tuple[str, str],
    fits: tuple[MetaFit, ...],
    theta: Float,
    influence: Float,
    seen: np.ndarray[Any, np.dtype[np.bool_]],
) -> Metacognition:
    kept = np.isfinite(theta[0])
    if not kept.any():
        reasons = sorted({one.why_not for one in fits})
        why = said("of no reader: ") + joined(reasons, "; ") if reasons else said("no readings")
        nothing = not_estimable(why)
        return Metacognition(kinds, fits, nothing, nothing, nothing)
    levels = np.where(seen & kept[:, None], judgements.level, np.nan)

    is_chosen = any(one.why_not == _NO_SCALE for one in fits)

    def averaged(values: Float, moved: Float) -> Estimate:
        estimate = averaged_over_readers(
            values,
            judgements.covariance(moved),
            [levels],
            settings,
            what="",
            clusters=None if judgements.clusters is None else [judgements.clusters],
        )
        return replace(estimate, caution=_CHOSEN) if is_chosen else estimate

    mean_d, mean_meta = theta[0, kept].mean(), theta[1, kept].mean()
    ratio = mean_meta / mean_d
    return Metacognition(
        kinds,
        fits,
        averaged(theta[0], influence[0]),
        averaged(theta[1], influence[1]),
        averaged(
            ratio + (theta[1] - ratio * theta[0]) / mean_d,
            (influence[1] - ratio * influence[0]) / mean_d,
        ),
    )
