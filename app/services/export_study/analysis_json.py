"""The analysis of a study as strict JSON."""

import json
from collections.abc import Mapping
from typing import Any

from app.domain.study import StudyDesign
from app.statistics.analysis import analyse
from app.statistics.settings import AnalysisSettings
from app.statistics.table import RatingsTable


def analysis_json(study: Mapping[str, Any], table: RatingsTable | None, design: StudyDesign) -> str:
    """The schema of docs/statistics.md, led by what study it is of; never NaN."""
    if table is None:
        found: dict[str, Any] = {"arms": {}, "notes": ["Nobody has rated anything."]}
    else:
        found = analyse(
            table, settings=AnalysisSettings(margin=design.equivalence_margin)
        ).to_json()
    return json.dumps({"study": dict(study), **found}, indent=2, allow_nan=False) + "\n"
