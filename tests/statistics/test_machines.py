"""Machines stand beside people, are in none of their figures, and the difference keeps its word."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from simulated_readers import columns

from app.statistics.analysis import analyse
from app.statistics.protocols.machines import machine_comparisons
from app.statistics.realness.auc import reader_aucs
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import least_covered, lengths

SETTINGS = AnalysisSettings(model=False)


def table_with_machine(seed: int = 1, *, machine_shift: float = 1.0) -> RatingsTable:
    told = columns(readers=6, cases=30, seed=seed, shift=0.6)
    rng = np.random.default_rng(seed + 100)
    cases = sorted({(arm, case) for arm, case in zip(told["arm"], told["case"], strict=True)})
    for arm, case in cases:
        place = {"real": 0, "M0": 1, "M1": 2}[arm]
        x = 0.8 - machine_shift * place + rng.standard_normal()
        told["reader"].append("X01")
        told["case"].append(case)
        told["arm"].append(arm)
        told["truth"].append("real" if arm == "real" else "synthetic")
        told["realism"].append(float(np.clip(np.round(3 + x), 1, 5)))
        told["score"].append(np.nan)
        told["verdict"].append(float(x < 0))
        told["confidence"].append(np.nan)
        told["position"].append(np.nan)
        told["reading_time_ms"].append(np.nan)
    return ratings_table(**told, realism_min=1, realism_max=5, machines=["X01"])


def test_people_have_the_figures_that_they_have_without_machines() -> None:
    table = table_with_machine()
    with_machine = analyse(table, settings=SETTINGS).to_json()
    without = analyse(table.people, settings=SETTINGS).to_json()
    machines = with_machine.pop("machines")
    assert without.pop("machines") == []
    assert with_machine == without
    assert {one["machine"] for one in machines} == {"X01"}


def test_the_difference_is_that_of_the_definition() -> None:
    table = table_with_machine()
    real, told = table.matrix("realism", "real"), table.matrix("realism", "M1")
    theta, covariance = reader_aucs(real, told)
    psi = theta[:6] - theta[6]
    spread = np.array(
        [
            [
                covariance[j, k] - covariance[j, 6] - covariance[6, k] + covariance[6, 6]
                for k in range(6)
            ]
            for j in range(6)
        ]
    )
    cov2 = max(np.mean([spread[j, k] for j in range(6) for k in range(6) if j != k]), 0)
    mean_square = max(psi.var(ddof=1), 0.5 * (np.mean(np.diag(spread)) - cov2))
    se = (mean_square / 6 + cov2) ** 0.5
    df = (mean_square + 6 * cov2) ** 2 / (mean_square**2 / 5)
    one = next(
        one
        for one in machine_comparisons(table, SETTINGS)
        if (one.arm, one.measure) == ("M1", "auc_realism")
    )
    assert one.difference.estimate == pytest.approx(psi.mean())
    assert one.difference.se == pytest.approx(se)
    assert one.difference.df == pytest.approx(df)
    low = psi.mean() - stats.t.ppf(0.975, df) * se
    assert one.difference.low == pytest.approx(low)
    assert one.is_non_inferior == (low > -0.10)
    assert (one.p_non_inferior or 1) < 0.025 or not one.is_non_inferior


def test_the_test_and_the_interval_never_contradict() -> None:
    for seed in range(25):
        for one in machine_comparisons(table_with_machine(seed), SETTINGS):
            if one.is_non_inferior is not None and one.p_non_inferior is not None:
                assert one.is_non_inferior == (one.p_non_inferior < 0.025)


def test_a_machine_beside_one_person_speaks_for_that_person() -> None:
    table = table_with_machine().select_readers(["R01", "X01"])
    one = machine_comparisons(table, SETTINGS)[0]
    assert one.difference.low is not None
    assert "this reader, images like these" in one.difference.method


def test_a_machine_that_separates_all_has_a_point_and_an_exact_bound() -> None:
    table = table_with_machine()
    perfect = np.where(table.truth == "real", 5.0, 1.0)
    table = replace(table, realism=np.where(table.reader == "X01", perfect, table.realism))
    one = next(one for one in machine_comparisons(table, SETTINGS) if one.measure == "auc_realism")
    assert one.own.estimate == 1.0
    assert one.own.method.startswith("exact bound")
    assert one.difference.low is not None
    assert one.is_non_inferior is False


def test_the_accuracy_has_no_margin_and_no_conclusion() -> None:
    accuracies = [
        one
        for one in machine_comparisons(table_with_machine(), SETTINGS)
        if one.measure == "balanced_accuracy"
    ]
    assert accuracies
    assert {one.is_non_inferior for one in accuracies} == {None}


def test_without_machines_there_is_nothing() -> None:
    assert machine_comparisons(table_with_machine().people, SETTINGS) == ()


@pytest.mark.parametrize("studies", lengths(80, 300))
def test_the_interval_of_the_difference_covers(studies: int) -> None:
    """Studies with readers, images and a machine; the truth is the mean over all of them."""
    rng = np.random.default_rng(9)
    differences, intervals = [], []
    for _ in range(studies):
        case = [0.8 * rng.standard_normal((1, 40)) + shift for shift in (0.6, 0.0)]
        reader = 0.3 * rng.standard_normal((2, 5, 1))
        human = [case[t] + reader[t] + 0.8 * rng.standard_normal((5, 40)) for t in (0, 1)]
        machine = [case[t] + 0.6 * rng.standard_normal((1, 40)) for t in (0, 1)]
        ratings = [np.round(np.vstack([human[t], machine[t]]), 1) for t in (0, 1)]
        rows = [(t, j, k) for t in (0, 1) for j in range(6) for k in range(40)]
        table = ratings_table(
            reader=["X" if j == 5 else f"R{j}" for _, j, _ in rows],
            case=[f"{t}-{k}" for t, _, k in rows],
            arm=["real" if t == 0 else "M" for t, _, _ in rows],
            truth=["real" if t == 0 else "synthetic" for t, _, _ in rows],
            realism=[float(ratings[t][j, k]) for t, j, k in rows],
            machines=["X"],
        )
        [one] = machine_comparisons(table, SETTINGS)
        differences.append(one.difference.estimate)
        intervals.append((one.difference.low, one.difference.high))
    truth = float(np.mean(differences))
    covered = np.mean([low <= truth <= high for low, high in intervals])  # type: ignore[operator]
    # 94.4 % of 2,000 such studies; a standard error of 300 is 1.3 points.
    assert least_covered(studies, 0.90) <= covered
    assert studies < 300 or covered <= 0.985
