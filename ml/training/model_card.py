"""The README.md of a run: what the weights are, what they are for and what they are not for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ml.training.provenance import PaperComparison, summary
from ml.training.usage import usage


def model_card(
    options: Mapping[str, Any], result: Mapping[str, Any], weights: str, paper: PaperComparison
) -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    options : the run's ``options.json``
    result : how the run ended (`ml.training.loop.Outcome`, as a dict)
    weights : folder of the weights: lora, pipeline or embedding
    paper : what of the paper's choices the run shares
    """
    data, config = options["data"], options["config"]
    only = f", {options['condition_only']} images only" if options["condition_only"] else ""
    lines = [
        f"# {options['variant']}: {options['title']}{only}",
        "",
        summary(options, result),
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
        *_prompt_lines(options),
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
        *_training_lines(options, result, paper),
        "",
        "All choices are in `options.json`, software in `versions.json`, every step in",
        "`train_log.csv`.",
        "",
        "## Use",
        "",
        usage(
            options.get("pipeline_class", "StableDiffusionPipeline"),
            weights,
            config["embedding"]["token"],
            zero_snr=bool(config["training"].get("zero_terminal_snr")),
        ),
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


def _training_lines(
    options: Mapping[str, Any], result: Mapping[str, Any], paper: PaperComparison
) -> list[str]:
    training = options["config"]["training"]
    return [
        f"- base: {options['base_name']}, sha256 `{options['base_sha256']}`",
        *_start_lines(options),
        f"- {result['steps']} steps ({result['ended']}), {options['config']['data']['size']} px, "
        f"batch {training['batch_size']} x {training['gradient_accumulation']} x "
        f"{options['processes']} process(es), rate {training['learning_rate']:g}, "
        f"optimizer {training.get('optimizer', 'adamw')}, "
        f"seed {training['seed']}",
        *_loss_lines(result),
        f"- as in the paper (arXiv 2409.04424): {'; '.join(paper.same) or 'nothing'}",
        f"- other than in the paper: {'; '.join(paper.other) or 'nothing that it states'}",
        "- the base goes by its name above; whether it is the paper's was not checked",
        f"- chosen here: {options['chosen_here']}",
        f"- changed from preset {options['preset'] or 'none'}: {_changes(options)}",
    ]


def _start_lines(options: Mapping[str, Any]) -> list[str]:
    """Say from which weights training began, and in which shapes films were shown."""
    lines = []
    if start := options.get("start_from"):
        lines.append(f"- begun from the weights of {start['name']}, sha256 `{start['sha256']}`")
        if about := start.get("training_summary"):
            lines.append(f"  ({about})")
    if buckets := options.get("buckets"):
        for condition, shapes in buckets["shapes"].items():
            listed = ", ".join(f"{h} x {w} ({n})" for h, w, n in shapes)
            lines.append(f"- {condition} films shown as (height x width): {listed or 'none'}")
        lines.append(f"- of a film at most {buckets['most_cut']:.1%} was cut off")
    if options["config"]["training"].get("masked_loss"):
        lines.append("- the loss was counted on the film only; what is beside it was not taught")
    return lines


def _prompt_lines(options: Mapping[str, Any]) -> list[str]:
    if options["config"]["data"]["captions"] == "data":
        lines = ["Tuned on the data's own captions (`metadata.jsonl` of the data)."]
    else:
        lines = [f"- {condition}: `{prompt}`" for condition, prompt in options["prompts"].items()]
    cut = options["words_not_read"]
    if cut:
        lines += ["", f"Of {len(cut)} the text encoder does not read these words:", ""]
        lines += [f"- `{lost}`" for lost in list(cut.values())[:10]]
    return lines


def _loss_lines(result: Mapping[str, Any]) -> list[str]:
    """Say each loss with the weights that it belongs to."""
    step, kept, lowest = result["steps"], result["weights_step"], result["lowest_step"]
    mean = ", averaged over the steps" if result["averaged"] else ""
    lines = [
        f"- these weights are those of step {kept}{mean}; their held-out loss: "
        f"{number(result['held_out_loss'])}",
        f"- training loss of step {step}'s images: {number(result['last_loss'])}",
    ]
    if lowest not in (None, kept):
        lines.append(
            f"- lowest held-out loss: {number(result['lowest_held_out_loss'])}, of step {lowest}, "
            "whose weights were not kept"
        )
    return lines


def _changes(options: Mapping[str, Any]) -> str:
    changed = options["changed_from_preset"].items()
    return "; ".join(f"{key} {now!r} (preset: {was!r})" for key, (was, now) in changed) or "nothing"


def number(value: float | None) -> str:
    """Write a loss."""
    return "not measured" if value is None else f"{value:.4f}"
