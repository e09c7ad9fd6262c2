"""The main figures by group of readers: specialty, years of experience. Descriptive."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.said import said
from app.statistics.realness.deception import deception
from app.statistics.realness.detection import detection
from app.statistics.realness.discrimination import AUC_FROM, auc_figures, discrimination
from app.statistics.realness.realism import realism
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import RatingsTable
from app.statistics.table.settings import AnalysisSettings

# Readers of whom the study knows no level.
NOT_STATED = said("not stated")

GroupFigures = Mapping[str, Mapping[str, Estimate]]


def by_reader_group(
    table: RatingsTable, settings: AnalysisSettings
) -> Mapping[str, Mapping[str, GroupFigures]]:
    """Realism, deception, d' and AUC of every arm within each level of each group.

    Levels are described, not tested against each other: readers were not drawn for that.

    Parameters
    ----------
    table : RatingsTable
        ``reader_groups`` names the levels.
    settings : AnalysisSettings

    Returns
    -------
    mapping of group to mapping of level to mapping of arm to mapping of estimand to Estimate
        Estimands are ``realism.mean``, ``deception.rate``, ``detection.d_prime``,
        ``discrimination.auc_realism``, ``.auc_confidence``, ``.auc_score``. Empty without groups.
    """
    names = sorted({name for levels in table.reader_groups.values() for name in levels})
    groups: dict[str, dict[str, GroupFigures]] = {}
    for name in names:
        level_of = {
            reader: table.reader_groups.get(reader, {}).get(name) or NOT_STATED
            for reader in table.readers
        }
        groups[name] = {
            level: figures_of_arms(
                table.select_readers([r for r, own in level_of.items() if own == level]), settings
            )
            for level in sorted(set(level_of.values()))
        }
    return groups


def figures_of_arms(table: RatingsTable, settings: AnalysisSettings) -> GroupFigures:
    """The main figures of every arm of a part of a study's ratings."""
    aucs = {key: auc_figures(table, key, settings) for key in AUC_FROM}
    return {
        arm: {
            "realism.mean": realism(table, arm, settings)["mean"],
            "deception.rate": deception(table, arm, settings)["rate"],
            "detection.d_prime": detection(table, arm, settings)["d_prime"],
            **{
                f"discrimination.{key}": estimate
                for key, estimate in discrimination(table, arm, settings, aucs).items()
            },
        }
        for arm in table.arms
    }
