"""Which of several measures tell an arm from real, allowing for their number."""

from collections.abc import Mapping

from app.statistics.realness.separation import TELLING_AUC, TELLING_P, Separation


def telling(separations: Mapping[str, Separation | None]) -> tuple[str, ...]:
    """The measures with an AUC of 0.80 or more whose p, adjusted by Holm, is at most 0.01.

    Holm S (1979), Scand J Statist 6:65-70: of m measures the smallest p counts m-fold, the next
    (m - 1)-fold and so on, up to the first that fails. In the order in which they were given.
    """
    by_p = sorted(
        ((one.p, name) for name, one in separations.items() if one is not None),
    )
    held = set()
    for place, (p, name) in enumerate(by_p):
        if p * (len(by_p) - place) > TELLING_P:
            break
        held.add(name)
    return tuple(
        name for name, one in separations.items() if name in held and one and one.auc >= TELLING_AUC
    )
