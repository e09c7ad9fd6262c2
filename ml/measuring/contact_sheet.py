"""The evaluation as one HTML page: numbers, nearest-neighbour plot, flagged pairs, all images."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ml.measuring.evaluation import ArmImages, ArmResult, Evaluation
    from ml.measuring.films import Films
    from ml.measuring.registration import Fit

THUMBNAIL = 264
"""Pixels a side, twice the size shown, for dense screens."""

MOST_THUMBNAILS = 24
MOST_PAIRS = 24
CLOSEST_PAIRS = 3


def render(
    evaluation: Evaluation,
    arms: Mapping[str, ArmImages],
    training: Films,
    *,
    title: str,
    labels: Mapping[str, str],
    rejected: Mapping[str, str],
    features: str,
    n_held_out: int,
    created_at: str,
) -> str:
    """Return the page; it needs nothing beside itself.

    Parameters
    ----------
    labels, rejected : by arm id: its name, and "rejected of generated" as text
    """
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=False
    )
    results = evaluation.arms
    references = sorted({r.reference for r in results.values()})
    baseline = evaluation.real_against_real
    rows = [row for a, r in results.items() for row in _rows(labels[a], rejected.get(a, "–"), r)]
    if baseline is not None:
        rows[:0] = [{**row, "reference": True} for row in _rows("real against real", "–", baseline)]
    rows.append({**_row("pure noise", "–", evaluation.noise), "reference": True})
    pairs, any_flagged = _pairs(evaluation, arms, training, labels)
    return environment.get_template("evaluation_sheet.html").render(
        title=title,
        created_at=created_at,
        features=features,
        n_training=len(training),
        n_held_out=n_held_out,
        rows=rows,
        with_adherence=any(r.prompt_adherence is not None for r in results.values()),
        with_radiomics=any(r.radiomic is not None for r in results.values()),
        noise_precision=rows[-1]["precision"],
        real_label=_real_label(baseline),
        followed=_followed(evaluation, labels),
        is_reidentified=any(n.match for r in results.values() for n in r.neighbours),
        fidelity_reference=" or ".join(references),
        k=next((r.coverage.k for r in results.values() if r.coverage), "–"),
        chance=f"{evaluation.yardstick.flag_chance:g}",
        notes=evaluation.notes,
        plot=_plot(evaluation, labels),
        pairs=pairs,
        any_flagged=any_flagged,
        contact=[_contact(a, arms[a], r, labels[a]) for a, r in results.items()],
    )


def _real_label(baseline: ArmResult | None) -> str:
    if baseline is None:
        return "too few real images for it"
    if baseline.reference == "held-out":
        return "training against held-out images"
    return "half of the training images against the other half"


def _rows(label: str, rejected: str, result: ArmResult) -> list[dict[str, Any]]:
    """Return a set's row and, where it has several conditions, one of each."""
    parts = [
        {**_row(condition, "", part), "is_part": True}
        for condition, part in result.by_condition.items()
    ]
    return [_row(label, rejected, result), *parts]


def _followed(evaluation: Evaluation, labels: Mapping[str, str]) -> list[dict[str, str]]:
    """Return a row for each condition of each arm of which the classifier was asked."""
    sets = {labels[arm]: result for arm, result in evaluation.arms.items()}
    if evaluation.real_against_real is not None:
        sets = {"real images": evaluation.real_against_real, **sets}
    return [
        {
            "label": label,
            "condition": condition,
            "share": f"{one.followed} of {one.images}",
            "interval": f"{one.share:.2f} ({one.low:.2f} to {one.high:.2f})",
        }
        for label, result in sets.items()
        for condition, one in result.followed.items()
    ]


def _row(label: str, rejected: str, result: ArmResult) -> dict[str, Any]:
    told, score, reals = result.told_apart, result.vendi, result.covered_by_reals
    kid, coverage, diversity = result.kid, result.coverage, result.diversity
    adherence = result.prompt_adherence
    return {
        "label": label,
        "n": result.n,
        "held": f"{result.n_reference} {result.reference}",
        "rejected": rejected,
        "told": f"{told.auc:.2f} ({told.auc_low:.2f} to {told.auc_high:.2f})" if told else "–",
        "accuracy": f"{told.accuracy:.2f}" if told else "–",
        "vendi": f"{score.score:.1f} ({score.of_reals:.1f})" if score else "–",
        "kid": f"{kid.kid:.3f} ({kid.standard_error:.3f})" if kid else "–",
        "precision": f"{coverage.precision:.2f}" if coverage else "–",
        "recall": f"{coverage.recall:.2f}" if coverage else "–",
        "density": f"{coverage.density:.2f}" if coverage else "–",
        "coverage": (f"{coverage.coverage:.2f}" if coverage else "–")
        + (f" ({reals.coverage:.2f})" if reals else ""),
        "radiomic": f"{result.radiomic:.2f}" if result.radiomic is not None else "–",
        "ms_ssim": f"{diversity.mean_ms_ssim:.3f}" if diversity else "–",
        "adherence": f"{adherence:.3f}" if adherence is not None else "–",
        "flagged": str(result.flagged) if result.neighbours else "–",
        "reference": False,
        "is_part": False,
    }


def _pairs(
    evaluation: Evaluation,
    arms: Mapping[str, ArmImages],
    training: Films,
    labels: Mapping[str, str],
) -> tuple[list[list[dict[str, str]]], bool]:
    """Show flagged images beside their nearest training images, the closest first."""
    neighbours = [
        (neighbour, arm, i)
        for arm, result in evaluation.arms.items()
        for i, neighbour in enumerate(result.neighbours)
    ]
    neighbours.sort(key=lambda entry: -entry[0].closeness)
    flagged = [entry for entry in neighbours if entry[0].flagged]
    originals = dict(zip(training.names, training.pixels, strict=True))
    pairs = []
    for neighbour, arm, i in flagged[:MOST_PAIRS] or neighbours[:CLOSEST_PAIRS]:
        name = arms[arm].films.names[i]
        pairs.append(
            [
                {
                    "source": _picture(arms[arm].films.pixels[i]),
                    "caption": f"{labels[arm]}: {Path(name).name}",
                },
                {
                    "source": _picture(originals[neighbour.nearest]),
                    "caption": f"training, correlation {neighbour.correlation:.3f}"
                    f"{_by(neighbour.look)}{_laid(neighbour.fit)}: "
                    f"{Path(neighbour.nearest).name}",
                },
            ]
        )
    return pairs, bool(flagged)


def _by(look: str) -> str:
    """Say how they were compared, where not whole."""
    from ml.measuring.looks import LOOKS

    return "" if look == LOOKS[0].name else f" ({look})"


def _laid(fit: Fit) -> str:
    """Say how the training film had to be changed to lie on the image."""
    parts = ["mirrored"] if fit.mirrored else []
    if abs(fit.turn) >= 0.5:
        parts.append(f"turned {fit.turn:+.0f}°")
    if abs(fit.scale - 1) >= 0.01:
        parts.append(f"{fit.scale:.2f} times as large")
    return "".join(f", {part}" for part in parts)


def _contact(arm: str, images: ArmImages, result: ArmResult, label: str) -> dict[str, Any]:
    films = images.films
    parts = []
    usual = {"normal": 0, "abnormal": 1}
    for condition in sorted(set(films.conditions), key=lambda one: (usual.get(one, 2), one)):
        of_condition = [i for i, c in enumerate(films.conditions) if c == condition]
        shown = of_condition[:MOST_THUMBNAILS]
        pictures = [
            {
                "source": _picture(films.pixels[i]),
                "caption": _caption(films.names[i], images.records[i]),
                "flagged": bool(result.neighbours) and result.neighbours[i].flagged,
            }
            for i in shown
        ]
        if pictures:
            count = f"{len(of_condition)}"
            if len(shown) < len(of_condition):
                count = f"the first {len(shown)} of {count}"
            parts.append({"title": f"{condition}, {count}", "pictures": pictures})
    return {"label": label, "parts": parts}


def _caption(name: str, record: Mapping[str, Any]) -> str:
    seed = record.get("provenance", {}).get("seed")
    return Path(name).name + (f", seed {seed}" if seed is not None else "")


def _plot(evaluation: Evaluation, labels: Mapping[str, str]) -> str:
    """Draw one panel an arm: closeness to the closest training film against their correlation."""
    from matplotlib.figure import Figure

    shown = {a: r for a, r in evaluation.arms.items() if r.neighbours}
    judge = evaluation.yardstick
    columns = min(max(len(shown), 1), 4)
    rows = max(-(-len(shown) // columns), 1)
    figure = Figure(figsize=(3.0 * columns, 2.9 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, (arm, result) in zip(panels, shown.items(), strict=False):
        panel.scatter(judge.correlations, judge.closeness, s=14, color="#b3bac2", lw=0)
        correlation = [n.correlation for n in result.neighbours]
        closeness = [n.closeness for n in result.neighbours]
        colours = ["#a3230f" if n.flagged else "#1f5f99" for n in result.neighbours]
        panel.scatter(correlation, closeness, s=16, c=colours, lw=0)
        panel.set_title(labels[arm], fontsize=9)
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=8)
    for panel in panels[: len(shown)]:
        top = max(panel.get_ylim()[1], judge.limit * 1.1)
        panel.axhspan(judge.limit, top, color="#a3230f", alpha=0.12, lw=0)
        panel.set_ylim(top=top)
    for panel in panels[len(shown) :]:
        panel.set_visible(False)
    figure.supxlabel("correlation with the closest training image", fontsize=9)
    figure.supylabel("closeness beyond the usual", fontsize=9)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=160)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _picture(pixels: NDArray[np.float64]) -> str:
    from PIL import Image

    image = Image.fromarray(np.rint(pixels.clip(0, 1) * 255).astype(np.uint8))
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
