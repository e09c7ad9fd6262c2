"""The analysis of a study as strict JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.bank.evaluation import ArmEvaluation
from app.domain.design.design import StudyDesign
from app.statistics.analysis import analyse
from app.statistics.table.ratings import RatingsTable
from app.statistics.table.settings import AnalysisSettings


def analysis_json(
    study: Mapping[str, Any],
    table: RatingsTable | None,
    design: StudyDesign,
    *,
    measures: Mapping[str, ArmEvaluation],
) -> str:
    """The schema of docs/statistics.md, led by what study it is of; never NaN.

    `measures` is what the image bank says of the arms' images, for the arms that it says it of.
    """
    if table is None:
        found: dict[str, Any] = {"arms": {}, "notes": ["Nobody has rated anything."]}
    else:
        found = analyse(table, settings=AnalysisSettings(margin=design.analysis.margin)).to_json()
    images = {arm: asdict(evaluation) for arm, evaluation in measures.items()}
    content = {"study": dict(study), "image_measures": images, **found}
    return json.dumps(content, indent=2, allow_nan=False) + "\n"
