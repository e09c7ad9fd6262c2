"""The flow of readers through a study, in the way of a CONSORT diagram: where each of them went.

Every reader who was invited is counted once: in the analysis, or at the place where they left it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class ReaderPath:
    """How far one reader came; `ratings` are first ratings, practice left out.

    Of an erased reader nothing is left that says whether they had begun.
    """

    code: str
    agreed: bool
    began: bool
    finished: bool
    withdrew: bool
    erased: bool
    link_withdrawn: bool
    ratings: int


@dataclass(frozen=True)
class ReaderFlow:
    """Counts of readers. These sums hold:

    invited = agreed + link_withdrawn + never_agreed + those who left before agreeing
    agreed = began + withdrew + erased + never_began
    began = answered + nothing_answered, and answered = counted + left_out
    """

    invited: int = 0
    left_before: int = 0
    link_withdrawn: int = 0
    never_agreed: int = 0
    agreed: int = 0
    withdrew: int = 0
    erased: int = 0
    never_began: int = 0
    began: int = 0
    finished: int = 0
    nothing_answered: int = 0
    left_out: int = 0
    counted: int = 0

    @property
    def stopped(self) -> int:
        """Readers who began and have not finished."""
        return self.began - self.finished


def reader_flow(paths: Iterable[ReaderPath], left_out: Collection[str] = ()) -> ReaderFlow:
    """Count the readers of a study; `left_out` are the codes whom its analysis leaves out.

    >>> flow = reader_flow([ReaderPath("R01", True, True, True, False, False, False, 12)])
    >>> flow.invited, flow.agreed, flow.finished, flow.counted
    (1, 1, 1, 1)
    """
    everybody = list(paths)
    agreed = [one for one in everybody if one.agreed]
    others = [one for one in everybody if not one.agreed]
    staying = [one for one in agreed if not (one.withdrew or one.erased)]
    began = [one for one in staying if one.began]
    answered = [one for one in began if one.ratings]
    gone = [one for one in others if one.withdrew or one.erased]
    waiting = [one for one in others if one not in gone]
    out = [one for one in answered if one.code in left_out]
    return ReaderFlow(
        invited=len(everybody),
        left_before=len(gone),
        link_withdrawn=sum(one.link_withdrawn for one in waiting),
        never_agreed=sum(not one.link_withdrawn for one in waiting),
        agreed=len(agreed),
        withdrew=sum(one.withdrew and not one.erased for one in agreed),
        erased=sum(one.erased for one in agreed),
        never_began=len(staying) - len(began),
        began=len(began),
        finished=sum(one.finished for one in began),
        nothing_answered=len(began) - len(answered),
        left_out=len(out),
        counted=len(answered) - len(out),
    )
