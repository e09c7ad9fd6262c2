"""Confidence against being right: Murphy's parts, over-confidence, type-2 AUC, their intervals."""

import numpy as np
import pytest
from scipy import stats

from app.statistics.protocols.calibration import brier_parts, calibration, probabilities
from app.statistics.protocols.judgements import Judgements
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import least_covered, lengths

SETTINGS = AnalysisSettings()
LEVELS = 4
# How often an answer at each level is right in the simulated studies below.
RIGHT = np.array([0.5, 0.55, 0.7, 0.9])


def judgements(
    level: np.ndarray, correct: np.ndarray, clusters: np.ndarray | None = None
) -> Judgements:
    """Judgements of one arm."""
    return Judgements(
        level=level.astype(float),
        correct=correct.astype(float),
        called=np.full(level.shape, np.nan),
        arm=np.array(["M1"] * level.shape[1]),
        clusters=clusters,
        levels=tuple(float(one) for one in range(1, LEVELS + 1)),
        names=("",) * LEVELS,
    )


def simulated(rng: np.random.Generator, readers: int, cases: int) -> Judgements:
    """Readers who are right as RIGHT says, on cases that are hard or easy for all alike."""
    level = rng.integers(0, LEVELS, (readers, cases))
    hard = rng.random(cases)
    own = rng.random((readers, cases))
    mixed = stats.norm.cdf((stats.norm.ppf(hard) + stats.norm.ppf(own)) / np.sqrt(2))
    return judgements(level, mixed < RIGHT[level])


def test_the_parts_add_up_to_the_brier_score_and_are_murphys() -> None:
    made = simulated(np.random.default_rng(1), 4, 80)
    figures = calibration(made, ("M1",), SETTINGS).by_arm[""]
    says = probabilities(LEVELS, 2)
    brier = np.mean((says[made.level.astype(int)] - made.correct) ** 2)
    assert figures["brier"].estimate == pytest.approx(brier)
    parts = [figures[name].estimate or 0.0 for name in ("reliability", "resolution", "uncertainty")]
    assert parts[0] - parts[1] + parts[2] == pytest.approx(brier)
    over = np.mean(says[made.level.astype(int)]) - np.mean(made.correct)
    assert figures["overconfidence"].estimate == pytest.approx(over)


def test_the_parts_of_a_large_study_are_those_of_its_distribution() -> None:
    made = simulated(np.random.default_rng(2), 1, 200_000)
    figures = calibration(made, ("M1",), AnalysisSettings(generalise_to="cases")).by_arm[""]
    says, mean = probabilities(LEVELS, 2), RIGHT.mean()
    expected = {
        "reliability": np.mean((says - RIGHT) ** 2),
        "resolution": np.mean((RIGHT - mean) ** 2),
        "uncertainty": mean * (1 - mean),
        "overconfidence": says.mean() - mean,
    }
    for name, value in expected.items():
        assert figures[name].estimate == pytest.approx(value, abs=0.004)


def test_leaving_out_readings_gives_the_interval_of_a_part() -> None:
    made = simulated(np.random.default_rng(3), 1, 60)
    alone = calibration(made, ("M1",), AnalysisSettings(generalise_to="cases"))
    says = probabilities(LEVELS, 2)

    def resolution(kept: np.ndarray) -> float:
        level, right = made.level[0, kept].astype(int), made.correct[0, kept]
        return brier_parts(
            np.bincount(level, minlength=LEVELS).astype(float),
            np.bincount(level, right, minlength=LEVELS),
            says,
        )[1]

    n = made.level.shape[1]
    whole = resolution(np.arange(n))
    moved = [whole - resolution(np.delete(np.arange(n), k)) for k in range(n)]
    influence = np.array(moved) * (n - 1) / n
    expected = np.sqrt(n / (n - 1) * (influence**2).sum())
    assert alone.by_arm[""]["resolution"].se == pytest.approx(expected)


def test_the_type_2_auc_is_that_of_ranks() -> None:
    made = simulated(np.random.default_rng(4), 3, 50)
    areas = []
    for j in range(3):
        right = made.level[j, made.correct[j] == 1]
        wrong = made.level[j, made.correct[j] == 0]
        areas.append(stats.mannwhitneyu(right, wrong).statistic / right.size / wrong.size)
    figure = calibration(made, ("M1",), SETTINGS).by_arm[""]["type2_auc"]
    assert figure.estimate == pytest.approx(np.mean(areas))


def test_the_curve_counts_readings_and_states_what_levels_were_taken_to_say() -> None:
    made = simulated(np.random.default_rng(5), 3, 40)
    curve = calibration(made, ("M1",), SETTINGS).levels
    assert [round(level.probability, 4) for level in curve] == [0.5, 0.6667, 0.8333, 1.0]
    assert sum(level.n for level in curve) == 120
    for place, level in enumerate(curve):
        shares = [made.correct[j, made.level[j] == place].mean() for j in range(3)]
        assert level.correct.estimate == pytest.approx(np.mean(shares))
    assert list(probabilities(3, 4)) == [0.25, 0.625, 1.0]


def test_images_that_belong_together_widen_every_interval() -> None:
    rng = np.random.default_rng(6)
    single = simulated(rng, 4, 40)
    twice = np.repeat(np.arange(40), 2)
    level, correct = single.level[:, twice], single.correct[:, twice]
    once = calibration(single, ("M1",), AnalysisSettings(generalise_to="cases")).by_arm[""]
    together = calibration(
        judgements(level, correct, clusters=twice), ("M1",), AnalysisSettings(generalise_to="cases")
    ).by_arm[""]
    for name in ("accuracy", "overconfidence", "brier", "type2_auc"):
        assert together[name].se == pytest.approx(once[name].se or 0.0, rel=0.02)


@pytest.mark.parametrize("repetitions", lengths(50, 200))
def test_intervals_cover_what_they_state(repetitions: int) -> None:
    rng = np.random.default_rng(7)
    truth = {
        "overconfidence": probabilities(LEVELS, 2).mean() - RIGHT.mean(),
        "brier": np.mean((probabilities(LEVELS, 2) - RIGHT) ** 2 + RIGHT * (1 - RIGHT)),
        "type2_auc": calibration(
            simulated(rng, 1, 200_000), ("M1",), AnalysisSettings(generalise_to="cases")
        )
        .by_arm[""]["type2_auc"]
        .estimate
        or 0.0,
    }
    inside = dict.fromkeys(truth, 0)
    for _ in range(repetitions):
        figures = calibration(simulated(rng, 5, 60), ("M1",), SETTINGS).by_arm[""]
        for name, value in truth.items():
            low, high = figures[name].low, figures[name].high
            assert low is not None
            assert high is not None
            inside[name] += low <= value <= high
    shares = {name: count / repetitions for name, count in inside.items()}
    least, most = least_covered(repetitions, 0.91), 0.995 if repetitions > 100 else 1.0
    assert all(least <= share <= most for share in shares.values()), shares


def test_readers_who_are_always_right_have_no_type_2() -> None:
    level = np.array([[0, 1, 2, 3, 3, 2]])
    figures = calibration(judgements(level, np.ones((1, 6))), ("M1",), SETTINGS).by_arm[""]
    assert figures["accuracy"].estimate == 1.0
    assert "no reader had both right and wrong answers" in figures["type2_auc"].state
    assert figures["uncertainty"].estimate == 0.0
