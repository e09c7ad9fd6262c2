"""python -m ml.evaluate: fidelity, diversity and memorisation of a bank's arms.

Results go into the bank (``evaluation.json``, and from there into every arm and image of the
manifest), so that a study's report can say "realistic, but memorised"; and onto a page,
``evaluation.html``, that shows the images and the flagged pairs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank import iter_records, read_header, utc_now, write_bytes, write_evaluation
from ml.errors import MlError

if TYPE_CHECKING:
    from ml.evaluation import ArmImages, ArmResult, Evaluation, Films


def as_json(
    evaluation: Evaluation, arms: Mapping[str, ArmImages], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Lay results out as ``evaluation.json`` has them: by arm id and by image digest."""
    images: dict[str, Any] = {}
    for arm, result in evaluation.arms.items():
        for record, neighbour in zip(arms[arm].records, result.neighbours, strict=False):
            images[str(record["sha256"])] = {
                "nearest_training_image": neighbour.nearest,
                "correlation": round(neighbour.correlation, 4),
                "correlation_percentile": round(neighbour.correlation_percentile, 1),
                "nearest_training_image_in_latents": neighbour.nearest_in_latents,
                "latent_distance": round(neighbour.latent_distance, 4),
                "latent_percentile": round(neighbour.latent_percentile, 1),
                "memorised": neighbour.flagged,
            }
    baseline = evaluation.real_against_real
    return {
        "format_version": 1,
        **about,
        "memorisation_rule": {
            "percentile": evaluation.yardstick.percentile,
            "correlation_above": round(evaluation.yardstick.correlation, 4),
            "latent_distance_below": round(evaluation.yardstick.latent_distance, 4),
        },
        "notes": list(evaluation.notes),
        "real_against_real": _arm_as_json(baseline) if baseline else None,
        "arms": {arm: _arm_as_json(result) for arm, result in evaluation.arms.items()},
        "images": images,
    }


def _arm_as_json(result: ArmResult) -> dict[str, Any]:
    content: dict[str, Any] = {"images": result.n, "reference": result.reference}
    for name in ("kid", "coverage", "diversity"):
        measured = getattr(result, name)
        content[name] = asdict(measured) if measured is not None else None
    content["frechet_distance"] = result.frechet
    content["prompt_adherence"] = result.prompt_adherence
    content["memorised"] = result.flagged if result.neighbours else None
    return content
