"""The facts of a design in words, for the page of its study."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.consent import withdrawal_text
from app.domain.design.design import AnalysisPlan, Phase, StudyDesign
from app.domain.design.status import is_past
from app.domain.design.worded import language_told, worded_design
from app.domain.display import DisplayPlan
from app.domain.excluded import excluded_words
from app.domain.memorised import left_out_sentences
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from app.domain.questions.short_names import short_name
from app.domain.said import cased, joined, said, said_many, spoken_day, true_minus
from app.services.study_progress import ArmHoldings
from app.web.design_form.boxes import (
    ALLOCATION,
    ANALYSIS,
    DRAW,
    PRESENTATION,
    REGISTRATION,
    Box,
)
from app.web.design_form.row_pages import KIND_WORDS
from app.web.design_form.shown import plain_words
from app.web.known_words import known_word
from app.words.language import own_name

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
    """A design in words; those of its questions in whatever language they are said in."""
    design = worded_design(design)
    return DesignWords(
        tuple(
            QuestionWords(one.key, one.prompt, joined(_about(design, one.key), ", "))
            for one in design.questions
        ),
        tuple(
            PhaseWords(
                phase.title or phase.key, joined(_phase(design, phase), "; "), phase.introduction
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
    return tuple(
        _shortage(plan.arm, wanted * phases, stratum, phases, held)
        for plan in design.arms
        for stratum, wanted in plan.cases
        if wanted * phases > (held := _held(arms, plan.arm, stratum))
    )


def days_over(design: StudyDesign, now: datetime) -> tuple[str, ...]:
    """Sentences on days of a draft that are over, so that it can't open."""
    days = (
        (said("Last day of reading"), design.closes_on),
        (said("Last day of withdrawing"), design.withdrawal.last_day),
    )
    return tuple(
        said("{what}: {day} is over; name a later one.", what=what, day=spoken_day(day))
        for what, day in days
        if day is not None and is_past(day, now)
    )


def _shortage(arm: str, wanted: int, stratum: str, phases: int, held: int) -> str:
    fields = {"arm": arm, "wanted": wanted, "stratum": stratum, "held": held}
    if phases == 1:
        return said(
            "{arm}: {wanted} {stratum} cases are asked for, the bank holds {held}.", **fields
        )
    return said(
        "{arm}: {wanted} {stratum} cases are asked for in {phases} phases with cases of their own, "
        "the bank holds {held}.",
        **fields,
        phases=phases,
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
    yield cased(plain_words(question.measure), "lower")
    if kind_of(question).spread == "grades":
        low, high = true_minus(question.low), true_minus(question.high)
        yield said("{kind} from {low} to {high}", kind=kind, low=low, high=high)
    elif question.kind == "choice":
        yield joined((option.label for option in question.options), " / ")
    else:
        yield kind
    if question.finding:
        yield said(
            "{finding} by the bank's {reference}",
            finding=question.finding,
            reference=question.reference,
        )
    if question.of:
        yield said("in the answer to {of}", of=short_name(question.of))
    if question.probabilities:
        yield said("taken to say {levels}", levels=_probabilities(question))
    if question.asked_if is not None:
        yield said(
            "only if {question} is {values}",
            question=short_name(question.asked_if.question),
            values=joined(map(known_word, question.asked_if.values), said(" or ")),
        )
    if not question.required:
        yield said("may be left")


def _probabilities(question: Question) -> str:
    levels = [f"{100 * one:.3g}%" for one in question.probabilities]
    if len(levels) == 2:
        return said("{first} to {last}", first=levels[0], last=levels[1])
    return ", ".join(levels)


def _short_names(keys: Sequence[str]) -> str:
    return joined(map(short_name, keys), ", ")


def _phase(design: StudyDesign, phase: Phase) -> Iterator[str]:
    shown = phase.presentation
    if len(design.phases) > 1:
        if phase.cases == "new":
            yield said("new cases")
        else:
            yield (
                said("{count} of the cases of {phase}", count=phase.part_count, phase=phase.of)
                if phase.cases == "part"
                else said("the cases of {phase}", phase=phase.of)
            )
    if shown.pictures == 1:
        yield said("one picture at a time")
    else:
        how = _chosen(PRESENTATION, "presentation.layout", shown.layout)
        of = (
            said("one of them real")
            if shown.composition == "one_real"
            else said("each from another arm")
        )
        yield said("{pictures} pictures {how}, {of}", pictures=shown.pictures, how=how, of=of)
    if shown.exposures_ms:
        times = ", ".join(map(str, shown.exposures_ms))
        yield (
            said("shown for {times} ms, then noise", times=times)
            if shown.mask
            else said("shown for {times} ms", times=times)
        )
    if shown.beside:
        yield said("with the text under {beside} beside it", beside=shown.beside)
    if shown.reference:
        yield said("beside image {reference} for comparison", reference=shown.reference[:12])
    yield said("asks {questions}", questions=_short_names(phase.questions))
    if phase.end_questions:
        yield said("at its end {questions}", questions=_short_names(phase.end_questions))
    if phase.purpose_blinded:
        yield said("readers have not been told that some images are synthetic")
    if phase.washout_days:
        yield said(
            "begins at least {washout_days} after the phase before",
            washout_days=_days(phase.washout_days),
        )


def _facts(design: StudyDesign) -> Iterator[Fact]:
    """What else the design says, as (what, how), in the order of the form."""
    yield from _drawing_facts(design)
    yield from _reading_facts(design)
    yield from _analysis_facts(design.analysis)
    yield said("Language"), language_told(design, own_name(design.language))
    yield said("Seed"), str(design.seed)
    if design.notice:
        yield said("Notice to readers"), design.notice


def _drawing_facts(design: StudyDesign) -> Iterator[Fact]:
    yield said("Strata"), said("by {stratify_by}", stratify_by=known_word(design.stratify_by))
    if design.matched_by:
        yield (
            said("Matched"),
            said("images with the same {matched_by} belong together", matched_by=design.matched_by),
        )
    yield (
        said("Flagged as copies"),
        said("images {done}", done=_chosen(DRAW.boxes, "memorised", design.memorised)),
    )
    if design.excluded:
        yield said("Excluded before opening"), excluded_words(design)


def _reading_facts(design: StudyDesign) -> Iterator[Fact]:
    replicates, practice = design.replicates, design.practice
    yield said("Allocation"), _allocation(design)
    if design.own_score:
        yield said("Own score"), said("told to each reader once the study is closed")
    yield (
        said("Last day"),
        said("{closes_on}, UTC", closes_on=spoken_day(design.closes_on))
        if design.closes_on
        else said("none; you close it"),
    )
    yield (
        said("Shown again"),
        said(
            "{count}, at least {minimum_lag} later",
            count=_cases(replicates.count),
            minimum_lag=said_many("{count} position", "{count} positions", replicates.minimum_lag),
        )
        if replicates.count
        else said("no cases"),
    )
    told = said("the truth is told after each") if practice.feedback else said("without feedback")
    yield (
        said("Practice"),
        joined((_cases(practice.count), told), ", ") if practice.count else said("no cases"),
    )
    yield (
        said("Pause"),
        said("after every {break_every} cases", break_every=design.break_every)
        if design.break_every
        else said("no pause"),
    )
    yield said("Display"), joined(_display(design.display), "; ") or said("not asked for")
    if design.remedies.is_any:
        yield said("Pictures"), _remedied(design)
    yield said("Withdrawing"), withdrawal_text(design.withdrawal)
    yield (
        said("Longest run"),
        said("{longest_run} of one arm in a row", longest_run=_cases(design.longest_run)),
    )


def _analysis_facts(analysis: AnalysisPlan) -> Iterator[Fact]:
    yield (
        said("Primary question"),
        short_name(analysis.primary)
        or said("the usual one: realism, else confidence in the verdict"),
    )
    yield said("Intervals speak for"), _chosen(ANALYSIS.boxes, "analysis.target", analysis.target)
    yield said("Equivalence margin"), said("AUC within 0.5 ± {margin:g}", margin=analysis.margin)
    yield (
        said("Several comparisons"),
        _chosen(ANALYSIS.boxes, "analysis.adjustment", analysis.adjustment),
    )
    if analysis.primary_arm:
        yield said("Primary arm"), analysis.primary_arm
    yield (
        said("Left out"),
        said(
            "readers with fewer than {least_answered:.0%} of the median reader's answers",
            least_answered=analysis.least_answered,
        )
        if analysis.least_answered
        else said("no reader, however little they answered"),
    )
    yield (
        said("Look before closing"),
        said(
            "planned from {interim_ratings} on",
            interim_ratings=said_many(
                "{count} rating", "{count} ratings", analysis.interim_ratings
            ),
        )
        if analysis.interim_ratings
        else said("none planned"),
    )
    if analysis.cluster:
        yield (
            said("Images belong together"),
            said("by {cluster}", cluster=known_word(analysis.cluster)),
        )
    if analysis.subgroups:
        yield (
            said("Figures by subgroup"),
            said("of cases by {names}", names=joined(map(known_word, analysis.subgroups), ", ")),
        )


def _remedied(design: StudyDesign) -> str:
    plan = design.remedies
    done = (
        (plan.crop_margin, said("margin cut off")),
        (plan.grey_range, said("greys stretched")),
        (
            plan.resolution > 0,
            said("no finer detail than {resolution} pixels have", resolution=plan.resolution),
        ),
    )
    return said(
        "{done}, in all arms alike, of pictures of {made_from} pixels",
        done=joined((words for is_done, words in done if is_done), ", "),
        made_from=plan.made_from,
    )


def _display(plan: DisplayPlan) -> Iterator[str]:
    asked = [
        what
        for what, is_asked in (
            (said("which display it is"), plan.ask_kind),
            (said("how light the room is"), plan.ask_light),
        )
        if is_asked
    ]
    if asked:
        yield said("the profile asks {questions}", questions=joined(asked, said(" and ")))
    if plan.grey_check:
        yield said("each sitting begins with the grey-step check")
    if plan.least_width:
        yield said(
            "windows narrower than {least_width} pixels are asked to be made larger",
            least_width=plan.least_width,
        )


def _allocation(design: StudyDesign) -> str:
    allocation = design.allocation
    if allocation.scheme == "split_plot":
        return said(
            "{groups} groups of readers read {groups} groups of cases", groups=allocation.groups
        )
    if allocation.scheme == "quota":
        return said(
            "{cases} a reader, every case by at least {readers}; who has not read for {days} no "
            "longer counts",
            cases=_cases(allocation.cases_per_reader),
            readers=said_many("{count} reader", "{count} readers", allocation.readers_per_case),
            days=_days(allocation.dropout_days),
        )
    return cased(_chosen(ALLOCATION.boxes, "allocation.scheme", allocation.scheme), "lower")


def _chosen(boxes: Sequence[Box], name: str, value: str) -> str:
    box = next(one for one in boxes if one.name == name)
    return dict(box.choices)[value]


def _cases(number: int) -> str:
    return said_many("{count} case", "{count} cases", number)


def _days(number: int) -> str:
    return said_many("{count} day", "{count} days", number)
