"""Everything a report shows, put together once for the page and the document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.profile import EXPERIENCE_BANDS, SPECIALTIES
from app.report.figures.catalogue import ReportFigure, report_figures
from app.report.tables.agreement import agreement_tables, intra_reader_tables
from app.report.tables.comparisons import (
    bootstrap_table,
    contrast_table,
    global_table,
    group_tables,
    reader_table,
    survivorship_table,
    time_table,
)
from app.report.tables.conduct import conduct_table
from app.report.tables.image_measures import measure_table
from app.report.tables.model import model_table
from app.report.tables.questions import question_tables
from app.report.tables.results import (
    conclusion_table,
    detection_table,
    distribution_table,
    main_table,
)
from app.report.tables.shortcuts import shortcut_table
from app.report.tables.table import ReportTable
from app.report.words.cautions import (
    Caution,
    analysis_cautions,
    audit_cautions,
    study_cautions,
)
from app.report.words.conclusions import ArmSentence, arm_sentences
from app.report.words.conduct import NO_DEVIATION, deviations
from app.report.words.methods import study_methods
from app.report.words.references import CitedText
from app.report.words.shortcuts import file_sentence
from app.services.audit_pictures import PictureAudit
from app.services.summarise_study import StudySummary
from app.statistics.analysis import Analysis

GROUP_ORDERS: Mapping[str, Sequence[str]] = {
    "experience": [name for _, name in EXPERIENCE_BANDS],
    "specialty": list(SPECIALTIES.values()),
}


@dataclass(frozen=True)
class Section:
    """A part of the report: text, warnings, figures, tables; `folded` ones open later."""

    name: str
    title: str
    figures: tuple[ReportFigure, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    cautions: tuple[Caution, ...] = ()
    folded: bool = False
    text: str = ""


@dataclass(frozen=True)
class ReportView:
    """What is shown; without ratings there are no sentences and few sections."""

    summary: StudySummary
    cautions: tuple[Caution, ...]
    sentences: tuple[ArmSentence, ...]
    sections: tuple[Section, ...]
    methods: CitedText
    figures: Mapping[str, ReportFigure]


def report_view(summary: StudySummary, audit: PictureAudit | None = None) -> ReportView:
    """Put a study's report together; figures are drawn when they are asked for."""
    analysis = summary.analysis
    cautions = (*study_cautions(summary), *audit_cautions(audit))
    images = Section(
        "images",
        "What was read",
        tables=(survivorship_table(summary.arms),),
        cautions=_at(cautions, "images"),
    )
    measured = measure_table(summary.arms)
    bank: tuple[Section, ...] = (images,)
    if measured is not None:
        measures = Section(
            "measures",
            "Fidelity, diversity and memorisation",
            tables=(measured,),
            cautions=_at(cautions, "measures"),
        )
        bank = (images, measures)
    if audit is not None:
        bank = (*bank, _shortcuts(audit, cautions))
    bank = (*bank, _conduct(summary))
    asked = _questions(summary)
    if analysis is None:
        return ReportView(
            summary, _at(cautions, "top"), (), (*asked, *bank), study_methods(summary, audit), {}
        )
    cautions = (*cautions, *analysis_cautions(analysis, summary.labels, never_asked=("score",)))
    figures = report_figures(analysis)
    return ReportView(
        summary=summary,
        cautions=_at(cautions, "top"),
        sentences=arm_sentences(analysis, summary.labels),
        sections=(
            *analysis_sections(analysis, summary.labels, figures, cautions),
            *asked,
            *bank,
        ),
        methods=study_methods(summary, audit),
        figures=figures,
    )


def analysis_sections(
    analysis: Analysis,
    labels: Mapping[str, str],
    figures: Mapping[str, ReportFigure],
    cautions: Sequence[Caution],
) -> tuple[Section, ...]:
    """The results, from the most asked for to the most detailed; empty parts are left out."""

    def drawn(*names: str) -> tuple[ReportFigure, ...]:
        return tuple(figures[name] for name in names if name in figures)

    def made(*tables: ReportTable | None) -> tuple[ReportTable, ...]:
        return tuple(table for table in tables if table is not None and table.rows)

    has_verdict = analysis.table.has("verdict")
    sections = (
        Section("results", "Results by arm", tables=(main_table(analysis, labels),)),
        Section(
            "discrimination",
            "Told apart from real?",
            drawn("forest-auc", "roc"),
            made(conclusion_table(analysis, labels)),
        ),
        Section(
            "realism",
            "Realism",
            drawn("realism-distribution", "forest-realism"),
            made(distribution_table(analysis, labels)),
        ),
        Section(
            "detection",
            "Judged real, and detection",
            drawn("forest-deception"),
            made(detection_table(analysis, labels)) if has_verdict else (),
            _at(cautions, "detection"),
        ),
        Section(
            "agreement",
            "Agreement between readers",
            drawn("agreement-verdict", "agreement-realism"),
            agreement_tables(analysis, labels),
            _at(cautions, "agreement"),
        ),
        Section(
            "repeats",
            "Agreement of readers with themselves",
            drawn("repeats"),
            intra_reader_tables(analysis, labels),
        ),
        Section(
            "between-arms",
            "Between arms",
            tables=made(contrast_table(analysis), global_table(analysis)),
        ),
        Section(
            "model", "A second estimator", tables=made(model_table(analysis, labels)), folded=True
        ),
        Section(
            "time-and-order",
            "Time and order",
            drawn("drift"),
            made(time_table(analysis, labels)),
        ),
        Section("bootstrap", "Bootstrap", tables=made(bootstrap_table(analysis, labels))),
        Section(
            "groups",
            "Reader groups",
            tables=group_tables(analysis, labels, GROUP_ORDERS),
        ),
        Section("readers", "Every reader", tables=(reader_table(analysis, labels),), folded=True),
    )
    return tuple(section for section in sections if section.figures or section.tables)


def _questions(summary: StudySummary) -> tuple[Section, ...]:
    """What was said to every question, folded where an analysis by arm stands above it."""
    real = [arm.key for arm in summary.arms if arm.kind == "real"]
    tables = question_tables(summary.questions, summary.labels, real)
    if not tables:
        return ()
    return (
        Section(
            "questions",
            "Every question",
            tables=tables,
            folded=summary.analysis is not None,
        ),
    )


def _conduct(summary: StudySummary) -> Section:
    """What was done otherwise than registered, who signed what, who looked before closing."""
    told = deviations(summary)
    signed = conduct_table(summary.conduct)
    return Section(
        "conduct",
        "Registered and done",
        tables=() if signed is None else (signed,),
        cautions=tuple(Caution("conduct", "Deviation.", one) for one in told),
        text="" if told or summary.is_rehearsal else NO_DEVIATION,
    )


def _shortcuts(audit: PictureAudit, cautions: Sequence[Caution]) -> Section:
    shortcuts = shortcut_table(audit)
    return Section(
        "shortcuts",
        shortcuts.title,
        tables=(replace(shortcuts, notes=(file_sentence(audit), *shortcuts.notes)),),
        cautions=_at(cautions, "shortcuts"),
    )


def _at(cautions: Sequence[Caution], place: str) -> tuple[Caution, ...]:
    return tuple(caution for caution in cautions if caution.place == place)
