"""What stands at the top beside the conclusions."""

import numpy as np
import pytest

from app.report.words.cautions import analysis_cautions
from app.report.words.conclusions import arm_sentences
from app.report.words.methods import analysis_methods
from app.statistics.analysis import Analysis, analyse
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from tests.report.ratings import simulated_table


def leads(analysis: Analysis) -> dict[str, str]:
    return {one.lead: one.text for one in analysis_cautions(analysis, {"M1": "Model one"})}


def changed(table: RatingsTable, realism: object) -> RatingsTable:
    return ratings_table(
        reader=list(table.reader),
        case=list(table.case),
        arm=list(table.arm),
        truth=list(table.truth),
        replicate=table.replicate,
        realism=realism,  # type: ignore[arg-type]
        realism_min=1,
        realism_max=5,
    )


def test_nothing_is_said_of_an_ordinary_study() -> None:
    said = leads(analyse(simulated_table()))
    for lead in (
        "Readers left out.",
        "Many ties.",
        "Positive control.",
        "Is a scale turned round?",
    ):
        assert lead not in said


def test_a_reader_left_out_is_named_with_their_ratings() -> None:
    table = simulated_table()
    keep = (table.reader != "R01") | (np.cumsum(table.reader == "R01") <= 3)
    realism = np.where(keep, table.realism, np.nan)
    few = changed(table, realism)
    few = ratings_table(
        **{
            name: list(getattr(few, name)[keep])
            for name in ("reader", "case", "arm", "truth", "replicate", "realism")
        },
        realism_min=1,
        realism_max=5,
    )
    analysis = analyse(few)
    assert "R01 (3)" in leads(analysis)["Readers left out."]
    text = " ".join(words for _, words in analysis_methods(analysis).paragraphs)
    assert "were left out (R01)" in text


def test_a_constant_reader_and_ties_are_said_by_arm() -> None:
    table = simulated_table(effects={"real": 0.0, "M1": 0.0})
    realism = np.where(table.reader == "R02", 5.0, table.realism)
    said = leads(analyse(changed(table, realism)))
    assert "R02 (Model one)" in said["Readers who said one thing of everything."]
    top = np.where(np.arange(len(table)) % 40 == 0, 4.0, 5.0)
    assert "of the real images at the top" in leads(analyse(changed(table, top)))["Many ties."]


def test_the_positive_control_is_said_to_have_been_told_or_not() -> None:
    table = simulated_table(readers=8, cases=40, effects={"real": 0.0, "M1": 0.0, "bad": -2.0})
    told = analyse(table, settings=AnalysisSettings(positive_controls=("bad",)))
    assert "this study can tell a bad arm" in leads(told)["Positive control."]
    missed = analyse(table, settings=AnalysisSettings(positive_controls=("M1",)))
    assert "could not have told a bad arm" in leads(missed)["Positive control."]
    text = " ".join(words for _, words in analysis_methods(missed).paragraphs)
    assert "unless M1, known to be bad, was told from real" in text


def test_a_scale_that_may_be_turned_round_is_asked_about() -> None:
    table = simulated_table(effects={"real": -2.0, "M0": 0.0, "M1": 0.5})
    assert "Check what the ends of the scale" in leads(analyse(table))["Is a scale turned round?"]


def test_an_adjusted_conclusion_says_for_how_many_arms() -> None:
    effects = {"real": 0.0, "M0": -2.0, "M1": 0.0}
    sentences = {
        one.arm: one.text for one in arm_sentences(analyse(simulated_table(effects=effects)), {})
    }
    assert "adjusted for 2 arms" in sentences["M0"]
    methods = analysis_methods(analyse(simulated_table(effects=effects)))
    text = " ".join(words for _, words in methods.paragraphs)
    assert "adjusted for the number of arms by Holm" in text


def test_exact_bounds_count_clusters_and_need_no_caution() -> None:
    table = simulated_table(effects={"real": 0.0, "M0": -9.0})
    cluster = [f"{case}"[-1:] for case in table.case]
    clustered = ratings_table(
        reader=list(table.reader),
        case=list(table.case),
        arm=list(table.arm),
        truth=list(table.truth),
        cluster=cluster,
        replicate=table.replicate,
        realism=np.where(table.truth == "real", 5.0, 1.0),
        realism_min=1,
        realism_max=5,
    )
    analysis = analyse(clustered)
    assert "Images that belong together." not in leads(analysis)
    n_clusters = len(set(cluster))
    auc = analysis.arms["M0"].families["discrimination"]["auc_realism"]
    assert isinstance(auc, Estimate)
    assert auc.method.startswith("exact bound over clusters")
    # Both arms have images of every cluster: a pair takes two.
    assert auc.low == pytest.approx(0.025 ** (1 / (n_clusters // 2)))
    conclusion = analysis.arms["M0"].conclusion
    assert conclusion is not None
    assert conclusion.p_difference == min(1.0, 2 * 0.5 ** (n_clusters // 2))
    text = " ".join(words for _, words in analysis_methods(analysis).paragraphs)
    assert "over clusters of images for these readers" in text
