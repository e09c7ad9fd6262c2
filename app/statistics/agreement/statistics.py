"""Every coefficient of agreement with its values where a reader, a case or both are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from app.domain.said import said, said_many, without
from app.statistics.agreement.coefficients import (
    brennan_prediger,
    conger_kappa,
    conger_kappa_without_both,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from app.statistics.agreement.icc import IccForm, iccs
from app.statistics.agreement.kappa import (
    bias_index,
    kappa_of_tables,
    kappa_without_one,
    of_two_by_two_without_one,
    pair_mean,
    pair_mean_without_both,
    pair_mean_without_one_case,
    pair_mean_without_one_reader,
    pair_tables,
    prevalence_index,
    specific_agreement,
)
from app.statistics.agreement.kendall import complete_cases, kendall_w_left_out
from app.statistics.agreement.krippendorff import (
    Metric,
    alpha_interval,
    alpha_interval_without_both,
    alpha_interval_without_one_case,
    alpha_of_coincidences,
)
from app.statistics.agreement.tallies import (
    Tallies,
    leave_one_case,
    leave_one_reader,
    leave_one_reader_and_case,
    whole,
)
from app.statistics.agreement.weights import Weights, agreement_weights
from app.statistics.table.categories import category_values, one_hot
from app.statistics.table.estimate import not_estimable
from app.statistics.table.ratings import Float
from app.statistics.variance.henderson import SingleForm, henderson_left_out
from app.statistics.variance.jackknife import JackknifeInput

Kind = Literal["realism", "verdict"]

# Beyond this many steps a scale is continuous for the purpose of agreement.
MANY_CATEGORIES = 25

_ONE_CATEGORY = said("every rating is in one category, so chance alone would agree fully")
_ONE_CATEGORY_PAIRS = said("no pair of readers used two categories on the cases they share")
ICC_FORMS: Mapping[str, IccForm] = {"icc_1": "1", "icc_a1": "A1", "icc_c1": "C1", "icc_ak": "Ak"}
SINGLE_ICCS: Mapping[str, SingleForm] = {"icc_1": "1", "icc_a1": "A1", "icc_c1": "C1"}
_OF_TWO_CATEGORIES = (
    "prevalence_index",
    "bias_index",
    "positive_agreement",
    "negative_agreement",
)
OF_CATEGORIES = (
    "percent_agreement",
    *_OF_TWO_CATEGORIES,
    "pabak",
    "cohen_kappa_mean",
    "cohen_kappa_mean_linear",
    "cohen_kappa_mean_quadratic",
    "light_kappa",
    "fleiss_kappa",
    "conger_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "brennan_prediger",
    "krippendorff_alpha_nominal",
    "krippendorff_alpha_ordinal",
)

_Coefficient = Callable[[Tallies], Float]


@dataclass(frozen=True)
class Coefficient:
    """One coefficient of a table of ratings, before it has an interval.

    Attributes
    ----------
    values : JackknifeInput
        ``estimate`` is NaN where the coefficient is undefined.
    counts : (int, int, int)
        Readers, cases and ratings it rests on.
    why_undefined : str
    bounds : (float, float)
        Ends of its scale.
    note : str
        What its ``method`` says before the interval, such as the weights.
    caution : str
        What must stand beside it, such as pairs of readers that it leaves out.
    uneven : str
        What must stand beside its interval where ratings are uneven.
    """

    values: JackknifeInput
    counts: tuple[int, int, int]
    why_undefined: str
    bounds: tuple[float, float] = (-1.0, 1.0)
    note: str = ""
    caution: str = ""
    uneven: str = ""


def agreement_statistics(
    matrix: Float, *, kind: Kind, categories: Sequence[float]
) -> dict[str, Coefficient]:
    """Every coefficient of a table in which at least two readers share a case.

    Parameters
    ----------
    matrix : (J, K) array of float
        NaN where missing; every reader and case has a rating.
    kind, categories
        As in :func:`~app.statistics.agreement.by_arm.agreement`.

    Returns
    -------
    mapping of estimand to Coefficient
        ICC(A,k) is not among them: it is the step-up of ICC(A,1).
    """
    counts = (matrix.shape[0], matrix.shape[1], int(np.isfinite(matrix).sum()))
    values = category_values(matrix, categories)
    if values.size < 2:
        coefficients = dict.fromkeys(
            OF_CATEGORIES,
            _undefined(said("a scale of one step leaves nothing to agree on"), counts),
        )
    elif values.size > MANY_CATEGORIES:
        coefficients = dict.fromkeys(
            OF_CATEGORIES,
            _undefined(
                said(
                    "the scale has {steps} steps and coefficients of categories are given up "
                    "to {most}; see alpha (interval) and ICC",
                    steps=values.size,
                    most=MANY_CATEGORIES,
                ),
                counts,
            ),
        )
    else:
        indicator = one_hot(matrix, values)
        coefficients = _of_many_readers(indicator, values, counts)
        coefficients |= _of_pairs(indicator, values, kind, counts)
    coefficients["krippendorff_alpha_interval"] = _of_intervals(matrix, counts)
    coefficients |= _of_variances(matrix, counts)
    coefficients["kendall_w"] = _kendall(matrix)
    return coefficients


def _undefined(why: str, counts: tuple[int, int, int]) -> Coefficient:
    nothing = np.full(counts[0], np.nan), np.full(counts[1], np.nan)
    return Coefficient(JackknifeInput(float("nan"), *nothing), counts, why)


@dataclass(frozen=True)
class OfSums:
    """A coefficient of sums over cases: (B,) values of them, and what its method says first."""

    of: _Coefficient
    note: str = ""


def of_many_readers(values: Float) -> dict[str, OfSums]:
    """Coefficients of all readers together, for a scale of these steps."""
    exact = agreement_weights(values, "unweighted")
    squared = agreement_weights(values, "quadratic")
    return {
        "percent_agreement": OfSums(partial(percent_agreement, weights=exact)),
        "pabak": OfSums(partial(brennan_prediger, weights=exact)),
        "fleiss_kappa": OfSums(partial(fleiss_kappa, weights=exact)),
        "conger_kappa": OfSums(partial(conger_kappa, weights=exact)),
        "gwet_ac1": OfSums(partial(gwet_ac, weights=exact)),
        "gwet_ac2": OfSums(partial(gwet_ac, weights=squared), said("quadratic weights")),
        "brennan_prediger": OfSums(partial(brennan_prediger, weights=exact)),
        "krippendorff_alpha_nominal": OfSums(_alpha("nominal", values)),
        "krippendorff_alpha_ordinal": OfSums(_alpha("ordinal", values)),
    }


def _of_many_readers(
    indicator: Float, values: Float, counts: tuple[int, int, int]
) -> dict[str, Coefficient]:
    """Coefficients of all readers together, from sums over cases."""
    coefficients = of_many_readers(values)
    study, by_reader, by_case = (
        whole(indicator),
        leave_one_reader(indicator),
        leave_one_case(indicator),
    )
    parts: dict[str, list[Float]] = {name: [] for name in coefficients if name != "conger_kappa"}
    for left in leave_one_reader_and_case(indicator):
        for name, so_far in parts.items():
            so_far.append(coefficients[name].of(left))
    by_both = {name: np.array(rows) for name, rows in parts.items()}
    by_both["conger_kappa"] = conger_kappa_without_both(
        indicator, agreement_weights(values, "unweighted"), by_both["percent_agreement"]
    )
    return {
        name: Coefficient(
            JackknifeInput(
                float(coefficient.of(study)[0]),
                coefficient.of(by_reader),
                coefficient.of(by_case),
                by_both[name],
            ),
            counts,
            why_undefined=_ONE_CATEGORY,
            bounds=(0.0, 1.0) if name == "percent_agreement" else (-1.0, 1.0),
            note=coefficient.note,
        )
        for name, coefficient in coefficients.items()
    }


def _alpha(metric: Metric, values: Float) -> _Coefficient:
    return lambda tallies: alpha_of_coincidences(tallies.coincidences, metric, values)


_KAPPAS: Mapping[str, Weights] = {
    "cohen_kappa_mean": "unweighted",
    "cohen_kappa_mean_linear": "linear",
    "cohen_kappa_mean_quadratic": "quadratic",
}
_OfTables = Callable[[Float], Float]
_TWO_BY_TWO: Mapping[str, _OfTables] = {
    "prevalence_index": prevalence_index,
    "bias_index": lambda cells: np.abs(bias_index(cells)),
    "positive_agreement": partial(specific_agreement, category=1),
    "negative_agreement": partial(specific_agreement, category=0),
}


def of_pairs(values: Float) -> dict[str, _OfTables]:
    """Statistics of pairs of readers, of confusion tables (..., q, q) of a scale of these steps."""
    weighted: dict[str, _OfTables] = {
        name: partial(kappa_of_tables, weights=agreement_weights(values, weighting))
        for name, weighting in _KAPPAS.items()
    }
    weighted["light_kappa"] = weighted["cohen_kappa_mean"]
    return weighted | (dict(_TWO_BY_TWO) if values.size == 2 else {})


def _of_pairs(
    indicator: Float, values: Float, kind: Kind, counts: tuple[int, int, int]
) -> dict[str, Coefficient]:
    """Means over pairs of readers, from their confusion tables."""
    tables = pair_tables(indicator)
    coefficients: dict[str, Coefficient] = {}
    for name, weighting in _KAPPAS.items():
        if values.size == 2 and weighting != "unweighted":
            # With two categories all weights are the same.
            coefficients[name] = coefficients["cohen_kappa_mean"]
            continue
        weights = agreement_weights(values, weighting)
        of_each = kappa_of_tables(tables, weights)
        coefficients[name] = Coefficient(
            _mean_over_pairs(of_each, kappa_without_one(tables, weights), indicator),
            counts,
            _ONE_CATEGORY_PAIRS,
            note=said("mean over pairs, {weighting}", weighting=weighting),
            caution=_undefined_pairs(of_each),
        )
    coefficients["light_kappa"] = coefficients["cohen_kappa_mean"]
    if values.size != 2:
        return coefficients | dict.fromkeys(
            _OF_TWO_CATEGORIES,
            _undefined(
                said("defined for two categories, the scale has {steps}", steps=values.size), counts
            ),
        )
    return coefficients | _of_two_by_two(tables, indicator, kind, counts)


def _of_two_by_two(
    tables: Float, indicator: Float, kind: Kind, counts: tuple[int, int, int]
) -> dict[str, Coefficient]:
    """Prevalence, bias and the two specific agreements, means over pairs."""
    of_two: dict[str, tuple[tuple[float, float], str]] = {
        "prevalence_index": ((-1.0, 1.0), ""),
        "bias_index": ((0.0, 1.0), ""),
        "positive_agreement": ((0.0, 1.0), "1"),
        "negative_agreement": ((0.0, 1.0), "0"),
    }
    coefficients: dict[str, Coefficient] = {}
    for name, (bounds, category) in of_two.items():
        statistic = _TWO_BY_TWO[name]
        unused = (
            said("no reader used category {category}", category=category)
            if kind == "realism"
            else (
                said("nothing was called synthetic")
                if category == "1"
                else said("nothing was called real")
            )
        )
        coefficients[name] = Coefficient(
            _mean_over_pairs(
                statistic(tables), of_two_by_two_without_one(statistic, tables), indicator
            ),
            counts,
            unused,
            bounds,
            said("mean over pairs"),
        )
    return coefficients


def _undefined_pairs(table: Float) -> str:
    """How many pairs of readers a mean over pairs leaves out, as a clause; "" for none or all.

    A pair has no kappa if both put all the cases they share into one category, or share none.
    """
    pairs = table[np.triu_indices_from(table, k=1)]
    undefined = int(np.isnan(pairs).sum())
    if undefined in (0, pairs.size):
        return ""
    return said_many(
        "{count} pair of {size} undefined and left out of the mean",
        "{count} pairs of {size} undefined and left out of the mean",
        undefined,
        size=pairs.size,
    )


def _mean_over_pairs(table: Float, without_one: Float, indicator: Float) -> JackknifeInput:
    return JackknifeInput(
        pair_mean(table),
        pair_mean_without_one_reader(table),
        pair_mean_without_one_case(table, without_one, indicator),
        pair_mean_without_both(table, without_one, indicator),
    )


def _of_intervals(matrix: Float, counts: tuple[int, int, int]) -> Coefficient:
    readers, cases = matrix.shape
    everyone, all_cases = np.ones((1, readers)), np.ones((1, cases))
    return Coefficient(
        JackknifeInput(
            float(alpha_interval(matrix, everyone, all_cases)[0]),
            alpha_interval(matrix, 1.0 - np.eye(readers), np.ones((readers, cases))),
            alpha_interval_without_one_case(matrix),
            alpha_interval_without_both(matrix),
        ),
        counts,
        _ONE_CATEGORY,
    )


def _of_variances(matrix: Float, counts: tuple[int, int, int]) -> dict[str, Coefficient]:
    """Single-reader ICCs: the estimate by ANOVA or REML, what is left out by Henderson."""
    forms = tuple(SINGLE_ICCS.values())
    estimates = iccs(matrix, forms)
    left_out = henderson_left_out(matrix, forms)
    coefficients: dict[str, Coefficient] = {}
    for name, form in SINGLE_ICCS.items():
        estimate = estimates[form]
        if estimate.estimate is None:
            why = without(estimate.state, not_estimable("").state)
            coefficients[name] = _undefined(why, counts)
            continue
        left = left_out[form]
        coefficients[name] = Coefficient(
            JackknifeInput(
                estimate.estimate, left.without_reader, left.without_case, left.without_both
            ),
            counts,
            _ONE_CATEGORY,
            note=estimate.method.split(",")[0],
        )
    return coefficients


def _kendall(matrix: Float) -> Coefficient:
    complete = complete_cases(matrix)
    counts = (complete.shape[0], complete.shape[1], complete.size)
    if complete.shape[1] < 2:
        return _undefined(
            said("no case was rated by every reader")
            if complete.shape[1] == 0
            else said("one case was rated by every reader: a ranking needs two"),
            counts,
        )
    return Coefficient(
        kendall_w_left_out(complete),
        counts,
        said("every reader gave all cases one rating"),
        (0.0, 1.0),
        "" if complete.shape == matrix.shape else said("cases rated by every reader"),
    )
