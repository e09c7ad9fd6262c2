"""The model's figures of a study: near those by reader, and honest where there are none."""

import numpy as np
import pytest
from simulated_readers import columns

from app.statistics.analysis import analyse
from app.statistics.models.second_estimator import second_estimator
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from tests.two_lengths import some_now

SETTINGS = AnalysisSettings()


def table_of(**given: object) -> RatingsTable:
    return ratings_table(**columns(**given), realism_min=1, realism_max=5)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", some_now(range(4), (0, 2)))
def test_the_model_lies_near_the_figures_by_reader(seed: int) -> None:
    analysis = analyse(table_of(readers=6, cases=40, shift=0.5, seed=seed))
    for arm in ("M0", "M1"):
        families = analysis.arms[arm].families
        pairs = {
            ("discrimination", "auc_realism", "auc_realism"): 0.05,
            ("deception", "rate", "deception_rate"): 0.03,
            ("detection", "d_prime", "d_prime"): 0.25,
        }
        for (family, key, modelled), room in pairs.items():
            by_reader, by_model = families[family][key], families["model"][modelled]
            assert by_model.estimate == pytest.approx(by_reader.estimate, abs=room)  # type: ignore[union-attr]
            assert by_model.low < by_reader.estimate < by_model.high  # type: ignore[union-attr,operator]


def test_the_real_arm_has_a_rate_and_is_what_the_others_are_held_against() -> None:
    figures = second_estimator(table_of(), SETTINGS)["real"]
    assert figures["deception_rate"].is_estimated
    assert "this is the real arm" in figures["auc_realism"].state


def test_one_reader_has_figures_for_themselves() -> None:
    figures = second_estimator(table_of(readers=1, cases=40), SETTINGS)["M1"]
    for figure in figures.values():
        assert figure.is_estimated
        assert figure.df is None
        assert "this reader, images like these" in figure.method


def test_shares_stay_between_none_and_all() -> None:
    figures = second_estimator(table_of(readers=3, cases=8, shift=1.6), SETTINGS)
    for arm in ("M0", "M1"):
        for key in ("auc_realism", "deception_rate"):
            figure = figures[arm][key]
            assert not figure.is_estimated or 0 <= figure.low <= figure.high <= 1  # type: ignore[operator]


def reasons(given: RatingsTable) -> set[str]:
    arms = second_estimator(given, SETTINGS)
    return {figure.state for figure in arms["M1"].values()}


def test_what_is_missing_is_said() -> None:
    told = columns(arms=("real", "M1"))
    only_realism = {key: told[key] for key in ("reader", "case", "arm", "truth", "realism")}
    figures = second_estimator(ratings_table(**only_realism), SETTINGS)["M1"]
    assert figures["d_prime"].state == "not estimable: the ratings have no verdict"
    assert figures["auc_realism"].is_estimated


def test_without_a_real_arm_there_is_no_model() -> None:
    assert reasons(table_of(arms=("M0", "M1"))) == {
        "not estimable: the model needs a real arm and a synthetic one"
    }


def test_a_fine_scale_and_a_flat_one_are_refused_by_name() -> None:
    told = columns(arms=("real", "M1"))
    fine = {**told, "realism": list(np.linspace(1, 100, len(told["realism"])))}
    flat = {**told, "realism": [3.0] * len(told["realism"])}
    assert any("steps, the model takes at most 11" in one for one in reasons(ratings_table(**fine)))
    assert any("all ratings are the same" in one for one in reasons(ratings_table(**flat)))


def test_more_ratings_than_it_takes_in_seconds_are_refused_by_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.statistics.models.second_estimator.MOST_RATINGS", 50)
    assert any("above 50 ratings" in one for one in reasons(table_of()))


def test_the_model_is_left_out_when_it_is_not_asked_for() -> None:
    analysis = analyse(table_of(), settings=AnalysisSettings(model=False))
    assert "model" not in analysis.arms["M1"].families


# The first takes as long as ten others.
@pytest.mark.parametrize("seed", some_now(range(12), (1, 2, 3, 4, 5, 10, 11)))
def test_extreme_studies_have_a_figure_or_a_reason_and_never_an_error(seed: int) -> None:
    """Arms far apart, readers of one answer, few cases: what drives a search to infinity."""
    rng = np.random.default_rng(seed)
    told = columns(
        readers=int(rng.integers(1, 5)),
        cases=int(rng.integers(2, 9)),
        shift=float(rng.choice([-6.0, 0.0, 3.0, 9.0])),
        missing=float(rng.choice([0.0, 0.4])),
        seed=seed,
    )
    if seed % 3 == 0:
        told["realism"] = [
            5.0 if reader == "R01" else value
            for reader, value in zip(told["reader"], told["realism"], strict=True)
        ]
    for figures in second_estimator(ratings_table(**told), SETTINGS).values():
        for figure in figures.values():
            if figure.is_estimated:
                assert np.isfinite([figure.estimate, figure.low, figure.high]).all()  # type: ignore[list-item]
            else:
                assert figure.state.startswith("not estimable: ")
