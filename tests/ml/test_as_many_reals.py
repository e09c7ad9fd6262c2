"""What as many real images would cover stands beside an arm's coverage."""

import numpy as np
import pytest

from ml.measuring.as_many_reals import CoveredByReals, covered_by_reals, too_few_to_cover
from ml.measuring.evaluation import ArmResult, too_few
from ml.measuring.fidelity import Coverage

RNG = np.random.default_rng(0)
REFERENCE, REALS = RNG.standard_normal((30, 4)), RNG.standard_normal((24, 4))
MIX = ["normal"] * 12 + ["abnormal"] * 12


def by_hand(reference, images, k):
    """Count as the paper's equation says, one ball and one image after the other."""
    covered = 0
    for i, centre in enumerate(reference):
        others = sorted(np.linalg.norm(centre - x) for j, x in enumerate(reference) if j != i)
        covered += any(np.linalg.norm(centre - x) < others[k - 1] for x in images)
    return covered / len(reference)


def test_as_many_as_there_are_cover_what_the_formula_says():
    covered = covered_by_reals(REFERENCE, REALS, MIX, MIX, k=5)
    assert covered == CoveredByReals(pytest.approx(by_hand(REFERENCE, REALS, 5)), 24)


def test_fewer_cover_less_and_more_than_there_are_cover_the_same():
    fewer = covered_by_reals(REFERENCE, REALS, MIX, MIX[6:18], k=5)
    every = covered_by_reals(REFERENCE, REALS, MIX, MIX * 3, k=5)
    assert fewer.images == 12
    assert every.images == 24
    assert fewer.coverage < every.coverage == pytest.approx(by_hand(REFERENCE, REALS, 5))
    assert fewer == covered_by_reals(REFERENCE, REALS, MIX, MIX[6:18], k=5)


def test_subsets_are_in_the_mix_of_the_arm():
    far = REALS + np.where(np.array(MIX) == "abnormal", 1e6, 0.0)[:, None]
    assert covered_by_reals(REFERENCE, far, MIX, ["abnormal"] * 8, k=5).coverage == 0
    assert covered_by_reals(REFERENCE, far, MIX, ["normal"] * 8, k=5).coverage > 0


@pytest.mark.parametrize("wanted", [["tuberculosis"] * 8, ["normal"] * 5])
def test_what_can_not_be_drawn_is_nothing(wanted):
    assert covered_by_reals(REFERENCE, REALS, MIX, wanted, k=5) is None


def test_an_arm_of_too_few_images_is_told():
    told = too_few_to_cover("M1", 12, 0.2, CoveredByReals(0.25, 12), 0.37, 30)
    assert told == (
        "M1: 12 images are too few for the coverage that all 30 training images reach (0.37): as "
        "many real ones reach 0.25, so compare its 0.20 with that, or generate more."
    )
    assert not too_few_to_cover("M1", 28, 0.2, CoveredByReals(0.36, 28), 0.37, 30)
    assert not too_few_to_cover("M1", 40, 0.2, CoveredByReals(0.25, 24), 0.37, 30)
    assert not too_few_to_cover("M1", 30, 0.2, CoveredByReals(0.25, 30), 0.37, 30)


def test_an_evaluation_says_so_of_the_arm_it_holds_for():
    def measured(n, share, reals):
        coverage = Coverage(1.0, 1.0, 1.0, share, 5)
        beside = None if reals is None else CoveredByReals(reals, n)
        return ArmResult(n, "held-out", coverage=coverage, covered_by_reals=beside)

    arms = {"M1": measured(12, 0.2, 0.25), "M2": measured(28, 0.3, 0.36)}
    (said,) = too_few(arms, measured(30, 0.37, None))
    assert said.startswith("M1: 12 images are too few")
    assert too_few(arms, None) == []
