"""The analysis of a study as strict JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.bank.evaluation import ArmEvaluation
from app.statistics.analysis import Analysis


def analysis_json(
    study: Mapping[str, Any],
    analysis: Analysis | None,
    *,
    measures: Mapping[str, ArmEvaluation],
) -> str:
    """The schema of docs/statistics.md, led by what study it is of; never NaN.

    `measures` is what the image bank says of the arms' images, for the arms that it says it of.
    """
    results: dict[str, Any] = {"arms": {}, "notes": ["Nobody has rated anything."]}
    if analysis is not None:
        results = analysis.to_json()
    images = {arm: asdict(evaluation) for arm, evaluation in measures.items()}
    content = {"study": dict(study), "image_measures": images, **results}
    return json.dumps(content, indent=2, allow_nan=False) + "\n"
