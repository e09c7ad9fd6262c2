"""Words for the image measures of a bank."""

from collections.abc import Mapping, Sequence

from app.bank.evaluation import ArmEvaluation
from app.domain.said import said

FEATURES: Mapping[str, str] = {
    "vae": said("the base model’s own autoencoder"),
    "inception": "Inception-v3",
    "clip": "CLIP",
    "xrv": said("a network trained on chest radiographs (TorchXRayVision)"),
    "rad-dino": said("a network trained on chest radiographs (RAD-DINO)"),
    "biovil-t": said("a network trained on chest radiographs and their reports (BioViL-T)"),
}


def flag_rule(evaluations: Sequence[ArmEvaluation]) -> str:
    """By which rule images were flagged, to follow "flagged as memorised": one rule a bank."""
    chances = {one.memorisation_chance for one in evaluations} - {None}
    if len(chances) == 1:
        return said(
            "where, laid over each training image, fewer than {value:.3g}% of "
            "honest images would come as close to one",
            value=100 * (chances.pop() or 0.0),
        )
    if chances:
        return said(
            "where, laid over each training image, it came closer to one than chance allows"
        )
    return said(
        "as closer to a training image than {beyond_text} training images are to each other",
        beyond_text=beyond_text(evaluations),
    )


def beyond_text(evaluations: Sequence[ArmEvaluation]) -> str:
    """How many training images a flagged image must beat: "95% of", or "different" if untold."""
    beyond = {one.memorisation_percentile for one in evaluations}
    only = beyond.pop() if len(beyond) == 1 else None
    return said("different") if only is None else said("{only:g}% of", only=only)
