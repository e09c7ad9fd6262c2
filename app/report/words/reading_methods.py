"""Methods of the reading: the design, what was drawn and left out, the readers."""

from collections.abc import Mapping

from app.domain.design.design import StudyDesign
from app.domain.design.worded import asked_in
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from app.domain.said import cased, joined, said, said_many
from app.report.words import design_methods
from app.report.words.display import display_sentences
from app.report.words.listed import listed
from app.report.words.references import Paragraph
from app.services.summarise_study import StudySummary

# What readers gave, by the measure of the question.
_GIVEN: Mapping[str, str] = {
    "realism": said("realism"),
    "quality": said("quality"),
    "verdict": said("a verdict, real or synthetic"),
    "confidence": said("confidence in it"),
    "finding": said("a finding"),
    "prompt_agreement": said("agreement with the text"),
    "preference": said("a preference for one of several images"),
    "find_the_real": said("the choice of the real one of several images"),
    "artefact": said("what gives an image away"),
    "place": said("marks on the image"),
    "noticed": said("whether something struck them"),
    "comment": said("a comment"),
}


def _said_of(question: Question) -> str:
    """A question as a sentence names what readers gave."""
    named = _GIVEN[question.measure]
    if kind_of(question).spread == "grades":
        named = said("a verdict") if question.measure == "verdict" else named
        ends = [
            said("{end}{label}", end=end, label=_label(question, end))
            for end in (question.low, question.high)
        ]
        named = said("{replace} from {join}", replace=named, join=joined(ends, said(" to ")))
    elif question.tie_label:
        named = said("{choices}{ties}", choices=named, ties=said(" or a tie"))
    return named if question.required else said("{what} (optional)", what=named)


def _label(question: Question, point: int) -> str:
    label = question.label_at(point)
    return said(" ({lower})", lower=cased(label, "lower")) if label else ""


def design(summary: StudySummary) -> Paragraph:
    """What was read, how it was drawn and shown, and what was frozen."""
    design = summary.design
    arms = joined(
        (
            said("{label} ({cases} images)", label=arm.label, cases=arm.cases)
            for arm in summary.arms
        ),
        "; ",
    )
    questions = [_said_of(question) for question in design.questions]
    replicates = (
        said(
            " {count} cases were shown to every reader a second time, at least "
            "{minimum_lag} positions later, to measure intra-reader agreement.",
            count=design.replicates.count,
            minimum_lag=design.replicates.minimum_lag,
        )
        if design.replicates.count
        else ""
    )
    practice = (
        said(
            " {count} practice cases came first{which} and were not counted.",
            count=design.practice.count,
            which=said(", with the truth told after each,") if design.practice.feedback else "",
        )
        if design.practice.count
        else ""
    )
    return (
        said("Design"),
        said(
            "Blinded reader study, {scheme}: {arms}. Cases were drawn at random "
            "from the image bank by arm and condition (normal, "
            "abnormal).{flagged}{excluded} Every image was shown as 8-bit grey, "
            "{rendition_size} × {rendition_size} pixels, encoded in one and the "
            "same way, without names or metadata. Each reader had their own "
            "stored random order, stratified by arm and condition, with at most "
            "{longest_run} cases of one arm in a row. Readers gave "
            "{list}.{replicates}{practice} Design, cases and the equivalence "
            "margin were frozen before the first reading (SHA-256 of the design "
            "{value}…).",
            scheme=design_methods.scheme(design),
            arms=arms,
            flagged=_flagged(summary),
            excluded=_excluded(summary.design),
            rendition_size=design.rendition_size,
            longest_run=design.longest_run,
            list=listed(questions),
            replicates=joined((asked_in(design), replicates), ""),
            practice=practice,
            value=(summary.design_sha256 or "")[:12],
        ),
    )


def _excluded(design: StudyDesign) -> str:
    """How many images were looked at and set aside before opening, and for which reasons."""
    if not design.excluded:
        return ""
    reasons = joined(dict.fromkeys(one.reason for one in design.excluded), "; ")
    count = len(design.excluded)
    return said_many(
        " {count} image was looked at and replaced before the study opened ({reasons}).",
        " {count} images were looked at and replaced before the study opened ({reasons}).",
        count,
        reasons=reasons,
    )


def _flagged(summary: StudySummary) -> str:
    """What became of images flagged as copies of training images, where there is something."""
    if summary.design.memorised == "separate":
        return said(" Images that the bank flags as copies of training images were drawn apart.")
    left_out = [arm for arm in summary.arms if arm.left_out_as_memorised]
    if left_out:
        counts = joined(
            (
                said(
                    "{label} {left_out_as_memorised}",
                    label=arm.label,
                    left_out_as_memorised=arm.left_out_as_memorised,
                )
                for arm in left_out
            ),
            ", ",
        )
        return said(
            " Images that the bank flags as copies of training images were left "
            "out before ({counts}).",
            counts=counts,
        )
    flagged = [arm for arm in summary.arms if arm.evaluation and arm.evaluation.drawn_memorised]
    if flagged and summary.design.memorised == "keep":
        return said(
            " Images that the bank flags as copies of training images were drawn like others."
        )
    return ""


def readers(summary: StudySummary) -> Paragraph:
    """Who read, how much, and on what."""
    analysis = summary.analysis
    if analysis is None:
        raise ValueError("no ratings")
    count = len(analysis.table.readers)
    displays = display_sentences(summary.design.display, summary.displays)
    who = (
        said_many("{count} simulated reader", "{count} simulated readers", count)
        + said(" (a rehearsal)")
        if summary.is_rehearsal
        else said_many("{count} reader", "{count} readers", count)
    )
    return (
        said("Readers"),
        said_many(
            "{who} gave {n_table} ratings that count; {rated} of "
            "{presentations} presentations were rated. Corrections replaced "
            "earlier ratings of the same presentation, which are kept in the "
            "data.{which}",
            "{who} gave {n_table} ratings that count; {rated} of "
            "{presentations} presentations were rated. Corrections replaced "
            "earlier ratings of the same presentation, which are kept in the "
            "data.{which}",
            count,
            who=who,
            n_table=len(analysis.table),
            rated=summary.rated,
            presentations=summary.presentations,
            which=said(" {displays}", displays=displays) if displays else "",
        ),
    )
