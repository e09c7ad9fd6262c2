"""How well images agree with the text that was shown beside them, by arm and condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.domain.said import said
from app.statistics.protocols.averaged import averaged
from app.statistics.realness.contrasts import Contrast, arms_of_means, holm, pairwise
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import RatingsTable
from app.statistics.table.settings import AnalysisSettings


@dataclass(frozen=True)
class AgreementWithText:
    """Of the cases of one arm and condition; ``condition`` is empty for all of the arm.

    ``mean`` is in points of the scale, ``share`` the share of grades above the scale's middle.
    """

    arm: str
    truth: str
    condition: str
    mean: Estimate
    share: Estimate


@dataclass(frozen=True)
class PromptAgreement:
    """Result of :func:`prompt_agreement`.

    ``differences`` are each synthetic arm minus real, of the mean; ``middle`` is what a grade must
    exceed to count in the share.
    """

    rows: tuple[AgreementWithText, ...]
    differences: tuple[Contrast, ...]
    middle: float

    def estimates(self) -> tuple[Estimate, ...]:
        """Every estimate."""
        return tuple(one for row in self.rows for one in (row.mean, row.share))

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        by_arm: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            said = {"mean": row.mean.to_json(), "share_above_middle": row.share.to_json()}
            of_arm = by_arm.setdefault(row.arm, {"by_condition": {}})
            if row.condition:
                of_arm["by_condition"][row.condition] = said
            else:
                of_arm |= said
        return {
            "by_arm": by_arm,
            "differences": [one.to_json() for one in self.differences],
            "middle": self.middle,
        }


def prompt_agreement(
    table: RatingsTable,
    conditions: Mapping[tuple[str, str], str],
    settings: AnalysisSettings,
    *,
    low: float,
    high: float,
) -> PromptAgreement:
    """Mean grade and share of grades above the middle, by arm and by condition within it.

    Both are computed for every reader and averaged, with the intervals of Obuchowski and Rockette
    on the logit scale of low to high. Grades are taken as equally spaced for the mean; the share
    needs their order alone.

    Parameters
    ----------
    table : RatingsTable
        ``score`` holds the grades.
    conditions : mapping of (arm, case) to str
        Clinical content of the image; arms of one condition have no rows by condition.
    settings : AnalysisSettings
    low, high : float
        Ends of the scale.

    References
    ----------
    Obuchowski NA, Rockette HE (1995), Commun Stat Simul 24:285-308, doi:10.1080/03610919508813243;
    Hillis SL (2014), Stat Med 33:330-360, doi:10.1002/sim.5926.
    """
    middle = (low + high) / 2
    several = len(set(conditions.values())) > 1
    rows: list[AgreementWithText] = []
    for arm in table.arms:
        named = np.array([conditions.get((arm, case), "") for case in table.cases(arm)])
        some = sorted({str(one) for one in named if one}) if several else []
        for condition in ["", *some]:
            columns = np.ones(named.size, dtype=bool) if not condition else named == condition
            matrix = table.matrix("score", arm)[:, columns]
            clusters = table.clusters(arm)[columns] if table.has_clusters else None
            above = np.where(np.isfinite(matrix), matrix > middle, np.nan)
            rows.append(
                AgreementWithText(
                    arm=arm,
                    truth=table.truth_of(arm),
                    condition=condition,
                    mean=averaged(
                        matrix, clusters, settings, bounds=(low, high), what=said("the mean")
                    ),
                    share=averaged(above, clusters, settings, what=said("the share")),
                )
            )
    return PromptAgreement(tuple(rows), _differences(table, settings, high - low), middle)


def _differences(
    table: RatingsTable, settings: AnalysisSettings, largest: float
) -> tuple[Contrast, ...]:
    if not table.real_arms:
        return ()
    name = table.real_arms[0] if len(table.real_arms) == 1 else "real"
    contrasts: list[Contrast] = []
    for arm in table.synthetic_arms:
        groups: Sequence[Sequence[str]] = (table.real_arms, (arm,))
        figures = arms_of_means(
            "prompt_agreement.mean",
            (name, arm),
            [table.pooled_matrix("score", group) for group in groups],
            [table.pooled_clusters(group) for group in groups] if table.has_clusters else None,
            largest=largest,
        )
        contrasts += pairwise(figures, settings)
    adjusted = holm([one.p_value for one in contrasts])
    return tuple(replace(one, p_holm=p) for one, p in zip(contrasts, adjusted, strict=True))
