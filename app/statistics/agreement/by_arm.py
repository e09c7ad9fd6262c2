"""Agreement between readers on the cases of one arm: every coefficient with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

import numpy as np

from app.statistics.agreement.coefficients import (
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from app.statistics.agreement.icc import IccForm, iccs, with_ratings
from app.statistics.agreement.kappa import (
    bias_index,
    kappa_of_tables,
    kappa_without_one,
    of_two_by_two_without_one,
    pair_mean,
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
    alpha_interval_without_one_case,
    alpha_of_coincidences,
)
from app.statistics.agreement.tallies import (
    Tallies,
    leave_one_case,
    leave_one_reader,
    whole,
)
from app.statistics.agreement.weights import Weights, agreement_weights
from app.statistics.table.categories import category_values, one_hot
from app.statistics.table.estimate import Estimate, not_estimable
from app.statistics.table.ratings import Float
from app.statistics.table.settings import Generalisation
from app.statistics.variance.jackknife import JackknifeInput, two_way_estimate

Kind = Literal["realism", "verdict"]

# Beyond this many steps a scale is continuous for the purpose of agreement.
MANY_CATEGORIES = 25

_ONE_CATEGORY = "every rating is in one category, so chance alone would agree fully"
_ONE_CATEGORY_PAIRS = "no pair of readers used two categories on the cases they share"
_ICC_FORMS: dict[str, IccForm] = {"icc_1": "1", "icc_a1": "A1", "icc_c1": "C1", "icc_ak": "Ak"}
_OF_TWO_CATEGORIES = (
    "prevalence_index",
    "bias_index",
    "positive_agreement",
    "negative_agreement",
)
_OF_CATEGORIES = (
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
ESTIMANDS: tuple[str, ...] = (
    *_OF_CATEGORIES,
    "krippendorff_alpha_interval",
    *_ICC_FORMS,
    "kendall_w",
)

_Coefficient = Callable[[Tallies], Float]


def agreement(
    matrix: Float,
    *,
    kind: Kind,
    categories: Sequence[float],
    level: float = 0.95,
    generalise_to: Generalisation = "readers_and_cases",
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

    Returns
    -------
    mapping of estimand to Estimate
        One for each of ``ESTIMANDS``. Coefficients have two-way jackknife intervals
        (:func:`~app.statistics.variance.jackknife.two_way_estimate`), ICCs F-based ones.
        Not estimable: with one reader; when no case was rated by two readers; chance-corrected
        coefficients when every rating is in one category; the indices of 2 x 2 tables for scales of
        more than two steps; coefficients of categories for scales of more than
        ``MANY_CATEGORIES`` steps; Kendall's W when no two cases were rated by every reader.

    Notes
    -----
    ``cohen_kappa_mean`` is the mean of Cohen's kappa over pairs of readers, each on the cases they
    share, which is Light's kappa (Light RJ (1971), Psychol Bull 76:365-377, doi:10.1037/h0031643).
    ``bias_index`` is the mean of its size over pairs, since its sign depends on who comes first.
    ``pabak`` is kappa adjusted for prevalence and bias, (q p_a - 1) / (q - 1): Brennan and
    Prediger's kappa under the name used for two categories. ``gwet_ac2`` has quadratic weights.

    Examples
    --------
    >>> ratings = np.array([[1.0, 1, 0, 0, 1, 0], [1, 1, 0, 1, 1, 0], [1, 0, 0, 0, 1, 0]])
    >>> found = agreement(ratings, kind="verdict", categories=(0.0, 1.0))
    >>> round(found["fleiss_kappa"].estimate, 3), round(found["percent_agreement"].estimate, 3)
    (0.556, 0.778)
    """
    matrix = with_ratings(matrix)
    seen = np.isfinite(matrix)
    counts = (matrix.shape[0], matrix.shape[1], int(seen.sum()))
    why = _why_not(seen)
    if why is not None:
        failed = _failed(why, counts)
        return dict.fromkeys(ESTIMANDS, failed)
    values = category_values(matrix, categories)
    build = partial(two_way_estimate, level=level, generalise_to=generalise_to)
    if values.size < 2:
        found = dict.fromkeys(
            _OF_CATEGORIES, _failed("a scale of one step leaves nothing to agree on", counts)
        )
    elif values.size > MANY_CATEGORIES:
        found = dict.fromkeys(
            _OF_CATEGORIES,
            _failed(
                f"the scale has {values.size} steps and coefficients of categories are given up "
                f"to {MANY_CATEGORIES}; see alpha (interval) and ICC",
                counts,
            ),
        )
    else:
        indicator = one_hot(matrix, values)
        found = _of_many_readers(indicator, values, counts, build)
        found |= _of_pairs(indicator, values, kind, counts, build)
    found |= _of_intervals(matrix, counts, build)
    of_forms = iccs(matrix, tuple(_ICC_FORMS.values()), level=level)
    found |= {name: of_forms[form] for name, form in _ICC_FORMS.items()}
    found["kendall_w"] = _kendall(matrix, build)
    return {name: found[name] for name in ESTIMANDS}


def _why_not(seen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str | None:
    if not seen.any():
        return "no ratings"
    if seen.shape[0] < 2:
        return "one reader: agreement needs two"
    if not (seen.sum(axis=0) > 1).any():
        return "no case was rated by two readers"
    return None


def _failed(why: str, counts: tuple[int, int, int]) -> Estimate:
    return not_estimable(why, n_readers=counts[0], n_cases=counts[1], n_ratings=counts[2])


def _of_many_readers(
    indicator: Float,
    values: Float,
    counts: tuple[int, int, int],
    build: Callable[..., Estimate],
) -> dict[str, Estimate]:
    """Coefficients of all readers together, from sums over cases."""
    exact = agreement_weights(values, "unweighted")
    squared = agreement_weights(values, "quadratic")
    coefficients: dict[str, tuple[_Coefficient, str]] = {
        "percent_agreement": (partial(percent_agreement, weights=exact), ""),
        "pabak": (partial(brennan_prediger, weights=exact), ""),
        "fleiss_kappa": (partial(fleiss_kappa, weights=exact), ""),
        "conger_kappa": (partial(conger_kappa, weights=exact), ""),
        "gwet_ac1": (partial(gwet_ac, weights=exact), ""),
        "gwet_ac2": (partial(gwet_ac, weights=squared), "quadratic weights"),
        "brennan_prediger": (partial(brennan_prediger, weights=exact), ""),
        "krippendorff_alpha_nominal": (
            _alpha("nominal", values),
            "",
        ),
        "krippendorff_alpha_ordinal": (
            _alpha("ordinal", values),
            "",
        ),
    }
    study, by_reader, by_case = (
        whole(indicator),
        leave_one_reader(indicator),
        leave_one_case(indicator),
    )
    return {
        name: build(
            JackknifeInput(
                float(coefficient(study)[0]), coefficient(by_reader), coefficient(by_case)
            ),
            counts,
            why_undefined=_ONE_CATEGORY,
            bounds=(0.0, 1.0) if name == "percent_agreement" else (-1.0, 1.0),
            note=note,
        )
        for name, (coefficient, note) in coefficients.items()
    }


def _alpha(metric: Metric, values: Float) -> _Coefficient:
    return lambda found: alpha_of_coincidences(found.coincidences, metric, values)


def _of_pairs(
    indicator: Float,
    values: Float,
    kind: Kind,
    counts: tuple[int, int, int],
    build: Callable[..., Estimate],
) -> dict[str, Estimate]:
    """Means over pairs of readers, from their confusion tables."""
    tables = pair_tables(indicator)
    found: dict[str, Estimate] = {}

    def mean_over_pairs(
        table: Float, without_one: Float, why: str, bounds: tuple[float, float], note: str
    ) -> Estimate:
        return build(
            JackknifeInput(
                pair_mean(table),
                pair_mean_without_one_reader(table),
                pair_mean_without_one_case(table, without_one, indicator),
            ),
            counts,
            why_undefined=why,
            bounds=bounds,
            note=note,
        )

    kappas: dict[str, Weights] = {
        "cohen_kappa_mean": "unweighted",
        "cohen_kappa_mean_linear": "linear",
        "cohen_kappa_mean_quadratic": "quadratic",
    }
    for name, weighting in kappas.items():
        if values.size == 2 and weighting != "unweighted":
            # With two categories all weights are the same.
            found[name] = found["cohen_kappa_mean"]
            continue
        weights = agreement_weights(values, weighting)
        found[name] = mean_over_pairs(
            kappa_of_tables(tables, weights),
            kappa_without_one(tables, weights),
            _ONE_CATEGORY_PAIRS,
            (-1.0, 1.0),
            f"mean over pairs, {weighting}",
        )
    found["light_kappa"] = found["cohen_kappa_mean"]
    if values.size != 2:
        found |= dict.fromkeys(
            _OF_TWO_CATEGORIES,
            _failed(f"defined for two categories, the scale has {values.size}", counts),
        )
        return found
    of_two: dict[str, tuple[Callable[[Float], Float], tuple[float, float], str]] = {
        "prevalence_index": (prevalence_index, (-1.0, 1.0), ""),
        "bias_index": (lambda cells: np.abs(bias_index(cells)), (0.0, 1.0), ""),
        "positive_agreement": (partial(specific_agreement, category=1), (0.0, 1.0), "1"),
        "negative_agreement": (partial(specific_agreement, category=0), (0.0, 1.0), "0"),
    }
    for name, (statistic, bounds, category) in of_two.items():
        unused = (
            f"no reader used category {category}"
            if kind == "realism"
            else ("nothing was called synthetic" if category == "1" else "nothing was called real")
        )
        found[name] = mean_over_pairs(
            statistic(tables),
            of_two_by_two_without_one(statistic, tables),
            unused,
            bounds,
            "mean over pairs",
        )
    return found


def _of_intervals(
    matrix: Float, counts: tuple[int, int, int], build: Callable[..., Estimate]
) -> dict[str, Estimate]:
    readers, cases = matrix.shape
    everyone, all_cases = np.ones((1, readers)), np.ones((1, cases))
    return {
        "krippendorff_alpha_interval": build(
            JackknifeInput(
                float(alpha_interval(matrix, everyone, all_cases)[0]),
                alpha_interval(matrix, 1.0 - np.eye(readers), np.ones((readers, cases))),
                alpha_interval_without_one_case(matrix),
            ),
            counts,
            why_undefined=_ONE_CATEGORY,
            bounds=(-1.0, 1.0),
        )
    }


def _kendall(matrix: Float, build: Callable[..., Estimate]) -> Estimate:
    complete = complete_cases(matrix)
    counts = (complete.shape[0], complete.shape[1], complete.size)
    if complete.shape[1] < 2:
        return _failed(
            "no case was rated by every reader"
            if complete.shape[1] == 0
            else "one case was rated by every reader: a ranking needs two",
            counts,
        )
    note = "" if complete.shape == matrix.shape else "cases rated by every reader"
    return build(
        kendall_w_left_out(complete),
        counts,
        why_undefined="every reader gave all cases one rating",
        bounds=(0.0, 1.0),
        note=note,
    )
