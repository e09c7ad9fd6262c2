"""One call gives everything, in the documented schema, and never crashes."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from simulated_readers import columns, study

from app.statistics.analysis import Analysis, analyse
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import some_now

FIELDS = {
    "estimate",
    "low",
    "high",
    "se",
    "df",
    "method",
    "n_readers",
    "n_cases",
    "n_ratings",
    "state",
    "caution",
}
KEYS = {
    "realism": {"mean", "median", "top2box"},
    "deception": {"rate", "hype_infinity"},
    "detection": {
        "accuracy",
        "balanced_accuracy",
        "hit_rate",
        "false_alarm_rate",
        "d_prime",
        "criterion",
    },
    "discrimination": {"auc_realism", "auc_confidence", "auc_score"},
    "time": {"geometric_mean_ms", "ratio_to_real"},
    "drift": {"realism_slope", "accuracy_slope", "log_time_slope"},
    "model": {"auc_realism", "realism_shift", "deception_rate", "d_prime"},
}


AGREEMENT = {
    "percent_agreement",
    "prevalence_index",
    "bias_index",
    "pabak",
    "cohen_kappa_mean",
    "light_kappa",
    "fleiss_kappa",
    "conger_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "brennan_prediger",
    "krippendorff_alpha_nominal",
    "krippendorff_alpha_ordinal",
    "krippendorff_alpha_interval",
    "icc_1",
    "icc_a1",
    "icc_c1",
    "icc_ak",
    "kendall_w",
}


def estimates(node: Any) -> list[dict[str, Any]]:
    """Every estimate anywhere in the JSON."""
    if isinstance(node, dict):
        if set(node) == FIELDS:
            return [node]
        return [estimate for part in node.values() for estimate in estimates(part)]
    if isinstance(node, list):
        return [estimate for part in node for estimate in estimates(part)]
    return []


@cache
def plain() -> Analysis:
    """The analysis of the plain study, which is only read."""
    return analyse(study())


def test_every_arm_has_every_family_and_key() -> None:
    results = plain().to_json()
    assert list(results["arms"]) == ["real", "M0", "M1"]
    for arm in results["arms"].values():
        for family, keys in KEYS.items():
            assert keys <= set(arm[family])
            for key in keys:
                assert set(arm[family][key]) == FIELDS


def test_every_arm_has_agreement_on_realism_and_verdict() -> None:
    for arm in plain().to_json()["arms"].values():
        for kind in ("realism", "verdict"):
            assert set(arm["agreement"][kind]) >= AGREEMENT
            for estimate in arm["agreement"][kind].values():
                assert set(estimate) == FIELDS
            assert arm["intra_reader"][kind]["kappa"]["state"] == (
                "not estimable: no case was read twice by a reader"
            )


def test_repeats_feed_the_intra_reader_family() -> None:
    given = columns()
    both = {name: values + values for name, values in given.items()}
    rows = len(given["reader"])
    table = ratings_table(**both, replicate=[0] * rows + [1] * rows)
    repeats = analyse(table).to_json()["arms"]["M0"]["intra_reader"]
    assert repeats["realism"]["kappa_quadratic"]["estimate"] == pytest.approx(1.0)
    assert repeats["verdict"]["kappa"]["estimate"] == pytest.approx(1.0)


def test_the_conclusion_has_its_fields() -> None:
    conclusion = plain().to_json()["arms"]["M1"]["conclusion"]
    assert {"state", "measure", "margin", "p_difference", "p_equivalence"} <= set(conclusion)
    assert conclusion["state"] == "distinguishable"
    assert conclusion["measure"] == "auc_realism"
    assert plain().to_json()["arms"]["real"]["conclusion"] is None


def test_an_estimate_has_numbers_or_a_reason() -> None:
    for estimate in estimates(analyse(study(missing=0.15)).to_json()):
        if estimate["state"] == "estimated":
            assert estimate["low"] <= estimate["estimate"] <= estimate["high"]
            assert estimate["n_readers"] > 0
        else:
            assert estimate["state"].startswith("not estimable: ")
            assert (
                estimate["estimate"]
                is estimate["low"]
                is estimate["high"]
                is estimate["se"]
                is None
            )


def test_it_is_strict_json() -> None:
    text = json.dumps(analyse(study(missing=0.3)).to_json(), allow_nan=False)
    assert json.loads(text)["settings"]["n_readers"] == 5


def test_replicates_never_enter_the_main_analysis() -> None:
    given = columns()
    second = {name: values[:7] for name, values in columns(seed=9).items()}
    both = {name: values + second[name] for name, values in given.items()}
    replicate = [0] * len(given["reader"]) + [1] * 7
    # The repeats must belong to cases read before.
    for name in ("reader", "case", "arm", "truth"):
        both[name] = given[name] + given[name][:7]
    once = analyse(ratings_table(**given, realism_min=1, realism_max=5)).to_json()
    twice = analyse(
        ratings_table(**both, replicate=replicate, realism_min=1, realism_max=5)
    ).to_json()
    for family in KEYS:
        assert once["arms"]["M0"][family] == twice["arms"]["M0"][family]
    assert once["contrasts"] == twice["contrasts"]
    assert twice["settings"]["n_repeated"] == 7


def test_adding_an_arm_leaves_the_others_as_they_were() -> None:
    table = study()
    keep = table.arm != "M1"
    given = {
        name: getattr(table, name)[keep]
        for name in ("reader", "case", "arm", "truth", "realism", "verdict")
    }
    fewer = ratings_table(**given, realism_min=1, realism_max=5)
    one, other = analyse(fewer).to_json(), analyse(table).to_json()
    for family in ("realism", "deception", "detection"):
        assert one["arms"]["M0"][family] == other["arms"]["M0"][family]
    assert one["arms"]["M0"]["discrimination"]["auc_realism"] == pytest.approx(
        other["arms"]["M0"]["discrimination"]["auc_realism"]
    )


def test_readers_have_their_own_figures() -> None:
    readers = plain().to_json()["readers"]
    assert sorted(readers) == ["R01", "R02", "R03", "R04", "R05"]
    own = readers["R03"]["arms"]["M0"]
    assert own["n_ratings"] == 12
    assert 0 <= own["auc_realism"] <= 1
    assert own["accuracy"] == pytest.approx(own["balanced_accuracy"])


def test_the_mean_over_readers_is_the_estimate() -> None:
    results = analyse(study(missing=0.2)).to_json()
    for key, family, estimand in (
        ("deception_rate", "deception", "rate"),
        ("auc_score", "discrimination", "auc_score"),
        ("d_prime", "detection", "d_prime"),
    ):
        own = [reader["arms"]["M1"][key] for reader in results["readers"].values()]
        assert np.mean(own) == pytest.approx(results["arms"]["M1"][family][estimand]["estimate"])


def test_reader_groups_are_described_with_the_readers_not_stated() -> None:
    given = columns()
    table = ratings_table(
        **given,
        reader_groups={
            "R01": {"specialty": "thoracic"},
            "R02": {"specialty": "thoracic"},
            "R03": {"specialty": "general"},
        },
    )
    groups = analyse(table).to_json()["groups"]["specialty"]
    assert set(groups) == {"thoracic", "general", "not stated"}
    assert groups["thoracic"]["M0"]["deception.rate"]["n_readers"] == 2
    alone = groups["general"]["M0"]["deception.rate"]
    assert alone["estimate"] is not None
    assert "this reader, images like these" in alone["method"]


def test_without_groups_there_are_none() -> None:
    assert plain().to_json()["groups"] == {}


def test_these_readers_only_is_narrower_and_says_so() -> None:
    table = study()
    both = analyse(table).to_json()["arms"]["M0"]["realism"]["mean"]
    fixed = analyse(table, settings=AnalysisSettings(generalise_to="cases")).to_json()
    own = fixed["arms"]["M0"]["realism"]["mean"]
    assert own["se"] < both["se"]
    assert own["df"] is None
    assert "these readers only" in own["method"]
    assert "random readers, random cases" in both["method"]


def test_notes_say_which_family_a_missing_column_takes_away() -> None:
    table = ratings_table(
        reader=["a", "b"], case=["1", "1"], arm=["M0"] * 2, truth=["synthetic"] * 2, realism=[1, 2]
    )
    notes = analyse(table).notes
    assert "There is no order of reading: drift can't be given." in notes
    assert any(note.startswith("There is no real arm") for note in notes)
    assert any(note.startswith("There are 2 readers") for note in notes)


def changed(**changes: Any) -> RatingsTable:
    given = columns(readers=3, cases=6)
    rows = len(given["reader"])
    for name, change in changes.items():
        given[name] = [change] * rows if not callable(change) else change(given)
    return ratings_table(**given)


STUDIES = {
    "one reader": lambda: study(readers=1),
    "one case an arm": lambda: study(cases=1),
    "two cases an arm": lambda: study(cases=2),
    "one category used": lambda: changed(realism=3.0),
    "everything called real": lambda: changed(verdict=0.0),
    "everything called synthetic": lambda: changed(verdict=1.0),
    "told apart completely": lambda: changed(
        realism=lambda given: [5.0 if arm == "real" else 1.0 for arm in given["arm"]],
        verdict=lambda given: [float(arm != "real") for arm in given["arm"]],
    ),
    "no real arm": lambda: study(arms=("M0", "M1")),
    "only real": lambda: study(arms=("real",)),
    "nearly everything missing": lambda: study(missing=0.95, seed=4),
    "no value at all": lambda: changed(
        **{
            name: float("nan")
            for name in (
                "realism",
                "score",
                "verdict",
                "confidence",
                "position",
                "reading_time_ms",
            )
        }
    ),
    "an arm without realism": lambda: changed(
        realism=lambda given: [
            float("nan") if arm == "M0" else value
            for arm, value in zip(given["arm"], given["realism"], strict=True)
        ]
    ),
}
TARGETS = ("readers_and_cases", "readers", "cases")
# Each study once, each target with a third of them.
OF_EVERY_RUN = [(name, TARGETS[place % 3]) for place, name in enumerate(STUDIES)]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("name", "generalise_to"), some_now(product(STUDIES, TARGETS), OF_EVERY_RUN)
)
def test_degenerate_studies_have_states_and_no_crash(name: str, generalise_to: Any) -> None:
    settings = AnalysisSettings(generalise_to=generalise_to)
    results = analyse(STUDIES[name](), settings=settings).to_json()
    json.dumps(results, allow_nan=False)
    for estimate in estimates(results):
        assert (estimate["estimate"] is None) == estimate["state"].startswith("not estimable: ")


def test_an_arm_told_apart_by_everyone_has_points_and_exact_bounds() -> None:
    m0 = analyse(
        STUDIES["told apart completely"](), settings=AnalysisSettings(adjustment="none")
    ).to_json()["arms"]["M0"]
    auc, rate = m0["discrimination"]["auc_realism"], m0["deception"]["rate"]
    assert (auc["estimate"], auc["high"]) == (1.0, 1.0)
    assert auc["low"] == pytest.approx(0.025 ** (1 / 6))
    assert "exact bound" in auc["method"]
    assert "from 6 pairs of images, for these readers and images like these" in auc["caution"]
    assert (rate["estimate"], rate["low"]) == (0.0, 0.0)
    assert rate["high"] == pytest.approx(1 - 0.025 ** (1 / 6))
    assert m0["conclusion"]["state"] == "distinguishable"
    assert m0["conclusion"]["p_difference"] == pytest.approx(2 * 0.5**6)


def test_one_reader_has_points_everywhere_and_intervals_over_images() -> None:
    results = analyse(study(readers=1, cases=30)).to_json()
    for arm in ("M0", "M1"):
        for family in ("realism", "deception", "detection", "discrimination", "time", "drift"):
            for key, estimate in results["arms"][arm][family].items():
                assert estimate["estimate"] is not None, (family, key, estimate["state"])
                assert estimate["low"] is not None, (family, key, estimate["method"])
                assert "this reader, images like these" in estimate["method"]
        conclusion = results["arms"][arm]["conclusion"]
        assert (conclusion["state"], conclusion["p_difference"]) == ("inconclusive", None)
        assert conclusion["why"] == "one reader, who says nothing about other readers"
    for pair in results["contrasts"]["pairs"]:
        assert pair["estimate"] is not None
        assert pair["p"] is not None
        assert "this reader, images like these" in pair["method"]
    own = analyse(study(readers=1, cases=30), settings=AnalysisSettings(generalise_to="cases"))
    mean = own.to_json()["arms"]["M0"]["realism"]["mean"]
    assert mean["low"] == results["arms"]["M0"]["realism"]["mean"]["low"]
    # Asked of this reader, the conclusion may be drawn.
    assert own.to_json()["arms"]["M1"]["conclusion"]["p_difference"] is not None


def test_one_reader_of_these_images_only_has_points_without_intervals() -> None:
    settings = AnalysisSettings(generalise_to="readers")
    mean = analyse(study(readers=1), settings=settings).to_json()["arms"]["M0"]["realism"]["mean"]
    assert mean["estimate"] is not None
    assert mean["low"] is None
    assert "no interval: one reader, who says nothing about other readers" in mean["method"]


def test_two_readers_have_intervals_both_ways() -> None:
    for settings in (AnalysisSettings(), AnalysisSettings(generalise_to="cases")):
        m1 = analyse(study(readers=2, cases=30), settings=settings).to_json()["arms"]["M1"]
        for family in ("realism", "deception", "detection", "discrimination"):
            assert all(one["low"] is not None for one in m1[family].values())


def test_an_arm_nobody_rated_says_so() -> None:
    m0 = analyse(STUDIES["an arm without realism"]()).to_json()["arms"]["M0"]
    assert m0["realism"]["mean"]["state"] == "not estimable: no ratings"
    assert m0["realism"]["median"]["state"] == "not estimable: no ratings"
    assert m0["conclusion"]["state"] == "inconclusive"
