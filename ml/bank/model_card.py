"""The README.md of a run: what the weights are, what they are for and what they are not for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

USE = {
    "lora": """```python
pipeline = StableDiffusionPipeline.from_pretrained(BASE)
pipeline.load_lora_weights("lora", weight_name="pytorch_lora_weights.safetensors")
```

kohya's scripts, A1111 and ComfyUI read `lora/lora_kohya.safetensors`.""",
    "pipeline": """```python
pipeline = StableDiffusionPipeline.from_pretrained("pipeline")
```""",
    "embedding": """```python
pipeline = StableDiffusionPipeline.from_pretrained(BASE)
pipeline.load_textual_inversion("embedding", weight_name="learned_embeds.safetensors")
```

A1111 and ComfyUI read `embedding/*_a1111.safetensors`; the file's name is the word.""",
}


def model_card(options: Mapping[str, Any], result: Mapping[str, Any], weights: str) -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    options : the run's ``options.json``
    result : steps, last_loss, held_out_loss, ended
    weights : folder of the weights: lora, pipeline or embedding
    """
    data, training = options["data"], options["config"]["training"]
    only = f", {options['condition_only']} images only" if options["condition_only"] else ""
    held_out = result["held_out_loss"]
    lines = [
        f"# {options['variant']}: {options['title']}{only}",
        "",
        options["training_summary"],
        "",
        "## Intended use",
        "",
        "Drawing synthetic chest radiographs for blinded reader studies and for research on",
        "generative models. Images drawn with it must be labelled synthetic wherever they go.",
        "",
        "Not for diagnosis, triage, undisclosed teaching, or as a stand-in for clinical data.",
        "",
        "## Prompts",
        "",
        *(f"- {condition}: `{prompt}`" for condition, prompt in options["prompts"].items()),
        "",
        "## Data",
        "",
        f"- {data['name']}: {data['train']} images trained on, {data['held_out']} held out",
        f"- digest of the prepared data: `{data['digest']}`",
        f"- licence: {data['licence'] or 'not stated when the data were prepared'}",
        f"- attribution: {data['attribution'] or 'not stated when the data were prepared'}",
        "",
        "## Training",
        "",
        f"- base: {options['base_name']}, sha256 `{options['base_sha256']}`",
        f"- {result['steps']} steps ({result['ended']}), {options['config']['data']['size']} px, "
        f"batch {training['batch_size']} x {training['gradient_accumulation']} x "
        f"{options['processes']} process(es), rate {training['learning_rate']:g}, "
        f"seed {training['seed']}",
        f"- last loss {number(result['last_loss'])}; best held-out loss {number(held_out)}",
        f"- from the paper (arXiv 2409.04424): {options['from_paper'] or 'nothing'}",
        f"- our reading: {options['our_reading'] or 'nothing'}",
        "",
        "All choices are in `options.json`, software in `versions.json`, every step in",
        "`train_log.csv`.",
        "",
        "## Use",
        "",
        USE[weights],
        "",
        "## Licence",
        "",
        "The base model's licence goes with these weights, and the data's terms with what they",
        "teach; check both before passing the weights on.",
        "",
        "## Limits",
        "",
        "- Trained on few images: it can copy them. Measure it (`python -m ml.evaluate`) before",
        "  calling an image realistic.",
        "- It knows the prompts above and little else of radiology; laterality markers, devices",
        "  and fine anatomy are often wrong.",
        "- The images show the population, devices and findings of the training data only.",
    ]
    return "\n".join(lines) + "\n"


def number(value: float | None) -> str:
    """Write a loss."""
    return "not measured" if value is None else f"{value:.4f}"
