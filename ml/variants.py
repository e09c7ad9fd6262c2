# mypy: disable-error-code="no-untyped-call"
"""Build a pipeline: a base model, or a variant that was trained from it.

``python -m ml.variants`` prints the table of presets.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ml.bank.run_folder import (
    Checkpoint,
    base_digest,
    digest_of,
    epoch_folder,
    epochs_kept,
    file_digest,
    read_checkpoint,
    read_json,
)
from ml.bank.writer import Condition
from ml.bases.any_lora import read_lora, wear_lora
from ml.bases.families import FAMILIES, adapter_of
from ml.bases.lora_files import merge_layers
from ml.bases.recognise import check_base, pipeline_class
from ml.bases.whole_weights import POOLER, load_whole, refuse_holes
from ml.boundary import library
from ml.device import note_emulation, pick_device, pick_dtype
from ml.errors import MlError
from ml.methods.config import CAPTION_TEMPLATE, VARIANTS, VariantConfig, load_variants
from ml.sampling.loaded_variant import LoadedVariant
from ml.training.provenance import chosen_here, compare_with_paper, summary, title_of

SD15_CONFIG = Path(__file__).with_name("sd15_config")
"""Stable Diffusion 1.5's configuration without weights; a single file holds none."""

NO_CHECKER: dict[str, Any] = {"safety_checker": None, "requires_safety_checker": False}
"""Radiographs are blacked out by a network that was taught on pictures of people."""

SINGLE_FILES = (".safetensors", ".ckpt")


def load_base(
    source: str, *, dtype: str | None = None, device: str | None = None, config: Path = SD15_CONFIG
) -> Any:
    """Load a base model of any family that there is an adapter for.

    Parameters
    ----------
    source : a diffusers folder, a hub id, or a single ``.safetensors`` or ``.ckpt`` file of Stable
        Diffusion 1.x
    dtype : float32, bfloat16 or float16; default: bfloat16 on a CUDA device that has it
    device : default: the best there is
    config : of a single file, the folder with its pipeline's configuration

    Returns
    -------
    a pipeline of diffusers, of a class that `ml.bases.families.FAMILIES` names

    Raises
    ------
    MlError
        If there is no such model here and no hub, or it is of another family.
    """
    from ml.library_logging import quieten

    quieten()
    where = pick_device(device)
    of_weights = pick_dtype(dtype, where)
    path = locate_base(source)
    if path.is_file():
        pipeline = _of_single_file(path, source, config, of_weights)
    else:
        pipeline = _of_folder(path, source, of_weights)
    adapter_of(pipeline).settle_precision()
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(where)


def _of_single_file(path: Path, source: str, config: Path, dtype: Any) -> Any:
    from diffusers import StableDiffusionPipeline

    with library(f"{source} cannot be loaded as Stable Diffusion 1.x"):
        return StableDiffusionPipeline.from_single_file(
            str(path),
            config=str(config),
            tokenizer=tokenizer_of(config),
            local_files_only=True,
            dtype=dtype,
            **NO_CHECKER,
        )


def _of_folder(path: Path, source: str, dtype: Any) -> Any:
    import diffusers
    import transformers

    name = pipeline_class(path)
    checker = NO_CHECKER if name == "StableDiffusionPipeline" else {}
    # Parts that a base may lack, as SD 3 its T5: the library loads it only if told so again.
    index = read_json(path / "model_index.json")
    lacking = {part: None for part, named in index.items() if named == [None, None]}
    family = FAMILIES[name].family
    texts = {}
    for part, named in index.items():
        if part.startswith("text_encoder") and named[0] == "transformers":
            with library(f"{path / part} cannot be loaded as the text encoder of {family}"):
                texts[part] = load_whole(
                    getattr(transformers, named[1]), path / part, unused=[POOLER], dtype=dtype
                )
    with library(f"{source} cannot be loaded as {family}"):
        pipeline = getattr(diffusers, name).from_pretrained(
            path, local_files_only=True, dtype=dtype, **{**lacking, **checker, **texts}
        )
        for part in ("unet", "transformer", "vae"):
            if getattr(pipeline, part, None) is not None:
                refuse_holes(getattr(pipeline, part), path / part)
    return pipeline


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


def tokenizer_of(config: Path) -> Any:
    """Return the tokenizer beside a configuration, or CLIP's of the package that has it.

    Raises MlError where neither is there.
    """
    from transformers import CLIPTokenizer

    if (config / "tokenizer" / "vocab.json").is_file():
        return CLIPTokenizer.from_pretrained(config / "tokenizer", local_files_only=True)
    from ml.bases.clip_vocabulary import clip_vocabulary

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
    variant : a run's name in ``runs``, with ``@25`` the weights of an epoch that was kept, or a
        preset that trains nothing (M0)
    base : default: the one that the run was tuned from

    Raises
    ------
    MlError
        If it was never trained, its files are not those of the run, or the base is another one.
    """
    name, _, epoch = variant.partition("@")
    run = runs / name
    done = run / ("options.json" if epoch else "checkpoint.json")
    if not done.is_file():
        preset = VARIANTS.get(name)
        if preset is not None and preset.kind == "none" and not epoch:
            return _untouched(variant, preset, base or _base_of_runs(runs), dtype, device)
        known = "" if preset else " and no preset has that name"
        raise MlError(
            f"{run} holds no trained variant{known}: run python -m ml.finetune {name} first."
        )
    options = read_json(run / "options.json")
    if epoch:
        run = _kept_epoch(run, epoch)
        options = {**options, "epoch": int(epoch), "title": f"{options['title']}, epoch {epoch}"}
    checkpoint = read_checkpoint(run)
    where = pick_device(device)
    note_emulation(dtype, where)
    pipeline = _tuned_pipeline(run, checkpoint, options, base, dtype, where)
    if predicts := options.get("prediction_type"):
        training = options["config"]["training"]
        zero_snr = bool(training.get("zero_terminal_snr"))
        adapter_of(pipeline).let_predict(predicts, zero_snr=zero_snr)
    options = _with_outcome(options, checkpoint.outcome)
    return LoadedVariant(pipeline, variant, checkpoint.sha256, str(options["base_name"]), options)


def _tuned_pipeline(
    run: Path,
    checkpoint: Checkpoint,
    options: Mapping[str, Any],
    base: str | None,
    dtype: str | None,
    device: str,
) -> Any:
    """Load a run's own pipeline, or its base with what was tuned of it."""
    if checkpoint.kind in ("full", "dreambooth"):
        return load_base(str(run / "pipeline"), dtype=dtype, device=device)
    source = base or str(options["base"])
    digest = base_digest(locate_base(source))
    if digest != checkpoint.base_sha256:
        raise MlError(
            f"{run} was tuned from another base than {source}: its weights' sha256 should "
            f"begin with {checkpoint.base_sha256[:12]}, not {digest[:12]}."
        )
    pipeline = load_base(source, dtype=dtype, device=device)
    if checkpoint.kind == "textual_inversion":
        with library(f"the learnt word of {run} cannot be loaded"):
            adapter_of(pipeline).load_word(run / "embedding", word_of(options))
    else:
        apply_lora(pipeline, run / "lora")
    return pipeline


def _kept_epoch(run: Path, epoch: str) -> Path:
    kept = epochs_kept(run)
    if not epoch.isdecimal() or int(epoch) not in kept:
        which = ", ".join(str(number) for number in kept) or "none"
        raise MlError(
            f"{run} has no weights of epoch {epoch!r}; kept are: {which}. Train it with "
            "--keep-every EPOCHS."
        )
    return epoch_folder(run, int(epoch))


def _with_outcome(options: dict[str, Any], outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a run's options with what came of them: the length that was trained, not planned."""
    if outcome is None:
        return options
    return {**options, "outcome": dict(outcome), "training_summary": summary(options, outcome)}


def apply_lora(pipeline: Any, folder: Path) -> None:
    """Put a LoRA, saved with its adapter's metadata, on a pipeline; merge it if that is exact."""
    import torch

    adapter = adapter_of(pipeline)
    with library(f"the LoRA in {folder} cannot be loaded"):
        adapter.load_lora(folder)
    if adapter.denoiser.dtype == torch.float32:
        adapter.merge_lora()


def load_lora_file(
    variant: str,
    path: Path,
    *,
    base: str,
    prompts: Mapping[Condition, str],
    weight: float = 1.0,
    dtype: str | None = None,
    device: str | None = None,
) -> LoadedVariant:
    """Load a base with a LoRA that any trainer wrote.

    In float32 it is merged into the base's weights; in 16 bits it stays beside them.

    Parameters
    ----------
    variant : what the arm's images are called
    weight : by which the LoRA's updates are multiplied

    Raises
    ------
    MlError
        If the file is no LoRA, or one of its layers is not there in the base.
    """
    import torch

    lora = read_lora(path)
    pipeline = load_base(base, dtype=dtype, device=device)
    adapter = adapter_of(pipeline)
    wear_lora(adapter, lora, weight=weight)
    if adapter.denoiser.dtype == torch.float32:
        for model in (adapter.denoiser, *adapter.text_encoders().values()):
            merge_layers(model)
    base_sha256, sha256 = base_digest(locate_base(base)), file_digest(lora.path)
    described = lora.described()
    options = {
        "variant": variant,
        "kind": "lora file",
        "title": f"LoRA of {lora.path.name}",
        "base": base,
        "base_name": base_name(base),
        "base_sha256": base_sha256,
        "family": adapter.family,
        "prompts": dict(prompts),
        "condition_only": None,
        "lora_file": {"name": lora.path.name, "sha256": sha256, "weight": weight, **described},
        "training_summary": f"not trained here: {lora.path.name} ({lora.layout} layout, "
        f"{described['layers']} layers), on {base_name(base)}, weight {weight:g}",
    }
    digest = digest_of({lora.path.name: sha256}, base_sha256, f"{weight:g}")
    return LoadedVariant(pipeline, variant, digest, base_name(base), options)


def word_of(options: Mapping[str, Any]) -> str:
    """Return the word that a run taught its base."""
    return str(options["config"]["embedding"]["token"])


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
