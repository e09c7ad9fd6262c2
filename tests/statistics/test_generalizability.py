"""Variance components are those of lme4 and of the truth, and phi is what its formula says."""

import csv
from pathlib import Path

import numpy as np
import pytest

from app.statistics.agreement.generalizability import DEPENDABLE, PARTS, dependability
from app.statistics.table.ratings import RatingsTable, ratings_table

# generalizability.R: REML by lme4, complete ratings, all components above 0.
FROM_R = {
    "arm": 2.257803655,
    "image": 0.3435852955,
    "reader": 0.3102883372,
    "reader_by_arm": 0.02114367073,
    "rest": 0.6811909160,
}
RATINGS = Path(__file__).parent / "generalizability.csv"


def table_of_r() -> RatingsTable:
    rows = list(csv.DictReader(RATINGS.read_text().splitlines()))
    return ratings_table(
        reader=[row["reader"] for row in rows],
        case=[row["case"] for row in rows],
        arm=[row["arm"] for row in rows],
        truth=["real" if row["arm"] == "1" else "synthetic" for row in rows],
        realism=[float(row["rating"]) for row in rows],
    )


def simulated(seed: int, *, missing: float = 0.0, arms: int = 6) -> RatingsTable:
    rng = np.random.default_rng(seed)
    readers, images = 8, 15
    rating = (
        3.0
        + 0.6 * rng.standard_normal((arms, 1, 1))
        + 0.4 * rng.standard_normal((1, readers, 1))
        + 0.3 * rng.standard_normal((arms, readers, 1))
        + 0.5 * rng.standard_normal((arms, 1, images))
        + 0.7 * rng.standard_normal((arms, readers, images))
    )
    rows = [index for index in np.ndindex(rating.shape) if rng.random() >= missing]
    return ratings_table(
        reader=[f"R{j}" for _, j, _ in rows],
        case=[f"C{i}-{k}" for i, _, k in rows],
        arm=[f"A{i}" for i, _, _ in rows],
        truth=["real" if i == 0 else "synthetic" for i, _, _ in rows],
        realism=[float(rating[index]) for index in rows],
    )


def test_the_components_are_those_of_lme4() -> None:
    made = dependability(table_of_r(), "realism")
    assert made.variances == pytest.approx(FROM_R, abs=2e-5)
    assert made.below_zero == ()


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_truth_is_recovered_with_and_without_missing_ratings(missing: float) -> None:
    made = [dependability(simulated(seed, missing=missing), "realism") for seed in range(120)]
    truth = {"arm": 0.36, "image": 0.25, "reader": 0.16, "reader_by_arm": 0.09, "rest": 0.49}
    for name in PARTS:
        values = [one.variances[name] for one in made]
        assert np.mean(values) == pytest.approx(truth[name], abs=3.5 * np.std(values) / 120**0.5)


def test_phi_is_its_formula_and_the_smallest_design_reaches_it() -> None:
    made = dependability(table_of_r(), "realism")
    part = made.variances
    error = (part["reader"] + part["reader_by_arm"]) / 5 + part["image"] / 20 + part["rest"] / 100
    assert made.phi_of_arm(5, 20) == pytest.approx(part["arm"] / (part["arm"] + error))
    assert made.of_arm == pytest.approx(made.phi_of_arm(6, 10))
    assert made.of_image == pytest.approx(made.phi_of_image(6))
    assert made.smallest_of_arm is not None
    readers, images = made.smallest_of_arm
    assert (made.phi_of_arm(readers, images) or 0) >= DEPENDABLE
    for fewer in ((readers - 1, images), (readers, images - 1)):
        if min(fewer) > 0:
            assert (made.phi_of_arm(*fewer) or 0) < DEPENDABLE
    least = readers * images
    for j in range(1, least + 1):
        for k in range(1, (least - 1) // j + 1):
            assert (made.phi_of_arm(j, k) or 0) < DEPENDABLE
    assert made.smallest_of_image is not None
    assert (made.phi_of_image(made.smallest_of_image) or 0) >= DEPENDABLE
    assert (made.phi_of_image(made.smallest_of_image - 1) or 0) < DEPENDABLE


def test_more_readers_and_images_are_more_dependable() -> None:
    made = dependability(simulated(1), "realism")
    grid = [[made.phi_of_arm(j, k) or 0.0 for k in (10, 20, 50)] for j in (2, 5, 9)]
    assert (np.diff(grid, axis=0) > 0).all()
    assert (np.diff(grid, axis=1) > 0).all()


def test_what_can_not_be_told_is_said() -> None:
    one_reader = table_of_r().select_readers(["1"])
    assert "one reader" in dependability(one_reader, "realism").why_not
    told = dependability(table_of_r(), "judged_real")
    assert told.why_not == "no ratings"
    assert told.to_json()["decision_study"] == []


def test_arms_that_do_not_differ_have_no_dependability() -> None:
    rng = np.random.default_rng(3)
    rows = [(i, j, k) for i in range(2) for j in range(4) for k in range(8)]
    shared = 2.0 * rng.standard_normal((1, 8)) + rng.standard_normal((4, 8))
    table = ratings_table(
        reader=[f"R{j}" for _, j, _ in rows],
        case=[f"C{i}-{k}" for i, _, k in rows],
        arm=[f"A{i}" for i, _, _ in rows],
        truth=["real" if i == 0 else "synthetic" for i, _, _ in rows],
        realism=[float(shared[j, k]) for _, j, k in rows],
    )
    made = dependability(table, "realism")
    assert "arm" in made.below_zero
    assert made.of_arm is None
    assert made.smallest_of_arm is None


def test_a_part_that_is_what_rounding_leaves_is_nought() -> None:
    # Readers agree wholly, so that images within an arm, readers and the rest vary by nothing.
    cases = [("R1", "a1"), ("R2", "a1"), ("R3", "a2"), ("R1", "b1"), ("R2", "b2"), ("R3", "b1")]
    cases += [("R1", "a3"), ("R2", "b3"), ("R3", "b4"), ("R3", "b2")]
    table = ratings_table(
        reader=[reader for reader, _ in cases],
        case=[case for _, case in cases],
        arm=[case[0] for _, case in cases],
        truth=["real" if case[0] == "a" else "synthetic" for _, case in cases],
        verdict=[float(case[0] == "b") for _, case in cases],
    )

    made = dependability(table, "judged_real")

    assert made.variances["arm"] == pytest.approx(0.5)
    assert [made.variances[part] for part in PARTS[1:]] == [0.0] * 4
    assert (made.of_image, made.smallest_of_image) == (None, None)
