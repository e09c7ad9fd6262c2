"""The flow of readers as stages, each with those who left it there."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.reader_flow import ReaderFlow


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
    yet = " yet" if is_interim else ""
    return (
        FlowStage(
            "Invited",
            flow.invited,
            leaving=_those(
                (flow.never_agreed, f"did not agree{yet}"),
                (flow.link_withdrawn, "had their link withdrawn"),
                (flow.left_before, "withdrew or were erased before agreeing"),
            ),
        ),
        FlowStage(
            "Agreed",
            flow.agreed,
            leaving=_those(
                (flow.never_began, f"did not begin to read{yet}"),
                (flow.withdrew, "withdrew; their answers are kept and count nowhere"),
                (flow.erased, "erased; their answers are gone"),
            ),
        ),
        FlowStage(
            "Began to read",
            flow.began,
            f"{flow.finished} finished, {flow.stopped} did not{yet}",
            _those(
                (flow.nothing_answered, f"rated no case{yet}"),
                (flow.left_out, "rated too few cases by the rule of the design"),
            ),
        ),
        FlowStage("In the analysis", flow.counted),
    )


def _those(*leaving: tuple[int, str]) -> tuple[Leaving, ...]:
    return tuple(_left(leaving))


def _left(leaving: tuple[tuple[int, str], ...]) -> Iterator[Leaving]:
    for count, why in leaving:
        if count:
            yield Leaving(count, why)
