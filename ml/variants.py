# mypy: disable-error-code="no-untyped-call"
"""Build a pipeline: a base model, or a variant that was trained from it.

``python -m ml.variants`` prints the table of presets.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.bank.run_folder import base_digest, read_checkpoint, read_json
from ml.boundary import library
from ml.device import note_emulation, pick_device, pick_dtype
from ml.errors import MlError
from ml.methods.base_family import check_base
from ml.methods.config import CAPTION_TEMPLATE, VARIANTS, VariantConfig, load_variants
from ml.training.provenance import chosen_here, compare_with_paper, summary, title_of

SD15_CONFIG = Path(__file__).with_name("sd15_config")
"""Stable Diffusion 1.5's configuration without weights; a single file holds none."""

SINGLE_FILES = (".safetensors", ".ckpt")


@dataclass(frozen=True)
class LoadedVariant:
    """A pipeline that is ready to sample, and where it is from."""

    pipeline: Any
    variant: str
    checkpoint_sha256: str
    base_name: str
    options: dict[str, Any]


def load_base(
    source: str, *, dtype: str | None = None, device: str | None = None, config: Path = SD15_CONFIG
) -> Any:
    """Load a Stable Diffusion 1.x base model.

    Parameters
    ----------
    source : a diffusers folder, a single ``.safetensors`` or ``.ckpt`` file, or a hub id
    dtype : float32, bfloat16 or float16; default: bfloat16 on a CUDA device that has it
    device : default: the best there is
    config : of a single file, the folder with its pipeline's configuration

    Returns
    -------
    StableDiffusionPipeline

    Raises
    ------
    MlError
        If there is no such model here and no hub, or it is of another family.
    """
    from ml.library_logging import quieten

    quieten()
    from diffusers import StableDiffusionPipeline

    where = pick_device(device)
    of_weights = pick_dtype(dtype, where)
    path = locate_base(source)
    checker: dict[str, Any] = {"safety_checker": None, "requires_safety_checker": False}
    with library(f"{source} cannot be loaded as Stable Diffusion 1.x"):
        if path.is_file():
            pipeline: Any = StableDiffusionPipeline.from_single_file(
                str(path),
                config=str(config),
                tokenizer=_tokenizer_of(config),
                local_files_only=True,
                dtype=of_weights,
                **checker,
            )
        else:
            pipeline = StableDiffusionPipeline.from_pretrained(
                path, local_files_only=True, dtype=of_weights, **checker
            )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(where)


def locate_base(source: str) -> Path:
    """Return the folder or file of a base model; of a hub id, the folder it was fetched to.

    Raises MlError where it is not there or is no model.
    """
    path = Path(source).expanduser()
    if path.is_file():
        if path.suffix.lower() not in SINGLE_FILES:
            raise MlError(f"{path} is no model: a single file ends in .safetensors or .ckpt.")
        check_base(path)
        return path
    if path.is_dir():
        if not (path / "model_index.json").is_file():
            raise MlError(f"{path} is no diffusers folder: it has no model_index.json.")
        check_base(path)
        return path
    if not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", source):
        raise MlError(f"{source} is not there: name a diffusers folder, a single file or a hub id.")
    return _fetched(source)


def _fetched(hub_id: str) -> Path:
    from diffusers import DiffusionPipeline

    failure: Exception | None = None
    for offline in (True, False):
        try:
            fetched = Path(DiffusionPipeline.download(hub_id, local_files_only=offline))
        except Exception as error:  # the hub client's errors share no base but Exception
            failure = error
            continue
        check_base(fetched)
        return fetched
    raise MlError(
        f"{hub_id} is neither a folder nor a file here, and no hub could give it: "
        "download the model elsewhere and name its folder or .safetensors file."
    ) from failure


def _tokenizer_of(config: Path) -> Any:
    from transformers import CLIPTokenizer

    if (config / "tokenizer" / "vocab.json").is_file():
        return CLIPTokenizer.from_pretrained(config / "tokenizer", local_files_only=True)
    from ml.tiny_base import clip_vocabulary

    vocabulary, merges = clip_vocabulary()
    if not merges:
        raise MlError(
            "a single file holds no tokenizer, and CLIP's vocabulary is not installed: "
            "pip install --no-deps clip-anytorch, or use a diffusers folder."
        )
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)


def load_variant(
    variant: str,
    *,
    runs: Path,
    base: str | None = None,
    dtype: str | None = None,
    device: str | None = None,
) -> LoadedVariant:
    """Load what a run ended with; a variant that trains nothing is its base.

    In float32 LoRA is merged into the base's weights, and sampling is as fast as the base's. In
    16 bits it stays beside them: added to a bfloat16 weight, most of a small update is rounded off.

    Parameters
    ----------
    variant : a run's name in ``runs``, or a preset that trains nothing (M0)
    base : default: the one that the run was tuned from

    Raises
    ------
    MlError
        If it was never trained, its files are not those of the run, or the base is another one.
    """
    run = runs / variant
    if not (run / "checkpoint.json").is_file():
        preset = VARIANTS.get(variant)
        if preset is not None and preset.kind == "none":
            return _untouched(variant, preset, base or _base_of_runs(runs), dtype, device)
        known = "" if preset else " and no preset has that name"
        raise MlError(
            f"{run} holds no trained variant{known}: run python -m ml.finetune {variant} first."
        )
    options = read_json(run / "options.json")
    checkpoint = read_checkpoint(run)
    source = base or str(options["base"])
    where = pick_device(device)
    note_emulation(dtype, where)
    if checkpoint.kind in ("full", "dreambooth"):
        pipeline = load_base(str(run / "pipeline"), dtype=dtype, device=where)
    else:
        digest = base_digest(locate_base(source))
        if digest != checkpoint.base_sha256:
            raise MlError(
                f"{run} was tuned from another base than {source}: its weights' sha256 should "
                f"begin with {checkpoint.base_sha256[:12]}, not {digest[:12]}."
            )
        pipeline = load_base(source, dtype=dtype, device=where)
        if checkpoint.kind == "textual_inversion":
            with library(f"the learnt word of {run} cannot be loaded"):
                pipeline.load_textual_inversion(
                    str(run / "embedding"),
                    weight_name="learned_embeds.safetensors",
                    use_safetensors=True,
                )
        else:
            apply_lora(pipeline, run / "lora")
    predicts = options.get("prediction_type")
    if predicts and predicts != pipeline.scheduler.config.get("prediction_type"):
        pipeline.scheduler = type(pipeline.scheduler).from_config(
            pipeline.scheduler.config, prediction_type=predicts
        )
    options = _with_outcome(options, checkpoint.outcome)
    return LoadedVariant(pipeline, variant, checkpoint.sha256, str(options["base_name"]), options)


def _with_outcome(options: dict[str, Any], outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a run's options with what came of them: the length that was trained, not planned."""
    if outcome is None:
        return options
    return {**options, "outcome": dict(outcome), "training_summary": summary(options, outcome)}


def apply_lora(pipeline: Any, folder: Path) -> None:
    """Put a LoRA, saved with its adapter's metadata, on a pipeline; merge it if that is exact."""
    import torch

    with library(f"the LoRA in {folder} cannot be loaded"):
        # Without use_safetensors the library falls back to pickles.
        pipeline.load_lora_weights(
            str(folder),
            weight_name="pytorch_lora_weights.safetensors",
            local_files_only=True,
            use_safetensors=True,
        )
    if pipeline.unet.dtype == torch.float32:
        pipeline.fuse_lora(components=[n for n in ("unet", "text_encoder") if _tuned(pipeline, n)])
        pipeline.unload_lora_weights()


def _tuned(pipeline: Any, part: str) -> bool:
    return bool(getattr(getattr(pipeline, part), "peft_config", None))


def _untouched(
    variant: str, preset: VariantConfig, base: str | None, dtype: str | None, device: str | None
) -> LoadedVariant:
    if base is None:
        raise MlError(f"{variant} is the base model itself: say which one with --base.")
    pipeline = load_base(base, dtype=dtype, device=device)
    options = {
        "variant": variant,
        "kind": preset.kind,
        "title": title_of(preset),
        "base": base,
        "base_name": base_name(base),
        "prompts": preset.prompts,
        "condition_only": preset.condition_only,
        "training_summary": "not trained: the base model as it is",
    }
    digest = base_digest(locate_base(base))
    return LoadedVariant(pipeline, variant, digest, base_name(base), options)


def base_name(source: str) -> str:
    """Return what a bank may say of a base: a hub id, or the last part of a path."""
    path = Path(source).expanduser()
    return path.resolve().name if path.exists() else source


def _base_of_runs(runs: Path) -> str | None:
    bases = {read_json(path).get("base") for path in runs.glob("*/options.json")}
    return str(bases.pop()) if len(bases) == 1 else None


def table(variants: dict[str, VariantConfig]) -> str:
    """Return the variants as lines of text: what is trained, and where the choice is from."""
    lines = []
    for name, variant in variants.items():
        only = f", {variant.condition_only} only" if variant.condition_only else ""
        lines.append(f"{name}  {title_of(variant)}{only}")
        if variant.kind != "none":
            steps, data = variant.training, variant.data
            rate = f"{steps.learning_rate:g}"
            lines.append(
                f"    trained: {data.size} px, {steps.epochs} epochs, batch {steps.batch_size}, "
                f"rate {rate} {steps.schedule}"
            )
        lines.append(f"    normal: {variant.prompt_normal}")
        lines.append(f"    abnormal: {variant.prompt_abnormal}")
        paper = compare_with_paper(variant)
        lines.append(f"    as in the paper: {'; '.join(paper.same) or 'nothing'}")
        if paper.other:
            lines.append(f"    other than in the paper: {'; '.join(paper.other)}")
        lines.append(f"    chosen here: {chosen_here(variant)}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table of variants; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ml.variants", description="Print the variants that can be trained."
    )
    parser.add_argument("--config", type=Path, help="TOML file that overrides or adds variants")
    arguments = parser.parse_args(argv)
    try:
        print(table(load_variants(arguments.config)))
        print(f"captions that ml.prepare writes: {CAPTION_TEMPLATE}")
    except MlError as error:
        print(f"ml.variants: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
