"""The flow of readers as stages, each with those who left it there."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.reader_flow import ReaderFlow
from app.domain.said import said


@dataclass(frozen=True)
class Leaving:
    """So many readers who went no further, and why."""

    count: int
    why: str


@dataclass(frozen=True)
class FlowStage:
    """One box of the diagram: its words, its number, a line below it, and who left from here."""

    title: str
    count: int
    below: str = ""
    leaving: tuple[Leaving, ...] = ()


def flow_stages(flow: ReaderFlow, *, is_interim: bool) -> tuple[FlowStage, ...]:
    """The boxes from inviting to the analysis; a reason that nobody had is left out."""
    yet = said(" yet") if is_interim else ""
    return (
        FlowStage(
            said("Invited"),
            flow.invited,
            leaving=_those(
                (flow.never_agreed, said("did not agree{yet}", yet=yet)),
                (flow.link_withdrawn, said("had their link withdrawn")),
                (flow.left_before, said("withdrew or were erased before agreeing")),
            ),
        ),
        FlowStage(
            said("Agreed"),
            flow.agreed,
            leaving=_those(
                (flow.never_began, said("did not begin to read{yet}", yet=yet)),
                (flow.withdrew, said("withdrew; their answers are kept and count nowhere")),
                (flow.erased, said("erased; their answers are gone")),
            ),
        ),
        FlowStage(
            said("Began to read"),
            flow.began,
            said(
                "{finished} finished, {stopped} did not{yet}",
                finished=flow.finished,
                stopped=flow.stopped,
                yet=yet,
            ),
            _those(
                (flow.nothing_answered, said("rated no case{yet}", yet=yet)),
                (flow.left_out, said("rated too few cases by the rule of the design")),
            ),
        ),
        FlowStage(said("In the analysis"), flow.counted),
    )


def _those(*leaving: tuple[int, str]) -> tuple[Leaving, ...]:
    return tuple(_left(leaving))


def _left(leaving: tuple[tuple[int, str], ...]) -> Iterator[Leaving]:
    for count, why in leaving:
        if count:
            yield Leaving(count, why)
