"""The flow of images through a study, as the flow of readers is told: boxes, and who left where."""

from collections.abc import Callable, Iterator, Sequence

from app.domain.said import said
from app.report.submission.source import Submission
from app.report.words.numbers import NONE
from app.report.words.reader_flow import FlowStage, Leaving, flow_stages
from app.services.submission_facts import ArmCard

Stages = tuple[FlowStage, ...]


def image_stages(submission: Submission) -> Stages:
    """From the bank to the analysis; what was generated and rejected before stands below the first.

    The counts are of images, practice cases left out.
    """
    arms = submission.arms
    in_bank, drawn = _sum(arms, lambda arm: arm.in_bank), _sum(arms, lambda arm: arm.drawn)
    shown, answered = _sum(arms, lambda arm: arm.shown), _sum(arms, lambda arm: arm.answered)
    counted = analysed_images(submission)
    stages = [
        FlowStage(
            said("Images in the bank"),
            in_bank,
            _before_the_bank(arms),
            _left((in_bank - drawn, said("not drawn for this study"))),
        ),
        FlowStage(
            said("Drawn"), drawn, leaving=_left((drawn - shown, said("shown to nobody who stayed")))
        ),
        FlowStage(
            said("Shown"), shown, leaving=_left((shown - answered, said("answered by nobody")))
        ),
    ]
    if counted is None:
        return (*stages, FlowStage(said("Answered"), answered))
    return (
        *stages,
        FlowStage(
            said("Answered"),
            answered,
            leaving=_left((answered - counted, said("not in the analysis"))),
        ),
        FlowStage(said("In the analysis by arm"), counted),
    )


def reader_stages(submission: Submission) -> Stages:
    """The report's own flow of readers."""
    return flow_stages(submission.summary.flow, is_interim=False)


def analysed_images(submission: Submission) -> int | None:
    """Images in the analysis by arm; None where nothing was analysed by arm."""
    analysis = submission.summary.analysis
    if analysis is None:
        return None
    return sum(len(analysis.table.cases(arm)) for arm in analysis.table.arms)


def flow_rows(submission: Submission) -> Iterator[tuple[object, ...]]:
    """Arm by arm, the counts behind the flow of images; the header first."""
    yield (
        "arm",
        "kind",
        "generated",
        "rejected",
        "in_bank",
        "drawn",
        "shown",
        "answered",
    )
    for arm in submission.arms:
        yield (
            arm.key,
            arm.kind,
            arm.generated,
            arm.rejected,
            arm.in_bank,
            arm.drawn,
            arm.shown,
            arm.answered,
        )


def _before_the_bank(arms: Sequence[ArmCard]) -> str:
    told = [arm for arm in arms if arm.generated is not None]
    if not told:
        return said("generated and rejected: not stated by the bank")
    generated = sum(arm.generated or 0 for arm in told)
    unknown = [arm for arm in told if arm.rejected is None]
    rejected = NONE if unknown else str(sum(arm.rejected or 0 for arm in told))
    if len(told) == len(arms):
        return said(
            "{generated} generated, {rejected} rejected", generated=generated, rejected=rejected
        )
    return said(
        "{generated} generated, {rejected} rejected (stated for {told} of {arms} arms)",
        generated=generated,
        rejected=rejected,
        told=len(told),
        arms=len(arms),
    )


def _sum(arms: Sequence[ArmCard], count: Callable[[ArmCard], int]) -> int:
    return sum(map(count, arms))


def _left(*leaving: tuple[int, str]) -> tuple[Leaving, ...]:
    return tuple(Leaving(count, why) for count, why in leaving if count > 0)
