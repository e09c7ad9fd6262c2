"""What the agreement family promises, checked against textbooks and against loops."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from textbook_agreement import (
    FEINSTEIN_CICCHETTI_1990,
    FLEISS_1971,
    KRIPPENDORFF_2011,
    LANDIS_KOCH_1977,
    from_counts,
    from_table,
    ratings_with_gaps,
)

from app.statistics.agreement.by_arm import ESTIMANDS, MANY_CATEGORIES, agreement
from app.statistics.agreement.coefficients import (
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from app.statistics.agreement.kappa import (
    kappa_of_tables,
    kappa_standard_error,
    kappa_without_one,
    pair_mean,
    pair_mean_without_one_case,
    pair_mean_without_one_reader,
    pair_tables,
    pairwise_kappa,
)
from app.statistics.agreement.krippendorff import (
    alpha_interval,
    alpha_interval_without_one_case,
    alpha_of_coincidences,
    krippendorff_alpha,
)
from app.statistics.agreement.tallies import coincidences, leave_one_case, leave_one_reader, whole
from app.statistics.agreement.weights import agreement_weights
from app.statistics.table.categories import category_values, one_hot
from app.statistics.table.ratings import Float, StatisticsInputError

STEPS = (1.0, 2.0, 3.0, 4.0, 5.0)
COEFFICIENTS = (percent_agreement, fleiss_kappa, conger_kappa, gwet_ac, brennan_prediger)


def estimates(matrix: Float, **more: Any) -> dict[str, float | None]:
    settings = {"kind": "realism", "categories": STEPS} | more
    return {name: estimate.estimate for name, estimate in agreement(matrix, **settings).items()}


def test_it_matches_fleiss_1971() -> None:
    coefficients = estimates(from_counts(FLEISS_1971))
    # Fleiss prints .556 and .430; AC1, Brennan-Prediger and alpha by irrCAC.
    assert coefficients["percent_agreement"] == pytest.approx(0.5555556, abs=1e-6)
    assert coefficients["fleiss_kappa"] == pytest.approx(0.43024452, abs=1e-8)
    assert coefficients["gwet_ac1"] == pytest.approx(0.44788, abs=6e-6)
    assert coefficients["brennan_prediger"] == pytest.approx(0.44444, abs=6e-6)
    assert coefficients["krippendorff_alpha_nominal"] == pytest.approx(0.433410, abs=1e-6)


def test_it_matches_krippendorff_2011_with_missing_ratings() -> None:
    coefficients = estimates(KRIPPENDORFF_2011)
    assert coefficients["krippendorff_alpha_nominal"] == pytest.approx(0.743421, abs=1e-6)
    assert coefficients["krippendorff_alpha_ordinal"] == pytest.approx(0.815388, abs=1e-6)
    assert coefficients["krippendorff_alpha_interval"] == pytest.approx(0.849107, abs=1e-6)
    # irrCAC, Gwet's Handbook (cac.raw4raters).
    assert coefficients["percent_agreement"] == pytest.approx(0.8181818, abs=6e-6)
    assert coefficients["conger_kappa"] == pytest.approx(0.76207, abs=6e-6)
    assert coefficients["fleiss_kappa"] == pytest.approx(0.76117, abs=6e-6)
    assert coefficients["gwet_ac1"] == pytest.approx(0.77544, abs=6e-6)


def test_it_matches_landis_and_koch_1977_with_weights() -> None:
    # Values and large-sample errors by R vcd::Kappa.
    expected = {
        "unweighted": (0.2965165675, 0.07850387067),
        "linear": (0.4772727273, 0.07303098685),
        "quadratic": (0.6255813953, 0.07873187381),
    }
    matrix = from_table(LANDIS_KOCH_1977)
    tables = pair_tables(one_hot(matrix, category_values(matrix)))
    for weighting, (kappa, error) in expected.items():
        weights = agreement_weights(category_values(matrix), weighting)  # type: ignore[arg-type]
        kappas = pairwise_kappa(matrix, weights=weighting)  # type: ignore[arg-type]
        assert kappas[0, 1] == pytest.approx(kappa, abs=1e-9)
        assert kappa_standard_error(tables, weights)[0, 1] == pytest.approx(error, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "kappa", "ac1", "prevalence", "bias"),
    [
        (0, 0.699519230769, 0.700748129676, -0.05, 0.03),
        (1, 0.318181818182, 0.808, 0.75, 0.05),
        (2, 0.130434782609, 0.266055045872, 0.3, -0.1),
        (3, 0.259259259259, 0.207920792079, -0.1, 0.3),
    ],
)
def test_it_shows_the_kappa_paradox_of_feinstein_and_cicchetti(
    table: int, kappa: float, ac1: float, prevalence: float, bias: float
) -> None:
    matrix = from_table(FEINSTEIN_CICCHETTI_1990[table], first=0.0)
    coefficients = estimates(matrix, kind="verdict", categories=(0.0, 1.0))
    assert coefficients["cohen_kappa_mean"] == pytest.approx(kappa, abs=1e-9)
    assert coefficients["gwet_ac1"] == pytest.approx(ac1, abs=1e-9)
    assert coefficients["prevalence_index"] == pytest.approx(prevalence, abs=1e-9)
    assert coefficients["bias_index"] == pytest.approx(abs(bias), abs=1e-9)
    agreed = 0.85 if table < 2 else 0.60
    assert coefficients["percent_agreement"] == pytest.approx(agreed)
    assert coefficients["pabak"] == pytest.approx(2 * agreed - 1)


@pytest.mark.parametrize("weighting", ["unweighted", "linear", "quadratic", "ordinal"])
def test_pairwise_kappa_is_what_a_loop_over_shared_cases_gives(weighting: Any) -> None:
    matrix = ratings_with_gaps(seed=1)
    weights = agreement_weights(np.array(STEPS[:4]), weighting)
    kappas = pairwise_kappa(matrix, STEPS[:4], weighting)
    for j, k in permutations(range(matrix.shape[0]), 2):
        table = np.zeros((4, 4))
        for a, b in zip(matrix[j], matrix[k], strict=True):
            if not (math.isnan(a) or math.isnan(b)):
                table[int(a) - 1, int(b) - 1] += 1
        share = table / table.sum()
        observed = (weights * share).sum()
        chance = (weights * np.outer(share.sum(axis=1), share.sum(axis=0))).sum()
        assert kappas[j, k] == pytest.approx((observed - chance) / (1 - chance))
    assert np.isnan(np.diag(kappas)).all()


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_is_what_loops_over_all_pairs_of_ratings_give(metric: Any) -> None:
    matrix = ratings_with_gaps(seed=2, missing=0.4)
    assert krippendorff_alpha(matrix, metric) == pytest.approx(
        alpha_by_loops(matrix, metric, np.ones(5), np.ones(14))
    )


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval"])
def test_a_reader_drawn_twice_is_not_compared_with_himself(metric: Any) -> None:
    matrix = ratings_with_gaps(seed=3)
    rng = np.random.default_rng(4)
    readers = rng.multinomial(5, [0.2] * 5).astype(float)
    cases = rng.multinomial(14, [1 / 14] * 14).astype(float)
    values = category_values(matrix)
    ours = (
        alpha_interval(matrix, readers[None], cases[None])
        if metric == "interval"
        else alpha_of_coincidences(
            coincidences(one_hot(matrix, values), readers[None], cases[None]), metric, values
        )
    )
    assert ours[0] == pytest.approx(alpha_by_loops(matrix, metric, readers, cases))


def alpha_by_loops(matrix: Float, metric: str, readers: Float, cases: Float) -> float:
    """Alpha of a resample written out as a table, pairs of copies of one rating left out."""
    rows = np.repeat(np.arange(matrix.shape[0]), readers.astype(int))
    columns = np.repeat(np.arange(matrix.shape[1]), cases.astype(int))
    units = []
    for k in columns:
        unit = [(j, k, matrix[j, k]) for j in rows if not math.isnan(matrix[j, k])]
        if len({j for j, _, _ in unit}) > 1:
            units.append(unit)
    everything = [rating for unit in units for rating in unit]
    counts: dict[float, int] = {}
    for _, _, value in everything:
        counts[value] = counts.get(value, 0) + 1

    def distance(a: float, b: float) -> float:
        if metric == "nominal":
            return float(a != b)
        if metric == "interval":
            return (a - b) ** 2
        if metric == "ratio":
            return ((a - b) / (a + b)) ** 2
        low, high = min(a, b), max(a, b)
        between = sum(n for value, n in counts.items() if low <= value <= high)
        return (between - (counts[a] + counts[b]) / 2) ** 2

    observed = 0.0
    for unit in units:
        apart = [distance(a[2], b[2]) for a in unit for b in unit if a[0] != b[0]]
        observed += len(unit) * sum(apart) / len(apart)
    expected = [distance(a[2], b[2]) for a in everything for b in everything if a[:2] != b[:2]]
    return 1.0 - (observed / len(everything)) / (sum(expected) / len(expected))


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_leaving_one_out_is_the_study_without_it(coefficient: Any) -> None:
    matrix = ratings_with_gaps(seed=5)
    values = np.array(STEPS[:4])
    weights = agreement_weights(values, "quadratic")
    indicator = one_hot(matrix, values)

    def of(some: Float) -> float:
        return float(coefficient(whole(one_hot(some, values)), weights)[0])

    assert coefficient(leave_one_reader(indicator), weights) == pytest.approx(
        [of(np.delete(matrix, j, axis=0)) for j in range(5)]
    )
    assert coefficient(leave_one_case(indicator), weights) == pytest.approx(
        [of(np.delete(matrix, k, axis=1)) for k in range(14)]
    )


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval"])
def test_alpha_without_one_is_the_study_without_it(metric: Any) -> None:
    matrix = ratings_with_gaps(seed=6)
    values = category_values(matrix)
    indicator = one_hot(matrix, values)
    without_case = (
        alpha_interval_without_one_case(matrix)
        if metric == "interval"
        else alpha_of_coincidences(leave_one_case(indicator).coincidences, metric, values)
    )
    assert without_case == pytest.approx(
        [krippendorff_alpha(np.delete(matrix, k, axis=1), metric) for k in range(14)]
    )
    without_reader = alpha_of_coincidences(leave_one_reader(indicator).coincidences, metric, values)
    assert without_reader == pytest.approx(
        [krippendorff_alpha(np.delete(matrix, j, axis=0), metric) for j in range(5)]
    )


@pytest.mark.parametrize("weighting", ["unweighted", "linear", "quadratic"])
@pytest.mark.parametrize("missing", [0.1, 0.7])
def test_mean_kappa_without_one_is_the_study_without_it(weighting: Any, missing: float) -> None:
    # With most ratings missing some pairs lose their kappa when a case is left out.
    matrix = ratings_with_gaps(seed=7, cases=20, missing=missing, steps=3)
    values = np.array(STEPS[:3])
    weights = agreement_weights(values, weighting)
    indicator = one_hot(matrix, values)
    tables = pair_tables(indicator)
    kappas = kappa_of_tables(tables, weights)

    def of(some: Float) -> float:
        return pair_mean(pairwise_kappa(some, STEPS[:3], weighting))

    assert pair_mean(kappas) == pytest.approx(of(matrix))
    assert pair_mean_without_one_reader(kappas) == pytest.approx(
        [of(np.delete(matrix, j, axis=0)) for j in range(5)]
    )
    assert pair_mean_without_one_case(
        kappas, kappa_without_one(tables, weights), indicator
    ) == pytest.approx([of(np.delete(matrix, k, axis=1)) for k in range(20)])


def test_the_order_of_readers_and_cases_does_not_matter() -> None:
    matrix = ratings_with_gaps(seed=8)
    rng = np.random.default_rng(9)
    shuffled = matrix[rng.permutation(5)][:, rng.permutation(14)]
    one, other = (agreement(some, kind="realism", categories=STEPS) for some in (matrix, shuffled))
    for name in ESTIMANDS:
        assert one[name].state == other[name].state
        if one[name].is_estimated:
            for part in ("estimate", "low", "high", "df"):
                expected = getattr(one[name], part)
                assert getattr(other[name], part) == (
                    None if expected is None else pytest.approx(expected, rel=1e-5)
                )


def test_the_limits_lie_around_the_estimate_and_within_the_scale() -> None:
    for estimate in agreement(
        ratings_with_gaps(seed=10), kind="realism", categories=STEPS
    ).values():
        if estimate.is_estimated:
            assert estimate.low is not None
            assert estimate.high is not None
            assert estimate.estimate is not None
            assert -1.0 <= estimate.low < estimate.high <= 1.0
            assert estimate.low <= estimate.estimate <= estimate.high


def test_these_readers_only_gives_a_narrower_interval() -> None:
    matrix = ratings_with_gaps(seed=11, missing=0.1, cases=30)

    def width(generalise_to: Any) -> float:
        estimate = agreement(matrix, kind="realism", categories=STEPS, generalise_to=generalise_to)[
            "fleiss_kappa"
        ]
        assert estimate.low is not None
        assert estimate.high is not None
        return estimate.high - estimate.low

    assert width("cases") < width("readers_and_cases")


def test_two_readers_get_an_interval_for_these_two_and_it_says_so() -> None:
    coefficients = agreement(from_table(LANDIS_KOCH_1977), kind="realism", categories=(1, 2, 3, 4))
    kappa = coefficients["cohen_kappa_mean"]
    assert kappa.low is not None
    assert "these readers only" in kappa.method
    assert "too few readers" in kappa.method
    # The large-sample error of Fleiss, Cohen and Everitt (R vcd) is 0.0785.
    assert kappa.se == pytest.approx(0.0785, rel=0.05)


def test_one_reader_has_no_agreement() -> None:
    coefficients = agreement(np.array([[1.0, 2, 3]]), kind="realism", categories=STEPS)
    assert {estimate.state for estimate in coefficients.values()} == {
        "not estimable: one reader: agreement needs two"
    }
    assert tuple(coefficients) == ESTIMANDS


def test_readers_without_a_shared_case_have_no_agreement() -> None:
    matrix = np.array([[1.0, 2, np.nan, np.nan], [np.nan, np.nan, 3, 4]])
    coefficients = agreement(matrix, kind="realism", categories=STEPS)
    assert coefficients["fleiss_kappa"].state == "not estimable: no case was rated by two readers"


def test_an_arm_without_ratings_says_so() -> None:
    coefficients = agreement(np.full((3, 4), np.nan), kind="realism", categories=STEPS)
    assert coefficients["icc_a1"].state == "not estimable: no ratings"


def test_one_category_used_leaves_kappa_without_a_value_but_not_percent_agreement() -> None:
    coefficients = agreement(np.full((4, 6), 3.0), kind="realism", categories=STEPS)
    for name in ("fleiss_kappa", "cohen_kappa_mean", "krippendorff_alpha_ordinal", "conger_kappa"):
        assert coefficients[name].state.startswith("not estimable: ")
        assert coefficients[name].estimate is None
    assert coefficients["icc_c1"].state == "not estimable: every rating is the same"
    assert (
        coefficients["kendall_w"].state == "not estimable: every reader gave all cases one rating"
    )
    agreed = coefficients["percent_agreement"]
    assert (agreed.estimate, agreed.low, agreed.high) == (1.0, None, None)
    assert "no interval" in agreed.method
    assert coefficients["gwet_ac1"].estimate == 1.0


def test_no_complete_case_leaves_kendall_without_a_value() -> None:
    matrix = np.array([[1.0, 2, np.nan, 4], [np.nan, 2, 3, 3], [1, np.nan, 2, np.nan]])
    coefficients = agreement(matrix, kind="realism", categories=STEPS)
    assert coefficients["kendall_w"].state == "not estimable: no case was rated by every reader"
    assert coefficients["krippendorff_alpha_interval"].is_estimated


def test_a_continuous_scale_keeps_alpha_interval_and_icc() -> None:
    rng = np.random.default_rng(12)
    matrix = rng.normal(size=20)[None] * 20 + rng.normal(size=(4, 20)) * 10
    coefficients = agreement(matrix, kind="realism", categories=np.unique(matrix).tolist())
    assert coefficients["krippendorff_alpha_interval"].is_estimated
    assert coefficients["icc_a1"].is_estimated
    assert coefficients["kendall_w"].is_estimated
    assert f"up to {MANY_CATEGORIES}" in coefficients["fleiss_kappa"].state


def test_indices_of_two_categories_are_not_given_for_five() -> None:
    coefficients = agreement(ratings_with_gaps(seed=13), kind="realism", categories=STEPS)
    assert coefficients["prevalence_index"].state == (
        "not estimable: defined for two categories, the scale has 5"
    )


def test_verdicts_name_what_nobody_said() -> None:
    coefficients = agreement(np.zeros((3, 5)), kind="verdict", categories=(0.0, 1.0))
    assert coefficients["positive_agreement"].state == "not estimable: nothing was called synthetic"
    assert coefficients["negative_agreement"].estimate == 1.0
    assert coefficients["prevalence_index"].estimate == -1.0


def test_a_rating_off_the_scale_is_refused() -> None:
    with pytest.raises(StatisticsInputError, match="rating of 6 is not among the categories"):
        agreement(np.array([[1.0, 6], [1, 2]]), kind="realism", categories=STEPS)


def test_unused_steps_of_the_scale_count() -> None:
    matrix = from_table(LANDIS_KOCH_1977)
    four, five = (
        agreement(matrix, kind="realism", categories=steps) for steps in ((1, 2, 3, 4), STEPS)
    )
    assert four["brennan_prediger"].estimate != five["brennan_prediger"].estimate
    assert four["fleiss_kappa"].estimate == pytest.approx(five["fleiss_kappa"].estimate)


def test_coefficients_known_to_cover_badly_carry_a_caution() -> None:
    matrix = ratings_with_gaps(seed=8)
    realism = agreement(matrix, kind="realism", categories=STEPS)
    called = np.where(np.isnan(matrix), np.nan, (matrix > 2) * 1.0)
    verdict = agreement(called, kind="verdict", categories=(0, 1))
    assert "78 to 99 %" in realism["gwet_ac2"].caution
    assert "87 to 99 %" in verdict["gwet_ac1"].caution
    assert realism["fleiss_kappa"].caution == realism["gwet_ac1"].caution == ""
    own = agreement(matrix, kind="realism", categories=STEPS, generalise_to="cases")
    assert own["gwet_ac2"].caution == ""


@pytest.mark.parametrize("kind", ["realism", "verdict"])
def test_with_two_categories_one_number_has_one_interval(kind: Any) -> None:
    rng = np.random.default_rng(3)
    matrix = (
        rng.normal(size=(5, 1)) + rng.normal(size=(1, 20)) + rng.normal(size=(5, 20)) > 0
    ) * 1.0
    coefficients = agreement(matrix, kind=kind, categories=(0.0, 1.0))
    for same in (
        ("krippendorff_alpha_nominal", "krippendorff_alpha_ordinal", "krippendorff_alpha_interval"),
        ("cohen_kappa_mean", "cohen_kappa_mean_linear", "cohen_kappa_mean_quadratic"),
        ("gwet_ac1", "gwet_ac2"),
        ("pabak", "brennan_prediger"),
    ):
        ends = [(coefficients[name].low, coefficients[name].high) for name in same]
        for other in ends[1:]:
            assert other == pytest.approx(ends[0])


def test_lights_kappa_says_how_many_pairs_were_undefined() -> None:
    # Readers 1 and 2 called everything real, so they have no kappa with each other.
    always = np.zeros((2, 6))
    mixed = np.array([[0.0, 1, 0, 1, 1, 0], [0.0, 1, 1, 1, 0, 0]])
    matrix = np.vstack([always, mixed])
    estimates = agreement(matrix, kind="verdict", categories=(0.0, 1.0))
    kappas = pairwise_kappa(matrix, (0.0, 1.0))[np.triu_indices(4, k=1)]
    for name in ("light_kappa", "cohen_kappa_mean"):
        assert estimates[name].caution == "1 pair of 6 undefined and left out of the mean"
        assert estimates[name].estimate == pytest.approx(np.nanmean(kappas))
    # Pairs that share no case are undefined too.
    apart = np.full((3, 6), np.nan)
    apart[0, :3], apart[1, 3:], apart[2] = mixed[0, :3], mixed[1, 3:], mixed[0]
    split = agreement(apart, kind="verdict", categories=(0.0, 1.0))["light_kappa"]
    assert split.caution == "1 pair of 3 undefined and left out of the mean"
    assert agreement(mixed, kind="verdict", categories=(0.0, 1.0))["light_kappa"].caution == ""
    nobody = agreement(always, kind="verdict", categories=(0.0, 1.0))["light_kappa"]
    assert "no pair of readers used two categories" in nobody.state
