"""How many readers noticed anything before they were told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scipy import stats

from app.domain.said import said
from app.statistics.protocols.single_readings import PhaseFacts
from app.statistics.table.estimate import Estimate, not_estimable, point_only
from app.statistics.table.settings import AnalysisSettings


@dataclass(frozen=True)
class Noticed:
    """Who noticed something, asked once of each reader at the end of a phase.

    `by_reader` has an entry for each who was asked, None where they left it open.
    """

    question: str
    phase: PhaseFacts
    share: Estimate
    by_reader: Mapping[str, bool | None]

    @property
    def answered(self) -> int:
        """Readers who answered."""
        return sum(said is not None for said in self.by_reader.values())

    @property
    def noticing(self) -> tuple[str, ...]:
        """Readers who noticed something."""
        return tuple(reader for reader, said in self.by_reader.items() if said)

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "phase": self.phase.key,
            "told": self.phase.told,
            "share": self.share.to_json(),
            "by_reader": dict(self.by_reader),
        }


def noticed(
    question: str,
    phase: PhaseFacts,
    by_reader: Mapping[str, bool | None],
    settings: AnalysisSettings,
) -> Noticed:
    """Share of readers who noticed something, of those who answered.

    Each reader is one draw, so the interval is Wilson's for a share of readers; where none or all
    noticed something it is the exact one of Clopper and Pearson. Of these readers only the share is
    known without error.

    References
    ----------
    Wilson EB (1927), J Am Stat Assoc 22:209-212, doi:10.1080/01621459.1927.10502953; Clopper CJ,
    Pearson ES (1934), Biometrika 26:404-413, doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> said = {f"R{k:02}": k < 7 for k in range(17)}
    >>> share = noticed("noticed", PhaseFacts("main"), said, AnalysisSettings()).share
    >>> [round(x, 3) for x in (share.estimate, share.low, share.high)]
    [0.412, 0.216, 0.64]
    """
    answers = [said for said in by_reader.values() if said is not None]
    n, k = len(answers), sum(answers)
    if not n:
        return Noticed(question, phase, not_estimable(said("no reader answered")), by_reader)
    point = point_only(k / n, method="", n_readers=n, n_cases=0, n_ratings=n)
    if settings.generalise_to == "cases":
        method = said(
            "no interval: every one of these readers was asked, and it speaks for no others"
        )
        return Noticed(question, phase, replace(point, method=method), by_reader)
    exact = k in (0, n)
    limits = stats.binomtest(k, n).proportion_ci(
        confidence_level=settings.level, method="exact" if exact else "wilson"
    )
    share = replace(
        point,
        low=float(limits.low),
        high=float(limits.high),
        method=said(
            "{which} interval, random readers", which=said("exact") if exact else said("Wilson")
        ),
    )
    return Noticed(question, phase, share, by_reader)
