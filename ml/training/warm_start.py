"""Beginning from other weights than the base's: those of another run, or of a LoRA's file.

That is not going on with a run (``--resume``): step, optimizer and random numbers begin anew, and
what was begun from is written down. A LoRA goes on as a LoRA of the same layers and ranks, or is
added to the weights where all of them are tuned. A LoRA is never begun on another run's whole
weights: it would be a difference from those, and be read on the base.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank.run_folder import (
    Checkpoint,
    epoch_folder,
    epochs_kept,
    file_digest,
    read_checkpoint,
    read_json,
)
from ml.bases.any_lora import Layer, place_layers, read_lora, wear_lora
from ml.bases.families import adapter_of
from ml.bases.lora_files import DIFFUSERS_FILE, lora_layers, merge_layers
from ml.boundary import library
from ml.errors import MlError
from ml.methods.config import VariantConfig

if TYPE_CHECKING:
    from ml.methods.trainable import Trainable

WHOLE = ("full", "dreambooth")


@dataclass(frozen=True)
class WarmStart:
    """Where a run's first weights are from.

    Attributes
    ----------
    kind : lora, whole or word
    place : the LoRA's file, the pipeline's folder or the word's folder
    """

    kind: str
    place: Path
    about: Mapping[str, Any]
    """What ``options.json`` says of it."""

    def put_under(self, pipeline: Any, variant: VariantConfig) -> dict[str, dict[str, Layer]]:
        """Give a pipeline's own weights what is begun from, before what is trained is laid on them.

        Returns
        -------
        of a LoRA that is trained on, its layers by part and name, which `put_in` takes

        Raises
        ------
        MlError
            Where the weights are of another base.
        """
        if self.kind == "lora" and variant.kind == "lora":
            return place_layers(adapter_of(pipeline), read_lora(self.place))
        if self.kind == "whole":
            _copy_parts(pipeline, self.place)
        elif self.kind == "lora" and variant.kind in WHOLE:
            adapter = adapter_of(pipeline)
            wear_lora(adapter, read_lora(self.place))
            for model in (adapter.denoiser, *adapter.text_encoders().values()):
                merge_layers(model)
                if hasattr(model, "peft_config"):
                    del model.peft_config
        return {}

    def put_in(self, trainable: Trainable, placed: Mapping[str, Mapping[str, Layer]]) -> None:
        """Give what is trained its first weights.

        Parameters
        ----------
        placed : what `put_under` gave

        Raises
        ------
        MlError
            Where layers, ranks or alphas are others than those that are trained.
        """
        if self.kind == "word":
            trainable.begin_words(self.place)
        elif placed:
            _fill_lora(trainable, placed, self.place)


def read_start(given: str, variant: VariantConfig, base_sha256: str) -> WarmStart:
    """Find what a run is to begin from, and hold it against the run.

    Parameters
    ----------
    given : a run's folder, ``RUN@25`` for an epoch that it kept, or the file of a LoRA

    Raises
    ------
    MlError
        If it is not there, is damaged, is of another base, or cannot be gone on with in this way.
    """
    path = Path(given).expanduser()
    if path.is_file():
        about: dict[str, Any] = {"name": path.name, "sha256": file_digest(path)}
        start = WarmStart("lora", path, about)
    else:
        start = _of_run(path, base_sha256)
    fits = {
        "lora": variant.kind == "lora" or variant.kind in WHOLE,
        "whole": variant.kind in WHOLE,
        "word": variant.kind == "textual_inversion",
    }
    if not fits[start.kind]:
        what = {"lora": "a LoRA", "whole": "a whole model", "word": "a learnt word"}[start.kind]
        hint = ""
        if start.kind == "whole":
            hint = f": tune it with --base {start.place} instead"
        raise MlError(
            f"--start-from {given} holds {what}, from which a variant of kind {variant.kind} "
            f"cannot begin{hint}."
        )
    return start


def _of_run(given: Path, base_sha256: str) -> WarmStart:
    run, epoch = given, ""
    if not run.is_dir() and "@" in run.name:
        name, _, epoch = run.name.rpartition("@")
        run = run.with_name(name)
    if not (run / "options.json").is_file():
        raise MlError(f"--start-from {given} is neither a run's folder nor the file of a LoRA.")
    options = read_json(run / "options.json")
    folder = run
    if epoch:
        if not epoch.isdecimal() or int(epoch) not in epochs_kept(run):
            kept = ", ".join(str(number) for number in epochs_kept(run)) or "none"
            raise MlError(f"{run} has no weights of epoch {epoch!r}; kept are: {kept}.")
        folder = epoch_folder(run, int(epoch))
    checkpoint = read_checkpoint(folder)
    if checkpoint.base_sha256 != base_sha256:
        raise MlError(
            f"--start-from {given} was tuned from another base: its weights' sha256 begins with "
            f"{checkpoint.base_sha256[:12]}, this one's with {base_sha256[:12]}."
        )
    about = {
        "name": given.name,
        "sha256": checkpoint.sha256,
        "training_summary": str(options.get("training_summary")),
    }
    return WarmStart(*_weights_in(folder, checkpoint), about)


def _weights_in(folder: Path, checkpoint: Checkpoint) -> tuple[str, Path]:
    if checkpoint.kind == "lora":
        # Peft's folder, of a family that diffusers has no file for, says alpha beside the weights.
        file = folder / "lora" / DIFFUSERS_FILE
        return "lora", file if file.is_file() else folder / "lora"
    if checkpoint.kind == "textual_inversion":
        return "word", folder / "embedding"
    return "whole", folder / "pipeline"


def _copy_parts(pipeline: Any, folder: Path) -> None:
    """Copy the weights of a run's pipeline into the base that it was tuned from."""
    adapter = adapter_of(pipeline)
    for part in (adapter.denoiser_part, *adapter.text_encoders()):
        own = getattr(pipeline, part)
        with library(f"the {part} of {folder} is not of this base"):
            other = type(own).from_pretrained(
                folder / part, local_files_only=True, use_safetensors=True
            )
            own.load_state_dict(other.state_dict())


def _fill_lora(trainable: Trainable, placed: Mapping[str, Mapping[str, Layer]], path: Path) -> None:
    """Copy a LoRA into one that has the same layers, ranks and alphas."""
    import torch

    adapter = trainable.adapter
    parts = (adapter.denoiser_part, *adapter.text_encoders())
    tuned = {
        (part, name): (model, down, up, alpha)
        for part in parts
        for model in (getattr(adapter.pipeline, part),)
        for name, down, up, alpha in lora_layers(model)
    }
    given = {(part, name): layer for part, of in placed.items() for name, layer in of.items()}
    if given.keys() != tuned.keys():
        part, name = sorted(given.keys() ^ tuned.keys())[0]
        whose = "it has" if (part, name) in given else "this variant has"
        raise MlError(
            f"--start-from {path} tunes {len(given)} layers and this variant {len(tuned)}; {whose} "
            f"{part}.{name}: choose lora.targets, conv_rank and text_encoder as they were."
        )
    for (part, name), (model, down, up, alpha) in tuned.items():
        layer = given[part, name]
        rank = int(down.weight.shape[0])
        if layer.rank != rank or abs((layer.alpha or 0.0) - alpha) > 1e-4 * alpha:
            raise MlError(
                f"--start-from {path} has rank {layer.rank}, alpha {layer.alpha:g} at "
                f"{part}.{name}, this variant rank {rank}, alpha {alpha:g}: choose them alike."
            )
        magnitudes = model.get_submodule(name).lora_magnitude_vector
        if (layer.magnitude is not None) != ("default" in magnitudes):
            raise MlError(f"--start-from {path} and this variant must both be DoRA, or neither.")
        with torch.no_grad():
            for mine, theirs in zip((down, up), layer.matrices, strict=True):
                mine.weight.copy_(theirs.reshape(mine.weight.shape))
            if layer.magnitude is not None:
                rows = magnitudes["default"].weight
                rows.copy_(layer.magnitude.reshape(rows.shape))
