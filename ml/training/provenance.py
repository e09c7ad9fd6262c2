"""What was done, in sentences that are derived from it: nothing here is true by being written down.

The paper (Clode da Silva et al., arXiv 2409.04424) states a few choices; a run is held against
them. Everything else is chosen here, and a run is held against its preset.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ml.methods.config import (
    PROMPT_ABNORMAL,
    PROMPT_NORMAL,
    VARIANTS,
    TrainingConfig,
    VariantConfig,
)

if TYPE_CHECKING:
    from ml.radiographs.training_images import PreparedData

PAPER_SIZE = 512
PAPER_EPOCHS = 100
PAPER_DATA = "montgomery"
PAPER_FILMS = {"normal": 15, "abnormal": 15}
PAPER_FILMS_TEXT = "15 normal and 15 tuberculosis films of Montgomery"

DESCRIPTIVE = ("preset", "title")
"""What a preset says of itself; changing it trains nothing else."""


@dataclass(frozen=True)
class PaperComparison:
    """Which of the paper's choices a run shares, and where it departs from them."""

    same: tuple[str, ...]
    other: tuple[str, ...]


def compare_with_paper(
    variant: VariantConfig, data: PreparedData | None = None, epochs: float | None = None
) -> PaperComparison:
    """Hold a variant, and the data and length of its run where they are known, against the paper.

    Parameters
    ----------
    epochs : that were trained; default: what the variant asks for
    """
    if variant.kind == "none":
        same = ["the untuned foundation model as reference"]
        return PaperComparison(*(tuple(part) for part in _split(_prompts(variant), same)))
    same, other = _split(_prompts(variant), [])
    planned = variant.training.epochs if variant.training.max_steps is None else None
    length = planned if epochs is None else round(epochs, 2)
    for what, value, paper in (
        ("px", variant.data.size, PAPER_SIZE),
        ("epochs", length, PAPER_EPOCHS),
    ):
        if value == paper:
            same.append(f"{paper} {what}")
        elif value is None:
            other.append(f"at most {variant.training.max_steps} steps (paper: {paper} {what})")
        else:
            other.append(f"{value:g} {what} (paper: {paper})")
    if data is not None:
        counts = data.counts
        if data.source_kind == PAPER_DATA and counts == PAPER_FILMS:
            same.append(PAPER_FILMS_TEXT)
        else:
            films = " and ".join(f"{n} {c}" for c, n in counts.items() if n)
            other.append(f"{films} films of {data.name} (paper: {PAPER_FILMS_TEXT})")
    elif variant.condition_only:
        other.append(f"{variant.condition_only} films only (paper: both conditions)")
    return PaperComparison(tuple(same), tuple(other))


def _prompts(variant: VariantConfig) -> tuple[bool, str]:
    """Return whether the prompts are the paper's, and what they are."""
    paper = {"normal": PROMPT_NORMAL, "abnormal": PROMPT_ABNORMAL}
    if variant.kind != "none" and variant.data.captions == "data":
        return False, "the data's own captions (paper: two prompts)"
    if variant.prompts == paper:
        return True, "the two prompts"
    if all(text in variant.prompts[condition] for condition, text in paper.items()):
        added = variant.prompt_normal.replace(PROMPT_NORMAL, "").strip()
        return False, f"the two prompts with {added!r} (paper: without)"
    return False, "prompts of its own (paper: two others)"


def _split(judged: tuple[bool, str], same: list[str]) -> tuple[list[str], list[str]]:
    is_same, text = judged
    return ([*same, text], []) if is_same else (same, [text])


LORA_LAYERS = {
    "attention": ("attention",),
    "feed-forward": ("attention", "feed-forward layers"),
    "kohya": ("attention", "feed-forward layers", "projections"),
}


def method_of(variant: VariantConfig, denoiser: str = "U-Net") -> str:
    """Say what is trained, from the choices that decide it.

    Parameters
    ----------
    denoiser : what the base's is called
    """
    if variant.kind == "lora":
        parts = list(LORA_LAYERS[variant.lora.targets])
        parts += ["convolutions"] if variant.lora.conv_rank else []
        parts += ["text encoder"] if variant.lora.text_encoder else []
        which = "DoRA" if variant.lora.dora else "LoRA"
        listed = ", ".join(parts[:-1]) + (" and " if parts[1:] else "") + parts[-1]
        return f"{which} on {listed}"
    if variant.kind == "full":
        return f"full {denoiser}" + (" and text encoder" if variant.text_encoder else "")
    if variant.kind == "dreambooth":
        kept = "with" if variant.training.prior_weight > 0 else "without"
        return f"DreamBooth {kept} prior preservation"
    return {"none": "foundation model, untouched"}.get(variant.kind, "textual inversion")


def title_of(variant: VariantConfig, denoiser: str = "U-Net") -> str:
    """Return the title that somebody gave, else what is trained."""
    preset = VARIANTS.get(variant.preset)
    given = preset is None or variant.title != preset.title
    return variant.title if given else method_of(variant, denoiser)


def chosen_here(variant: VariantConfig, denoiser: str = "U-Net") -> str:
    """List the choices that the paper, as far as it was available, does not state."""
    training, lora = variant.training, variant.lora
    parts = [method_of(variant, denoiser)]
    if variant.kind == "none":
        return parts[0]
    if variant.kind == "lora":
        parts.append(f"rank {lora.rank}, alpha {lora.alpha:g}")
        if lora.rank_stabilised:
            parts.append("scaled by the rank's square root")
        if lora.conv_rank:
            parts.append(f"convolutions rank {lora.conv_rank}, alpha {lora.conv_alpha:g}")
        if lora.text_encoder:
            ranks = f"rank {lora.text_encoder_rank}, alpha {lora.text_encoder_alpha:g}"
            parts.append(f"text encoder {ranks}")
    if variant.kind == "textual_inversion":
        parts.append(f"{variant.embedding.vectors} vectors of {variant.embedding.token}")
    if variant.kind == "dreambooth" and training.prior_weight > 0:
        parts.append(f"{training.prior_images} prior images of each condition")
    parts += _ways(variant)
    parts.append(f"rate {_rate(training)}, {training.schedule}")
    if _trains_text(variant) and training.text_encoder_learning_rate is not None:
        parts.append(f"text encoder's rate {training.text_encoder_learning_rate:g}")
    parts.append(f"batch {training.batch_size} x {training.gradient_accumulation}")
    return ", ".join(parts)


def _rate(training: TrainingConfig) -> str:
    if training.optimizer == "prodigy":
        return f"found by prodigy times {training.learning_rate:g}"
    free = " (schedule-free)" if training.optimizer == "schedule-free" else ""
    return f"{training.learning_rate:g}{free}"


def _ways(variant: VariantConfig) -> list[str]:
    """Say how films, noise and loss are other than in diffusers' examples."""
    training, data = variant.training, variant.data
    offset = f"noise offset {training.noise_offset:g}" if training.noise_offset else ""
    gamma = training.min_snr_gamma
    said = [
        "films in buckets of shapes" if data.fit == "buckets" else "",
        "loss on the film only" if training.masked_loss else "",
        "zero terminal SNR" if training.zero_terminal_snr else "",
        offset,
        f"min-SNR {gamma:g}" if gamma is not None else "",
    ]
    return [text for text in said if text]


def _trains_text(variant: VariantConfig) -> bool:
    return variant.lora.text_encoder if variant.kind == "lora" else variant.text_encoder


def changes_from_preset(variant: VariantConfig) -> dict[str, list[Any]]:
    """Return each choice that is not its preset's, as ``{"training.epochs": [100, 2]}``."""
    preset = VARIANTS.get(variant.preset)
    if preset is None:
        return {}
    before, now = (dict(_leaves(dataclasses.asdict(v))) for v in (preset, variant))
    return {
        key: [before[key], value]
        for key, value in now.items()
        if value != before[key] and key not in DESCRIPTIVE
    }


def _leaves(choices: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in choices.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def summary(options: Mapping[str, Any], outcome: Mapping[str, Any] | None = None) -> str:
    """Say in one sentence what was trained, on what and for how long.

    Parameters
    ----------
    options : a run's ``options.json``
    outcome : of the run, once it has ended (`Outcome`); until then the length is the planned one
    """
    config, data = options["config"], options["data"]
    only = f", {options['condition_only']} images only" if options["condition_only"] else ""
    training = config["training"]
    if outcome is not None:
        length = f"{outcome['steps']} steps ({outcome['epochs']:g} epochs)"
        if outcome["weights_step"] != outcome["steps"]:
            length += f", weights of step {outcome['weights_step']}"
    elif training["max_steps"]:
        length = f"at most {training['max_steps']} steps"
    else:
        length = f"{training['epochs']} epochs"
    begun = f", begun from {start['name']}" if (start := options.get("start_from")) else ""
    return (
        f"{options['title']}{only}, from {options['base_name']}{begun} on {data['train']} "
        f"radiographs of {data['name']}, {config['data']['size']} px, {length}."
    )
