"""Words for the image measures of a bank."""

from collections.abc import Mapping, Sequence

from app.bank.evaluation import ArmEvaluation

FEATURES: Mapping[str, str] = {
    "vae": "the base model’s own autoencoder",
    "inception": "Inception-v3",
    "clip": "CLIP",
    "xrv": "a network trained on chest radiographs (TorchXRayVision)",
}


def beyond_text(evaluations: Sequence[ArmEvaluation]) -> str:
    """How many training images a flagged image must beat: "95% of", or "different" if untold."""
    beyond = {one.memorisation_percentile for one in evaluations}
    only = beyond.pop() if len(beyond) == 1 else None
    return "different" if only is None else f"{only:g}% of"
