"""Agreement where whole clusters are left out, against the tables that are left."""

import numpy as np
import pytest

from app.statistics.agreement.by_arm import agreement
from app.statistics.agreement.left_out_clusters import left_out_clusters
from app.statistics.agreement.statistics import Kind, agreement_statistics
from app.statistics.table.ratings import Float

STEPS: dict[Kind, tuple[float, ...]] = {
    "realism": (1.0, 2.0, 3.0, 4.0, 5.0),
    "verdict": (0.0, 1.0),
}


def rated(kind: Kind, missing: float, cases: int = 12) -> Float:
    rng = np.random.default_rng(8)
    latent = rng.normal(size=(4, 1)) * 0.5 + rng.normal(size=cases) + rng.normal(size=(4, cases))
    steps = np.clip(np.round(3 + latent), 1, 5) if kind == "realism" else (latent > 0).astype(float)
    return np.where(rng.random(steps.shape) < missing, np.nan, steps)


@pytest.mark.parametrize("missing", [0.0, 0.25])
@pytest.mark.parametrize("kind", ["realism", "verdict"])
def test_clusters_of_one_case_leave_out_what_single_cases_do(kind: Kind, missing: float) -> None:
    matrix = rated(kind, missing)
    alone = agreement_statistics(matrix, kind=kind, categories=STEPS[kind])
    left = left_out_clusters(matrix, np.arange(matrix.shape[1]), categories=STEPS[kind])
    two_by_two = {"prevalence_index", "bias_index", "positive_agreement", "negative_agreement"}
    assert set(alone) - set(left) == (two_by_two if kind == "realism" else set())
    for name, one in left.items():
        values = alone[name].values
        assert one.without_reader == pytest.approx(values.without_reader, nan_ok=True), name
        assert one.without_case == pytest.approx(values.without_case, nan_ok=True), name
        if values.without_both is not None:
            assert one.without_both == pytest.approx(values.without_both, nan_ok=True), name


def test_a_cluster_left_out_leaves_the_figures_of_the_other_cases() -> None:
    matrix = rated("realism", 0.25)
    clusters = np.array([3, 3, 3, 1, 1, 7, 7, 7, 7, 0, 0, 2])
    left = left_out_clusters(matrix, clusters, categories=STEPS["realism"])
    for place, name in enumerate(np.unique(clusters)):
        part = matrix[:, clusters != name]
        whole = agreement_statistics(part, kind="realism", categories=STEPS["realism"])
        for key in ("conger_kappa", "gwet_ac2", "krippendorff_alpha_interval", "cohen_kappa_mean"):
            assert left[key].without_case[place] == pytest.approx(whole[key].values.estimate), key
            both = left[key].without_both
            assert both is not None
            assert both[:, place] == pytest.approx(whole[key].values.without_reader), key


def test_uneven_ratings_are_said_beside_the_interval() -> None:
    rng = np.random.default_rng(3)
    rare = (rng.random((4, 40)) < 0.08).astype(float)
    even = (rng.random((4, 40)) < 0.5).astype(float)
    said = agreement(rare, kind="verdict", categories=(0.0, 1.0))
    assert "covered 76 to 87 %" in said["fleiss_kappa"].caution
    assert said["percent_agreement"].caution == ""
    assert agreement(even, kind="verdict", categories=(0.0, 1.0))["fleiss_kappa"].caution == ""
    rating = rated("realism", 0.0, cases=20)
    rating[2] = 5.0
    of_constant = agreement(rating, kind="realism", categories=STEPS["realism"])
    assert of_constant["icc_a1"].caution.startswith("1 of 4 readers gave every image the same")
    fixed = agreement(rare, kind="verdict", categories=(0.0, 1.0), generalise_to="cases")
    assert fixed["fleiss_kappa"].caution == ""


def test_a_reader_of_one_cluster_does_not_stop_the_figures_without_it() -> None:
    matrix = rated("realism", 0.0)
    matrix[3, 4:] = np.nan
    figures = agreement(
        matrix,
        kind="realism",
        categories=STEPS["realism"],
        clusters=np.repeat(np.arange(6), 2)[[0, 0, 0, 0, *range(4, 12)]],
    )
    for name in ("icc_a1", "percent_agreement", "krippendorff_alpha_ordinal"):
        assert figures[name].low is not None, (name, figures[name].method)
