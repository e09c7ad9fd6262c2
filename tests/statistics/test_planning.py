"""A plan promises what the analysis will do, and its simulated studies are what was stated."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from app.report.plan.text import few_readers
from app.statistics.analysis import analyse
from app.statistics.planning.asked import Asked
from app.statistics.planning.layout import StudyLayout
from app.statistics.planning.pilot import pilot_components
from app.statistics.planning.plan import QUESTIONS, Plan, PlanCell, plan
from app.statistics.planning.simulation import (
    LatentVariances,
    Scenario,
    SimulatedStudies,
    expected_auc,
    expected_share_correct,
    rating_thresholds,
    simulate_choices,
    simulate_phases,
    simulate_presence,
    simulate_studies,
    solve,
)
from app.statistics.protocols.phases import auc_between_phases, phase_figures
from app.statistics.protocols.single_readings import PhaseFacts, SingleReadings
from app.statistics.realness.auc import reader_aucs
from app.statistics.table.ratings import RatingsTable, StatisticsInputError, ratings_table
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.interval import averaged_over_readers
from app.statistics.variance.reader_means import reader_means
from tests.two_lengths import lengths, some_now


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


@pytest.mark.parametrize("steps", some_now([2, 5, 101], [5]))
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


@pytest.mark.parametrize("simulations", lengths(80, 300))
def test_readers_who_see_alike_give_the_precision_of_the_rank_sum_test(simulations: int) -> None:
    """No reader effects and all variance shared: J readers are one, whose AUC at 0.5 has the
    variance (n0 + n1 + 1)/(12 n0 n1) of Mann and Whitney (1947, doi:10.1214/aoms/1177730491)."""
    cases, margin = 100, 0.10
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
    # The model has no part in what is planned for, and takes longest.
    settings = AnalysisSettings(model=False)
    made = small_plan(readers=(4,), cases=(15,), scenario=scenario, settings=settings).cells[0]
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
    "of",
    some_now([{}, {"verdict": True}, {"missing": 0.3}], [{"missing": 0.3}]),
    ids=["realism", "verdict", "missing"],
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


def test_readers_in_groups_read_their_share_and_no_more() -> None:
    layout = StudyLayout(groups=2, cluster_size=3)
    read = np.isfinite(layout.is_read(4, 12))
    assert read.sum() == 4 * 12 / 2
    assert (read[0] == read[2]).all()
    assert (read[0] != read[1]).all()
    # The images of a cluster are of one block.
    for cluster in np.split(read, 4, axis=1):
        assert (cluster == cluster[:, :1]).all()
    made = simulate_studies(
        solve(Scenario()),
        readers=4,
        cases=12,
        studies=2,
        rng=np.random.default_rng(1),
        layout=layout,
    )
    for ratings in (made.real, made.detected, made.real_judged_real):
        assert (np.isfinite(ratings) == read).all()


@pytest.mark.parametrize("simulations", lengths(60, 200))
def test_a_split_plot_of_twice_the_images_costs_the_same_readings(simulations: int) -> None:
    split = small_plan(
        readers=(6,), cases=(40,), simulations=simulations, layout=StudyLayout(groups=2)
    )
    crossed = small_plan(readers=(6,), cases=(20,), simulations=simulations)
    assert split.layout.readings(6, 40) == crossed.layout.readings(6, 20) == 240
    # More images for the same readings: no wider.
    assert (split.cells[0].expected["auc"].half_width or 1) < (
        crossed.cells[0].expected["auc"].half_width or 0
    )


@pytest.mark.parametrize("simulations", lengths(40, 100))
def test_images_that_share_what_makes_them_real_say_less(simulations: int) -> None:
    def width(layout: StudyLayout) -> float:
        made = small_plan(readers=(6,), cases=(40,), simulations=simulations, layout=layout)
        return made.cells[0].expected["auc"].half_width or 0.0

    alone = width(StudyLayout())
    assert width(StudyLayout(cluster_size=4, cluster_share=0.8)) > 1.1 * alone


def test_one_reader_is_planned_for_themselves_and_fixed_readers_are_narrower() -> None:
    fixed = AnalysisSettings(generalise_to="cases")
    made = small_plan(readers=(1, 4), cases=(40,), simulations=60, settings=fixed)
    assert made.cell(1, 40).expected["auc"].half_width is not None
    assert made.cell(1, 40).expected["auc"].not_estimable < 0.05
    random = small_plan(readers=(4,), cases=(40,), simulations=60)
    assert (made.cell(4, 40).expected["auc"].half_width or 1) < (
        random.cells[0].expected["auc"].half_width or 0
    )
    assert any("for no others" in line for line in few_readers(made))


@pytest.mark.parametrize("pictures", [2, 3])
def test_finding_the_real_one_has_the_share_that_its_integral_says(pictures: int) -> None:
    scenario = Scenario(auc=0.7)
    layout = StudyLayout(pictures=pictures)
    model = solve(scenario)
    correct = simulate_choices(
        model, readers=8, sets=50, studies=200, rng=np.random.default_rng(2), layout=layout
    )
    share = expected_share_correct(model.real - model.detected, pictures, scenario.components)
    by_study = correct.mean(axis=(1, 2))
    assert by_study.mean() == pytest.approx(share, abs=4 * by_study.std() / 200**0.5)
    made = small_plan(readers=(8,), cases=(50,), simulations=60, scenario=scenario, layout=layout)
    assert made.questions == ("choice",)
    assert made.effects == {"choice": pytest.approx(share - 1 / pictures)}
    assert set(made.to_json()["grid"][0]) == {"readers", "cases", "choice"}
    assert made.cells[0].expected["choice"].power > 0.5


def test_guessing_is_found_as_often_as_the_level_says() -> None:
    nothing = LatentVariances()
    model = replace(solve(Scenario(auc=0.6, components=nothing)), real=0.0, detected=0.0)
    layout = StudyLayout(pictures=2)
    correct = simulate_choices(
        model, readers=6, sets=40, studies=400, rng=np.random.default_rng(5), layout=layout
    )
    excluded = 0
    for study in correct:
        theta, covariance = reader_means(study)
        share = averaged_over_readers(
            theta, covariance, [study], AnalysisSettings(), scale="logit", what="the share"
        )
        assert share.low is not None
        assert share.high is not None
        excluded += not share.low <= 0.5 <= share.high
    assert excluded / 400 <= 0.08


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: StudyLayout(groups=0), "0 groups of readers"),
        (lambda: StudyLayout(pictures=9), "9 pictures shown together"),
        (lambda: StudyLayout(cluster_share=1.5), "share 1.5"),
        (lambda: StudyLayout(pictures=2, cluster_size=2), "sets that stand alone"),
        (lambda: small_plan(readers=(2,), layout=StudyLayout(groups=3)), "can't be in 3 groups"),
        (lambda: small_plan(cases=(4,), layout=StudyLayout(cluster_size=4)), "give 8 or more"),
    ],
)
def test_a_layout_that_can_not_be_is_one_sentence(make: Any, sentence: str) -> None:
    with pytest.raises(StatisticsInputError, match=sentence):
        make()


# Words, marks, noticing, phases


def asked_plan(asked: Asked, **changes: Any) -> Plan:
    return plan(
        **{
            "readers": [6],
            "cases": [30],
            "scenario": Scenario(auc=0.7),
            "settings": AnalysisSettings(),
            "simulations": 40,
            "seed": 4,
            "asked": asked,
        }
        | changes
    )


def test_words_are_named_in_the_share_of_readings_that_is_stated() -> None:
    made = simulate_presence(
        LatentVariances(),
        0.3,
        readers=20,
        cases=60,
        studies=60,
        rng=np.random.default_rng(1),
        layout=StudyLayout(groups=2),
    )
    assert np.nanmean(made) == pytest.approx(0.3, abs=0.015)
    assert np.isnan(made).mean() == pytest.approx(0.5)
    one = asked_plan(Asked("words", share=0.5, against=0.1)).cells[0].expected
    assert list(one) == ["share"]
    assert one["share"].power > 0.9
    assert one["share"].half_width == pytest.approx(0.2, abs=0.07)


def test_noticing_is_summed_over_every_number_of_readers_who_may() -> None:
    readers, share, against = 9, 0.15, 0.5
    power = width = 0.0
    for count in range(readers + 1):
        chance = math.comb(readers, count) * share**count * (1 - share) ** (readers - count)
        method = "exact" if count in (0, readers) else "wilson"
        limits = stats.binomtest(count, readers).proportion_ci(method=method)
        power += chance * (limits.high < against or limits.low > against)
        width += chance * (limits.high - limits.low) / 2
    asked = Asked("noticing", share=share, against=against)
    made = asked_plan(asked, readers=[readers, 20], cases=[30, 60])
    expected = made.cells[0].expected["noticed"]
    assert expected.power == pytest.approx(power)
    assert expected.half_width == pytest.approx(width)
    # Images say nothing of it.
    assert [(cell.readers, cell.cases) for cell in made.cells] == [(9, 30), (20, 30)]


@pytest.mark.parametrize("same_cases", [False, True])
def test_two_phases_are_planned_by_the_analysis_of_two_phases(same_cases: bool) -> None:
    readers, cases = 4, 12
    real, synthetic = simulate_phases(
        LatentVariances(),
        rating_thresholds(5),
        (0.0, 1.5),
        readers=readers,
        cases=cases,
        studies=1,
        rng=np.random.default_rng(2),
        layout=StudyLayout(),
        same_cases=same_cases,
    )
    phases = []
    for number in (0, 1):
        rows = [
            (f"R{j}", f"{arm}{k:02d}", arm, truth, float(matrix[0, number * readers + j, k]))
            for arm, truth, matrix in (("real", "real", real), ("M1", "synthetic", synthetic))
            for j in range(readers)
            for k in range(matrix.shape[2])
            if np.isfinite(matrix[0, number * readers + j, k])
        ]
        columns = list(zip(*rows, strict=True))
        phases.append(
            SingleReadings(
                "realism",
                "grade",
                PhaseFacts(f"p{number}", told=bool(number)),
                *columns[:4],
                cluster=("",) * len(rows),
                value=columns[4],
                exposure_ms=(math.nan,) * len(rows),
            )
        )
    difference = next(
        one for one in phase_figures(phases, AnalysisSettings()) if one.measure == "auc"
    ).differences[0]
    planned = auc_between_phases(real[0], synthetic[0], AnalysisSettings())
    assert difference.same_cases == same_cases
    assert planned.estimate == pytest.approx(difference.contrast.estimate)
    assert planned.low == pytest.approx(difference.contrast.low)
    assert planned.high == pytest.approx(difference.contrast.high)


def test_telling_readers_is_found_more_often_the_more_it_does() -> None:
    small, large = (
        asked_plan(Asked("phases", naive_auc=naive)).cells[0].expected["phases"].power
        for naive in (0.68, 0.4)
    )
    assert small < 0.25 < 0.8 < large
    assert asked_plan(Asked("phases")).readings(PlanCell(6, 30, {})) == 2 * 2 * 6 * 30
    with_clusters = asked_plan(Asked("phases"), layout=StudyLayout(cluster_size=3))
    assert with_clusters.cells[0].expected["phases"].half_width is not None


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Asked("words", share=1.0), "The share is 1"),
        (lambda: Asked("words", share=0.1), "Both shares are 0.1"),
        (lambda: Asked("phases", naive_auc=0.0), "before readers are told is 0"),
        (lambda: asked_plan(Asked("phases", naive_auc=0.7)), "is 0.7 before and after"),
        (lambda: asked_plan(Asked("marks"), layout=StudyLayout(pictures=2)), "plan the marks"),
        (
            lambda: asked_plan(Asked("noticing"), layout=StudyLayout(groups=2)),
            "leave out groups",
        ),
        (
            lambda: asked_plan(Asked("noticing"), settings=AnalysisSettings(generalise_to="cases")),
            "share of readers",
        ),
    ],
)
def test_what_can_not_be_asked_is_one_sentence(make: Any, sentence: str) -> None:
    with pytest.raises(StatisticsInputError, match=sentence):
        make()
