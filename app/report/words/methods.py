"""A methods section made of what was done: nothing is named that this analysis did not use."""

from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata

from app.domain.said import capital, joined, said, said_many
from app.report.words import (
    agreement_methods,
    arm_methods,
    design_methods,
    image_methods,
    interval_methods,
    reading_methods,
)
from app.report.words.choice_methods import choice_paragraphs
from app.report.words.computed_methods import is_computed
from app.report.words.listed import listed
from app.report.words.question_figures import question_methods
from app.report.words.references import CitedText, Paragraph, cite
from app.services.audit_pictures import PictureAudit
from app.services.summarise_study import StudySummary
from app.statistics.analysis import Analysis
from app.statistics.protocols.choices import ChoiceFigures
from app.steps.question_figures import QuestionFigures


def study_methods(summary: StudySummary, audit: PictureAudit | None = None) -> CitedText:
    """Design, then statistics, as a paper has them."""
    paragraphs = []
    if audit is not None and audit.compares:
        paragraphs.append(image_methods.leak_audit(audit))
    if (images := image_methods.image_measures(summary)) is not None:
        paragraphs.append(images)
    if summary.analysis is not None:
        paragraphs += [reading_methods.readers(summary), *_statistics(summary.analysis)]
    paragraphs += _of_protocol(summary.analysis, summary.choices, summary.figures)
    cited = cite(paragraphs)
    # The design names arms, and a label of the bank may hold what looks like a citation.
    return replace(cited, paragraphs=(reading_methods.design(summary), *cited.paragraphs))


def export_methods(
    analysis: Analysis | None,
    choices: ChoiceFigures | None,
    figures: Sequence[QuestionFigures],
) -> CitedText:
    """The statistics of a study's exported ratings, whose readers and arms nobody described."""
    by_arm = [] if analysis is None else _statistics(analysis)
    return cite([*by_arm, *_of_protocol(analysis, choices, figures)])


def _of_protocol(
    analysis: Analysis | None,
    choices: ChoiceFigures | None,
    figures: Sequence[QuestionFigures],
) -> list[Paragraph]:
    """What else the protocol asked for; the software too where no analysis by arm has named it."""
    chosen = [] if choices is None else choice_paragraphs(choices)
    paragraphs = [*chosen, *question_methods(figures)]
    return [*paragraphs, _software()] if paragraphs and analysis is None else paragraphs


def analysis_methods(analysis: Analysis) -> CitedText:
    """The statistics alone, for a file of ratings whose design nobody told."""
    return cite(_statistics(analysis))


def _statistics(analysis: Analysis) -> list[Paragraph]:
    return [
        paragraph
        for paragraph in (
            interval_methods.intervals(analysis),
            arm_methods.figures(analysis),
            arm_methods.conclusions(analysis),
            arm_methods.between_arms(analysis),
            agreement_methods.agreement(analysis),
            _precision(analysis),
            design_methods.machines(analysis),
            design_methods.subgroups(analysis),
            design_methods.dependability(analysis),
            _model(analysis),
            _order(analysis),
            interval_methods.bootstrap(analysis),
            _software(),
        )
        if paragraph is not None
    ]


def _model(analysis: Analysis) -> Paragraph | None:
    named = [
        words
        for key, words in (
            ("auc_realism", said("the AUC of realism")),
            ("deception_rate", said("the share judged real")),
            ("d_prime", "d′"),
        )
        if is_computed(analysis, f"model.{key}")
    ]
    if not named:
        return None
    effects = (
        said("crossed random effects of readers, images, and readers by arm")
        if len(analysis.table.readers) > 1
        else said("the reader as fixed")
    )
    return (
        said("Second estimator"),
        said_many(
            "{list} was estimated once more by an ordinal probit mixed "
            "model of all ratings with {effects}, fitted by Laplace’s "
            "approximation [laplace, clm]; the conclusions do not rest on it.",
            "{list} were estimated once more by an ordinal probit mixed "
            "model of all ratings with {effects}, fitted by Laplace’s "
            "approximation [laplace, clm]; the conclusions do not rest on it.",
            len(named),
            list=capital(listed(named)),
            effects=effects,
        ),
    )


def _precision(analysis: Analysis) -> Paragraph | None:
    if len(analysis.table.readers) < 2 or not is_computed(analysis, "precision_weighted."):
        return None
    return (
        said("Sensitivity"),
        said(
            "The main figures were made once more with readers weighted by the "
            "inverse of their variance, that within readers pooled over them "
            "[hedges]."
        ),
    )


def _order(analysis: Analysis) -> Paragraph | None:
    parts = []
    if analysis.table.has("reading_time_ms"):
        parts.append(said("Reading times were averaged as logarithms (geometric mean)."))
    if analysis.table.has("position"):
        parts.append(
            said(
                "Learning and fatigue are described by each reader’s least-squares "
                "slope over position, with heteroscedasticity-consistent covariances "
                "[hc]."
            )
        )
    return (said("Time and order"), joined(parts, " ")) if parts else None


def _software() -> Paragraph:
    versions = joined(
        (
            said("{name} {version}", name=name, version=_version(package))
            for name, package in (
                (said("NumPy"), "numpy"),
                (said("SciPy"), "scipy"),
                ("matplotlib", "matplotlib"),
            )
        ),
        ", ",
    )
    return (
        said("Software"),
        said(
            "Negatoscope {version} with {versions}.",
            version=_version("negatoscope"),
            versions=versions,
        ),
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return said("from source")
