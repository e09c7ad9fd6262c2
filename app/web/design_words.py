"""The facts of a design in words, for the page of its study."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.consent import withdrawal_text
from app.domain.design.design import Phase, StudyDesign
from app.domain.display import DisplayPlan
from app.domain.excluded import excluded_words
from app.domain.memorised import left_out_sentences
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from app.services.study_progress import ArmHoldings
from app.web.design_form.boxes import ALLOCATION, ANALYSIS, DRAW, REGISTRATION, Group
from app.web.design_form.row_pages import KIND_WORDS
from app.web.design_form.shown import plain_words

Fact = tuple[str, str]


@dataclass(frozen=True)
class QuestionWords:
    """A question as the study's page lists it."""

    key: str
    prompt: str
    about: str


@dataclass(frozen=True)
class PhaseWords:
    """A phase as the study's page lists it."""

    title: str
    about: str
    introduction: str


@dataclass(frozen=True)
class DesignWords:
    """What the page says of a design; `registration` holds what is given."""

    questions: tuple[QuestionWords, ...]
    phases: tuple[PhaseWords, ...]
    facts: tuple[Fact, ...]
    registration: tuple[Fact, ...]


def design_words(design: StudyDesign) -> DesignWords:
    """A design in words."""
    return DesignWords(
        tuple(
            QuestionWords(one.key, one.prompt, ", ".join(_about(design, one.key)))
            for one in design.questions
        ),
        tuple(
            PhaseWords(
                phase.title or phase.key, "; ".join(_phase(design, phase)), phase.introduction
            )
            for phase in design.phases
        ),
        tuple(_facts(design)),
        tuple(
            (box.label, text)
            for box in REGISTRATION.boxes
            if (text := getattr(design.registration, box.name.partition(".")[2]))
        ),
    )


def shortages(design: StudyDesign, arms: Mapping[str, ArmHoldings]) -> tuple[str, ...]:
    """Sentences on what the bank holds too little of, where `arms` counts by the design's key."""
    phases = sum(phase.cases == "new" for phase in design.phases)
    each = f" in {phases} phases with cases of their own" if phases > 1 else ""
    return tuple(
        f"{plan.arm}: {wanted * phases} {stratum} cases are asked for{each}, the bank holds {held}."
        for plan in design.arms
        for stratum, wanted in plan.cases
        if wanted * phases > (held := _held(arms, plan.arm, stratum))
    )


def left_out(design: StudyDesign, arms: Mapping[str, ArmHoldings]) -> list[str]:
    """Sentences on what the draw of a draft leaves out as copies of training images."""
    if design.memorised != "leave_out":
        return []
    named = {plan.arm: arms[plan.arm].flagged for plan in design.arms if plan.arm in arms}
    return left_out_sentences(named)


def _held(arms: Mapping[str, ArmHoldings], arm: str, stratum: str) -> int:
    return arms[arm].counts.get(stratum, 0) if arm in arms else 0


def _about(design: StudyDesign, key: str) -> Iterator[str]:
    question = design.question(key)
    kind = KIND_WORDS.get(question.kind, question.kind)
    yield plain_words(question.measure).lower()
    if kind_of(question).spread == "grades":
        yield f"{kind} from {question.low} to {question.high}"
    elif question.kind == "choice":
        yield " / ".join(option.label for option in question.options)
    else:
        yield kind
    if question.finding:
        yield f"{question.finding} by the bank's {question.reference}"
    if question.of:
        yield f"in the answer to {question.of}"
    if question.probabilities:
        yield f"taken to say {_probabilities(question)}"
    if question.asked_if is not None:
        values = " or ".join(question.asked_if.values)
        yield f"only if {question.asked_if.question} is {values}"
    if not question.required:
        yield "may be left"


def _probabilities(question: Question) -> str:
    said = [f"{100 * one:.3g}%" for one in question.probabilities]
    return f"{said[0]} to {said[-1]}" if len(said) == 2 else ", ".join(said)


def _phase(design: StudyDesign, phase: Phase) -> Iterator[str]:
    shown = phase.presentation
    if len(design.phases) > 1:
        if phase.cases == "new":
            yield "new cases"
        else:
            count = f"{phase.part_count} of " if phase.cases == "part" else ""
            yield f"{count}the cases of {phase.of}"
    if shown.pictures == 1:
        yield "one picture at a time"
    else:
        how = shown.layout.replace("_", " ")
        of = "one of them real" if shown.composition == "one_real" else "each from another arm"
        yield f"{shown.pictures} pictures {how}, {of}"
    if shown.exposures_ms:
        times = ", ".join(map(str, shown.exposures_ms))
        yield f"shown for {times} ms{', then noise' if shown.mask else ''}"
    if shown.beside:
        yield f"with the text under {shown.beside} beside it"
    if shown.reference:
        yield f"beside image {shown.reference[:12]} for comparison"
    yield f"asks {', '.join(phase.questions)}"
    if phase.end_questions:
        yield f"at its end {', '.join(phase.end_questions)}"
    if phase.purpose_blinded:
        yield "readers have not been told that some images are synthetic"
    if phase.washout_days:
        yield f"begins at least {_count(phase.washout_days, 'day')} after the phase before"


def _facts(design: StudyDesign) -> Iterator[Fact]:
    analysis, replicates, practice = design.analysis, design.replicates, design.practice
    yield "Strata", f"by {design.stratify_by}"
    if design.matched_by:
        yield "Matched", f"images with the same {design.matched_by} belong together"
    yield "Flagged as copies", f"images {_chosen(DRAW, 'memorised', design.memorised)}"
    if design.excluded:
        yield "Excluded before opening", excluded_words(design)
    yield "Allocation", _allocation(design)
    yield "Last day", f"{design.closes_on}, UTC" if design.closes_on else "none; you close it"
    if design.own_score:
        yield "Own score", "told to each reader once the study is closed"
    yield (
        "Shown again",
        f"{_count(replicates.count, 'case')}, at least "
        f"{_count(replicates.minimum_lag, 'position')} later"
        if replicates.count
        else "none",
    )
    told = "the truth is told after each" if practice.feedback else "without feedback"
    yield "Practice", f"{_count(practice.count, 'case')}, {told}" if practice.count else "none"
    yield "Pause", f"after every {design.break_every} cases" if design.break_every else "none"
    yield "Display", "; ".join(_display(design.display)) or "not asked for"
    if design.remedies.is_any:
        yield "Pictures", _remedied(design)
    yield "Withdrawing", withdrawal_text(design.withdrawal)
    yield "Longest run", f"{_count(design.longest_run, 'case')} of one arm in a row"
    yield (
        "Primary question",
        analysis.primary or "the usual one: realism, else confidence in the verdict",
    )
    yield "Intervals speak for", _chosen(ANALYSIS, "analysis.target", analysis.target)
    yield "Equivalence margin", f"AUC within 0.5 ± {analysis.margin:g}"
    yield "Several comparisons", _chosen(ANALYSIS, "analysis.adjustment", analysis.adjustment)
    if analysis.primary_arm:
        yield "Primary arm", analysis.primary_arm
    yield (
        "Left out",
        f"readers with fewer than {analysis.least_answered:.0%} of the median reader's answers"
        if analysis.least_answered
        else "no reader, however little they answered",
    )
    yield (
        "Look before closing",
        f"planned from {_count(analysis.interim_ratings, 'rating')} on"
        if analysis.interim_ratings
        else "none planned",
    )
    if analysis.cluster:
        yield "Images belong together", f"by {analysis.cluster}"
    if analysis.subgroups:
        yield "Figures by subgroup", f"of cases by {', '.join(analysis.subgroups)}"
    yield "Language", design.language
    yield "Seed", str(design.seed)
    if design.notice:
        yield "Notice to readers", design.notice


def _remedied(design: StudyDesign) -> str:
    plan = design.remedies
    done = (
        "margin cut off" * plan.crop_margin,
        "greys stretched" * plan.grey_range,
        f"no finer detail than {plan.resolution} pixels have" * (plan.resolution > 0),
    )
    return (
        f"{', '.join(one for one in done if one)}, in all arms alike, of pictures of "
        f"{plan.made_from} pixels"
    )


def _display(plan: DisplayPlan) -> Iterator[str]:
    asked = [
        what
        for what, is_asked in (
            ("which display it is", plan.ask_kind),
            ("how light the room is", plan.ask_light),
        )
        if is_asked
    ]
    if asked:
        yield f"the profile asks {' and '.join(asked)}"
    if plan.grey_check:
        yield "each sitting begins with the grey-step check"
    if plan.least_width:
        yield f"windows narrower than {plan.least_width} pixels are asked to be made larger"


def _allocation(design: StudyDesign) -> str:
    allocation = design.allocation
    if allocation.scheme == "split_plot":
        return f"{allocation.groups} groups of readers read {allocation.groups} groups of cases"
    if allocation.scheme == "quota":
        return (
            f"{_count(allocation.cases_per_reader, 'case')} a reader, every case by at least "
            f"{_count(allocation.readers_per_case, 'reader')}; who has not read for "
            f"{_count(allocation.dropout_days, 'day')} no longer counts"
        )
    return _chosen(ALLOCATION, "allocation.scheme", allocation.scheme).lower()


def _chosen(group: Group, name: str, value: str) -> str:
    box = next(one for one in group.boxes if one.name == name)
    return dict(box.choices)[value]


def _count(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else f'{one}s'}"
