"""What must be said beside the numbers, each where its condition holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.db.truth.ratings_table import AnalysedQuestions
from app.report.words.conclusion_cautions import conclusion_cautions
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import number, percent, signed, with_interval
from app.report.words.shortcuts import file_sentence, shortcut_sentences
from app.services.audit_pictures import PictureAudit
from app.services.summarise_study import ArmFacts, StudySummary
from app.statistics.analysis import Analysis
from app.statistics.table.estimate import Estimate

Place = Literal[
    "top", "detection", "agreement", "images", "measures", "shortcuts", "conduct", "sets"
]
_FEW_READERS = 6
_FEWEST_READERS_IN_SIMULATIONS = 3
_PARADOX_AGREEMENT = 0.75
_PARADOX_KAPPA = 0.41


@dataclass(frozen=True)
class Caution:
    """A warning, led by a few words; `place` is the part of the report it belongs to."""

    place: Place
    lead: str
    text: str


def analysis_cautions(
    analysis: Analysis, labels: Mapping[str, str], *, never_asked: Sequence[str] = ()
) -> tuple[Caution, ...]:
    """Of the numbers themselves, whoever's ratings they are.

    Columns in `never_asked` are missing by design, so their absence is not worth a warning.
    """
    silent = tuple(f"The ratings have no {column}" for column in never_asked)
    cautions = [
        _whom_intervals_speak_for(analysis),
        *(Caution("top", lead, text) for lead, text in conclusion_cautions(analysis, labels)),
        *_leaning(analysis),
    ]
    cautions += [
        Caution("top", "Not given.", note)
        for note in analysis.notes
        if "can't be" in note and not note.startswith(silent)
    ]
    cautions += _kappa_paradox(analysis, labels)
    return tuple(cautions)


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


def _whom_intervals_speak_for(analysis: Analysis) -> Caution:
    readers = len(analysis.table.readers)
    counted = f"{readers} reader{'' if readers == 1 else 's'}"
    if analysis.settings.generalise_to == "cases":
        return Caution(
            "top",
            "Whom the intervals speak for.",
            f"These {counted} only, and images like these; nothing is said of other readers.",
        )
    images = (
        "these images only" if analysis.settings.generalise_to == "readers" else "images like these"
    )
    if readers == 1:
        return Caution(
            "top",
            "One reader.",
            "One reader says nothing about other readers: every interval is for this reader and "
            f"{images}, and no conclusion is drawn."
            if analysis.settings.generalise_to == "readers_and_cases"
            else "One reader says nothing about other readers, so for these images only there are "
            "points and no intervals.",
        )
    few = (
        f" With {counted} they are wide, and they hold for readers who could have been asked "
        "instead only if these were picked without regard to how they read."
        if readers < _FEW_READERS
        else ""
    )
    if readers <= _FEWEST_READERS_IN_SIMULATIONS and analysis.settings.generalise_to != "readers":
        few += (
            " With three readers tests at 5% called 3 to 9% of arms that are alike different in "
            "simulations."
        )
    return Caution(
        "top",
        "Whom the intervals speak for.",
        f"Readers like these {readers} and {images}; other specialties, other experience and "
        f"other images are not covered.{few}",
    )


def _leaning(analysis: Analysis) -> list[Caution]:
    if not analysis.table.has("verdict"):
        return []
    real = [analysis.arms[name] for name in analysis.table.real_arms]
    if not real:
        return [
            Caution(
                "detection",
                "No real arm.",
                "Without real images the rate judged real can’t be told from the readers’ leaning.",
            )
        ]
    rate = estimate_of(real[0], "deception", "rate")
    criteria: list[Estimate] = [
        estimate_of(analysis.arms[name], "detection", "criterion")
        for name in analysis.table.synthetic_arms
    ]
    values = [criterion.estimate for criterion in criteria if criterion.estimate is not None]
    leaning = ""
    if values:
        ends = dict.fromkeys((signed(min(values)), signed(max(values))))
        leaning = f", criterion c of the synthetic arms {' to '.join(ends)}"
    return [
        Caution(
            "detection",
            "The rate judged real measures leaning too.",
            "A reader who calls everything real makes every arm look good. Real images were "
            f"judged real at {with_interval(rate, 'percent')}{leaning}; compare with these, d′ "
            "and the AUC, not with 50%.",
        )
    ]


def _kappa_paradox(analysis: Analysis, labels: Mapping[str, str]) -> list[Caution]:
    if not analysis.table.has("verdict"):
        return []
    named = []
    for name, arm in analysis.arms.items():
        family = arm.families["agreement"]["verdict"]
        if isinstance(family, Estimate):
            continue
        agreed, kappa = family["percent_agreement"].estimate, family["fleiss_kappa"].estimate
        if agreed is None or agreed < _PARADOX_AGREEMENT:
            continue
        if kappa is None or kappa < _PARADOX_KAPPA:
            low = "can’t be given" if kappa is None else f"is {number(kappa)}"
            named.append(f"{labels.get(name, name)}: {percent(agreed)} agreement, Fleiss’ κ {low}")
    if not named:
        return []
    return [
        Caution(
            "agreement",
            "κ paradox.",
            f"Readers agree and κ is low, because nearly all these images are called the same: "
            f"{'; '.join(named)}. Read PABAK, AC1 and the two specific agreements beside κ "
            "(Feinstein and Cicchetti 1990).",
        )
    ]


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
