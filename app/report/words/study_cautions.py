"""What must be said beside the figures of a study and of its bank, which a file has not."""

from collections.abc import Iterator

from app.db.truth.ratings_table import AnalysedQuestions
from app.domain.questions.short_names import short_name
from app.domain.said import joined, said, said_many
from app.report.words.cautions import Caution
from app.report.words.shortcuts import file_sentence, shortcut_sentences
from app.report.words.terms import term
from app.services.audit_pictures import PictureAudit
from app.services.summarise_study import ArmFacts, StudySummary


def study_cautions(summary: StudySummary) -> tuple[Caution, ...]:
    """Of how the study was made and how far it came."""
    cautions = []
    if summary.is_rehearsal:
        cautions.append(
            Caution(
                "top",
                said("Rehearsal: simulated readers."),
                said(
                    "Every rating was made up by a program to show what this report will "
                    "look like; nothing here says anything about the images."
                ),
            )
        )
    if summary.is_interim:
        cautions.append(
            Caution(
                "top",
                said("Interim."),
                said(
                    "The study is {status} and reading goes on. Stopping, prolonging or "
                    "changing it because of these numbers makes its intervals and p "
                    "values wrong; that they were seen is noted in the study’s log.",
                    status=term(summary.status),
                ),
            )
        )
    cautions += _what_is_analysed(summary)
    cautions += _primary_question(summary)
    if summary.rated < summary.presentations:
        cautions.append(
            Caution(
                "top",
                said("Ratings are missing."),
                said(
                    "{rated} of {presentations} presentations were rated, "
                    "{readers_finished} of {readers} readers finished. Missing ratings "
                    "are left missing, as if unrelated to what they would have been.",
                    rated=summary.rated,
                    presentations=summary.presentations,
                    readers_finished=summary.readers_finished,
                    readers=summary.readers,
                ),
            )
        )
    return (*cautions, *_left(summary), *_copies(summary), *_survivorship(summary))


def _left(summary: StudySummary) -> Iterator[Caution]:
    """Readers of whom nothing counts any more; the flow of readers has to name them."""
    left = [
        said_many("{count} reader {what}", "{count} readers {what}", count, what=what)
        for count, what in (
            (summary.withdrawn, said("withdrew and left their answers")),
            (summary.erased, said("withdrew or asked, and had their answers erased")),
        )
        if count
    ]
    if left:
        yield Caution(
            "top",
            said("Readers who left."),
            said(
                "{join}. They are in no number of this report; {readers} others took part.",
                join=joined(left, said(" and ")),
                readers=summary.readers,
            ),
        )


def audit_cautions(audit: PictureAudit | None) -> tuple[Caution, ...]:
    """Of pictures that can be told from real without a look at anatomy, or by their file."""
    if audit is None:
        return ()
    cautions = (
        [Caution("top", said("Blinding of the files."), file_sentence(audit))]
        if audit.faults
        else []
    )
    told = [arm.key for arm in audit.arms if arm.is_told]
    if told:
        cautions.append(
            Caution(
                "top",
                said("Pictures that give themselves away."),
                said(
                    "{join}: a program tells these pictures from real ones by numbers "
                    "such as sharpness, so readers may have called them synthetic "
                    "without judging the anatomy; see “Shortcuts in the pictures”.",
                    join=joined(told, ", "),
                ),
            )
        )
    if audit.acknowledged:
        of = (
            said(" about this: {join}", join=joined(audit.acknowledged_marks, " "))
            if audit.acknowledged_marks
            else "."
        )
        cautions.append(
            Caution(
                "shortcuts",
                said("Known when the study was opened."),
                said(
                    "It was opened with the words “{acknowledged}”{of}",
                    acknowledged=audit.acknowledged,
                    of=of,
                ),
            )
        )
    cautions += [Caution("shortcuts", lead, text) for lead, text in shortcut_sentences(audit)]
    return tuple(cautions)


def _copies(summary: StudySummary) -> list[Caution]:
    """Realistic, but memorised? Beside the conclusions wherever a reader may have seen a copy."""
    cautions = []
    for arm in summary.arms:
        it = arm.evaluation
        if arm.kind != "synthetic" or it is None or not (it.memorised or it.drawn_memorised):
            continue
        none_was_read = it.drawn_compared == it.drawn and not it.drawn_memorised
        design = summary.design
        asked = [
            name
            for name, is_asked in (
                ("realism", design.first_with("realism") is not None),
                (said("deception rate"), design.first_with("verdict") is not None),
            )
            if is_asked
        ]
        meaning = (
            said("Its results here are of images that were not flagged.")
            if none_was_read
            else said(
                "Its {value} may come from copied training images; look at the "
                "flagged pairs before calling the model realistic.",
                value=joined(asked, said(" and ")) or "ratings",
            )
        )
        cautions.append(
            Caution(
                "measures" if none_was_read else "top",
                said("Possible copies of training images: {label}.", label=arm.label),
                said(
                    "Closer to a training image than different training images are to "
                    "each other: {flagged}. {meaning}",
                    flagged=_flagged(arm),
                    meaning=meaning,
                ),
            )
        )
    return cautions


def _flagged(arm: ArmFacts) -> str:
    it = arm.evaluation
    if it is None:
        raise ValueError("not evaluated")
    counted = []
    if it.drawn_compared == it.drawn:
        counted.append(
            said(
                "{value} of the {drawn} images drawn for this study",
                value=it.drawn_memorised or said("none"),
                drawn=it.drawn,
            )
        )
    elif it.drawn_compared:
        counted.append(
            said(
                "{value} of {drawn_compared} images drawn for this study that were "
                "compared ({drawn} were drawn)",
                value=it.drawn_memorised or said("none"),
                drawn_compared=it.drawn_compared,
                drawn=it.drawn,
            )
        )
    else:
        counted.append(said("an unknown number of the images drawn for this study"))
    if it.memorised is not None:
        images = it.measures.images
        counted.append(
            said(
                "{memorised}{which} in the bank",
                memorised=it.memorised,
                which=said(" of the {images}", images=images) if images else "",
            )
        )
    return joined(counted, ", ")


def _survivorship(summary: StudySummary) -> list[Caution]:
    cautions = []
    thrown = [arm for arm in summary.arms if arm.rejected]
    for arm in thrown:
        of = said(" of {generated}", generated=arm.generated) if arm.generated else ""
        rule = term(arm.rejection_rule.rstrip(".")) or said("by a rule that is not stated")
        cautions.append(
            Caution(
                "images",
                said("Survivors only: {label}.", label=arm.label),
                said(
                    "{rejected}{of} generated images were thrown away before this study "
                    "({rule}); the results are of the images that were kept.",
                    rejected=arm.rejected,
                    of=of,
                    rule=rule,
                ),
            )
        )
    silent = [
        arm.label
        for arm in summary.arms
        if arm.kind == "synthetic" and (arm.generated is None or arm.rejected is None)
    ]
    if silent:
        cautions.append(
            Caution(
                "images",
                said("Selection unknown."),
                said(
                    "How many images were generated and thrown away is not stated for {join}.",
                    join=joined(silent, ", "),
                ),
            )
        )
    return cautions


def _what_is_analysed(summary: StudySummary) -> list[Caution]:
    """Which answers the analysis by arm rests on, where the protocol leaves a choice."""
    design = summary.design
    analysed = AnalysedQuestions.of(design)
    used = [one for one in (analysed.realism, analysed.verdict, analysed.confidence) if one]
    others = [
        one
        for one in design.questions
        if one.measure in ("realism", "verdict", "confidence") and one not in used
    ]
    if summary.analysis is None or not (others or len(design.phases) > 1):
        return []
    phase = design.phase(analysed.phase)
    of_phase = (
        said(" in the phase {value}", value=phase.title or phase.key)
        if len(design.phases) > 1
        else ""
    )
    left = (
        said(" Not {join}.", join=joined((short_name(one.key) for one in others), ", "))
        if others
        else ""
    )
    return [
        Caution(
            "top",
            said("One part of the protocol is analysed by arm."),
            said(
                "The figures by arm rest on {join}{of_phase}.{left} What was said to "
                "every other question, and in every other phase, is counted under "
                "“Every question”; sets, phases and findings have parts of their own "
                "besides.",
                join=joined((short_name(one.key) for one in used), ", "),
                of_phase=of_phase,
                left=left,
            ),
        )
    ]


def _primary_question(summary: StudySummary) -> list[Caution]:
    """The design's primary question, where no conclusion can rest on it."""
    primary = summary.design.analysis.primary
    analysed = AnalysedQuestions.of(summary.design)
    if summary.analysis is None or not primary or analysed.conclusion_measure(primary) != "auto":
        return []
    if summary.choices is not None and primary in summary.choices.of_sets:
        return []
    return [
        Caution(
            "top",
            said("The primary question is not what the conclusions rest on."),
            said(
                "The design names {primary}; conclusions by arm are made of realism, "
                "or of a verdict with its confidence. What was said to it is counted "
                "under “Every question”.",
                primary=short_name(primary),
            ),
        )
    ]
