"""A run's ``options.json``: every choice, resolved; and whether a resumed run has the same ones."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank.run_folder import read_json, write_json
from ml.bases.adapter import Adapter
from ml.errors import MlError
from ml.methods.config import VariantConfig
from ml.training.provenance import chosen_here, compare_with_paper, summary, title_of
from ml.training.resume import STATE

if TYPE_CHECKING:
    import torch

    from ml.radiographs.training_images import PreparedData
    from ml.training.warm_start import WarmStart

DERIVED = ("as_in_paper", "other_than_in_paper", "chosen_here", "changed_from_preset")
"""Sentences that follow from the other options, and from this version's words."""

OF_BASE = ("family", "pipeline_class", "noise_levels")
"""What follows from the base, which its sha256 already names."""

MAY_DIFFER = ("base", "base_name", "training_summary", "words_not_read", *OF_BASE, *DERIVED)
"""Options that may differ when a run is resumed: the same base, by sha256, may lie elsewhere and
be called otherwise, and what is derived follows the rest."""

BEFORE_TRAINING = {"options.json", "versions.json", "prior", "train_log.csv", "base", "samples"}
"""What a run that failed before its first checkpoint leaves; a new run may take its place."""


def describe(
    name: str,
    variant: VariantConfig,
    data: PreparedData,
    *,
    base: str,
    base_name: str,
    base_sha256: str,
    processes: int,
    changed: Mapping[str, Any],
    words_not_read: Mapping[str, str],
    family: Adapter,
    start: WarmStart | None = None,
    buckets: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a run's ``options.json``: every choice, resolved, and what follows from them.

    Parameters
    ----------
    changed : what is not as in the variant's preset, as it was asked for
    words_not_read : of prompts and captions that are longer than the text encoder reads
    start : the weights that training begins from, where they are not the base's
    buckets : the shapes that films are shown in (`ml.training.frames.describe_buckets`)
    """
    path = Path(base).expanduser()
    paper = compare_with_paper(variant, data)
    options = {
        "variant": name,
        "kind": variant.kind,
        "title": title_of(variant, family.denoiser_name),
        "condition_only": variant.condition_only,
        "prompts": variant.prompts,
        "words_not_read": dict(words_not_read),
        "prediction_type": variant.training.prediction_type,
        "family": family.family,
        "pipeline_class": type(family.pipeline).__name__,
        "noise_levels": family.training_note(),
        "base": str(path.resolve()) if path.exists() else base,
        "base_name": base_name,
        "base_sha256": base_sha256,
        "data": {
            "name": data.name,
            "source_kind": data.source_kind,
            "digest": data.digest,
            "train": len(data.train),
            "held_out": len(data.held_out),
            "licence": data.licence,
            "attribution": data.attribution,
            "grey_mapping": data.grey_mapping,
        },
        "start_from": dict(start.about) if start else None,
        "buckets": buckets,
        "processes": processes,
        "preset": variant.preset,
        "changed_from_preset": dict(changed),
        "as_in_paper": list(paper.same),
        "other_than_in_paper": list(paper.other),
        "chosen_here": chosen_here(variant, family.denoiser_name),
        "config": dataclasses.asdict(variant),
    }
    return {**options, "training_summary": summary(options)}


def versions(device: torch.device) -> dict[str, str]:
    """Return a run's ``versions.json``: the software, and what it ran on."""
    import torch

    from ml.bank.software import software_versions

    versions = {**software_versions(), "device": device.type}
    if device.type == "cuda":
        versions["device"] = torch.cuda.get_device_name(device)
        versions["cuda"] = str(torch.version.cuda)
    return versions


def open_run(run: Path, options: dict[str, Any], versions: dict[str, str], *, resume: bool) -> None:
    """Write the options of a new run, or hold those of a resumed one against them.

    Raises
    ------
    MlError
        Naming the first option that differs, or for a folder that holds another run.
    """
    if resume and not (run / "options.json").is_file():
        raise MlError(f"{run} holds no run to go on with: run without --resume.")
    if resume:
        before = read_json(run / "options.json")
        # A run of an earlier version lacks choices that came later; their defaults were its ways.
        before["config"] = _filled(
            before["config"], dataclasses.asdict(VariantConfig(kind="none", title=""))
        )
        difference = first_difference(before, options)
        if difference:
            raise MlError(f"{run} was begun with other options: {difference}; it cannot go on so.")
    elif run.exists() and not (run.is_dir() and _may_begin_anew(run, options)):
        raise MlError(f"{run} exists: go on with --resume, or name a new folder.")
    run.mkdir(parents=True, exist_ok=True)
    if not resume:
        write_json(run / "options.json", options)
    write_json(run / "versions.json", versions)


def _may_begin_anew(run: Path, options: Mapping[str, Any]) -> bool:
    """Say whether a folder holds only what a run leaves that was killed before its first state.

    Epochs that it has kept stay only if the options are the same.
    """
    left = {
        path.name
        for path in run.iterdir()
        if not (path.name.startswith(".") and path.name.endswith(".tmp"))
    } - BEFORE_TRAINING
    if not (run / "resume" / STATE).is_file():
        left.discard("resume")
    if left == {"epochs"} and (run / "options.json").is_file():
        return first_difference(read_json(run / "options.json"), options) is None
    return not left


def _filled(config: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _filled(config.get(key, {}), default)
        if isinstance(default, Mapping)
        else config.get(key, default)
        for key, default in defaults.items()
    }


def first_difference(some: Any, others: Any, where: str = "") -> str | None:
    """Return the first place where two options differ, and how."""
    if isinstance(some, dict) and isinstance(others, dict):
        for key in sorted({*some, *others}):
            if where == "" and key in MAY_DIFFER:
                continue
            inner = f"{where}.{key}" if where else key
            difference = first_difference(some.get(key), others.get(key), inner)
            if difference:
                return difference
        return None
    return None if some == others else f"{where} was {some!r}, is {others!r}"
