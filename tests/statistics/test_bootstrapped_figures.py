"""Bootstrap intervals of the main figures stand beside those of the core."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from simulated_readers import study

from app.statistics.analysis import analyse
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings


def bootstrap_of(table: RatingsTable, arm: str, **settings: Any) -> dict[str, Any]:
    resampled = analyse(table, settings=AnalysisSettings(model=False, **settings)).to_json()
    figures: dict[str, Any] = resampled["arms"][arm]["bootstrap"]
    return figures


def test_there_is_none_unless_asked_for() -> None:
    assert (
        "bootstrap"
        not in analyse(study(), settings=AnalysisSettings(model=False)).arms["M0"].families
    )


def test_it_keeps_the_estimates_and_gives_its_own_limits() -> None:
    table = study(missing=0.1)
    figures = analyse(table, settings=AnalysisSettings(model=False, bootstrap=200)).to_json()[
        "arms"
    ]["M0"]
    for name, figure in figures["bootstrap"].items():
        node = figures
        for step in name.split("."):
            node = node[step]
        assert figure["estimate"] == node["estimate"]
        assert figure["low"] < figure["estimate"] < figure["high"]
        assert figure["low"] != node["low"]
        assert "bootstrap" in figure["method"]


def test_it_has_the_auc_the_conclusion_rests_on() -> None:
    figures = bootstrap_of(study(), "M0", bootstrap=50, measure="auc_score")
    assert [name for name in figures if name.startswith("discrimination")] == [
        "discrimination.auc_score"
    ]


def test_the_same_seed_gives_the_same_limits_and_another_seed_others() -> None:
    table = study()
    one, again, other = (bootstrap_of(table, "M0", bootstrap=100, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_another_arm_does_not_change_the_limits_of_an_arm() -> None:
    table = study()
    keep = table.arm != "M1"
    fewer = ratings_table(
        **{
            name: getattr(table, name)[keep]
            for name in ("reader", "case", "arm", "truth", "realism", "verdict")
        },
        realism_min=1,
        realism_max=5,
    )
    assert bootstrap_of(fewer, "M0", bootstrap=100) == bootstrap_of(table, "M0", bootstrap=100)


def test_these_readers_only_resamples_cases_alone() -> None:
    table = study(readers=3, cases=30)
    both = bootstrap_of(table, "M1", bootstrap=400)["realism.mean"]
    cases = bootstrap_of(table, "M1", bootstrap=400, generalise_to="cases")["realism.mean"]
    readers = bootstrap_of(table, "M1", bootstrap=400, generalise_to="readers")["realism.mean"]
    assert cases["se"] < both["se"]
    assert readers["se"] < both["se"]
    means = np.nanmean(table.matrix("realism", "M1"), axis=1)
    assert readers["se"] == pytest.approx(means.std() / np.sqrt(3), rel=0.15)


def test_its_standard_error_is_near_that_of_the_core_with_many_readers() -> None:
    table = study(readers=25, cases=80)
    figures = analyse(table, settings=AnalysisSettings(model=False, bootstrap=400)).to_json()[
        "arms"
    ]["M0"]
    for name in ("realism.mean", "deception.rate", "discrimination.auc_realism"):
        family, key = name.split(".")
        assert figures["bootstrap"][name]["se"] == pytest.approx(
            figures[family][key]["se"], rel=0.2
        )
