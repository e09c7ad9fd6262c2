"""The hierarchical model: the fits of R's ordinal and lme4, and its own exact gradient."""

import csv
from pathlib import Path

import numpy as np
import pytest

from app.statistics.models.crossed_system import Crossing
from app.statistics.models.cumulative_link import CumulativeLinkFit, fit_cumulative_link
from app.statistics.models.laplace import Laplace, Model
from app.statistics.models.links import DISTRIBUTIONS, Link
from app.statistics.table.ratings import Float, Int, StatisticsInputError

REFERENCE = Path(__file__).with_name("ordinal_models.csv")
ROWS = list(csv.DictReader(REFERENCE.read_text().splitlines()))


def columns(row: dict[str, str]) -> tuple[Int, Float, Int, Int, Int]:
    """Answer, arm columns, case, reader and arm of every rating of a reference study."""
    marks = np.array([list(reader) for reader in row["ratings"].split("|")])
    arms = np.array([int(arm) for arm in row["arms"]])
    reader, case = np.nonzero(marks != ".")
    answer = marks[reader, case].astype(np.int64)
    if row["model"] == "binary":
        answer = (answer <= 2).astype(np.int64)
    arm = arms[case]
    fixed = (arm[:, None] == np.unique(arms)[None, 1:]).astype(np.float64)
    return answer, fixed, case, reader, arm


def fit(row: dict[str, str]) -> CumulativeLinkFit:
    answer, fixed, case, reader, arm = columns(row)
    factors = [reader, reader * 10 + arm] if row["model"] == "reader_arm" else [reader]
    link: Link = "logit" if row["link"] == "logit" else "probit"
    return fit_cumulative_link(answer, fixed, case=case, factors=factors, link=link)


def numbers(text: str) -> Float:
    return np.array([float(part) for part in text.split()])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['model']}-{row['link']}")
def test_a_fit_is_that_of_r(row: dict[str, str]) -> None:
    mine = fit(row)
    assert mine.log_likelihood == pytest.approx(float(row["log_likelihood"]), abs=1e-4)
    assert mine.thresholds == pytest.approx(numbers(row["thresholds"]), abs=1e-4)
    assert mine.beta == pytest.approx(numbers(row["beta"]), abs=1e-4)
    assert mine.variances == pytest.approx(numbers(row["variances"]), abs=1e-4)
    errors = np.sqrt(np.diag(mine.beta_covariance))
    assert errors == pytest.approx(numbers(row["se"]), abs=1e-4)


def test_both_links_and_all_models_were_compared() -> None:
    compared = {(row["model"], row["link"]) for row in ROWS}
    assert compared == {
        ("crossed", "logit"),
        ("crossed", "probit"),
        ("reader_arm", "logit"),
        ("reader_arm", "probit"),
        ("binary", "logit"),
    }


@pytest.mark.parametrize("link", ["logit", "probit"])
@pytest.mark.parametrize("seed", range(6))
def test_the_gradient_is_that_of_differences(link: Link, seed: int) -> None:
    rng = np.random.default_rng(seed)
    readers, cases, answers = int(rng.integers(2, 5)), int(rng.integers(4, 9)), 2 + seed % 4
    reader, case = (index.ravel() for index in np.indices((readers, cases)))
    kept = rng.random(reader.size) > 0.2
    reader, case = reader[kept], case[kept]
    answer = rng.integers(0, answers, reader.size)
    answer[:answers] = np.arange(answers)
    others = np.stack([reader, readers + 2 * reader + case % 2], axis=1)
    has_cases = seed % 3 > 0
    model = Model(
        DISTRIBUTIONS[link],
        answer,
        answers,
        (case[:, None] % 2 == np.ones(1)).astype(np.float64),
        Crossing(case, cases * has_cases, others, 3 * readers),
        (cases * has_cases, readers, 2 * readers),
    )
    sizes = [answers - 1, answers]

    def likelihood(values: Float) -> tuple[float, Float]:
        thresholds, beta, variances = np.split(values, sizes)
        return Laplace(model).value_and_gradient(thresholds, beta, variances)

    at = np.concatenate(
        [
            np.sort(rng.normal(size=answers - 1)),
            rng.normal(size=1),
            rng.uniform(0.1, 1, 2 + has_cases),
        ]
    )
    steps = 1e-5 * np.eye(at.size)
    differences = [(likelihood(at + step)[0] - likelihood(at - step)[0]) / 2e-5 for step in steps]
    assert likelihood(at)[1] == pytest.approx(np.array(differences), abs=2e-6)


def test_readers_who_lean_alike_have_no_variance_and_the_search_leaves_the_bound() -> None:
    """At a standard deviation of 0 a search may stay; over variances it does not."""
    rng = np.random.default_rng(4)
    reader, case = (index.ravel() for index in np.indices((4, 40)))
    answer = np.clip(np.round(3 + rng.normal(size=40)[case] + rng.normal(size=160)), 1, 5)
    fitted = fit_cumulative_link(
        answer.astype(np.int64), np.zeros((160, 0)), case=case, factors=[reader]
    )
    assert fitted.variances[0] > 0.3
    assert fitted.variances[1] == 0.0
    assert fitted.is_estimable


def test_an_arm_at_the_end_of_the_scale_is_said_to_have_no_estimate() -> None:
    reader, case = (index.ravel() for index in np.indices((4, 20)))
    in_arm = case >= 10
    answer = np.where(in_arm, 1, (reader + case) % 2)
    fitted = fit_cumulative_link(
        answer, in_arm[:, None].astype(np.float64), case=case, factors=[reader]
    )
    assert not fitted.is_estimable
    assert np.isnan(fitted.beta_covariance).all()


def test_a_step_that_nobody_used_is_dropped() -> None:
    answer, fixed, case, reader, _ = columns(ROWS[0])
    doubled = fit_cumulative_link(2 * answer, fixed, case=case, factors=[reader])
    plain = fit_cumulative_link(answer, fixed, case=case, factors=[reader])
    assert doubled.thresholds == pytest.approx(plain.thresholds)


def test_one_answer_is_no_model() -> None:
    with pytest.raises(StatisticsInputError, match="All ratings are the same"):
        fit_cumulative_link(np.ones(9, np.int64), np.zeros((9, 0)), case=None, factors=[])
