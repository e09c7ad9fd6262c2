"""What must be said beside the numbers, each where its condition holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.domain.said import joined, said, said_many
from app.report.words.conclusion_cautions import conclusion_cautions
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import number, percent, signed, with_interval
from app.statistics.analysis import WITHOUT, Analysis
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
    silent = {sentence for column, sentence in WITHOUT.items() if column in never_asked}
    cautions = [
        _whom_intervals_speak_for(analysis),
        *(Caution("top", lead, text) for lead, text in conclusion_cautions(analysis, labels)),
        *_leaning(analysis),
    ]
    cautions += [
        Caution("top", said("Not given."), note)
        for note in analysis.notes
        if "can't be" in note and note not in silent
    ]
    cautions += _kappa_paradox(analysis, labels)
    return tuple(cautions)


# What tests and intervals of so few readers did, by their number (docs/statistics.md, Coverage).
_IN_SIMULATIONS = {
    2: said(
        " With two readers 95% intervals covered 89 to 94% and tests at 5% "
        "called 6 to 10% of arms that are alike different in simulations, "
        "the more the more images there were."
    ),
    3: said(
        " With three readers tests at 5% called 3 to 9% of arms that are "
        "alike different in simulations."
    ),
}


def _whom_intervals_speak_for(analysis: Analysis) -> Caution:
    readers = len(analysis.table.readers)
    counted = said_many("{count} reader", "{count} readers", readers)
    if analysis.settings.generalise_to == "cases":
        return Caution(
            "top",
            said("Whom the intervals speak for."),
            said_many(
                "This reader only, and images like these; nothing is said of other readers.",
                "These {count} readers only, and images like these; nothing is said of other "
                "readers.",
                readers,
            ),
        )
    images = (
        said("these images only")
        if analysis.settings.generalise_to == "readers"
        else said("images like these")
    )
    if readers == 1:
        return Caution(
            "top",
            said("One reader."),
            said(
                "One reader says nothing about other readers: every interval is for "
                "this reader and {images}, and no conclusion is drawn.",
                images=images,
            )
            if analysis.settings.generalise_to == "readers_and_cases"
            else said(
                "One reader says nothing about other readers, so for these images "
                "only there are points and no intervals."
            ),
        )
    few = (
        said(
            " With {counted} they are wide, and they hold for readers who could "
            "have been asked instead only if these were picked without regard to "
            "how they read.",
            counted=counted,
        )
        if readers < _FEW_READERS
        else ""
    )
    if readers <= _FEWEST_READERS_IN_SIMULATIONS and analysis.settings.generalise_to != "readers":
        few += _IN_SIMULATIONS[readers]
    return Caution(
        "top",
        said("Whom the intervals speak for."),
        said(
            "Readers like these {readers} and {images}; other specialties, other "
            "experience and other images are not covered.{few}",
            readers=readers,
            images=images,
            few=few,
        ),
    )


def _leaning(analysis: Analysis) -> list[Caution]:
    if not analysis.table.has("verdict"):
        return []
    real = [analysis.arms[name] for name in analysis.table.real_arms]
    if not real:
        return [
            Caution(
                "detection",
                said("No real arm."),
                said(
                    "Without real images the rate judged real can’t be told from the "
                    "readers’ leaning."
                ),
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
        leaning = said(
            ", criterion c of the synthetic arms {join}", join=joined(ends, said(" to "))
        )
    return [
        Caution(
            "detection",
            said("The rate judged real measures leaning too."),
            said(
                "A reader who calls everything real makes every arm look good. Real "
                "images were judged real at {rate}{leaning}; compare with these, d′ "
                "and the AUC, not with 50%.",
                rate=with_interval(rate, "percent"),
                leaning=leaning,
            ),
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
            low = (
                said("can’t be given") if kappa is None else said("is {kappa}", kappa=number(kappa))
            )
            named.append(
                said(
                    "{get}: {agreed} agreement, Fleiss’ κ {low}",
                    get=labels.get(name, name),
                    agreed=percent(agreed),
                    low=low,
                )
            )
    if not named:
        return []
    return [
        Caution(
            "agreement",
            said("κ paradox."),
            said(
                "Readers agree and κ is low, because nearly all these images are "
                "called the same: {join}. Read PABAK, AC1 and the two specific "
                "agreements beside κ (Feinstein and Cicchetti 1990).",
                join=joined(named, "; "),
            ),
        )
    ]
