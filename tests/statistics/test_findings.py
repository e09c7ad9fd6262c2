"""Findings against the reference: figures, differences, what is unknown, and their intervals."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.statistics.protocols.findings import (
    FIGURES,
    Findings,
    findings,
    findings_beside_machines,
)
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import least_covered, lengths

VAN_DYKE = Path(__file__).parents[2] / ".." / "shared" / "reference" / "vandyke.csv"
ALONE = AnalysisSettings(generalise_to="cases")


def study(
    score: dict[str, np.ndarray], truth: dict[str, list[bool | None]]
) -> tuple[RatingsTable, dict[tuple[str, str], bool | None]]:
    """A table of (J, K) scores by arm, and the references of its cases."""
    rows = [
        (f"R{j}", f"{k:03d}", arm, float(matrix[j, k]))
        for arm, matrix in score.items()
        for j in range(matrix.shape[0])
        for k in range(matrix.shape[1])
        if np.isfinite(matrix[j, k])
    ]
    table = ratings_table(
        reader=[row[0] for row in rows],
        case=[row[1] for row in rows],
        arm=[row[2] for row in rows],
        truth=["real" if row[2] == "real" else "synthetic" for row in rows],
        score=[row[3] for row in rows],
    )
    return table, {
        (arm, f"{k:03d}"): said for arm, of_arm in truth.items() for k, said in enumerate(of_arm)
    }


def figure(made: Findings, arm: str, name: str) -> float | None:
    return next(one for one in made.arms if one.arm == arm).figures[name].estimate


def test_figures_are_means_over_readers_of_their_own_rates() -> None:
    real = np.array([[1.0, 1, 0, 0, 0, 1], [1, 0, 0, 0, 1, 1]])
    m1 = np.array([[1.0, 0, 0, 1], [0, 0, 0, np.nan]])
    table, truth = study(
        {"real": real, "M1": m1},
        {"real": [True, True, False, False, False, None], "M1": [True, True, False, False]},
    )
    made = findings(table, truth, AnalysisSettings(), cut=0.5)
    assert figure(made, "real", "sensitivity") == pytest.approx((2 / 2 + 1 / 2) / 2)
    assert figure(made, "real", "specificity") == pytest.approx((3 / 3 + 2 / 3) / 2)
    assert figure(made, "real", "accuracy") == pytest.approx((5 / 5 + 3 / 5) / 2)
    assert figure(made, "M1", "specificity") == pytest.approx((1 / 2 + 1) / 2)
    # Of two answers the area is the mean of both rates.
    assert figure(made, "real", "auc") == pytest.approx((0.75 + 5 / 6) / 2)
    assert [(one.n_present, one.n_absent, one.n_unknown) for one in made.arms] == [
        (2, 3, 1),
        (2, 2, 0),
    ]
    difference = next(one for one in made.differences if one.measure == "finding.sensitivity")
    assert (difference.arm, difference.against) == ("M1", "real")
    assert difference.estimate == pytest.approx(0.25 - 0.75)


@pytest.mark.skipif(not VAN_DYKE.is_file(), reason="the reference data in shared/ are not here")
def test_the_area_is_that_of_mrmc_software() -> None:
    with VAN_DYKE.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["modality"] == "1"]
    table = ratings_table(
        reader=[row["reader"] for row in rows],
        case=[row["case"] for row in rows],
        arm=["spin echo"] * len(rows),
        truth=["real"] * len(rows),
        score=[float(row["rating"]) for row in rows],
    )
    truth = {("spin echo", row["case"]): row["truth"] == "1" for row in rows}
    made = findings(table, truth, AnalysisSettings(covariance="jackknife"), cut=3)
    area = made.arms[0].figures["auc"]
    # MRMCaov 0.3.0, jackknife covariances, readers and cases random.
    assert area.estimate == pytest.approx(0.897037037037037, abs=1e-12)
    assert area.se == pytest.approx(0.033173596959167, abs=1e-12)
    assert area.df == pytest.approx(12.7446475981182, abs=1e-8)


def test_one_reader_two_readers_and_a_perfect_one_have_their_points() -> None:
    truth: dict[str, list[bool | None]] = {"real": [True, True, False, False] * 3}
    perfect = np.array([[float(one is True) for one in truth["real"]]])
    for readers in (1, 2):
        table, references = study({"real": np.repeat(perfect, readers, axis=0)}, truth)
        made = findings(table, references, AnalysisSettings(), cut=0.5)
        for name in FIGURES:
            of = made.arms[0].figures[name]
            assert of.estimate == 1.0
            assert of.high == 1.0
            assert of.low is not None
            assert of.low < 1.0
            assert "exact bound" in of.method


def test_what_the_reference_does_not_hold_is_named() -> None:
    score = np.array([[1.0, 0, 1], [0, 0, 1]])
    table, truth = study({"real": score}, {"real": [None, None, None]})
    of_arm = findings(table, truth, AnalysisSettings(), cut=0.5).arms[0]
    assert of_arm.n_unknown == 3
    assert all("the reference says of no image" in one.state for one in of_arm.figures.values())
    table, truth = study({"real": score}, {"real": [False, False, False]})
    of_arm = findings(table, truth, AnalysisSettings(), cut=0.5).arms[0]
    assert "the finding is there in no image" in of_arm.figures["sensitivity"].state
    assert "one kind" in of_arm.figures["auc"].state
    assert of_arm.figures["specificity"].estimate == pytest.approx((1 / 3 + 2 / 3) / 2)


@pytest.mark.parametrize("repetitions", lengths(40, 250))
@pytest.mark.parametrize("clustered", [False, True])
def test_the_difference_covers_what_it_states(clustered: bool, repetitions: int) -> None:
    rng = np.random.default_rng(7)
    inside = {"finding.sensitivity": 0, "finding.auc": 0}
    readers, films = 5, 60
    truth = [k % 2 == 0 for k in range(films)]
    for _ in range(repetitions):
        rows = []
        for arm in ("real", "M1"):
            patient = np.repeat(rng.normal(size=films // 2), 2)
            case = 0.7 * patient + 0.5 * rng.normal(size=films)
            lean = 0.3 * rng.normal(size=readers)
            signal = np.array([0.9 if one else -0.9 for one in truth])
            score = signal + case + lean[:, None] + rng.normal(size=(readers, films))
            rows += [
                (f"R{j}", f"{k:03d}", arm, score[j, k])
                for j in range(readers)
                for k in range(films)
            ]
        table = ratings_table(
            reader=[row[0] for row in rows],
            case=[row[1] for row in rows],
            arm=[row[2] for row in rows],
            truth=["real" if row[2] == "real" else "synthetic" for row in rows],
            score=[row[3] for row in rows],
            cluster=[f"{row[2]}{int(row[1]) // 2}" for row in rows] if clustered else None,
        )
        references = {(arm, f"{k:03d}"): truth[k] for arm in ("real", "M1") for k in range(films)}
        for one in findings(table, references, AnalysisSettings(), cut=0.0).differences:
            if one.measure in inside and one.low is not None and one.high is not None:
                inside[one.measure] += one.low <= 0 <= one.high
    shares = {name: count / repetitions for name, count in inside.items()}
    # A patient has a film of each kind: taken as independent, a difference of areas is wide.
    least, most = least_covered(repetitions, 0.915), 0.995 if repetitions > 100 else 1.0
    assert all(least <= share <= most for share in shares.values()), shares


def test_machines_beside_people_are_the_two_analyses_apart_and_their_difference() -> None:
    rng = np.random.default_rng(3)
    present: list[bool | None] = [k % 2 == 0 for k in range(40)]
    seen = np.array([1.2 * bool(one) for one in present])
    score = {arm: np.round(seen + rng.normal(size=(5, 40)), 1) for arm in ("real", "M1")}
    table, truth = study(score, {"real": present, "M1": present})
    table = replace(table, machines=("R4",))
    made = findings_beside_machines(table, truth, AnalysisSettings(), cut=0.6)
    people = findings(table.people, truth, AnalysisSettings(), cut=0.6)
    machine = findings(table.select_readers(["R4"]), truth, ALONE, cut=0.6)
    assert {(one.arm, one.measure) for one in made} == {
        (arm, measure) for arm in ("real", "M1") for measure in FIGURES
    }
    for one in made:
        human, own = (
            next(arm for arm in of.arms if arm.arm == one.arm).figures[one.measure]
            for of in (people, machine)
        )
        assert one.human.estimate == pytest.approx(human.estimate)
        assert one.human.low == pytest.approx(human.low)
        assert one.own.estimate == pytest.approx(own.estimate)
        assert one.own.low == pytest.approx(own.low)
        assert one.difference.estimate == pytest.approx(human.estimate - own.estimate)  # type: ignore[operator]
        assert set(one.by_reader) == {"R0", "R1", "R2", "R3"}
        assert np.mean(list(one.by_reader.values())) == pytest.approx(human.estimate)
        assert one.difference.low is not None
        assert (one.margin, one.is_non_inferior, one.p_non_inferior) == (None, None, None)


def test_a_figure_that_the_reference_does_not_allow_has_no_comparison() -> None:
    table, truth = study({"real": np.array([[1.0, 0], [1, 1]])}, {"real": [True, True]})
    table = replace(table, machines=("R1",))
    made = findings_beside_machines(table, truth, AnalysisSettings(), cut=0.5)
    assert [one.measure for one in made] == ["sensitivity", "accuracy"]
    assert findings_beside_machines(table.people, truth, AnalysisSettings(), cut=0.5) == ()
