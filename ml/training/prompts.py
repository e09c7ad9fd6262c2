"""Do the prompts fit the films? The presets' abnormal prompt describes tuberculosis, in detail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank.run_folder import read_json
from ml.errors import MlError
from ml.methods.config import PROMPT_ABNORMAL, VariantConfig

if TYPE_CHECKING:
    from ml.bank.writer import Condition
    from ml.radiographs.training_images import PreparedData, TrainingImage

TUBERCULOSIS_SETS = ("montgomery", "shenzhen")
"""Whose abnormal films the presets' prompt is true of."""


def check_prompts_fit(variant: VariantConfig, data: PreparedData, *, given: bool) -> None:
    """Raise if abnormal films of another set would be trained on the prompt of tuberculosis.

    Parameters
    ----------
    given : whether somebody gave the prompts for these films, be they the presets' own words

    Raises
    ------
    MlError
        Naming the options that help.
    """
    if given or data.source_kind in TUBERCULOSIS_SETS:
        return
    if not any(image.condition == "abnormal" for image in data.train):
        return
    options = []
    if variant.data.captions == "prompts" and PROMPT_ABNORMAL in variant.prompt_abnormal:
        options.append("--prompt-abnormal (and --prompt-normal), or --captions data")
    if variant.kind == "dreambooth" and PROMPT_ABNORMAL in variant.class_prompt_abnormal:
        options.append('--set class_prompt_abnormal="..." for the prior')
    if options:
        raise MlError(
            f"{data.name} is not the Montgomery or Shenzhen set, and its abnormal films would be "
            f"trained on the paper's prompt of tuberculosis: give {', and '.join(options)}."
        )


def trained_texts(
    variant: VariantConfig, images: Iterable[TrainingImage]
) -> dict[Condition, list[str]]:
    """Return, by condition, every text that images are trained with."""
    texts: dict[Condition, list[str]] = {}
    for image in images:
        own = variant.data.captions == "data"
        text = image.caption if own else variant.prompts[image.condition]
        texts.setdefault(image.condition, []).append(text)
    return {condition: list(dict.fromkeys(of)) for condition, of in texts.items()}


def check_prompts_known(
    variant: str, options: Mapping[str, Any], runs: Path, conditions: Iterable[Condition]
) -> None:
    """Raise if a variant's own prompts are not what it, or the runs beside it, were tuned on.

    Raises
    ------
    MlError
        Where prompts must be given: of a variant that learnt the data's captions, and of an
        untouched base beside runs that were tuned on other prompts than the presets'.
    """
    if "abnormal" not in conditions or PROMPT_ABNORMAL not in options["prompts"]["abnormal"]:
        return
    ask = "give --prompt-normal and --prompt-abnormal"
    if options["kind"] != "none":
        if options["config"]["data"]["captions"] == "data":
            raise MlError(f"{variant} was tuned on the data's own captions: {ask} in their words.")
        return
    others = [read_json(path) for path in sorted(runs.glob("*/options.json"))]
    if others and not any(_on_preset_prompts(o) for o in others):
        raise MlError(
            f"{variant} would be asked for the paper's prompt of tuberculosis, and the runs in "
            f"{runs} were tuned on others: {ask}."
        )


def _on_preset_prompts(options: Mapping[str, Any]) -> bool:
    captions = options.get("config", {}).get("data", {}).get("captions")
    return captions != "data" and PROMPT_ABNORMAL in str(options.get("prompts", {}).get("abnormal"))
