"""Everything a report shows, put together once for the page and the document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.said import joined, said
from app.report.figures.catalogue import report_figures
from app.report.figures.choice_catalogue import choice_report_figures
from app.report.figures.epochs import epoch_figures
from app.report.figures.plot import ReportFigure
from app.report.figures.question_figures import plot_of, question_plots
from app.report.page.analysis_sections import analysis_sections
from app.report.page.choices import choice_sections
from app.report.page.head import (
    RecordedFact,
    ReportHead,
    facts_of_study,
    head_of_study,
    why_nothing,
)
from app.report.page.section import Section
from app.report.tables.conduct import conduct_table
from app.report.tables.image_measures import following_table, measure_table
from app.report.tables.question_figures import figure_tables
from app.report.tables.questions import question_tables
from app.report.tables.shortcuts import shortcut_table
from app.report.tables.sittings import sittings_table
from app.report.tables.survivorship import survivorship_table
from app.report.words.answers import Answer, answers, answers_note
from app.report.words.cautions import Caution, analysis_cautions
from app.report.words.choices import choice_answers, choice_note, few_readers_caution
from app.report.words.conduct import NO_DEVIATION, deviations
from app.report.words.methods import study_methods
from app.report.words.reader_flow import flow_stages
from app.report.words.references import CitedText
from app.report.words.settling import settling_lines, settling_note
from app.report.words.shortcuts import file_sentence
from app.report.words.study_cautions import audit_cautions, study_cautions
from app.services.audit_pictures import PictureAudit
from app.services.summarise_study import ArmFacts, StudySummary
from app.statistics.analysis import Analysis
from app.statistics.protocols.choices import ChoiceFigures
from app.steps.question_figures import QuestionFigures


@dataclass(frozen=True)
class ReportView:
    """What is shown, of a study or of a file of ratings.

    `answers` are the lines of the first screen, `settling` says what would settle the open ones,
    `lead` is its figure; `nothing` is said in their place where there are none. `sections` are
    folded, but for one. `figures` holds every figure by name, the leading one too.
    """

    head: ReportHead
    answers: tuple[Answer, ...]
    answers_note: str
    settling: tuple[str, ...]
    settling_note: str
    nothing: str
    lead: ReportFigure | None
    cautions: tuple[Caution, ...]
    sections: tuple[Section, ...]
    methods: CitedText
    recorded: tuple[RecordedFact, ...]
    figures: Mapping[str, ReportFigure]


@dataclass(frozen=True)
class Results:
    """What was computed of a study's answers or of a file's.

    `analysis` is by arm, `choices` of sets, phases and exposure; each is None where nothing was
    asked for it. `primary` is the key of the primary question, empty for none. `asked` is what the
    questions with figures of their own come to, `real` the arms of real images. `facts` is what the
    bank says of the arms; a file of ratings has none.
    """

    labels: Mapping[str, str]
    analysis: Analysis | None
    choices: ChoiceFigures | None = None
    primary: str = ""
    asked: tuple[QuestionFigures, ...] = ()
    real: tuple[str, ...] = ()
    facts: tuple[ArmFacts, ...] = ()

    @property
    def is_of_sets(self) -> bool:
        """Whether the primary question is asked of several pictures together."""
        return self.choices is not None and self.primary in self.choices.of_sets


def report_view(summary: StudySummary, audit: PictureAudit | None = None) -> ReportView:
    """Put a study's report together; figures are drawn when they are asked for."""
    cautions = (*study_cautions(summary), *audit_cautions(audit))
    if summary.analysis is not None:
        cautions = (
            *cautions,
            *analysis_cautions(summary.analysis, summary.labels, never_asked=("score",)),
        )
    elif summary.choices is not None:
        cautions = (*cautions, *few_readers_caution(summary.choices))
    return analysed_view(
        head_of_study(summary),
        Results(
            summary.labels,
            summary.analysis,
            summary.choices,
            summary.design.analysis.primary,
            summary.figures,
            tuple(arm.key for arm in summary.arms if arm.kind == "real"),
            summary.arms,
        ),
        cautions=cautions,
        others=(
            *_questions(summary),
            _flow(summary),
            *_bank(summary, audit, cautions),
            _conduct(summary),
        ),
        methods=study_methods(summary, audit),
        recorded=facts_of_study(summary),
        nothing=why_nothing(summary),
    )


def analysed_view(
    head: ReportHead,
    results: Results,
    *,
    cautions: Sequence[Caution],
    others: tuple[Section, ...],
    methods: CitedText,
    recorded: tuple[RecordedFact, ...],
    nothing: str,
) -> ReportView:
    """A report of results, or of none, with the parts that do not come from them."""
    analysis = results.analysis
    figures = _figures(results)
    lead = leading_figure(figures, of_sets=results.is_of_sets)
    return ReportView(
        head=head,
        answers=_lines(results),
        answers_note=_note(results),
        settling=() if analysis is None else settling_lines(analysis, results.labels),
        settling_note="" if analysis is None else settling_note(analysis),
        nothing=nothing,
        lead=lead,
        cautions=_at(cautions, "top"),
        sections=with_one_opened((*_answered(results, without(figures, lead), cautions), *others)),
        methods=methods,
        recorded=recorded,
        figures=figures,
    )


def _figures(results: Results) -> dict[str, ReportFigure]:
    figures = {} if results.analysis is None else report_figures(results.analysis)
    if results.analysis is not None:
        figures |= epoch_figures(results.analysis, results.facts)
    if results.choices is not None:
        figures |= choice_report_figures(results.choices, results.labels)
    return figures | question_plots(results.asked, results.labels)


def _answered(
    results: Results, figures: Mapping[str, ReportFigure], cautions: Sequence[Caution]
) -> tuple[Section, ...]:
    """The parts of results, those of the primary question's kind first."""
    by_arm = (
        ()
        if results.analysis is None
        else analysis_sections(
            results.analysis, results.labels, figures, cautions, facts=results.facts
        )
    )
    chosen = choice_sections(results.choices, results.labels, figures)
    asked = _figures_of_questions(results, figures)
    if not results.is_of_sets:
        return (*by_arm, *chosen, *asked)
    folded = tuple(replace(section, is_opened=False) for section in by_arm)
    return (*chosen, *folded, *asked)


def _lines(results: Results) -> tuple[Answer, ...]:
    """The lines of the first screen, those of the primary question's kind first."""
    analysis, choices = results.analysis, results.choices
    by_arm = () if analysis is None else answers(analysis, results.labels)
    chosen = () if choices is None else choice_answers(choices, results.labels)
    return (*chosen, *by_arm) if results.is_of_sets else (*by_arm, *chosen)


def _note(results: Results) -> str:
    """What the numbers in the lines are."""
    notes = (
        "" if results.analysis is None else answers_note(results.analysis),
        "" if results.choices is None else choice_note(results.choices),
    )
    return joined((note for note in notes if note), " ")


# What a report shows first, if it has it.
_LEADING = ("forest-auc", "forest-deception", "forest-realism")
_LEADING_OF_SETS = ("found-", "ranking-")


def leading_figure(
    figures: Mapping[str, ReportFigure], *, of_sets: bool = False
) -> ReportFigure | None:
    """The one figure of the first screen; of sets first where the primary question is of them."""
    beginnings: tuple[str, ...] = (*_LEADING, *_LEADING_OF_SETS, "exposure-")
    if of_sets:
        beginnings = (*_LEADING_OF_SETS, *beginnings)
    named = (
        figure
        for beginning in beginnings
        for name, figure in figures.items()
        if name.startswith(beginning)
    )
    return next(named, None)


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
        said("What was read"),
        tables=(survivorship_table(summary.arms),),
        cautions=_at(cautions, "images"),
    )
    measured, following = measure_table(summary.arms), following_table(summary.arms)
    bank: tuple[Section, ...] = (images,)
    if measured is not None:
        measures = Section(
            "measures",
            said("Fidelity, diversity and memorisation"),
            tables=(measured, *([following] if following is not None else [])),
            cautions=_at(cautions, "measures"),
        )
        bank = (images, measures)
    return bank if audit is None else (*bank, _shortcuts(audit, cautions))


# The measures whose questions have a part of the report of their own, in its order.
_PARTS: Mapping[str, tuple[str, str]] = {
    "finding": ("findings", said("Findings against the reference")),
    "prompt_agreement": ("prompt-agreement", said("Agreement with the text")),
    "artefact": ("artefacts", said("What gives films away")),
    "place": ("places", said("Where readers mark")),
    "confidence": ("confidence", said("Confidence and being right")),
}


def _figures_of_questions(
    results: Results, figures: Mapping[str, ReportFigure]
) -> tuple[Section, ...]:
    """A part for each measure that was asked for, all its questions in it."""
    sections = []
    for measure, (name, title) in _PARTS.items():
        asked = [one for one in results.asked if one.question.measure == measure]
        if asked:
            sections.append(
                Section(
                    name,
                    title,
                    tuple(plot for one in asked for plot in plot_of(one, figures)),
                    tuple(
                        table
                        for one in asked
                        for table in figure_tables(one, results.labels, results.real)
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
    return (Section("questions", said("Every question"), tables=tables),)


def _flow(summary: StudySummary) -> Section:
    """Where every reader who was invited went."""
    stages = flow_stages(summary.flow, is_interim=summary.is_interim)
    return Section("flow", said("Flow of readers"), flow=stages)


def _conduct(summary: StudySummary) -> Section:
    """What was done otherwise than registered, who signed what, who looked before closing."""
    told = deviations(summary)
    titles = [phase.title for phase in summary.design.phases]
    shown = (sittings_table(summary.sittings, titles), conduct_table(summary.conduct))
    return Section(
        "conduct",
        said("Registered and done"),
        tables=tuple(one for one in shown if one is not None),
        cautions=tuple(Caution("conduct", said("Deviation."), one) for one in told),
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
