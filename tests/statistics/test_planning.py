"""A plan promises what the analysis will do, and its simulated studies are what was stated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from app.statistics.analysis import analyse
from app.statistics.planning.pilot import pilot_components
from app.statistics.planning.plan import QUESTIONS, Plan, plan
from app.statistics.planning.simulation import (
    LatentVariances,
    Scenario,
    SimulatedStudies,
    expected_auc,
    rating_thresholds,
    simulate_studies,
    solve,
)
from app.statistics.realness.auc import reader_aucs
from app.statistics.table.ratings import RatingsTable, StatisticsInputError, ratings_table
from app.statistics.table.settings import AnalysisSettings


def small_plan(**changes: Any) -> Plan:
    given: dict[str, Any] = {
        "readers": (3,),
        "cases": (12,),
        "scenario": Scenario(),
        "settings": AnalysisSettings(),
        "simulations": 20,
        "seed": 1,
    }
    return plan(**{**given, **changes})


def simulated(
    scenario: Scenario, *, readers: int, cases: int, studies: int = 1, seed: int = 1
) -> SimulatedStudies:
    return simulate_studies(
        solve(scenario),
        readers=readers,
        cases=cases,
        studies=studies,
        rng=np.random.default_rng(seed),
    )


def table_of(
    made: SimulatedStudies, study: int = 0, *, verdict: bool = False, missing: float = 0.0
) -> RatingsTable:
    """One simulated study as a ratings table of two arms."""
    rng = np.random.default_rng(5)
    chosen = (
        {"real": made.real_judged_real, "M1": made.detected_judged_real}
        if verdict
        else {"real": made.real, "M1": made.detected}
    )
    rows = [
        (f"R{j:02d}", f"{arm}-{k:03d}", arm, value)
        for arm, values in chosen.items()
        for (j, k), value in np.ndenumerate(values[study])
        if rng.random() >= missing
    ]
    reader, case, arm, value = zip(*rows, strict=True)
    answers = {"verdict": 1.0 - np.array(value)} if verdict else {"realism": np.array(value)}
    return ratings_table(
        reader=reader,
        case=case,
        arm=arm,
        truth=["real" if name == "real" else "synthetic" for name in arm],
        **answers,
    )


@pytest.mark.parametrize("steps", [2, 5, 101])
def test_simulated_studies_have_the_stated_auc_and_rates(steps: int) -> None:
    scenario = Scenario(auc=0.70, deception=0.35, real_rate=0.80, equivalence_auc=0.54, steps=steps)
    made = simulated(scenario, readers=4, cases=20, studies=1500)
    aucs, near = (
        np.mean(
            [reader_aucs(real, arm)[0].mean() for real, arm in zip(made.real, other, strict=True)]
        )
        for other in (made.detected, made.equivalent)
    )
    assert aucs == pytest.approx(0.70, abs=0.008)
    assert near == pytest.approx(0.54, abs=0.008)
    assert made.detected_judged_real.mean() == pytest.approx(0.35, abs=0.012)
    assert made.real_judged_real.mean() == pytest.approx(0.80, abs=0.012)
    assert set(np.unique(made.real)) <= set(range(1, steps + 1))


def test_without_reader_effects_the_auc_is_the_binormal_one() -> None:
    alone = LatentVariances(reader=0.0, reader_by_arm=0.0, case=0.3)
    for distance in (-0.6, 0.2, 1.4):
        auc = expected_auc(distance, 0.0, rating_thresholds(101), alone)
        assert auc == pytest.approx(stats.norm.cdf(distance / math.sqrt(2)), abs=1e-3)


def test_the_real_rate_follows_from_the_auc_unless_stated() -> None:
    alone = LatentVariances(reader=0.0, reader_by_arm=0.0)
    scenario = Scenario(auc=0.76, deception=0.5, steps=101, components=alone)
    # d = 1 apart, the arm cut at its median: the real images lie one standard deviation above.
    assert solve(scenario).real_rate == pytest.approx(stats.norm.cdf(1.0), abs=0.002)
    assert small_plan(scenario=Scenario(real_rate=0.9)).real_rate == pytest.approx(0.9)


def test_readers_who_see_alike_give_the_precision_of_the_rank_sum_test() -> None:
    """No reader effects and all variance shared: J readers are one, whose AUC at 0.5 has the
    variance (n0 + n1 + 1)/(12 n0 n1) of Mann and Whitney (1947, doi:10.1214/aoms/1177730491)."""
    cases, margin, simulations = 100, 0.10, 300
    alike = LatentVariances(reader=0.0, reader_by_arm=0.0, case=0.999)
    precision = (
        small_plan(
            cases=(cases,),
            scenario=Scenario(components=alike, steps=101),
            settings=AnalysisSettings(margin=margin),
            simulations=simulations,
        )
        .cells[0]
        .expected["equivalence"]
    )
    se = math.sqrt((2 * cases + 1) / (12 * cases**2))
    half = stats.norm.ppf(0.95) * se
    power = 2 * stats.norm.cdf((margin - half) / se) - 1
    assert precision.half_width == pytest.approx(half, rel=0.02)
    assert precision.power == pytest.approx(power, abs=3 * math.sqrt(0.25 / simulations))


def test_a_plan_counts_what_the_analysis_of_its_studies_says() -> None:
    scenario = Scenario(auc=0.75)
    settings = AnalysisSettings()
    made = small_plan(readers=(4,), cases=(15,), scenario=scenario).cells[0]
    seed = np.random.SeedSequence((1, 4, 15))
    studies = simulate_studies(
        solve(scenario), readers=4, cases=15, studies=20, rng=np.random.default_rng(seed)
    )
    detected, widths = [], []
    for study in range(20):
        arm = analyse(table_of(studies, study), settings=settings).arms["M1"]
        assert arm.conclusion is not None
        detected.append(arm.conclusion.state == "distinguishable")
        auc = arm.families["discrimination"]["auc_realism"]
        widths.append((auc.high - auc.low) / 2)  # type: ignore[union-attr, operator]
    assert made.expected["auc"].power == pytest.approx(np.mean(detected))
    assert made.expected["auc"].half_width == pytest.approx(np.mean(widths))
    rates, contrasts = [], []
    for study in range(20):
        analysis = analyse(table_of(studies, study, verdict=True), settings=settings)
        rate = analysis.arms["M1"].families["deception"]["rate"]
        rates.append((rate.high - rate.low) / 2)  # type: ignore[union-attr, operator]
        pair = next(p for p in analysis.contrasts.pairs if p.measure == "deception.rate")
        contrasts.append(pair.p_value is not None and pair.p_value < 0.05)
    assert made.expected["deception"].half_width == pytest.approx(np.mean(rates))
    assert made.expected["deception"].power == pytest.approx(np.mean(contrasts))


def test_the_same_seed_gives_the_same_plan_and_another_does_not() -> None:
    assert small_plan().cells == small_plan().cells
    assert small_plan().cells != small_plan(seed=2).cells


def test_a_design_does_not_depend_on_the_rest_of_the_grid() -> None:
    grid = small_plan(readers=(5, 2, 3, 3), cases=(12, 8))
    assert grid.readers == (2, 3, 5)
    assert grid.cases == (8, 12)
    assert grid.cell(3, 12) == small_plan().cells[0]
    with pytest.raises(KeyError):
        grid.cell(4, 12)


def test_more_readers_and_images_are_more_precise() -> None:
    planned = small_plan(readers=(3, 12), cases=(15, 60), simulations=60)
    few, many = planned.cell(3, 15), planned.cell(12, 60)
    for question in QUESTIONS:
        narrow, wide = many.expected[question].half_width, few.expected[question].half_width
        assert narrow is not None
        assert wide is not None
        assert narrow < wide / 1.3
        assert many.expected[question].power > few.expected[question].power


def test_the_smallest_design_is_the_one_with_the_fewest_readings() -> None:
    easy = Scenario(auc=0.93, components=LatentVariances(0.0, 0.01, 0.3))
    planned = small_plan(readers=(4, 8), cases=(20, 30), scenario=easy)
    cell = planned.smallest("auc")
    assert cell is not None
    assert (cell.readers, cell.cases) == (4, 20)
    assert small_plan(target_power=0.99).smallest("equivalence") is None


def test_arms_that_every_reader_separates_count_as_distinguished() -> None:
    apart = Scenario(auc=0.99999, components=LatentVariances(0.0, 0.0, 0.9))
    expected = small_plan(cases=(15,), scenario=apart).cells[0].expected["auc"]
    # Such studies have the exact bound, which is an interval too.
    assert expected.not_estimable == 0.0
    assert expected.power == 1.0


def test_json_holds_the_grid_and_what_was_assumed() -> None:
    printed = small_plan().to_json()
    assert printed["components"]["reader_by_case_and_error"] == pytest.approx(0.4)
    assert printed["scenario"]["real_rate"] > printed["scenario"]["deception"]
    assert printed["settings"]["simulations"] == 20
    (cell,) = printed["grid"]
    assert set(QUESTIONS) < set(cell)
    assert set(cell["auc"]) == {"half_width", "power", "df", "not_estimable"}


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: small_plan(readers=(1, 4)), "one says nothing about others"),
        (lambda: small_plan(readers=()), "No numbers of readers"),
        (lambda: small_plan(cases=(5000,)), "5000 cases"),
        (lambda: small_plan(simulations=3), "3 simulations"),
        (lambda: small_plan(seed=-1), "seed is -1"),
        (lambda: small_plan(target_power=80.0), "such as 0.8"),
        (lambda: small_plan(scenario=Scenario(equivalence_auc=0.65)), "not equivalent within"),
        (lambda: small_plan(scenario=Scenario(real_rate=0.4)), "no difference to plan for"),
        (lambda: Scenario(auc=0.5), "other than 0.5"),
        (lambda: Scenario(equivalence_auc=1.0), "equivalent arm"),
        (lambda: Scenario(deception=40.0), "arm's rate judged real is 40"),
        (lambda: Scenario(real_rate=0.0), "real images' rate"),
        (lambda: Scenario(steps=1), "1 steps"),
        (lambda: LatentVariances(reader=-0.1), "reader variance is -0.1"),
        (lambda: LatentVariances(case=1.0), "case variance is 1"),
        (
            lambda: solve(Scenario(auc=0.99, components=LatentVariances(0, 10.0, 0.5), steps=2)),
            "out of reach",
        ),
    ],
)
def test_what_can_not_be_planned_is_one_sentence(make: Any, sentence: str) -> None:
    with pytest.raises(StatisticsInputError, match=sentence) as error:
        make()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "of", [{}, {"verdict": True}, {"missing": 0.3}], ids=["realism", "verdict", "missing"]
)
def test_a_pilot_gives_back_the_components_it_was_simulated_with(of: dict[str, Any]) -> None:
    truth = LatentVariances(reader=0.20, reader_by_arm=0.10, case=0.60)
    made = simulated(Scenario(components=truth), readers=30, cases=60, studies=12)
    pilots = [pilot_components(table_of(made, study, **of)).components for study in range(12)]
    for name, error in (("reader", 0.06), ("reader_by_arm", 0.03), ("case", 0.04)):
        mean = np.mean([getattr(components, name) for components in pilots])
        assert mean == pytest.approx(getattr(truth, name), abs=error), name


def test_a_small_pilot_says_how_little_it_knows() -> None:
    none = LatentVariances(reader=0.0, reader_by_arm=0.0, case=0.60)
    made = simulated(Scenario(components=none), readers=3, cases=10, seed=1)
    pilot = pilot_components(table_of(made))
    assert (pilot.n_readers, pilot.n_cases, pilot.n_ratings) == (3, 20, 60)
    cautions = " ".join(pilot.cautions)
    assert "3 readers" in cautions
    assert "10 images" in cautions
    assert "set to 0" in cautions
    assert pilot.components.reader_by_arm == 0.0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reader": ["a", "a", "a", "a"]}, "one reader"),
        ({"arm": ["r"] * 4, "truth": ["real"] * 4}, "one arm"),
        ({"realism": None, "confidence": [1, 2, 3, 4]}, "no realism, score or verdict"),
        ({"realism": [3, 3, 3, 3]}, "more than one category"),
    ],
)
def test_an_unfit_pilot_is_refused_in_one_sentence(change: dict[str, Any], sentence: str) -> None:
    given: dict[str, Any] = {
        "reader": ["a", "b", "a", "b"],
        "case": ["1", "2", "3", "4"],
        "arm": ["real", "real", "m", "m"],
        "truth": ["real", "real", "synthetic", "synthetic"],
        "realism": [1, 2, 3, 4],
    }
    with pytest.raises(StatisticsInputError, match=sentence):
        pilot_components(ratings_table(**{**given, **change}))
