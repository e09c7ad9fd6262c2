"""Everything a report shows, put together once for the page and the document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.profile import EXPERIENCE_BANDS, SPECIALTIES
from app.report.figures.catalogue import report_figures
from app.report.figures.plot import ReportFigure
from app.report.figures.question_figures import plot_of, question_plots
from app.report.page.head import (
    RecordedFact,
    ReportHead,
    facts_of_study,
    head_of_study,
    why_nothing,
)
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
from app.report.tables.question_figures import figure_tables
from app.report.tables.questions import question_tables
from app.report.tables.results import (
    conclusion_table,
    detection_table,
    distribution_table,
    main_table,
)
from app.report.tables.shortcuts import shortcut_table
from app.report.tables.table import ReportTable
from app.report.words.answers import Answer, answers, answers_note
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
    """A part of the report that answers one question, folded behind its title.

    `is_opened` for the one that is read first; `is_detail` for what a terminal leaves out;
    `sentences` are the conclusions in full, where the part is about them.
    """

    name: str
    title: str
    figures: tuple[ReportFigure, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    cautions: tuple[Caution, ...] = ()
    is_opened: bool = False
    is_detail: bool = False
    text: str = ""
    sentences: tuple[ArmSentence, ...] = ()


@dataclass(frozen=True)
class ReportView:
    """What is shown, of a study or of a file of ratings.

    `answers` are the lines of the first screen and `lead` its figure; `nothing` is said in their
    place where there are none. `sections` are folded, but for one. `figures` holds every figure
    by name, the leading one too.
    """

    head: ReportHead
    answers: tuple[Answer, ...]
    answers_note: str
    nothing: str
    lead: ReportFigure | None
    cautions: tuple[Caution, ...]
    sections: tuple[Section, ...]
    methods: CitedText
    recorded: tuple[RecordedFact, ...]
    figures: Mapping[str, ReportFigure]


def report_view(summary: StudySummary, audit: PictureAudit | None = None) -> ReportView:
    """Put a study's report together; figures are drawn when they are asked for."""
    analysis = summary.analysis
    cautions = (*study_cautions(summary), *audit_cautions(audit))
    if analysis is not None:
        cautions = (*cautions, *analysis_cautions(analysis, summary.labels, never_asked=("score",)))
    figures = {} if analysis is None else report_figures(analysis)
    plots = question_plots(summary.figures, summary.labels)
    lead = leading_figure(figures)
    answered = (
        ()
        if analysis is None
        else analysis_sections(analysis, summary.labels, without(figures, lead), cautions)
    )
    asked = _figures_of_questions(summary, plots)
    sections = (*answered, *asked, *_questions(summary), *_bank(summary, audit, cautions))
    return ReportView(
        head=head_of_study(summary),
        answers=() if analysis is None else answers(analysis, summary.labels),
        answers_note="" if analysis is None else answers_note(analysis),
        nothing=why_nothing(summary),
        lead=lead,
        cautions=_at(cautions, "top"),
        sections=with_one_opened((*sections, _conduct(summary))),
        methods=study_methods(summary, audit),
        recorded=facts_of_study(summary),
        figures=figures | plots,
    )


# What a report shows first, if it has it.
_LEADING = ("forest-auc", "forest-deception", "forest-realism")


def leading_figure(figures: Mapping[str, ReportFigure]) -> ReportFigure | None:
    """The one figure of the first screen."""
    return next((figures[name] for name in _LEADING if name in figures), None)


def without(
    figures: Mapping[str, ReportFigure], lead: ReportFigure | None
) -> dict[str, ReportFigure]:
    """The figures that stand further down."""
    return {name: figure for name, figure in figures.items() if figure is not lead}


def with_one_opened(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """The same, the first one opened where none is."""
    if not sections or any(section.is_opened for section in sections):
        return sections
    return (replace(sections[0], is_opened=True), *sections[1:])


def _bank(
    summary: StudySummary, audit: PictureAudit | None, cautions: Sequence[Caution]
) -> tuple[Section, ...]:
    """What is known of the images themselves."""
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
    return bank if audit is None else (*bank, _shortcuts(audit, cautions))


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
        Section(
            "discrimination",
            "Told apart from real?",
            drawn("forest-auc", "roc"),
            made(conclusion_table(analysis, labels)),
            is_opened=True,
            sentences=arm_sentences(analysis, labels),
        ),
        Section("results", "Results by arm", tables=(main_table(analysis, labels),)),
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
            "model",
            "A second estimator",
            tables=made(model_table(analysis, labels)),
            is_detail=True,
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
        Section(
            "readers", "Every reader", tables=(reader_table(analysis, labels),), is_detail=True
        ),
    )
    return tuple(section for section in sections if section.figures or section.tables)


# The measures whose questions have a part of the report of their own, in its order.
_PARTS: Mapping[str, tuple[str, str]] = {
    "finding": ("findings", "Findings against the reference"),
    "prompt_agreement": ("prompt-agreement", "Agreement with the text"),
    "artefact": ("artefacts", "What gives films away"),
    "place": ("places", "Where readers mark"),
    "confidence": ("confidence", "Confidence and being right"),
}


def _figures_of_questions(
    summary: StudySummary, plots: Mapping[str, ReportFigure]
) -> tuple[Section, ...]:
    """A part for each measure that was asked for, all its questions in it."""
    real = [arm.key for arm in summary.arms if arm.kind == "real"]
    sections = []
    for measure, (name, title) in _PARTS.items():
        asked = [one for one in summary.figures if one.question.measure == measure]
        if asked:
            sections.append(
                Section(
                    name,
                    title,
                    tuple(plot for one in asked for plot in plot_of(one, plots)),
                    tuple(
                        table for one in asked for table in figure_tables(one, summary.labels, real)
                    ),
                )
            )
    return tuple(sections)


def _questions(summary: StudySummary) -> tuple[Section, ...]:
    """What was said to every question."""
    real = [arm.key for arm in summary.arms if arm.kind == "real"]
    tables = question_tables(summary.questions, summary.labels, real)
    if not tables:
        return ()
    return (Section("questions", "Every question", tables=tables),)


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
