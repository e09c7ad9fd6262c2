"""What the page after a practice case is given; apart from the pages that know no truth."""

import json
from dataclasses import asdict
from typing import Any

from app.domain.blinding import BlindedDesign
from app.domain.journey import Standing
from app.domain.practice import PracticeFeedback
from app.web.reading_context import image_url, key_list, reference_url, study_shown


def feedback_shown(
    told: PracticeFeedback, standing: Standing, design: BlindedDesign
) -> dict[str, Any]:
    """A practice case's truth, its picture with the reader's marks, and its reference."""
    has_reference = design.phase(standing.phase).has_reference and not told.is_timed
    return {
        **study_shown(design),
        "step": standing.step,
        "phase": standing.phase,
        "position": told.position,
        "total": told.total,
        "picture_size": design.picture_size,
        "image_url": None if told.is_timed else image_url(told.token),
        "reference_url": reference_url(standing.phase) if has_reference else None,
        "marks": json.dumps([asdict(mark) for mark in told.marks]) if told.marks else "",
        "mark_count": len(told.marks),
        "verdict_given": told.verdict_given,
        "truth": told.truth,
        "keys": key_list((), has_film=not told.is_timed, can_go_back=False),
    }
