"""What a classifier tells apart, beside what readers do."""

from dataclasses import replace

import pytest

from app.report.page.analysis_sections import analysis_sections
from app.report.tables.classifier_beside import classifier_table
from app.services.summarise_study import ArmFacts
from app.statistics.analysis import Analysis, analyse
from tests.report.ratings import simulated_table
from tests.report.test_measure_table import arm

LABELS = {"M0": "Model 0"}


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    """M0 is plain to see for readers, M1 is not."""
    return analyse(simulated_table(readers=4, cases=20, repeats=0))


def told(key: str, auc: float, low: float, high: float) -> ArmFacts:
    return arm(key, {"told_apart": {"auc": auc, "auc_low": low, "auc_high": high}})


def test_each_arm_has_the_readers_and_the_classifier_in_one_row(analysis: Analysis) -> None:
    facts = [arm("real"), told("M0", 0.6, 0.4, 0.75), told("M1", 0.9, 0.8, 0.96)]
    table = classifier_table(analysis, LABELS, facts)
    assert table is not None
    assert [(row.heading, row.below) for row in table.rows] == [("Model 0", "M0"), ("M1", "")]
    assert [row.cells[-2].text for row in table.rows] == ["0.60", "0.90"]
    assert [row.cells[-2].interval for row in table.rows] == ["0.40 to 0.75", "0.80 to 0.96"]
    assert [row.cells[-1].text for row in table.rows] == [
        "readers tell it apart; of the classifier it isn’t shown",
        "the classifier tells it apart; of readers it isn’t shown",
    ]


def test_it_stands_under_what_readers_tell_apart(analysis: Analysis) -> None:
    facts = [told("M0", 0.9, 0.8, 0.96)]
    first = analysis_sections(analysis, {}, {}, (), facts=facts)[0]
    assert (first.name, [one.name for one in first.tables][-1]) == ("discrimination", "classifier")
    without = analysis_sections(analysis, {}, {}, ())[0]
    assert [one.name for one in without.tables] == [one.name for one in first.tables][:-1]


def test_nothing_measured_is_no_table(analysis: Analysis) -> None:
    assert classifier_table(analysis, {}, [arm("M0"), arm("real")]) is None
    # What is measured of the real arm alone is no comparison.
    real = replace(told("M0", 0.9, 0.8, 0.96), key="real", kind="real")
    assert classifier_table(analysis, {}, [real]) is None
