"""What kohya's scripts write into a LoRA of a run, for the tools that read it there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def trainer_notes(options: Mapping[str, Any], step: int, epochs: float) -> dict[str, str]:
    """Return kohya's metadata (``ss_...``) of a run, but for rank, alpha and base version.

    Parameters
    ----------
    options : the run's ``options.json``
    step, epochs : of the weights

    Nothing in it is of the moment: equal runs shall write equal files.
    """
    config, data = options["config"], options["data"]
    training, lora = config["training"], config["lora"]
    each = training["batch_size"] * training["gradient_accumulation"] * options["processes"]
    own = {}
    if lora["conv_rank"]:
        own = {"conv_dim": str(lora["conv_rank"]), "conv_alpha": str(lora["conv_alpha"])}
    if lora["dora"]:
        # kohya's own module knows no DoRA; LyCORIS, which does, is used through it.
        own |= {"algo": "lora", "dora_wd": "True", "wd_on_output": "True"}
    text_rate = training["text_encoder_learning_rate"] or training["learning_rate"]
    size = config["data"]["size"]
    module = {"ss_network_module": "lycoris.kohya"} if lora["dora"] else {}
    return {
        **module,
        "ss_network_args": json.dumps(own),
        "ss_output_name": options["variant"],
        "ss_sd_model_name": options["base_name"],
        "ss_new_sd_model_hash": options["base_sha256"],
        "ss_num_train_images": str(data["train"]),
        "ss_num_reg_images": "0",
        "ss_num_epochs": str(training["epochs"]),
        "ss_epoch": f"{epochs:g}",
        "ss_steps": str(step),
        "ss_total_batch_size": str(each),
        "ss_gradient_accumulation_steps": str(training["gradient_accumulation"]),
        "ss_learning_rate": str(training["learning_rate"]),
        "ss_unet_lr": str(training["learning_rate"]),
        "ss_text_encoder_lr": str(text_rate if lora["text_encoder"] else None),
        "ss_lr_scheduler": training["schedule"],
        "ss_lr_warmup_steps": str(training["warmup_steps"]),
        "ss_optimizer": training["optimizer"],
        "ss_max_grad_norm": str(training["max_grad_norm"]),
        "ss_min_snr_gamma": str(training["min_snr_gamma"]),
        "ss_noise_offset": str(training["noise_offset"] or None),
        "ss_caption_dropout_rate": str(training["caption_dropout"]),
        "ss_mixed_precision": {"bfloat16": "bf16"}.get(training["dtype"], "no"),
        "ss_seed": str(training["seed"]),
        "ss_zero_terminal_snr": str(training["zero_terminal_snr"]),
        "ss_masked_loss": str(training["masked_loss"]),
        "ss_resolution": f"({size}, {size})",
        "ss_enable_bucket": str(config["data"]["fit"] == "buckets"),
        "ss_training_comment": options["training_summary"],
    }
