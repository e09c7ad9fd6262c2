"""One analysis of a study, whoever shows it."""

import json
from dataclasses import replace

from app.db.truth.ratings_table import AnalysedQuestions
from app.domain.design.reading import design_from_mapping
from app.services.create_study import create_study
from app.services.export_study import StudyExport
from app.services.rehearse_study import rehearse_study
from app.services.summarise_study import summarise_study
from app.steps.analyse_ratings import analysis_of_study, settings_of_design
from tests.report.ratings import simulated_table
from tests.studies import NOW, House, design_values


def test_without_ratings_there_is_none() -> None:
    assert analysis_of_study(None, design_from_mapping(design_values())) is None


def test_margin_and_seed_are_those_of_the_design() -> None:
    design = design_from_mapping(design_values())
    design = replace(design, analysis=replace(design.analysis, margin=0.07), seed=2**32 + 9)
    analysis = analysis_of_study(simulated_table(), design)
    assert analysis is not None
    assert (analysis.settings.margin, analysis.settings.seed) == (0.07, 9)


def test_report_and_files_show_the_same_analysis(house: House) -> None:
    slug = house.draft()
    with house.database.writing() as session:
        copy = rehearse_study(session, slug, readers=2, seed=1, now=NOW, actor="test").slug
    with house.database.reading() as session:
        analysis = summarise_study(session, copy).analysis
    assert analysis is not None
    files = StudyExport(house.database, house.store, copy).files()
    exported = json.loads(b"".join(files["analysis.json"]()))
    shown = json.loads(json.dumps(analysis.to_json()))
    assert {key: exported[key] for key in shown} == shown


def test_images_of_one_value_of_the_designs_key_are_one_cluster(house: House) -> None:
    """By condition there are two clusters, of all arms together; without a key there are none."""
    house.fill_bank()
    design = design_from_mapping(design_values())
    clusters = {}
    for key in ("condition", "nowhere", ""):
        keyed = replace(design, analysis=replace(design.analysis, cluster=key))
        with house.database.writing() as session:
            slug = create_study(session, keyed, now=NOW, actor="test")
            copy = rehearse_study(session, slug, readers=2, seed=1, now=NOW, actor="test").slug
        with house.database.reading() as session:
            analysis = summarise_study(session, copy).analysis
        assert analysis is not None
        clusters[key] = analysis.n_clusters
    assert clusters == {"condition": 2, "nowhere": None, "": None}


def test_what_the_design_says_of_conclusions_is_what_is_done() -> None:
    design = design_from_mapping(design_values())
    real, first, second = design.arms
    plan = replace(
        design.analysis,
        target="images",
        adjustment="none",
        primary_arm="M0",
        least_answered=0.0,
    )
    control = replace(second, role="positive_control")
    design = replace(design, arms=(real, first, control), analysis=plan)
    settings = settings_of_design(design)
    assert settings.generalise_to == "cases"
    assert (settings.adjustment, settings.primary_arm) == ("none", "M0")
    assert (settings.positive_controls, settings.least_answered) == (("M1",), 0)
    unrated = settings_of_design(design, synthetic_arms=[])
    assert (unrated.positive_controls, unrated.primary_arm) == ((), "")


def test_the_primary_question_is_what_the_conclusions_rest_on() -> None:
    asked = [
        {"measure": "realism", "key": "first"},
        {"measure": "realism", "key": "second"},
        {"measure": "verdict"},
        {"measure": "confidence", "of": "verdict"},
        {"measure": "quality"},
    ]
    arms = [{"arm": "real", "cases": {"normal": 2}}, {"arm": "M1", "cases": {"normal": 2}}]
    values = {"format": 2, "title": "T", "arms": arms, "questions": asked}
    measures = {}
    for primary in ("", "second", "verdict", "confidence", "quality"):
        design = design_from_mapping(values | {"analysis": {"primary": primary}})
        analysed = AnalysedQuestions.of(design)
        assert analysed.realism is not None
        measures[primary] = (analysed.realism.key, settings_of_design(design).measure)
    assert measures == {
        "": ("first", "auto"),
        "second": ("second", "auc_realism"),
        "verdict": ("first", "auc_confidence"),
        "confidence": ("first", "auc_confidence"),
        "quality": ("first", "auto"),
    }
