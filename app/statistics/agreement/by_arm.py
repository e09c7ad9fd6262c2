"""Agreement between readers on the cases of one arm: every coefficient with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.domain.said import joined, said
from app.statistics.agreement.icc import step_up, with_ratings
from app.statistics.agreement.left_out_clusters import left_out_clusters
from app.statistics.agreement.statistics import (
    ICC_FORMS,
    MANY_CATEGORIES,
    OF_CATEGORIES,
    Coefficient,
    Kind,
    agreement_statistics,
)
from app.statistics.table.constant_readers import constant_readers
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float, Int
from app.statistics.table.settings import Generalisation
from app.statistics.variance.clusters import in_clusters
from app.statistics.variance.jackknife import IntervalRule, two_way_estimate

__all__ = ["ESTIMANDS", "MANY_CATEGORIES", "Kind", "agreement", "interval_rule"]

ESTIMANDS: tuple[str, ...] = (
    *OF_CATEGORIES,
    "krippendorff_alpha_interval",
    *ICC_FORMS,
    "kendall_w",
)

_PLAIN = IntervalRule()
_KAPPA = IntervalRule(least_share=0.1)
_DISTANCE = IntervalRule("fisher", least_share=0.1)
_RATIO = IntervalRule("complement")
# V_R as it is: no scale or share brings these to 93 to 97 %, and this one errs on the wide side.
_WIDE = IntervalRule(least_share=1.0)
# Scale and least share that cover best in the simulated studies of docs/decisions/0083.
_RULES: Mapping[Kind, Mapping[str, IntervalRule]] = {
    "realism": {
        "percent_agreement": _RATIO,
        "pabak": _RATIO,
        "brennan_prediger": _RATIO,
        "gwet_ac1": _RATIO,
        "gwet_ac2": _WIDE,
        "fleiss_kappa": _KAPPA,
        "conger_kappa": _PLAIN,
        "cohen_kappa_mean": _PLAIN,
        "light_kappa": _PLAIN,
        "cohen_kappa_mean_linear": _DISTANCE,
        "cohen_kappa_mean_quadratic": _DISTANCE,
        "krippendorff_alpha_nominal": _KAPPA,
        "krippendorff_alpha_ordinal": _DISTANCE,
        "krippendorff_alpha_interval": _DISTANCE,
        "icc_1": _DISTANCE,
        "icc_a1": _DISTANCE,
        "icc_c1": _PLAIN,
    },
    # With two categories the weighted coefficients are the unweighted ones: so are their intervals.
    "verdict": {
        "percent_agreement": IntervalRule("complement", least_share=0.1),
        "pabak": IntervalRule("complement", least_share=0.1),
        "brennan_prediger": IntervalRule("complement", least_share=0.1),
        "gwet_ac1": IntervalRule(least_share=0.5),
        "gwet_ac2": IntervalRule(least_share=0.5),
        "icc_c1": _PLAIN,
        "prevalence_index": _WIDE,
        "bias_index": _WIDE,
        "positive_agreement": _WIDE,
        "negative_agreement": _WIDE,
    },
}
# What must be said beside coefficients whose intervals nothing tried makes right.
_CAUTIONS: Mapping[tuple[Kind, str], str] = {
    ("realism", "gwet_ac2"): said("95 % intervals of AC2 covered 78 to 99 % in simulations"),
    ("verdict", "gwet_ac1"): said(
        "95 % intervals of AC1 of verdicts covered 87 to 99 % in "
        "simulations, least where agreement is low and some readers lean "
        "strongly"
    ),
}


# Of such a share of ratings in one of two categories, and on, intervals cover less.
_PREVAILS = 0.85
# What chance does not enter, or the same chance whatever readers say, covers as elsewhere.
_AS_ELSEWHERE = frozenset(
    ("percent_agreement", "pabak", "brennan_prediger", "prevalence_index", "bias_index")
)


def _uneven(matrix: Float, kind: Kind, name: str) -> str:
    """What must be said where nearly all ratings, or all of a reader, are the same."""
    if name in _AS_ELSEWHERE:
        return ""
    if kind == "verdict":
        counts = np.unique(matrix[np.isfinite(matrix)], return_counts=True)[1]
        if counts.max(initial=0) < _PREVAILS * counts.sum():
            return ""
        return said(
            "where nine of ten ratings fell into one category 95 % intervals "
            "covered 76 to 87 % in simulations"
        )
    constant = constant_readers(matrix)
    if not constant or name == "gwet_ac1":
        return ""
    return said(
        "{constant} of {n_rated} readers gave every image the same rating; "
        "among readers of whom some do so 95 % intervals covered 78 to 93 % "
        "in simulations",
        constant=constant,
        n_rated=len(matrix),
    )


def agreement(
    matrix: Float,
    *,
    kind: Kind,
    categories: Sequence[float],
    level: float = 0.95,
    generalise_to: Generalisation = "readers_and_cases",
    clusters: Int | None = None,
) -> Mapping[str, Estimate]:
    """Agreement between readers on the cases of one arm.

    Parameters
    ----------
    matrix : (J, K) array of float
        Ratings of readers x cases, first reads only, NaN where missing.
    kind : str
        ``"realism"`` (ordered steps) or ``"verdict"`` (0 = real, 1 = synthetic).
    categories : sequence of float
        Every step of the scale, also those nobody used.
    level : float
        Confidence level of the intervals.
    generalise_to : str
        As in :class:`~app.statistics.table.settings.AnalysisSettings`.
    clusters : (K,) array of int, optional
        Of the cases; the jackknife then leaves out clusters.

    Returns
    -------
    mapping of estimand to Estimate
        One for each of ``ESTIMANDS``, with two-way jackknife intervals
        (:func:`~app.statistics.variance.jackknife.two_way_estimate`) by :func:`interval_rule`, and
        a caution where simulated intervals cover less or more than they state. Not estimable: with
        one reader; when no case was rated by two readers; chance-corrected coefficients when every
        rating is in one category; the indices of 2 x 2 tables for scales of more than two steps;
        coefficients of categories for scales of more than ``MANY_CATEGORIES`` steps; Kendall's W
        when no two cases were rated by every reader.

    Notes
    -----
    ``cohen_kappa_mean`` is the mean of Cohen's kappa over pairs of readers, each on the cases they
    share, which is Light's kappa (Light RJ (1971), Psychol Bull 76:365-377, doi:10.1037/h0031643).
    A pair of which both put all these cases into one category has none: its caution counts them.
    ``bias_index`` is the mean of its size over pairs, since its sign depends on who comes first.
    ``pabak`` is kappa adjusted for prevalence and bias, (q p_a - 1) / (q - 1): Brennan and
    Prediger's kappa under the name used for two categories. ``gwet_ac2`` has quadratic weights.

    Examples
    --------
    >>> ratings = np.array([[1.0, 1, 0, 0, 1, 0], [1, 1, 0, 1, 1, 0], [1, 0, 0, 0, 1, 0]])
    >>> estimates = agreement(ratings, kind="verdict", categories=(0.0, 1.0))
    >>> [round(estimates[name].estimate, 3) for name in ("fleiss_kappa", "percent_agreement")]
    [0.556, 0.778]
    """
    if clusters is not None:
        clusters = clusters[np.isfinite(matrix).any(axis=0)]
    matrix = with_ratings(matrix)
    seen = np.isfinite(matrix)
    counts = (matrix.shape[0], matrix.shape[1], int(seen.sum()))
    why = _why_not(seen)
    if why is not None:
        failed = _failed(why, counts)
        return dict.fromkeys(ESTIMANDS, failed)
    # A realism scale of two steps has the coefficients, and the rules, of a verdict.
    rules: Kind = "verdict" if len(set(categories)) == 2 else kind
    coefficients = agreement_statistics(matrix, kind=kind, categories=categories)
    if clusters is not None:
        left_out = left_out_clusters(matrix, clusters, categories=categories)
        coefficients = {
            name: replace(one, values=replace(left_out[name], estimate=one.values.estimate))
            if name in left_out
            else one
            for name, one in coefficients.items()
        }
    estimates = {
        name: _with_interval(
            name,
            replace(coefficient, uneven=_uneven(matrix, rules, name)),
            rules,
            level,
            generalise_to,
            in_clusters(clusters, generalise_to),
        )
        for name, coefficient in coefficients.items()
    }
    estimates["icc_ak"] = _stepped_up(estimates["icc_a1"], matrix.shape[0])
    return {name: estimates[name] for name in ESTIMANDS}


def interval_rule(name: str, kind: Kind) -> IntervalRule:
    """The rule of a coefficient; docs/decisions/0083 says why this one."""
    return _RULES[kind].get(name, _KAPPA)


def _with_interval(
    name: str,
    coefficient: Coefficient,
    kind: Kind,
    level: float,
    generalise_to: Generalisation,
    over: str,
) -> Estimate:
    estimate = two_way_estimate(
        coefficient.values,
        coefficient.counts,
        why_undefined=coefficient.why_undefined,
        level=level,
        generalise_to=generalise_to,
        bounds=coefficient.bounds,
        note=coefficient.note,
        rule=interval_rule(name, kind),
    )
    if estimate.low is not None:
        estimate = replace(estimate, method=estimate.method + over)
    both = generalise_to == "readers_and_cases" and estimate.n_readers > 2
    covers = _CAUTIONS.get((kind, name), "") if both and estimate.low is not None else ""
    uneven = coefficient.uneven if both and estimate.low is not None else ""
    cautions = [one for one in (coefficient.caution, covers, uneven) if one]
    return replace(estimate, caution=joined(cautions, "; ")) if cautions else estimate


def _stepped_up(single: Estimate, readers: int) -> Estimate:
    """ICC(A,k), of the mean of all readers: ICC(A,1) and its limits by Spearman and Brown."""
    if single.estimate is None:
        return single
    return replace(
        single,
        estimate=step_up(single.estimate, readers),
        low=None if single.low is None else step_up(single.low, readers),
        high=None if single.high is None else step_up(single.high, readers),
        se=None,
        method=said("{method}, stepped up", method=single.method),
    )


def _why_not(seen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str | None:
    if not seen.any():
        return said("no ratings")
    if seen.shape[0] < 2:
        return said("one reader: agreement needs two")
    if not (seen.sum(axis=0) > 1).any():
        return said("no case was rated by two readers")
    return None


def _failed(why: str, counts: tuple[int, int, int]) -> Estimate:
    return not_estimable(why, n_readers=counts[0], n_cases=counts[1], n_ratings=counts[2])
