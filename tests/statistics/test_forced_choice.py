"""Finding the real picture: d' of m pictures, share correct against chance, places."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import pytest
from scipy import stats

from app.statistics.protocols.forced_choice import (
    d_prime_of_share,
    forced_choice,
    share_of_d_prime,
)
from app.statistics.protocols.place_bias import place_bias
from app.statistics.protocols.set_choices import SetReading, SetReadings
from app.statistics.protocols.sides import SideChoice
from app.statistics.table.settings import AnalysisSettings
from benchmarks.choice_studies import found_real
from tests.two_lengths import SLOW, least_covered, lengths

HERE = Path(__file__).parent


def test_d_prime_is_that_of_r() -> None:
    with (HERE / "forced_choice.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 60
    for row in rows:
        ours = d_prime_of_share(float(row["share"]), int(row["m"]))
        assert ours == pytest.approx(float(row["d_prime"]), abs=1e-6)


@pytest.mark.parametrize(
    ("share", "m", "printed"),
    [
        # The example printed with Palamedes' PAL_SDT_MAFC_PCtoDP (Kingdom and Prins).
        (0.3, 10, 0.8680),
        (0.5, 10, 1.4748),
        (0.7, 10, 2.0872),
        (0.9, 10, 2.9829),
        # Its table of two alternatives.
        (0.55, 2, 0.1777),
        (0.9, 2, 1.8124),
        (0.975, 2, 2.7718),
    ],
)
def test_d_prime_is_as_printed_elsewhere(share: float, m: int, printed: float) -> None:
    assert d_prime_of_share(share, m) == pytest.approx(printed, abs=1e-4)


@pytest.mark.parametrize("m", [2, 3, 4, 8])
def test_share_and_d_prime_are_each_others_inverse(m: int) -> None:
    for d_prime in (-2.0, -0.3, 0.0, 0.7, 2.5, 5.0):
        assert d_prime_of_share(share_of_d_prime(d_prime, m), m) == pytest.approx(d_prime, abs=1e-5)


def test_share_correct_is_the_mean_over_readers() -> None:
    readings = found_real(readers=4, sets=30, m=4)
    found = forced_choice(readings, AnalysisSettings())
    assert found is not None
    rates = readings.matrix(lambda row: float(row.side.chosen in row.side.real)).mean(axis=1)
    assert found.correct.share.estimate == pytest.approx(rates.mean())
    assert found.correct.chance == 0.25
    assert found.readers["R00"][0] == 30
    assert found.readers["R00"][1] == pytest.approx(rates[0])
    arm = found.arms[0]
    assert arm.arm == "M1"
    assert arm.against_real.share.estimate == pytest.approx(rates.mean())
    assert arm.d_prime == found.d_prime


def test_arms_of_one_set_share_its_choices() -> None:
    arms = ("real", "M0", "M1", "M2")
    said = [1, 1, 2, 2, 2, 3, 1, 4]
    readings = SetReadings(
        tuple(
            SetReading("R1" if k < 4 else "R2", f"S{k % 4}", SideChoice(arms, (1,), chosen))
            for k, chosen in enumerate(said)
        )
    )
    found = forced_choice(readings, AnalysisSettings())
    assert found is not None
    by_arm = {one.arm: one for one in found.arms}
    # Three chose the real one, three M0: of the readers 2 of 4 and 1 of 2.
    assert by_arm["M0"].against_real.share.estimate == pytest.approx((2 / 4 + 1 / 2) / 2)
    assert by_arm["M0"].against_real.chance == 0.5
    assert by_arm["M0"].taken.share.estimate == pytest.approx(3 / 8)
    assert by_arm["M0"].taken.chance == 0.25
    assert "other arms" in by_arm["M0"].d_prime.state


@pytest.mark.parametrize("studies", lengths(20, 40))
def test_p_is_below_alpha_exactly_when_the_interval_excludes_chance(studies: int) -> None:
    for seed in range(studies):
        readers = 1 + seed % 5
        readings = found_real(readers=readers, sets=12, m=2 + seed % 3, d_prime=0.8, seed=seed)
        found = forced_choice(readings, AnalysisSettings())
        assert found is not None
        share, p = found.correct.share, found.correct.p_value
        if share.low is None or share.high is None:
            assert p is None
            continue
        assert p is not None
        outside = not share.low <= found.correct.chance <= share.high
        assert (p < 0.05) == outside
        assert found.d_prime.low is not None
        assert found.d_prime.high is not None
        assert (found.d_prime.low > 0 or found.d_prime.high < 0) == outside


@pytest.mark.parametrize("chosen_right", [True, False])
def test_all_or_none_found_has_a_point_and_an_exact_bound(chosen_right: bool) -> None:
    rows = [
        SetReading(f"R{j}", f"S{k}", SideChoice(("real", "M1"), (1,), 1 if chosen_right else 2))
        for j in range(3)
        for k in range(8)
    ]
    found = forced_choice(SetReadings(tuple(rows)), AnalysisSettings())
    assert found is not None
    share = found.correct.share
    bound = 0.025 ** (1 / 8)
    if chosen_right:
        assert (share.estimate, share.high) == (1.0, 1.0)
        assert share.low == pytest.approx(bound)
    else:
        assert (share.estimate, share.low) == (0.0, 0.0)
        assert share.high == pytest.approx(1 - bound)
    assert found.correct.p_value == pytest.approx(2 * 0.5**8)
    d_prime = found.d_prime
    assert d_prime.estimate is not None
    assert math.isfinite(d_prime.estimate)
    assert "no bound" in d_prime.caution
    assert math.isinf(d_prime.high if chosen_right else d_prime.low)  # type: ignore[arg-type]


def test_one_reader_speaks_of_themselves() -> None:
    found = forced_choice(found_real(readers=1, sets=40), AnalysisSettings())
    assert found is not None
    assert found.correct.share.low is not None
    assert "this reader, images like these" in found.correct.share.method


def test_a_tie_counts_as_a_guess() -> None:
    rows = [SetReading("R1", f"S{k}", SideChoice(("real", "M1"), (1,), k % 2)) for k in range(10)]
    found = forced_choice(SetReadings(tuple(rows)), AnalysisSettings())
    assert found is not None
    assert found.ties == 5
    assert found.correct.share.estimate == pytest.approx(0.75)


def test_sets_without_a_real_picture_are_left_out() -> None:
    rows = [SetReading("R1", "S1", SideChoice(("M0", "M1"), (), 1))]
    assert forced_choice(SetReadings(tuple(rows)), AnalysisSettings()) is None


@pytest.mark.parametrize("studies", lengths(50, 200))
@pytest.mark.parametrize(("readers", "sets"), [(3, 40), (6, 40), (8, 80)])
def test_the_interval_covers_the_share(readers: int, sets: int, studies: int) -> None:
    d_prime, spread = 1.0, 0.5
    # d' is normal over readers and sets, the difference of two pictures has variance 2.
    true = float(stats.norm.cdf(d_prime / math.sqrt(2.0 + 2.0 * spread**2)))
    covered = 0
    for seed in range(studies):
        readings = found_real(readers=readers, sets=sets, d_prime=d_prime, spread=spread, seed=seed)
        found = forced_choice(readings, AnalysisSettings())
        assert found is not None
        share = found.correct.share
        assert share.low is not None
        assert share.high is not None
        covered += share.low <= true <= share.high
    assert least_covered(studies, 0.91) <= covered / studies
    assert studies < 200 or covered / studies <= 0.99


def test_sets_that_share_a_picture_are_one_cluster() -> None:
    readings = found_real(readers=3, sets=6)
    linked = SetReadings(
        tuple(replace(row, linked=(f"P{int(row.case[1:]) // 2}",)) for row in readings.rows)
    )
    assert linked.clusters.tolist() == [0, 0, 1, 1, 2, 2]
    together = SetReadings(tuple(replace(row, linked=("P",)) for row in readings.rows))
    assert together.hang_together
    found = forced_choice(together, AnalysisSettings())
    assert found is not None
    assert "too narrow" in found.correct.share.caution


def test_copies_of_sets_in_clusters_tell_no_more() -> None:
    readings = found_real(readers=4, sets=15)
    rows = [
        replace(row, case=f"{row.case}-{copy}", linked=(row.case,))
        for row in readings.rows
        for copy in (1, 2)
    ]
    once = forced_choice(readings, AnalysisSettings())
    twice = forced_choice(SetReadings(tuple(rows)), AnalysisSettings())
    assert once is not None
    assert twice is not None
    assert twice.correct.share.low == pytest.approx(once.correct.share.low)


def test_a_place_that_is_preferred_shows() -> None:
    rows = [
        SetReading(f"R{j}", f"S{k}", SideChoice(("real", "M1"), (1,), 1 if (j + k) % 4 else 2))
        for j in range(4)
        for k in range(20)
    ]
    bias = place_bias(SetReadings(tuple(rows)), AnalysisSettings())
    assert bias is not None
    assert bias.counts == (60, 20)
    # binom.test(60, 80) of R.
    assert bias.p_value == pytest.approx(8.58056e-06, rel=1e-5)
    assert bias.shares[0].estimate == pytest.approx(0.75)


def test_places_of_sets_of_several_sizes_are_not_compared() -> None:
    pair = SetReading("R1", "S1", SideChoice(("real", "M1"), (1,), 1))
    three = SetReading("R1", "S2", SideChoice(("real", "M1", "M1"), (1,), 1))
    assert place_bias(SetReadings((pair, three)), AnalysisSettings()) is None


def test_leanings_in_opposite_directions_show_by_reader() -> None:
    rows = [
        SetReading(f"R{j}", f"S{k}", SideChoice(("real", "M1"), (1,), 1 + j % 2))
        for j in range(4)
        for k in range(20)
    ]
    bias = place_bias(SetReadings(tuple(rows)), AnalysisSettings())
    assert bias is not None
    assert bias.p_value == 1.0
    assert bias.p_readers is not None
    assert bias.p_readers < 0.001


@pytest.mark.parametrize(("studies", "most"), [(60, 0.15), pytest.param(300, 0.08, marks=SLOW)])
def test_the_test_of_places_holds_its_size(studies: int, most: float) -> None:
    rejected = 0
    for seed in range(studies):
        # Readers who know the real one, wherever it stands.
        bias = place_bias(
            found_real(readers=3, sets=20, m=3, d_prime=1.5, spread=0.5, seed=seed),
            AnalysisSettings(),
        )
        assert bias is not None
        rejected += (bias.p_value or 0.0) < 0.05
    # A test that never rejects is too careful; of 60 at 5 % none is rejected once in 20 times.
    assert (0.02 if studies >= 300 else 0.001) <= rejected / studies <= most
