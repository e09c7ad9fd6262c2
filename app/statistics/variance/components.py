"""Variances of cases, readers and residual by restricted maximum likelihood (REML).

Model: rating = mean + case + reader + residual, all random. With rho_c and rho_r the variances of
case and reader over that of the residual and V = I + rho_c Zc Zc' + rho_r Zr Zr' the covariance of
the N ratings y in units of the residual variance, the restricted deviance, profiled over the mean
and the residual variance, is up to a constant::

    D = (N - 1) log(y'Py) + log|V| + log(1'V^-1 1),   P = V^-1 - V^-1 1 1'V^-1 / (1'V^-1 1)
    dD/drho = tr(Z'PZ) - (N - 1) |Z'Py|^2 / (y'Py)

It is minimised over the ratios themselves, rho >= 0. Over their square roots every point with a
variance of zero would be stationary, and a search that steps on it would stay there.

References
----------
Patterson HD, Thompson R (1971), Biometrika 58:545-554, doi:10.1093/biomet/58.3.545;
Bates D, Maechler M, Bolker B, Walker S (2015), J Stat Softw 67(1), doi:10.18637/jss.v067.i01
(the profiled deviance; the tests compare with its R package lme4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from app.domain.said import said
from app.statistics.table.ratings import Float

_LARGEST_RATIO = 1e8
_START_RATIOS = (0.0, 0.02, 0.1, 0.5, 2.0, 10.0)
# A sum of squares this small beside the whole is what rounding leaves of an exact fit.
_ROUNDING = 1e-12
# Where another processor's search ends at 0 this one's may end a hair above it.
_SMALLEST_RATIO = 1e-9


class NoVarianceComponentsError(ArithmeticError):
    """The ratings do not determine the variances; the message is a clause that says why."""


@dataclass(frozen=True)
class VarianceComponents:
    """Variances of the two-way random model, in squared rating units."""

    case: float
    reader: float
    residual: float


@dataclass(frozen=True)
class RestrictedDeviance:
    """Restricted deviance of the profiled model at two ratios of variances.

    Attributes
    ----------
    value : float
        Minus twice the restricted log likelihood, up to a constant of the data.
    gradient : (2,) array
        Its derivatives by the ratios of case and reader.
    residual : float
        Residual variance that belongs to these ratios.
    """

    value: float
    gradient: Float
    residual: float


def variance_components(matrix: Float) -> VarianceComponents:
    """REML variances of case, reader and residual.

    Parameters
    ----------
    matrix : (J, K) array of float
        NaN where missing; every reader and case has a rating.

    Raises
    ------
    NoVarianceComponentsError
        When case and reader explain all ratings although readers fall into groups that share no
        case, or when no start of the search ends where the derivatives say it should.
    """
    if matrix.shape[0] > matrix.shape[1]:
        turned = variance_components(matrix.T)
        return VarianceComponents(turned.reader, turned.case, turned.residual)
    sums = _Sums.of(matrix)
    exact = _exact_fit(matrix, sums)
    if exact is not None:
        return exact
    ratios = _best_ratios(sums, with_readers=True)
    residual = sums.deviance(ratios).residual * sums.scale**2
    return VarianceComponents(
        case=float(residual * ratios[0]), reader=float(residual * ratios[1]), residual=residual
    )


def one_way_components(matrix: Float) -> VarianceComponents:
    """REML variances of rating = mean + case + residual; ``reader`` is NaN.

    Parameters
    ----------
    matrix : (J, K) array of float
        NaN where missing; every reader and case has a rating.
    """
    sums = _Sums.of(matrix)
    within = sums.squares - float((sums.case_sums**2 / sums.per_case).sum())
    if within <= _ROUNDING * sums.squares:
        means = sums.case_sums / sums.per_case
        return VarianceComponents(float(means.var(ddof=1)) * sums.scale**2, math.nan, 0.0)
    ratios = _best_ratios(sums, with_readers=False)
    residual = sums.deviance(ratios).residual * sums.scale**2
    return VarianceComponents(float(residual * ratios[0]), math.nan, residual)


def restricted_deviance(matrix: Float, ratios: Float) -> RestrictedDeviance:
    """Restricted deviance at the ratios (case, reader) of variances to that of the residual."""
    return _Sums.of(matrix).deviance(np.asarray(ratios, dtype=np.float64))


@dataclass(frozen=True)
class _Sums:
    """What the deviance needs of a table, J readers x K cases, of centred and scaled ratings."""

    mask: Float  # (J, K) 1 where rated
    per_reader: Float
    per_case: Float
    reader_sums: Float
    case_sums: Float
    squares: float
    scale: float
    sizes: Float  # the different numbers of ratings a case has
    together: Float  # (sizes, J * J) cases of each size that two readers share

    @classmethod
    def of(cls, matrix: Float) -> _Sums:
        seen = np.isfinite(matrix)
        mask = seen.astype(np.float64)
        scale = float(matrix[seen].std()) or 1.0
        centred = np.where(seen, (matrix - matrix[seen].mean()) / scale, 0.0)
        per_case = mask.sum(axis=0)
        # Cases with the same number of ratings shrink alike: their incidences are added up once.
        sizes, group = np.unique(per_case, return_inverse=True)
        together = np.array(
            [mask[:, group == g] @ mask[:, group == g].T for g in range(sizes.size)]
        )
        return cls(
            mask=mask,
            per_reader=mask.sum(axis=1),
            per_case=per_case,
            reader_sums=centred.sum(axis=1),
            case_sums=centred.sum(axis=0),
            squares=float((centred**2).sum()),
            scale=scale,
            sizes=sizes,
            together=together.reshape(sizes.size, -1),
        )

    def deviance(self, ratios: Float) -> RestrictedDeviance:
        """Deviance and gradient; the cases' effects, whose block is diagonal, are eliminated."""
        of_case, of_reader = float(ratios[0]), float(ratios[1])
        readers, total = self.per_reader.size, float(self.per_reader.sum())
        # W = I + rho_c Zc Zc'. Below, products with W^-1: of Zr with Zr (B), with Zc (C), and of
        # Zr, Zc, 1 and y with (1, y).
        left = 1.0 / (1.0 + of_case * self.per_case)
        shrink = of_case * left
        of_sizes = of_case / (1.0 + of_case * self.sizes)
        b = np.diag(self.per_reader) - (of_sizes @ self.together).reshape(readers, readers)
        c = self.mask * left
        of_sums = np.column_stack((self.per_case, self.case_sums))
        zr = np.column_stack((self.per_reader, self.reader_sums)) - self.mask @ (
            shrink[:, None] * of_sums
        )
        zc = left[:, None] * of_sums
        sums_of_y = float(self.case_sums.sum())
        cross = np.array([[total, sums_of_y], [sums_of_y, self.squares]]) - of_sums.T @ (
            shrink[:, None] * of_sums
        )
        # V^-1 = W^-1 - rho_r W^-1 Zr M^-1 Zr' W^-1 with M = I + rho_r B = L L'.
        lower = linalg.cholesky(np.eye(readers) + of_reader * b, lower=True, check_finite=False)

        def half(side: Float) -> Float:
            solved: Float = linalg.solve_triangular(lower, side, lower=True, check_finite=False)
            return solved

        half_zr, half_c, half_b = half(zr), half(c), half(b)
        zc = zc - of_reader * half_c.T @ half_zr
        zr = zr - of_reader * half_b.T @ half_zr
        cross = cross - of_reader * half_zr.T @ half_zr
        trace_case = float((self.per_case * left).sum() - of_reader * (half_c**2).sum())
        trace_reader = float(np.trace(b) - of_reader * (half_b**2).sum())
        # Taking the mean out turns V^-1 into P.
        ones, ones_y = cross[0, 0], cross[0, 1]
        rest = max(float(cross[1, 1] - ones_y**2 / ones), 1e-300)
        gradient = np.array(
            [
                trace - float(z[:, 0] @ z[:, 0]) / ones
                - (total - 1.0) * float(((z[:, 1] - z[:, 0] * ones_y / ones) ** 2).sum()) / rest
                for trace, z in ((trace_case, zc), (trace_reader, zr))
            ]
        )  # fmt: skip
        value = (
            (total - 1.0) * math.log(rest / (total - 1.0))
            - float(np.log(left).sum())
            + 2.0 * float(np.log(np.diag(lower)).sum())
            + math.log(ones)
        )
        return RestrictedDeviance(value, gradient, rest / (total - 1.0))


def _exact_fit(matrix: Float, sums: _Sums) -> VarianceComponents | None:
    """Variances when case and reader explain every rating, or None when they don't.

    The likelihood has no maximum then; the effects are known but for a shared constant.
    """
    shared = (sums.mask / sums.per_case) @ sums.mask.T
    system = np.diag(sums.per_reader) - shared
    side = sums.reader_sums - sums.mask @ (sums.case_sums / sums.per_case)
    readers, _, rank, _ = np.linalg.lstsq(system, side, rcond=1e-10)
    cases = (sums.case_sums - readers @ sums.mask) / sums.per_case
    seen = sums.mask > 0
    centred = (matrix - matrix[seen].mean()) / sums.scale
    left = (centred - readers[:, None] - cases[None, :])[seen]
    if float((left**2).sum()) > _ROUNDING * sums.squares:
        return None
    if int(rank) < readers.size - 1:
        raise NoVarianceComponentsError(
            said(
                "case and reader explain every rating, and readers fall into groups "
                "that share no case"
            )
        )
    square = sums.scale**2
    return VarianceComponents(
        float(cases.var(ddof=1)) * square, float(readers.var(ddof=1)) * square, 0.0
    )


def _best_ratios(sums: _Sums, *, with_readers: bool) -> Float:
    """Ratios at the smallest deviance, reached from the best points of a grid.

    A search may end on a bound only where the deviance grows away from it: each end is held
    against its own derivatives, and one that fails starts again off the bound.
    """
    grid = [
        np.array([of_case, of_reader])
        for of_case in _START_RATIOS
        for of_reader in (_START_RATIOS if with_readers else (0.0,))
    ]
    grid.sort(key=lambda ratios: sums.deviance(ratios).value)
    best: tuple[float, Float] | None = None
    for start in (grid[0], grid[1], np.array([0.5, 0.2 if with_readers else 0.0])):
        ratios = _search(sums, start, with_readers=with_readers)
        at = sums.deviance(ratios)
        for _ in range(4):
            if _is_minimum(ratios, at.gradient, with_readers=with_readers):
                break
            ratios = np.maximum(ratios, [1e-4, 1e-4 if with_readers else 0.0])
            ratios = _search(sums, ratios, with_readers=with_readers)
            at = sums.deviance(ratios)
        else:
            continue
        if best is None or at.value < best[0]:
            best = (at.value, ratios)
    if best is None:
        raise NoVarianceComponentsError(
            said("the search for the variances did not end at a minimum")
        )
    return best[1]


def _search(sums: _Sums, start: Float, *, with_readers: bool) -> Float:
    def of(ratios: Float) -> tuple[float, Float]:
        at = sums.deviance(ratios)
        return at.value, at.gradient

    fit = optimize.minimize(
        of,
        x0=start,
        method="L-BFGS-B",
        jac=True,
        bounds=((0.0, _LARGEST_RATIO), (0.0, _LARGEST_RATIO if with_readers else 0.0)),
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 500},
    )
    ratios: Float = np.where(fit.x < _SMALLEST_RATIO, 0.0, fit.x)
    return ratios


def _is_minimum(ratios: Float, gradient: Float, *, with_readers: bool) -> bool:
    """Whether no allowed step of the ratios makes the deviance smaller, to first order.

    Off the bound the derivative by the logarithm of the ratio must vanish; on it the derivative by
    the ratio must not be negative.
    """
    for ratio, slope in list(zip(ratios, gradient, strict=True))[: 2 if with_readers else 1]:
        if ratio == 0.0 and slope < -1e-6:
            return False
        at_top = ratio == _LARGEST_RATIO and slope <= 0.0
        if ratio > 0.0 and not at_top and abs(slope * ratio) > 1e-3:
            return False
    return True
