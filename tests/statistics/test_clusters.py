"""Images of one patient are not independent: every interval knows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from simulated_readers import columns

from app.report.words.computed_methods import estimates_of
from app.statistics.agreement.by_arm import agreement
from app.statistics.analysis import Analysis, analyse
from app.statistics.realness.auc import reader_aucs, reader_aucs_of_arms
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import RatingsTable, StatisticsInputError, ratings_table
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.bootstrap import Strata, two_way_resamples
from app.statistics.variance.clusters import clustered_means
from app.statistics.variance.exact_bound import fewest_trials
from app.statistics.variance.reader_means import reader_means
from benchmarks.cluster_coverage import Design, bound_misses, coverage
from tests.two_lengths import least_covered, lengths

PLAIN = AnalysisSettings(model=False)


def copied(table: dict[str, Any], times: int, *, named: bool) -> RatingsTable:
    """Every image several times over, with the same ratings: no more is known than of one."""
    rows: dict[str, list[Any]] = {name: [] for name in (*table, "cluster")}
    for k in range(len(table["reader"])):
        for copy in range(times):
            for name, values in table.items():
                rows[name].append(f"{values[k]}-{copy}" if name == "case" else values[k])
            rows["cluster"].append(f"{table['arm'][k]}/{table['case'][k]}" if named else "")
    return ratings_table(**rows, realism_min=1, realism_max=5)


def estimates(analysis: Analysis, arm: str) -> dict[str, Estimate]:
    flat: dict[str, Estimate] = {}
    for family, figures in analysis.arms[arm].families.items():
        for key, figure in figures.items():
            if isinstance(figure, Estimate):
                flat[f"{family}.{key}"] = figure
            else:
                flat |= {f"{family}.{key}.{name}": one for name, one in figure.items()}
    return flat


def test_copies_in_a_cluster_tell_no_more_than_one_image() -> None:
    told = columns(readers=4, cases=10, shift=0.6)
    once = estimates(
        analyse(ratings_table(**told, realism_min=1, realism_max=5), settings=PLAIN), "M1"
    )
    together = estimates(analyse(copied(told, 3, named=True), settings=PLAIN), "M1")
    alone = estimates(analyse(copied(told, 3, named=False), settings=PLAIN), "M1")
    compared = 0
    for path, one in once.items():
        if one.se is None or path.startswith(("drift", "intra_reader")):
            continue
        same, short = together[path], alone[path]
        if same.estimate != pytest.approx(one.estimate, abs=1e-9):
            continue  # counts enter the figure itself, as they do ICC(A,k) or the d' correction
        if "auc" in path or "rate" in path or "mean" in path or "accuracy" in path:
            assert same.se == pytest.approx(one.se, rel=0.1), path
            assert short.se is not None
            assert short.se <= same.se + 1e-12, path
            compared += 1
    assert compared >= 8


def test_clusters_of_one_are_cases() -> None:
    rng = np.random.default_rng(2)
    matrix = rng.integers(1, 6, (3, 8)).astype(float)
    single = reader_means(matrix, np.arange(8))
    assert single[1] == pytest.approx(reader_means(matrix)[1])
    real, synthetic = rng.integers(1, 6, (3, 9)).astype(float), matrix
    theta, spread = reader_aucs_of_arms(
        real, [synthetic], clusters=(np.arange(9), [9 + np.arange(8)])
    )
    plain, delong = reader_aucs(real, synthetic, method="delong")
    assert theta[0] == pytest.approx(plain)
    # DeLong divides by n - 1 for each kind, the clusters by G - 1 for both together.
    assert spread[0, :, 0] == pytest.approx(delong, rel=0.15, abs=2e-4)


def test_arms_that_share_patients_covary() -> None:
    rng = np.random.default_rng(3)
    patient = rng.normal(size=30)
    one, other = (patient + 0.1 * rng.normal(size=(2, 30)) for _ in range(2))
    _, shared = clustered_means([one, other], [np.arange(30), np.arange(30)])
    _, apart = clustered_means([one, other], [np.arange(30), 30 + np.arange(30)])
    assert shared[0, 0, 1, 0] > 0.9 * shared[0, 0, 0, 0]
    assert apart[0, 0, 1, 0] == 0.0


def test_agreement_leaves_out_clusters() -> None:
    rng = np.random.default_rng(4)
    single = np.clip(np.round(3 + rng.normal(size=12) + 0.7 * rng.normal(size=(4, 12))), 1, 5)
    steps = (1.0, 2.0, 3.0, 4.0, 5.0)
    once = agreement(single, kind="realism", categories=steps)
    twice = np.repeat(single, 2, axis=1)
    clusters = np.repeat(np.arange(12), 2)
    together = agreement(twice, kind="realism", categories=steps, clusters=clusters)
    alone = agreement(twice, kind="realism", categories=steps)
    for name in ("fleiss_kappa", "percent_agreement", "krippendorff_alpha_ordinal"):
        errors = [figures[name].se or 0.0 for figures in (once, together, alone)]
        assert errors[1] == pytest.approx(errors[0], rel=0.02), name
        assert abs(errors[2] - errors[0]) > 0.05 * errors[0], name


@pytest.mark.parametrize(("size", "seed"), [(2, 1), (4, 2), (6, 3)])
def test_intervals_cover_with_clusters_and_not_without(size: int, seed: int) -> None:
    """300 studies whose images come from 20 patients: the rate judged real, for these readers."""
    rng = np.random.default_rng(seed)
    readers, patients, studies = 4, 20, 300
    clusters = np.arange(patients).repeat(size)
    t = float(stats.t.ppf(0.975, patients - 1))
    covered = {True: 0, False: 0}
    for _ in range(studies):
        leaning = 0.3 * rng.normal(size=(readers, 1))
        patient = 1.5 * rng.normal(size=patients).repeat(size)
        judged = leaning + patient + rng.normal(size=(readers, patients * size)) > 0
        truth = float(stats.norm.cdf(leaning / np.hypot(1.5, 1.0)).mean())
        for is_clustered in covered:
            theta, spread = reader_means(judged.astype(float), clusters if is_clustered else None)
            covered[is_clustered] += abs(theta.mean() - truth) <= t * np.sqrt(spread.mean())
    assert 0.91 <= covered[True] / studies <= 0.99
    assert covered[False] / studies < covered[True] / studies - 0.05


@pytest.mark.parametrize(("size", "seed"), [(2, 4), (5, 5)])
def test_auc_intervals_cover_where_patients_stand_in_both_arms(size: int, seed: int) -> None:
    """Every patient has real and synthetic images that look alike: AUC 0.5."""
    rng = np.random.default_rng(seed)
    patients, studies = 20, 200
    clusters = np.arange(patients).repeat(size)
    t = float(stats.t.ppf(0.975, patients - 1))
    covered, widths = 0, []
    for _ in range(studies):
        patient = rng.normal(size=patients).repeat(size)
        real, synthetic = (patient + rng.normal(size=(3, patients * size)) for _ in range(2))
        theta, spread = reader_aucs_of_arms(real, [synthetic], clusters=(clusters, [clusters]))
        reach = t * float(np.sqrt(spread[0, :, 0].mean()))
        covered += abs(theta.mean() - 0.5) <= reach
        _, apart = reader_aucs(real, synthetic)
        widths.append(reach / (t * float(np.sqrt(max(apart.mean(), 1e-12)))))
    assert 0.91 <= covered / studies <= 0.99
    # What the arms share cancels in their difference: without clusters intervals are too wide.
    assert np.median(widths) < 0.9


def test_a_case_belongs_to_one_cluster() -> None:
    told = columns(readers=2, cases=3)
    cluster = [f"p{k}" for k in range(len(told["reader"]))]
    with pytest.raises(StatisticsInputError, match="give each case one"):
        ratings_table(**told, cluster=cluster)


def test_images_that_all_stand_alone_have_no_clusters() -> None:
    told = columns(readers=2, cases=3)
    cluster = [f"{arm}{case}" for arm, case in zip(told["arm"], told["case"], strict=True)]
    table = ratings_table(**told, cluster=cluster)
    assert not table.has_clusters
    assert analyse(table, settings=PLAIN).to_json()["settings"]["n_clusters"] is None


def test_the_model_and_the_methods_know_of_clusters() -> None:
    analysis = analyse(copied(columns(readers=3, cases=8), 2, named=True))
    assert "some of these belong together" in analysis.arms["M1"].families["model"]["d_prime"].state  # type: ignore[union-attr]
    assert analysis.n_clusters == 24


def test_exact_bounds_count_clusters_of_which_none_comes_twice() -> None:
    """Held against trying all ways to pair clusters, in small studies drawn at random."""
    rng = np.random.default_rng(9)

    def most(kinds: list[set[int]], used: frozenset[int] = frozenset()) -> int:
        left = [kind - used for kind in kinds]
        pairs = [(a, b) for a in left[0] for b in left[1] if a != b]
        return max((1 + most(kinds, used | {a, b}) for a, b in pairs), default=0)

    for _ in range(30):
        clusters = [rng.integers(0, 5, 4), rng.integers(0, 5, 3)]
        matrices = [np.ones((1, 4)), np.ones((1, 3))]
        trials = fewest_trials(matrices, "cases", clusters)
        assert trials == most([set(codes.tolist()) for codes in clusters])
    alone = [np.arange(4), 4 + np.arange(3)]
    assert fewest_trials([np.ones((2, 4)), np.ones((2, 3))], "cases", alone) == 3


def test_every_method_of_a_clustered_study_says_so() -> None:
    """No interval over images that forgot the clusters."""
    analysis = analyse(copied(columns(readers=4, cases=8), 3, named=True), settings=PLAIN)
    for path, one in estimates_of(analysis):
        if one.low is None or path.startswith(("agreement", "intra_reader")):
            continue
        if not one.method.startswith(("Woodruff", "Obuchowski-Rockette difference")):
            assert "clusters" in one.method, (path, one.method)
    assert all("images in clusters" in pair.method for pair in analysis.contrasts.pairs)


def test_degrees_of_freedom_count_clusters() -> None:
    told = columns(readers=4, cases=9, shift=0.6)
    fixed = AnalysisSettings(model=False, generalise_to="cases")
    table = copied(told, 3, named=True)
    analysis = analyse(table, settings=fixed)
    rate = analysis.arms["M1"].families["deception"]["rate"]
    assert isinstance(rate, Estimate)
    assert rate.df == 9 - 1
    assert {pair.df for pair in analysis.contrasts.pairs} == {8.0}
    test = analysis.contrasts.global_tests["deception.rate"]
    assert (test.df1, test.df2) == (len(table.arms) - 1, 8.0)
    both = analyse(table, settings=PLAIN).arms["M1"].families["deception"]["rate"]
    alone = analyse(copied(told, 3, named=False), settings=PLAIN).arms["M1"]
    known = alone.families["deception"]["rate"]
    assert isinstance(both, Estimate)
    assert isinstance(known, Estimate)
    assert both.df is not None
    assert known.df is not None
    assert both.df < 3 + 8


def test_the_bootstrap_draws_clusters_whole_and_once_for_all_arms() -> None:
    strata = Strata(
        np.zeros(3, dtype=np.int64),
        {"real": np.array([0, 0, 1, 2]), "M1": np.array([2, 3, 3]), "M2": np.array([4, 5])},
        {arm: np.zeros(n, dtype=np.int64) for arm, n in (("real", 4), ("M1", 3), ("M2", 2))},
    )
    cases = {"real": 4, "M1": 3, "M2": 2}
    drawn = two_way_resamples(3, cases, n_resamples=50, seed=1, strata=strata).cases
    assert (drawn["real"][:, 0] == drawn["real"][:, 1]).all()
    assert (drawn["M1"][:, 1] == drawn["M1"][:, 2]).all()
    assert (drawn["real"][:, 3] == drawn["M1"][:, 0]).all()
    plain = two_way_resamples(3, {"M2": 2}, n_resamples=50, seed=1).cases
    assert (plain["M2"] == drawn["M2"]).all()


def test_the_bootstrap_of_copies_is_that_of_single_images() -> None:
    told = columns(readers=4, cases=10, shift=0.6)
    settings = AnalysisSettings(model=False, bootstrap=60)
    once = analyse(ratings_table(**told, realism_min=1, realism_max=5), settings=settings)
    together = analyse(copied(told, 3, named=True), settings=settings)
    for key, one in once.arms["M1"].families["bootstrap"].items():
        same = together.arms["M1"].families["bootstrap"][key]
        assert isinstance(one, Estimate)
        assert isinstance(same, Estimate)
        assert same.method.endswith("images by cluster")
        if "alpha" not in key:
            assert (same.low, same.high) == pytest.approx((one.low, one.high))


@pytest.mark.parametrize("studies", lengths(12, 30))
def test_intervals_cover_in_a_few_simulated_studies(studies: int) -> None:
    """Of 30 studies the standard error is 4 points; the long table is in docs/statistics.md."""
    covered = coverage(Design(5, 20, 4), studies, 11)
    least = least_covered(studies, 0.82)
    assert all(over_clusters >= least for over_clusters, _ in covered.values())
    assert covered["AUC"][1] < covered["AUC"][0]
    over_clusters, of_images = bound_misses(20, 4, 200, 12)
    assert over_clusters <= 0.025 < of_images


@pytest.mark.slow
@pytest.mark.parametrize("size", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("shared", [False, True])
def test_intervals_cover_with_clusters_of_2_to_6(size: int, shared: bool) -> None:
    covered = coverage(Design(5, 20, size, shared), 200, 13)
    for name, (over_clusters, _) in covered.items():
        # Percentile limits of five readers are too narrow with clusters as without.
        assert (0.83 if name.startswith("bootstrap") else 0.89) <= over_clusters, name
    assert bound_misses(20, size, 1000, 14)[0] <= 0.025
