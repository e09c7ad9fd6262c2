"""Tables of studies in phases: who noticed anything, figures by phase, and their differences."""

from collections.abc import Mapping, Sequence

from app.domain.said import in_each, joined, said, without
from app.report.tables.table import (
    Cell,
    ReportTable,
    Row,
    estimate_cell,
    table,
    why_no_interval,
    words,
)
from app.report.words.numbers import NONE, STYLES, Style, interval, p_value
from app.statistics.protocols.choices import ChoiceFigures
from app.statistics.protocols.noticed import Noticed
from app.statistics.protocols.phases import PhaseDifference, PhaseFigure, PhaseMeasure
from app.statistics.protocols.single_readings import PhaseFacts
from app.statistics.realness.contrasts import Contrast

Labels = Mapping[str, str]
MEASURE_NAMES: Mapping[PhaseMeasure, tuple[str, Style]] = {
    "judged_real": (said("judged real"), "percent"),
    "balanced_accuracy": (said("balanced accuracy"), "percent"),
    "mean": (said("mean"), "plain"),
    "present": (said("called present"), "percent"),
    "noticed": (said("noticed something"), "percent"),
    "auc": (said("AUC against real"), "plain"),
}


def noticed_table(figures: Sequence[Noticed]) -> ReportTable | None:
    """Who noticed something at the end of each phase that asked."""
    if not figures:
        return None
    rows = [
        Row(
            _heading(one.phase),
            (
                Cell(str(len(one.by_reader))),
                Cell(str(one.answered)),
                Cell(str(len(one.noticing))),
                estimate_cell(one.share, "percent"),
                words(joined(one.noticing, ", ") or said("nobody")),
            ),
        )
        for one in figures
    ]
    return table(
        "noticed",
        said("Who noticed anything"),
        [
            said("At the end of"),
            said("Asked"),
            said("Answered"),
            said("Noticed"),
            said("Share"),
            said("Readers who noticed"),
        ],
        rows,
        [said("One answer a reader; the share is of those who answered.")],
    )


def _told(phase: PhaseFacts) -> str:
    return {None: "", False: said("before being told"), True: said("after being told")}[phase.told]


def phase_tables(figures: ChoiceFigures, labels: Labels) -> tuple[ReportTable, ...]:
    """One table a question: every figure of every arm in each phase that asked it."""
    questions = dict.fromkeys(one.question for one in figures.phases)
    return tuple(
        _of_question(
            question, [one for one in figures.phases if one.question == question], figures, labels
        )
        for question in questions
    )


def _of_question(
    question: str, of: Sequence[PhaseFigure], figures: ChoiceFigures, labels: Labels
) -> ReportTable:
    phases = _phases(of)
    rows = [
        Row(
            labels.get(one.arm, one.arm),
            (
                words(MEASURE_NAMES[one.measure][0]),
                *(_of_phase(one, phase) for phase in phases),
            ),
        )
        for one in of
    ]
    measures = {one.measure for one in of}
    auc = said(
        "AUC: the chance that a real image is graded above a synthetic one; "
        "0.5 = graded alike. Before readers are told it says whether "
        "synthetic images stood out unasked."
    )
    return table(
        f"phases-{question}",
        said(
            "{get} By {which}",
            get=figures.labels.get(question, question),
            which=said("phase") if len(phases) > 1 else said("arm"),
        ),
        [said("Arm"), said("Figure"), *(_heading(phase) for phase in phases)],
        rows,
        [
            auc * ("auc" in measures),
            said("Balanced accuracy: 50% is guessing.") * ("balanced_accuracy" in measures),
            said(
                "Noticed something: a share of readings. That of real images tells "
                "how often something strikes readers where nothing was made."
            )
            * ("noticed" in measures),
        ],
    )


def _phases(figures: Sequence[PhaseFigure]) -> list[PhaseFacts]:
    return list(dict.fromkeys(phase for one in figures for phase, _ in one.by_phase))


def _heading(phase: PhaseFacts) -> str:
    told = _told(phase)
    return said("{name} ({told})", name=phase.name, told=told) if told else phase.name


def _asked(figures: ChoiceFigures, one: PhaseFigure) -> str:
    asked = figures.labels.get(one.question, one.question)
    return in_each(asked, lambda words: words.rstrip("?.: "))


def _phases_of(difference: PhaseDifference) -> str:
    pair = said("{name} minus {name2}", name=difference.later.name, name2=difference.earlier.name)
    return (
        said("{pair} (informed minus naive)", pair=pair)
        if difference.is_naive_against_told
        else pair
    )


def _of_phase(one: PhaseFigure, phase: PhaseFacts) -> Cell:
    estimate = dict(one.by_phase).get(phase)
    return Cell("") if estimate is None else estimate_cell(estimate, MEASURE_NAMES[one.measure][1])


def difference_table(figures: ChoiceFigures, labels: Labels) -> ReportTable | None:
    """The same question in two phases, later minus earlier."""
    rows = [
        Row(
            labels.get(one.arm, one.arm),
            (
                words(
                    said(
                        "{asked}: {measure_names}",
                        asked=_asked(figures, one),
                        measure_names=MEASURE_NAMES[one.measure][0],
                    )
                ),
                words(_phases_of(difference)),
                _contrast(difference.contrast, MEASURE_NAMES[one.measure][1]),
                Cell(p_value(difference.contrast.p_value)),
                words(said("reader and case") if difference.same_cases else "reader"),
            ),
        )
        for one in figures.phases
        for difference in one.differences
    ]
    if not rows:
        return None
    return table(
        "phase-differences",
        said("Between phases"),
        [said("Arm"), said("Figure"), said("Phases"), said("Difference"), "p", said("Paired by")],
        rows,
        [
            said(
                "Where cases return, only answers that a reader gave to a case in "
                "both phases enter. p values are not adjusted for the number of "
                "figures."
            )
        ],
    )


def _contrast(contrast: Contrast, style: Style) -> Cell:
    if contrast.estimate is None:
        return Cell(NONE, why=without(contrast.state, "not estimable: "))
    scale = 100.0 if style == "percent" else 1.0
    limits = ""
    if contrast.low is not None and contrast.high is not None:
        limits = interval(scale * contrast.low, scale * contrast.high, "signed")
    return Cell(
        said(
            "{styles}{which}",
            styles=STYLES["signed"](scale * contrast.estimate),
            which=" points" if scale > 1 else "",
        ),
        limits,
        no_interval=why_no_interval(contrast.low, contrast.method),
    )
