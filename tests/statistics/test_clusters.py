"""Images of one patient are not independent: every interval knows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from simulated_readers import columns

from app.statistics.agreement.by_arm import agreement
from app.statistics.analysis import Analysis, analyse
from app.statistics.realness.auc import reader_aucs, reader_aucs_of_arms
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import RatingsTable, StatisticsInputError, ratings_table
from app.statistics.table.settings import AnalysisSettings
from app.statistics.variance.clusters import clustered_means
from app.statistics.variance.reader_means import reader_means

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
