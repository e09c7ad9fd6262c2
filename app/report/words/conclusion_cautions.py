"""What must be said beside conclusions: who was left out, and what could not have told."""

from collections.abc import Iterator, Mapping

from app.domain.said import joined, said
from app.report.words.numbers import number, percent
from app.statistics.analysis import Analysis
from app.statistics.realness.assay import AssaySensitivity

MANY_TIES = 0.5
# Rates of distinct answers so far below chance that the coding is more likely wrong than readers.
REVERSED_AUC = 0.35

Words = tuple[str, str]


def conclusion_cautions(analysis: Analysis, labels: Mapping[str, str]) -> Iterator[Words]:
    """Lead and text of each warning that belongs at the top."""
    if analysis.left_out:
        yield _left_out(analysis)
    assays = {
        labels.get(name, name): arm.conclusion.assay
        for name, arm in analysis.arms.items()
        if arm.conclusion is not None and arm.conclusion.assay is not None
    }
    yield from _constant_readers(assays)
    yield from _ties(assays)
    yield from _controls(analysis, labels)
    yield from _reversed(analysis)


def _left_out(analysis: Analysis) -> Words:
    named = joined(
        (
            said("{name} ({count})", name=name, count=count)
            for name, count in analysis.left_out.items()
        ),
        ", ",
    )
    return (
        said("Readers left out."),
        said(
            "Of the median reader’s ratings these gave fewer than "
            "{least_answered} and are in no figure here: {named} (first ratings "
            "in brackets). Readers weigh equally, so that a handful of ratings "
            "would have counted as much as a whole reading.",
            least_answered=percent(analysis.settings.least_answered),
            named=named,
        ),
    )


def _constant_readers(assays: Mapping[str, AssaySensitivity]) -> Iterator[Words]:
    arms_of: dict[str, list[str]] = {}
    for label, assay in assays.items():
        for reader in assay.constant_readers:
            arms_of.setdefault(reader, []).append(label)
    if arms_of:
        named = joined(
            (
                said("{reader} ({join})", reader=reader, join=joined(arms, ", "))
                for reader, arms in arms_of.items()
            ),
            "; ",
        )
        yield (
            said("Readers who said one thing of everything."),
            said(
                "{named}: the same rating for every image of the arm and every real "
                "one. Each adds an AUC of 0.5 exactly, whatever the images look like.",
                named=named,
            ),
        )


def _ties(assays: Mapping[str, AssaySensitivity]) -> Iterator[Words]:
    tied = {
        label: assay
        for label, assay in assays.items()
        if assay.tie_share is not None and assay.tie_share >= MANY_TIES
    }
    if tied:
        named = joined(
            (
                said("{label} {tie_share}", label=label, tie_share=percent(assay.tie_share))
                + (
                    said(
                        " ({top_share} of the real images at the top of the scale)",
                        top_share=percent(assay.top_share),
                    )
                    if (assay.top_share or 0.0) >= MANY_TIES
                    else ""
                )
                for label, assay in tied.items()
            ),
            "; ",
        )
        yield (
            said("Many ties."),
            said(
                "Readers gave many pairs of a real and a synthetic image the same "
                "rating: {named}. Ties count half, so that the AUC lies near 0.5 "
                "even where a finer scale would tell.",
                named=named,
            ),
        )


def _controls(analysis: Analysis, labels: Mapping[str, str]) -> Iterator[Words]:
    for name in analysis.settings.positive_controls:
        conclusion = analysis.arms[name].conclusion
        if conclusion is None:
            continue
        label = labels.get(name, name)
        told = conclusion.state == "distinguishable" and conclusion.is_less_real
        yield (
            said("Positive control."),
            said(
                "{label}, known to be bad, was told from real: this study can tell a bad arm.",
                label=label,
            )
            if told
            else said(
                "{label}, known to be bad, was not told from real: this study could "
                "not have told a bad arm, and no arm is called equivalent.",
                label=label,
            ),
        )


def _reversed(analysis: Analysis) -> Iterator[Words]:
    """All arms far on the wrong side: more likely a coding turned round than such readers."""
    conclusions = [arm.conclusion for arm in analysis.arms.values() if arm.conclusion is not None]
    aucs = [
        arm.families["discrimination"][arm.conclusion.measure]
        for arm in analysis.arms.values()
        if arm.conclusion is not None
    ]
    values = [getattr(auc, "estimate", None) for auc in aucs]
    far = [value for value in values if value is not None and value < REVERSED_AUC]
    if (
        conclusions
        and len(far) == len(conclusions)
        and all(one.state == "distinguishable" for one in conclusions)
    ):
        yield (
            said("Is a scale turned round?"),
            said(
                "Every synthetic arm was rated more real than the real images (AUC "
                "{join}). Check what the ends of the scale and the codes of truth "
                "and verdict mean: in files 1 is read as real and 0 as synthetic, "
                "and a higher realism as more real.",
                join=joined((number(value) for value in far), ", "),
            ),
        )
