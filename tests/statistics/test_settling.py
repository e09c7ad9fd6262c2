"""What would settle an open arm: textbook power, simulated studies, and the edges."""

import math

import numpy as np
import pytest
from scipy import special

from app.report.words.settling import settling_lines
from app.statistics.analysis import Analysis, analyse
from app.statistics.planning.settling import (
    CHANCE,
    Aim,
    AucVariances,
    Settling,
    chance_of_settling,
)
from app.statistics.planning.simulation import Scenario, simulate_studies, solve
from app.statistics.realness.auc import reader_aucs
from app.statistics.realness.equivalence import equivalence_conclusion
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.obuchowski_rockette import single_arm
from tests.report.ratings import simulated_table

AIM = Aim(margin=0.10, alpha=0.05, alpha_difference=0.05, alpha_equivalence=0.05)


def test_with_fixed_readers_the_chance_is_the_power_of_a_normal_test() -> None:
    # A difference of z(0.975) + z(0.80) = 2.8016 standard errors is shown in 80 % of studies.
    auc = 0.65
    se = special.logit(auc) / 2.8016 * auc * (1 - auc)
    seen = AucVariances(auc, 0.0, 0.0, se**2, 4, "cases")
    only_told = Aim(0.001, 0.05, 0.05, 0.05, may_be_equivalent=False)
    assert float(chance_of_settling(seen, only_told, 4, 1.0)) == pytest.approx(0.80, abs=1e-3)
    # Four times the images halve the standard error: 5.6 of them.
    assert float(chance_of_settling(seen, only_told, 4, 4.0)) == pytest.approx(0.99988, abs=1e-4)


@pytest.mark.parametrize(("auc", "arm"), [(0.62, "detected"), (0.50, "equivalent")])
@pytest.mark.parametrize(
    ("readers", "cases"), [(10, 40), pytest.param(5, 160, marks=pytest.mark.slow)]
)
def test_the_chance_is_what_simulated_studies_reach(
    auc: float, arm: str, readers: int, cases: int
) -> None:
    model = solve(Scenario(auc=0.62, equivalence_auc=0.50))
    settings = AnalysisSettings(margin=0.10)
    rng = np.random.default_rng(5)
    pilot = simulate_studies(model, readers=5, cases=40, studies=150, rng=rng)
    parts = []
    for real, synthetic in zip(pilot.real, getattr(pilot, arm), strict=True):
        one = single_arm(*reader_aucs(real, synthetic))
        parts.append((one.ms_reader, one.error_variance, one.cov2))
    ms, error, cov2 = np.mean(parts, axis=0)
    own = error - cov2
    seen = AucVariances(auc, max(ms - own, 0.0), own, cov2, 5, "readers_and_cases")
    expected = float(chance_of_settling(seen, AIM, readers, cases / 40))
    made = simulate_studies(model, readers=readers, cases=cases, studies=200, rng=rng)
    settled = [
        equivalence_conclusion(*reader_aucs(real, one), [real, one], settings).state
        != "inconclusive"
        for real, one in zip(made.real, getattr(made, arm), strict=True)
    ]
    assert expected == pytest.approx(float(np.mean(settled)), abs=0.10)


def test_the_number_of_readers_is_the_smallest_that_reaches_the_chance() -> None:
    analysis = analyse(
        simulated_table(readers=5, cases=16, effects={"real": 0.0, "M1": -0.05}),
        settings=AnalysisSettings(model=False),
    )
    arm = analysis.arms["M1"]
    takes = arm.settling
    assert takes is not None
    assert takes.readers is not None
    assert takes.images is not None
    assert takes.images == takes.real_images
    table = analysis.table
    matrices = table.matrix("realism", "real"), table.matrix("realism", "M1")
    one = single_arm(*reader_aucs(*matrices), least_share=0.5)
    shared = max(one.cov2, 0.0)
    own = one.error_variance - shared
    seen = AucVariances(
        one.estimate, max(one.ms_reader - own, 0.0), own, shared, 5, "readers_and_cases"
    )
    chances = chance_of_settling(seen, AIM, np.array([4, 5]) + takes.readers, 1.0)
    assert chances[0] < CHANCE <= chances[1]
    chances = chance_of_settling(seen, AIM, 5, (np.array([15, 16]) + takes.images) / 16)
    assert chances[0] < CHANCE <= chances[1]


def test_a_settled_arm_takes_nothing_more() -> None:
    analysis = analyse(simulated_table(), settings=AnalysisSettings(model=False))
    assert analysis.arms["M0"].conclusion is not None
    assert analysis.arms["M0"].conclusion.state == "distinguishable"
    assert analysis.arms["M0"].settling is None
    assert analysis.arms["real"].settling is None


def takes_of(target: str, **options: object) -> Settling:
    table = simulated_table(effects={"real": 0.0, "M1": -0.1}, cases=12, **options)  # type: ignore[arg-type]
    settings = AnalysisSettings(generalise_to=target, model=False)  # type: ignore[arg-type]
    takes = analyse(table, settings=settings).arms["M1"].settling
    assert takes is not None
    return takes


def test_what_is_no_sample_is_not_asked_for_more() -> None:
    assert takes_of("cases", readers=3).readers is None
    assert takes_of("cases", readers=3).images is not None
    assert takes_of("readers", readers=3).images is None
    one = takes_of("readers_and_cases", readers=1)
    assert one.for_this_reader
    assert one.readers is None
    assert takes_of("readers", readers=1).why_not.startswith("one reader says nothing")


def test_readers_who_say_one_thing_of_all_images_leave_nothing_to_count() -> None:
    rows = [(r, f"{a}{c}", a) for r in "ab" for a in ("real", "M1") for c in range(6)]
    table = ratings_table(
        reader=[row[0] for row in rows],
        case=[row[1] for row in rows],
        arm=[row[2] for row in rows],
        truth=["real" if row[2] == "real" else "synthetic" for row in rows],
        realism=[3.0] * len(rows),
        realism_min=1,
        realism_max=5,
    )
    takes = analyse(table).arms["M1"].settling
    assert takes is not None
    assert "zero" in takes.why_not


def test_complete_separation_by_too_few_images_takes_pairs_until_the_exact_test_rejects() -> None:
    rows = [(r, f"{a}{c}", a) for r in "ab" for a in ("real", "M1") for c in range(4)]
    table = ratings_table(
        reader=[row[0] for row in rows],
        case=[row[1] for row in rows],
        arm=[row[2] for row in rows],
        truth=["real" if row[2] == "real" else "synthetic" for row in rows],
        realism=[5.0 if row[2] == "real" else 1.0 for row in rows],
        realism_min=1,
        realism_max=5,
    )
    takes = analyse(table).arms["M1"].settling
    assert takes is not None
    # Two-sided 2 / 2^n is below 0.05 from n = 6.
    assert takes.images == takes.real_images == 6 - 4
    assert math.isclose(2 * 0.5**6, 0.03125)


def split_of(table: RatingsTable, groups: int, clusters: int = 0) -> RatingsTable:
    """Readers in groups, each with every so many-th case; some cases to a cluster."""
    number = np.array([int(case[-3:]) for case in table.case])
    reader = np.array([int(name[1:]) for name in table.reader])
    keep = (number % groups == reader % groups) & (table.replicate == 0)
    cluster = [
        f"{a}{n // (groups * clusters)}-{n % groups}" if clusters else ""
        for a, n in zip(table.arm[keep], number[keep], strict=True)
    ]
    return ratings_table(
        reader=list(table.reader[keep]),
        case=list(table.case[keep]),
        arm=list(table.arm[keep]),
        truth=list(table.truth[keep]),
        cluster=cluster,
        realism=table.realism[keep],
        realism_min=1,
        realism_max=5,
    )


OPEN = {"real": 0.0, "M1": -0.05}


def open_arm(table: RatingsTable, **settings: object) -> tuple[Analysis, Settling]:
    analysis = analyse(table, settings=AnalysisSettings(model=False, **settings))  # type: ignore[arg-type]
    takes = analysis.arms["M1"].settling
    assert takes is not None
    return analysis, takes


def test_a_split_plot_takes_readers_for_every_group() -> None:
    table = split_of(simulated_table(readers=6, cases=24, effects=OPEN), 2)
    analysis, takes = open_arm(table)
    assert takes.groups == 2
    assert takes.readers is not None
    assert takes.readers % 2 == 0
    theta, covariance = reader_aucs(table.matrix("realism", "real"), table.matrix("realism", "M1"))
    one = single_arm(theta, covariance, least_share=0.5, blocks=np.array([0, 1] * 3))
    within = np.mean(
        [covariance[j, k] for j in range(6) for k in range(6) if (j - k) in (2, -2, 4, -4)]
    )
    own = one.error_variance - max(within, 0.0)
    seen = AucVariances(
        one.estimate,
        max(one.ms_reader - own, 0.0),
        own,
        max(float(within), 0.0),
        6,
        "readers_and_cases",
        groups=2,
        share_of_group=0.5,
    )
    # The study itself has the variance and degrees of freedom of the split-plot analysis.
    variance, df = seen.variance(6, 1.0)
    if one.ms_reader >= own:
        assert float(variance) == pytest.approx(one.variance)
        assert float(df) == pytest.approx(one.df)
    chances = chance_of_settling(seen, AIM, np.array([4, 6]) + takes.readers, 1.0)
    assert chances[0] < CHANCE <= chances[1]
    lines = settling_lines(analysis, {})
    assert f"({takes.readers // 2} in each of the 2 groups)" in lines[0]
    assert "(shared out among the 2 groups of readers)" in lines[0]


def test_readers_with_images_of_their_own_bring_more_of_them() -> None:
    analysis, takes = open_arm(split_of(simulated_table(readers=5, cases=60, effects=OPEN), 5))
    assert takes.groups == 1
    assert takes.each_brings == (12, 12)
    assert (
        "each reading 12 images of the arm and 12 real of their own"
        in settling_lines(analysis, {})[0]
    )


def test_few_clusters_take_more_images_than_single_ones() -> None:
    apart = simulated_table(readers=5, cases=16, effects=OPEN)
    _, alone = open_arm(split_of(apart, 1), generalise_to="cases")
    _, together = open_arm(split_of(apart, 1, clusters=4), generalise_to="cases")
    assert alone.images is not None
    assert together.images is not None
    seen = AucVariances(0.55, 0.0, 0.02, 0.01, 5, "cases", clusters=4.0)
    assert float(seen.variance(5, 1.0)[1]) == 3.0
    assert float(seen.variance(5, 2.0)[1]) == 7.0


def test_complete_separation_in_groups_takes_pairs_for_every_group() -> None:
    table = split_of(simulated_table(readers=4, cases=8, effects={"real": 0.0, "M1": -9.0}), 2)
    table = ratings_table(
        reader=list(table.reader),
        case=list(table.case),
        arm=list(table.arm),
        truth=list(table.truth),
        realism=np.where(table.truth == "real", 5.0, 1.0),
        realism_min=1,
        realism_max=5,
    )
    _, takes = open_arm(table)
    assert (takes.images, takes.real_images) == (4, 4)
