"""Two readers: the main figures once more for these two, over images like these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.statistics.realness.contrasts import ArmFigures
from app.statistics.realness.deception import deception
from app.statistics.realness.discrimination import discrimination
from app.statistics.realness.realism import realism
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import RatingsTable
from app.statistics.table.settings import AnalysisSettings, ConclusionMeasure

FEW_READERS = 2


def these_readers(
    table: RatingsTable,
    arm: str,
    settings: AnalysisSettings,
    key: ConclusionMeasure,
    figures: Mapping[ConclusionMeasure, ArmFigures | None],
) -> Mapping[str, Estimate]:
    """``auc``, ``deception_rate`` and ``realism_mean`` of an arm, the readers being fixed.

    Two readers tell of others with one degree of freedom, and their intervals reach nearly from end
    to end. What they tell of these two is more: the same figures with intervals over images.

    Parameters
    ----------
    table : RatingsTable
    arm : str
    settings : AnalysisSettings
    key : str
        The AUC that the conclusions rest on.
    figures : mapping
        :func:`~app.statistics.realness.discrimination.auc_figures` of each AUC.

    Returns
    -------
    mapping of name to Estimate
        Empty unless there are two readers and readers and images are both samples.
    """
    if len(table.readers) != FEW_READERS or settings.generalise_to != "readers_and_cases":
        return {}
    fixed = replace(settings, generalise_to="cases")
    return {
        "auc": discrimination(table, arm, fixed, figures)[key],
        "deception_rate": deception(table, arm, fixed)["rate"],
        "realism_mean": realism(table, arm, fixed)["mean"],
    }
