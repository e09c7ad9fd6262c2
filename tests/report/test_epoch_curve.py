"""Arms that are epochs of one variant are a table and a figure, and others are not."""

from dataclasses import replace

import pytest

from app.bank.epochs import variant_epoch
from app.report.figures.epochs import epoch_figures
from app.report.page.analysis_sections import analysis_sections
from app.report.submission.table_files import table_csv
from app.report.tables.epochs import epoch_curves, epoch_table
from app.report.words.conclusions import estimate_of
from app.services.summarise_study import ArmFacts
from app.statistics.analysis import Analysis, analyse
from tests.report.ratings import simulated_table
from tests.report.test_measure_table import arm

EFFECTS = {"real": 0.0, "M1-epoch25": -2.0, "M1-epoch50": -1.0, "M1": -0.2, "M0": -2.5}
RUN = {"variant": "M1", "base_sha256": "ab", "data": {"digest": "cd"}, "config": {"seed": 0}}


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    """Realism grows from epoch to epoch."""
    return analyse(simulated_table(readers=4, cases=20, repeats=0, effects=EFFECTS))


def of_run(key: str, **training: object) -> ArmFacts:
    return replace(arm(key), epoch=variant_epoch({"training": {**RUN, **training}}))


def facts() -> list[ArmFacts]:
    """The bank's arms, the last weights first."""
    ended = {"epochs": 100.0, "steps": 3000, "weights_step": 3000}
    return [
        arm("real"),
        arm("M0"),
        of_run("M1", outcome=ended),
        of_run("M1-epoch50", epoch=50, outcome={**ended, "epochs": 50}),
        of_run("M1-epoch25", epoch=25, outcome={**ended, "epochs": 25}),
    ]


def test_the_table_has_a_row_an_epoch_beside_the_real_arm(analysis: Analysis) -> None:
    table = epoch_table(analysis, {"M1": "M1: LoRA"}, facts())
    assert table is not None
    assert table.columns[1:] == (
        "Variant", "Epoch", "Realism, mean", "Judged real", "AUC, realism"
    )  # fmt: skip
    told = [(row.heading, row.cells[0].text, row.cells[1].text, row.is_real) for row in table.rows]
    assert told == [
        ("real", "–", "–", True),
        ("M1-epoch25", "M1", "25", False),
        ("M1-epoch50", "M1", "50", False),
        ("M1: LoRA", "M1", "100", False),
    ]
    realism = [float(row.cells[2].text) for row in table.rows[1:]]
    assert realism == sorted(realism)
    assert all(" to " in row.cells[2].interval for row in table.rows)
    assert all(" to " in row.cells[3].interval for row in table.rows)
    exported = table_csv(table).decode()
    assert "Realism, mean: interval" in exported
    assert "M1-epoch25,M1,,25," in exported


def test_the_figure_has_every_point_with_its_interval(analysis: Analysis) -> None:
    figure = epoch_figures(analysis, facts())["epochs"]
    numbers = figure.plot.numbers()
    assert numbers.columns == ("figure", "variant", "epoch", "arm", "estimate", "low", "high")
    realism = [row for row in numbers.rows if row[0] == "Mean realism"]
    assert [row[1:4] for row in realism] == [
        ("real", None, "real"),
        ("M1", 25.0, "M1-epoch25"),
        ("M1", 50.0, "M1-epoch50"),
        ("M1", 100.0, "M1"),
    ]
    mean = estimate_of(analysis.arms["M1"], "realism", "mean")
    assert realism[-1][4:] == (mean.estimate, mean.low, mean.high)
    assert {row[0] for row in numbers.rows} == {"Mean realism", "Share judged real"}
    drawn = figure.svg.decode()
    for text in ("Mean realism", "Share judged real, %", ">epoch<", ">M1<", ">25<", ">100<"):
        assert text in drawn
    # Verdicts alone are one panel.
    only = analyse(simulated_table(readers=3, cases=8, effects=EFFECTS, columns=("verdict",)))
    panels = epoch_figures(only, facts())["epochs"].plot.numbers().rows
    assert {row[0] for row in panels} == {"Share judged real"}


def test_it_is_a_part_of_the_report_after_what_was_judged_real(analysis: Analysis) -> None:
    figures = epoch_figures(analysis, facts())
    names = [s.name for s in analysis_sections(analysis, {}, figures, (), facts=facts())]
    assert names.index("epochs") == names.index("detection") + 1
    assert "epochs" not in [s.name for s in analysis_sections(analysis, {}, {}, ())]


def test_one_epoch_alone_is_no_curve_and_two_runs_are_not_one(analysis: Analysis) -> None:
    assert epoch_curves(analysis, [arm("real"), of_run("M1-epoch25", epoch=25)]) == ()
    other = of_run("M1-epoch50", epoch=50, config={"seed": 1})
    assert epoch_curves(analysis, [of_run("M1-epoch25", epoch=25), other]) == ()
    # Read is what has ratings, not what the bank holds.
    assert epoch_curves(analysis, [of_run("M1-epoch25", epoch=25), of_run("gone", epoch=50)]) == ()
    assert epoch_table(analysis, {}, [arm("M1")]) is None
    assert epoch_figures(analysis, [arm("M1")]) == {}


@pytest.mark.parametrize(
    ("details", "epoch"),
    [
        ({"training": {**RUN, "epoch": 25}}, 25.0),
        ({"training": {**RUN, "variant": "M1@25", "epoch": 25}}, 25.0),
        # A run that stopped early kept the weights of an earlier step.
        ({"training": {**RUN, "outcome": {"epochs": 8, "steps": 32, "weights_step": 11}}}, 2.75),
        ({"training": {**RUN, "outcome": {"epochs": 8, "steps": 0, "weights_step": 0}}}, None),
        ({"training": {**RUN, "epoch": True}}, None),
        ({"training": {**RUN, "epoch": "25"}}, None),
        ({"training": {"epoch": 25}}, None),
        ({"training": "M1, 25 epochs"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_an_epoch_is_what_the_bank_says_and_nothing_is_guessed(
    details: object, epoch: float | None
) -> None:
    told = variant_epoch(details)
    assert (None if told is None else (told.variant, told.epoch)) == (
        None if epoch is None else ("M1", epoch)
    )
