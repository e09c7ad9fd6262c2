"""The words around what each question comes to: titles, notes, methods sentences."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from app.domain.questions.short_names import short_name
from app.domain.said import joined, said
from app.report.words.numbers import percent
from app.report.words.references import Paragraph
from app.report.words.terms import term
from app.statistics.protocols.artefacts import Artefacts
from app.statistics.protocols.calibration import Calibration
from app.statistics.protocols.findings import Findings
from app.statistics.protocols.places import DISTANCE, SPREAD, Places
from app.statistics.table.estimate import Estimate
from app.statistics.table.settings import GENERALISATIONS
from app.steps.question_figures import QuestionFigures

_Kind = TypeVar("_Kind")


def name_of(one: QuestionFigures, part: str = "") -> str:
    """A name for the page: unique within a report."""
    ending = said("-{part}", part=part) if part else ""
    who = one.machine or one.reader_kind
    return f"figures-{one.phase}-{one.question.key}-{who}{ending}"


def title_of(one: QuestionFigures, part: str = "") -> str:
    """The question, with the phase and the kind of reader where there are several."""
    called = one.phase_title or (said("phase {phase}", phase=one.phase) if one.phase > 1 else "")
    phase = said(" ({called})", called=called) if called else ""
    who = said(" (machine reader {machine})", machine=one.machine) if one.machine else ""
    of = "" if one.subject is None else one.subject.prompt
    asked = joined((text for text in (one.question.prompt, of) if text), " · ")
    return said(
        "{asked}{phase}{who}{which}",
        asked=asked,
        phase=phase,
        who=who,
        which=said(" · {part}", part=part) if part else "",
    )


def common_notes(one: QuestionFigures) -> list[str]:
    """What stands below every table: who was asked, who was left out, whom intervals speak for."""
    asked_if = one.question.asked_if
    notes: list[str] = []
    if asked_if is not None:
        notes.append(
            said(
                "Asked only where {question} is {join}: figures are of those readings.",
                question=short_name(asked_if.question),
                join=joined(map(term, asked_if.values), said(" or ")),
            )
        )
    if one.left_out:
        notes.append(
            said(
                "Left out, having answered less than {least_answered} of what the "
                "median reader did: {join}.",
                least_answered=percent(one.settings.least_answered),
                join=joined(one.left_out, ", "),
            )
        )
    if one.readers > 1 or one.settings.generalise_to == "readers":
        notes.append(
            said(
                "Intervals are {level} intervals for {generalisations}, unless a "
                "footnote says otherwise.",
                level=percent(one.settings.level),
                generalisations=GENERALISATIONS[one.settings.generalise_to],
            )
        )
    else:
        notes.append(
            said(
                "Intervals are {level} intervals for this reader and images like these.",
                level=percent(one.settings.level),
            )
        )
    return notes


def question_methods(figures: Sequence[QuestionFigures]) -> list[Paragraph]:
    """Paragraphs for the methods section, each for a measure that has figures."""
    paragraphs = []
    for measure, (heading, words) in _METHODS.items():
        of_measure = [
            one
            for one in figures
            if one.question.measure == measure and one.figures is not None and _estimates(one)
        ]
        if of_measure:
            paragraphs.append((heading, words(of_measure)))
    return paragraphs


def _estimates(one: QuestionFigures) -> list[Estimate]:
    """Those that have a number."""
    if one.figures is None:
        return []
    return [estimate for estimate in one.figures.estimates() if estimate.estimate is not None]


def _uses(figures: Sequence[QuestionFigures], words: str) -> bool:
    return any(
        words in estimate.method and estimate.low is not None
        for one in figures
        for estimate in _estimates(one)
    )


def _intervals(figures: Sequence[QuestionFigures]) -> str:
    if not _uses(figures, said("Obuchowski-Rockette")):
        return ""
    hillis = (
        said(", hillis2014") if _uses(figures, said("Obuchowski-Rockette, random readers")) else ""
    )
    scale = said(" on the logit scale") if _uses(figures, said("logit scale")) else ""
    exact = (
        said(" or, at the end of the scale, an exact bound [clopper]")
        if _uses(figures, said("exact bound"))
        else ""
    )
    return said(
        " Each was computed for every reader and averaged, with intervals of "
        "Obuchowski and Rockette{scale} [or{hillis}]{exact}.",
        scale=scale,
        hillis=hillis,
        exact=exact,
    )


def _jackknife(figures: Sequence[QuestionFigures]) -> str:
    """How intervals of coefficients of several readers were made."""
    if _uses(figures, said("two-way jackknife")):
        return said(", with two-way jackknife intervals over readers and images [hoeffding]")
    if _uses(figures, said("jackknife over readers")):
        return said(", with jackknife intervals over readers")
    if _uses(figures, said("jackknife over cases")):
        return said(", with jackknife intervals over images for these readers only")
    return ""


def _of(figures: Sequence[QuestionFigures], kind: type[_Kind]) -> Iterator[_Kind]:
    return (one.figures for one in figures if isinstance(one.figures, kind))


def _findings(figures: Sequence[QuestionFigures]) -> str:
    all_of = list(_of(figures, Findings))
    unknown = sum(one.n_unknown for one in all_of)
    missing = (
        said(
            " Readings of images of which the reference says nothing ({unknown}, "
            "counted once a question) entered no figure.",
            unknown=unknown,
        )
        if unknown
        else ""
    )
    differences = any(
        difference.p_value is not None for one in all_of for difference in one.differences
    )
    held = (
        said(
            " Synthetic arms were compared with real images read by the same "
            "readers, p values adjusted by Holm over the arms of each figure "
            "[holm]."
        )
        if differences
        else ""
    )
    return said(
        "The reference standard of a finding is what the image bank’s "
        "records say of the image; of a synthetic image that is what was "
        "recorded when it was made. Sensitivity, specificity, accuracy and "
        "AUC [metz] were computed for every "
        "question.{intervals}{held}{machines}{missing}",
        intervals=_intervals(figures),
        held=held,
        machines=_machines(figures),
        missing=missing,
    )


def _machines(figures: Sequence[QuestionFigures]) -> str:
    compared = [beside for one in figures for beside in one.machines]
    if not any(one.difference.estimate is not None for one in compared):
        return ""
    cited = said(" [single]") if any(one.difference.low is not None for one in compared) else ""
    return said(
        " People minus each machine reader is the mean of the readers’ "
        "differences from it, the machine being fixed{cited}.",
        cited=cited,
    )


def _prompt_agreement(figures: Sequence[QuestionFigures]) -> str:
    return said(
        "Agreement with the text beside the image is given as the mean "
        "grade, taken as equally spaced, and as the share of grades above "
        "the middle of the scale, by arm and condition.{intervals}",
        intervals=_intervals(figures),
    )


def _artefacts(figures: Sequence[QuestionFigures]) -> str:
    of_words = [word for one in _of(figures, Artefacts) for word in one.words]
    agreement = any(
        estimate.estimate is not None for word in of_words for estimate in word.agreement.values()
    )
    named = (
        said(
            " Agreement on whether a word applies is given as Gwet’s AC1 [gwet] "
            "beside Fleiss’ κ [fleiss], which is low for words that are seldom "
            "named{jackknife}.",
            jackknife=_jackknife(figures),
        )
        if agreement
        else ""
    )
    return said(
        "Of each word the share of images on which at least one reader named "
        "it and the share of readings that named it are given by "
        "arm.{intervals}{named}",
        intervals=_intervals(figures),
        named=named,
    )


def _places(figures: Sequence[QuestionFigures]) -> str:
    of_arms = [arm for one in _of(figures, Places) for arm in one.arms]
    same = (
        said(
            " Agreement of place is the share of pairs of marks of two readers "
            "on one image that lie within {distance} of the picture’s side, "
            "against that of marks on different images [ripley]{jackknife}.",
            distance=percent(DISTANCE),
            jackknife=_jackknife(figures),
        )
        if any(arm.same_place.estimate is not None for arm in of_arms)
        else ""
    )
    density = (
        said(
            " Maps are Gaussian kernel estimates, standard deviation {spread} of "
            "the side [silverman].",
            spread=percent(SPREAD),
        )
        if any(arm.n_marks for arm in of_arms)
        else ""
    )
    return said(
        "Marks are given by arm as marks a reading and as the share of "
        "readings with any; a box counts as its "
        "middle.{intervals}{same}{density}",
        intervals=_intervals(figures),
        same=same,
        density=density,
    )


def _confidence(figures: Sequence[QuestionFigures]) -> str:
    all_of = list(_of(figures, Calibration))
    type_2 = any(
        of_arm["type2_auc"].estimate is not None for one in all_of for of_arm in one.by_arm.values()
    )
    meta = any(
        one.metacognition is not None and one.metacognition.meta_d_prime.estimate is not None
        for one in all_of
    )
    stated = {one.is_stated for one in all_of}
    where = said(" where the design states none") if stated == {True, False} else ""
    parts = [
        said("What probability of being right a level of confidence says was stated in the design.")
        * (True in stated),
        (
            said(
                "Levels of confidence were taken to say equally spaced probabilities "
                "of being right, from that of a guess to 1{where}.",
                where=where,
            )
        )
        * (False in stated),
        said(
            "Calibration is described by the share right at each level, by the "
            "Brier score [brier] with its parts [murphy], corrected for the bias "
            "of few readings [ferro], and by over-confidence, the mean "
            "probability minus the share right."
        ),
    ]
    if type_2:
        parts.append(
            said(
                "The type-2 AUC [galvin] is the chance that a reader is surer of a "
                "right than of a wrong answer; it does not rest on those "
                "probabilities."
            )
        )
    if meta:
        parts.append(
            said(
                "meta-d′ was fitted to each reader by maximum likelihood with equal "
                "variances [metad] and is given beside d′ [mratio]."
            )
        )
    return said(
        "{join}{intervals}", join=joined(filter(None, parts)), intervals=_intervals(figures)
    )


_METHODS: Mapping[str, tuple[str, Callable[[Sequence[QuestionFigures]], str]]] = {
    "finding": (said("Findings"), _findings),
    "prompt_agreement": (said("Agreement with the text"), _prompt_agreement),
    "artefact": (said("Artefacts"), _artefacts),
    "place": (said("Marks"), _places),
    "confidence": (said("Confidence"), _confidence),
}
