# mypy: disable-error-code="no-untyped-call"
"""LoRA and textual-inversion weights as files that other tools read.

LoRA is written twice. For diffusers with the adapter's metadata: without it a reader takes
alpha = rank, and a LoRA with another alpha loses most of its effect or doubles it. For kohya's
scripts, A1111 and ComfyUI in kohya's names, with each layer's alpha; written here because the
library's converter writes alpha = rank.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank.settled_header import settle_header
from ml.bases.clip_keys import PREFIX, with_prefix
from ml.methods.config import LoraConfig

if TYPE_CHECKING:
    import torch

DIFFUSERS_FILE = "pytorch_lora_weights.safetensors"
KOHYA_FILE = "lora_kohya.safetensors"
ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
CONVOLUTIONS = ("conv1", "conv2")
TEXT_ATTENTION = ("q_proj", "k_proj", "v_proj", "out_proj")


def add_lora(unet: Any, text_encoder: Any | None, config: LoraConfig, *, seed: int) -> None:
    """Add trainable low-rank updates, in float32, that change nothing yet.

    Parameters
    ----------
    text_encoder : None leaves it as it is
    seed : of the down weights; the up weights are zero
    """
    import torch
    from peft import LoraConfig as PeftLoraConfig

    peft_config: Any = PeftLoraConfig  # alpha may be a fraction, whatever its annotation says
    targets = [*ATTENTION, *(CONVOLUTIONS if config.conv_rank else ())]
    conv = r"(?:.*\.)?(?:" + "|".join(CONVOLUTIONS) + ")"
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        unet.add_adapter(
            peft_config(
                r=config.rank,
                lora_alpha=config.alpha,
                target_modules=targets,
                rank_pattern={conv: config.conv_rank} if config.conv_rank else {},
                alpha_pattern={conv: config.conv_alpha} if config.conv_rank else {},
                init_lora_weights="gaussian",
            )
        )
        if text_encoder is not None:
            text_encoder.add_adapter(
                peft_config(
                    r=config.text_encoder_rank,
                    lora_alpha=config.text_encoder_alpha,
                    target_modules=list(TEXT_ATTENTION),
                    init_lora_weights="gaussian",
                )
            )
    for model in (unet, text_encoder):
        if model is not None:
            for name, parameter in model.named_parameters():
                if "lora_" in name:
                    parameter.data = parameter.data.float()


def lora_layers(model: Any) -> Iterator[tuple[str, Any, Any, float]]:
    """Yield each tuned layer: its name, down and up modules, and alpha."""
    for name, module in model.named_modules():
        if "default" in getattr(module, "lora_A", {}):
            alpha = float(module.lora_alpha["default"])
            yield name, module.lora_A["default"], module.lora_B["default"], alpha


def save_lora(folder: Path, unet: Any, text_encoder: Any | None) -> None:
    """Write both layouts; ``text_encoder`` is None where it was not tuned."""
    from diffusers import StableDiffusionPipeline
    from peft.utils import get_peft_model_state_dict
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    extra: dict[str, Any] = {}
    if text_encoder is not None:
        layers = get_peft_model_state_dict(text_encoder)
        extra["text_encoder_lora_layers"] = with_prefix(layers)
        extra["text_encoder_lora_adapter_metadata"] = text_encoder.peft_config["default"].to_dict()
    StableDiffusionPipeline.save_lora_weights(
        folder,
        unet_lora_layers=get_peft_model_state_dict(unet),
        unet_lora_adapter_metadata=unet.peft_config["default"].to_dict(),
        weight_name=DIFFUSERS_FILE,
        safe_serialization=True,
        **extra,
    )
    weights, ranks = kohya_weights(unet, text_encoder)
    save_file(
        weights, folder / KOHYA_FILE, metadata={"ss_network_module": "networks.lora", **ranks}
    )
    for name in (DIFFUSERS_FILE, KOHYA_FILE):
        settle_header(folder / name)


def kohya_weights(
    unet: Any, text_encoder: Any | None
) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Return the tuned layers under kohya's names, and kohya's metadata on rank and alpha."""
    import torch

    weights: dict[str, torch.Tensor] = {}
    metadata: dict[str, str] = {}
    for prefix, model in (("lora_unet_", unet), ("lora_te_", text_encoder)):
        if model is None:
            continue
        for name, down, up, alpha in lora_layers(model):
            if prefix == "lora_te_" and not name.startswith(PREFIX):
                name = PREFIX + name
            key = prefix + name.replace(".", "_")
            weights[f"{key}.lora_down.weight"] = down.weight.detach().float().cpu().contiguous()
            weights[f"{key}.lora_up.weight"] = up.weight.detach().float().cpu().contiguous()
            weights[f"{key}.alpha"] = torch.tensor(alpha)
    if unet is not None:
        config = unet.peft_config["default"]
        metadata = {"ss_network_dim": str(config.r), "ss_network_alpha": str(config.lora_alpha)}
    return weights, metadata


def save_embedding(folder: Path, token: str, vectors: torch.Tensor) -> None:
    """Write a learnt word, (vectors, features), for diffusers and for A1111 and ComfyUI.

    ``learned_embeds.safetensors`` holds it under the word itself, ``<word>_a1111.safetensors``
    under ``emb_params``, where those tools take the word from the file's name.
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    kept = vectors.detach().float().cpu().contiguous()
    save_file({token: kept}, folder / "learned_embeds.safetensors")
    word = "".join(c for c in token if c.isalnum() or c in "-_") or "word"
    save_file({"emb_params": kept}, folder / f"{word}_a1111.safetensors")
