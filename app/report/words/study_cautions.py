"""What must be said beside the figures of a study and of its bank, which a file has not."""

from collections.abc import Iterator

from app.db.truth.ratings_table import AnalysedQuestions
from app.report.words.cautions import Caution
from app.report.words.shortcuts import file_sentence, shortcut_sentences
from app.services.audit_pictures import PictureAudit
from app.services.summarise_study import ArmFacts, StudySummary


def study_cautions(summary: StudySummary) -> tuple[Caution, ...]:
    """Of how the study was made and how far it came."""
    cautions = []
    if summary.is_rehearsal:
        cautions.append(
            Caution(
                "top",
                "Rehearsal: simulated readers.",
                "Every rating was made up by a program to show what this report will look like; "
                "nothing here says anything about the images.",
            )
        )
    if summary.is_interim:
        cautions.append(
            Caution(
                "top",
                "Interim.",
                f"The study is {summary.status} and reading goes on. Stopping, prolonging or "
                "changing it because of these numbers makes its intervals and p values wrong; "
                "that they were seen is noted in the study’s log.",
            )
        )
    cautions += _what_is_analysed(summary)
    cautions += _primary_question(summary)
    if summary.rated < summary.presentations:
        cautions.append(
            Caution(
                "top",
                "Ratings are missing.",
                f"{summary.rated} of {summary.presentations} presentations were rated, "
                f"{summary.readers_finished} of {summary.readers} readers finished. Missing "
                "ratings are left missing, as if unrelated to what they would have been.",
            )
        )
    return (*cautions, *_left(summary), *_copies(summary), *_survivorship(summary))


def _left(summary: StudySummary) -> Iterator[Caution]:
    """Readers of whom nothing counts any more; the flow of readers has to name them."""
    said = [
        f"{count} {'reader' if count == 1 else 'readers'} {what}"
        for count, what in (
            (summary.withdrawn, "withdrew and left their answers"),
            (summary.erased, "withdrew or asked, and had their answers erased"),
        )
        if count
    ]
    if said:
        yield Caution(
            "top",
            "Readers who left.",
            f"{' and '.join(said)}. They are in no number of this report; {summary.readers} others "
            "took part.",
        )


def audit_cautions(audit: PictureAudit | None) -> tuple[Caution, ...]:
    """Of pictures that can be told from real without a look at anatomy, or by their file."""
    if audit is None:
        return ()
    cautions = (
        [Caution("top", "Blinding of the files.", file_sentence(audit))] if audit.faults else []
    )
    told = [arm.key for arm in audit.arms if arm.is_told]
    if told:
        cautions.append(
            Caution(
                "top",
                "Pictures that give themselves away.",
                f"{', '.join(told)}: a program tells these pictures from real ones by numbers such "
                "as sharpness, so readers may have called them synthetic without judging the "
                "anatomy; see “Shortcuts in the pictures”.",
            )
        )
    if audit.acknowledged:
        of = (
            f" about this: {' '.join(audit.acknowledged_marks)}"
            if audit.acknowledged_marks
            else "."
        )
        cautions.append(
            Caution(
                "shortcuts",
                "Known when the study was opened.",
                f"It was opened with the words “{audit.acknowledged}”{of}",
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
                ("deception rate", design.first_with("verdict") is not None),
            )
            if is_asked
        ]
        meaning = (
            "Its results here are of images that were not flagged."
            if none_was_read
            else f"Its {' and '.join(asked) or 'ratings'} may come from copied training images; "
            "look at the flagged pairs before calling the model realistic."
        )
        cautions.append(
            Caution(
                "measures" if none_was_read else "top",
                f"Possible copies of training images: {arm.label}.",
                "Closer to a training image than different training images are to each other: "
                f"{_flagged(arm)}. {meaning}",
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
            f"{it.drawn_memorised or 'none'} of the {it.drawn} images drawn for this study"
        )
    elif it.drawn_compared:
        counted.append(
            f"{it.drawn_memorised or 'none'} of {it.drawn_compared} images drawn for this study "
            f"that were compared ({it.drawn} were drawn)"
        )
    else:
        counted.append("an unknown number of the images drawn for this study")
    if it.memorised is not None:
        images = it.measures.images
        counted.append(f"{it.memorised}{f' of the {images}' if images else ''} in the bank")
    return ", ".join(counted)


def _survivorship(summary: StudySummary) -> list[Caution]:
    cautions = []
    thrown = [arm for arm in summary.arms if arm.rejected]
    for arm in thrown:
        of = f" of {arm.generated}" if arm.generated else ""
        rule = arm.rejection_rule.rstrip(".") or "by a rule that is not stated"
        cautions.append(
            Caution(
                "images",
                f"Survivors only: {arm.label}.",
                f"{arm.rejected}{of} generated images were thrown away before this study ({rule}); "
                "the results are of the images that were kept.",
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
                "Selection unknown.",
                f"How many images were generated and thrown away is not stated for "
                f"{', '.join(silent)}.",
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
    of_phase = f" in the phase {phase.title or phase.key}" if len(design.phases) > 1 else ""
    left = f" Not {', '.join(one.key for one in others)}." if others else ""
    return [
        Caution(
            "top",
            "One part of the protocol is analysed by arm.",
            f"The figures by arm rest on {', '.join(one.key for one in used)}{of_phase}.{left} "
            "What was said to every other question, and in every other phase, is counted under "
            "“Every question”; sets, phases and findings have parts of their own besides.",
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
            "The primary question is not what the conclusions rest on.",
            f"The design names {primary}; conclusions by arm are made of realism, or of a verdict "
            "with its confidence. What was said to it is counted under “Every question”.",
        )
    ]
