"""Arms that are epochs of one variant, as a bank's header says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any


@dataclass(frozen=True)
class VariantEpoch:
    """Which weights of a run an arm was drawn with.

    `run` is the same for two arms if all that is said of their training is the same but for its
    length: two runs of one name are not one curve.
    """

    variant: str
    epoch: float
    run: str


def variant_epoch(details: object) -> VariantEpoch | None:
    """Read it from what is kept with an arm; None where variant or epoch is not said.

    A header's ``training`` names the ``variant``, and the ``epoch`` of weights that were kept on
    the way. Of the weights that a run ended with, ``outcome`` says how many epochs and steps it
    took and of which step they are.

    >>> variant_epoch({"training": {"variant": "M1", "epoch": 25}})
    VariantEpoch(variant='M1', epoch=25.0, run='[null, null, null, null]')
    """
    training = details.get("training") if isinstance(details, Mapping) else None
    if not isinstance(training, Mapping) or not isinstance(training.get("variant"), str):
        return None
    epoch = _number(training.get("epoch"))
    if epoch is None:
        epoch = _last_epoch(training.get("outcome"))
    if epoch is None or epoch <= 0:
        return None
    data = training.get("data")
    said = [
        training.get("base_sha256"),
        data.get("digest") if isinstance(data, Mapping) else None,
        training.get("config"),
        training.get("start_from"),
    ]
    run = json.dumps(said, sort_keys=True, default=str)
    return VariantEpoch(str(training["variant"]).partition("@")[0], epoch, run)


def _last_epoch(outcome: object) -> float | None:
    if not isinstance(outcome, Mapping):
        return None
    epochs, steps, kept = (_number(outcome.get(k)) for k in ("epochs", "steps", "weights_step"))
    if epochs is None or not steps or kept is None:
        return None
    return round(epochs * kept / steps, 2)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) else None
