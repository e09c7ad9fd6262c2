"""The table of image measures: fidelity, diversity and memorisation of every arm in the bank."""

from collections.abc import Mapping, Sequence

from app.bank.evaluation import ArmEvaluation, SetMeasures
from app.report.tables.table import Cell, ReportTable, Row, table, words
from app.report.words.image_measures import FEATURES, flag_rule
from app.report.words.numbers import NONE, number, percent
from app.services.summarise_study import ArmFacts

_BASELINE = "Training against held-out images"
# Shown only where some arm has them: most banks are too small for the one, the other needs CLIP.
_RARE: Mapping[str, str] = {
    "frechet_distance": "Fréchet distance",
    "prompt_adherence": "Prompt adherence",
}


def measure_table(arms: Sequence[ArmFacts]) -> ReportTable | None:
    """One row an arm, last what real images measure among themselves; None without any measure."""
    evaluations = [arm.evaluation for arm in arms if arm.evaluation is not None]
    if not evaluations:
        return None
    baselines: dict[SetMeasures, list[str]] = {}
    for arm in arms:
        if arm.evaluation is not None and arm.evaluation.real_against_real is not None:
            baselines.setdefault(arm.evaluation.real_against_real, []).append(arm.key)
    shown = [one.measures for one in evaluations] + list(baselines)
    rare = [name for name in _RARE if any(getattr(one, name) is not None for one in shown)]
    rows = [
        Row(
            arm.label,
            (
                *_measure_cells(SetMeasures() if it is None else it.measures, rare),
                *((Cell(NONE), Cell(NONE)) if it is None else _flag_cells(it)),
            ),
            below="" if arm.label == arm.key else arm.key,
            is_real=arm.kind == "real",
        )
        for arm in arms
        for it in [arm.evaluation]
    ]
    rows += [
        Row(
            _BASELINE,
            (*_measure_cells(measures, rare), Cell(NONE), Cell(NONE)),
            # Arms that were evaluated apart have a yardstick each.
            below=", ".join(keys) if len(baselines) > 1 else "",
            is_real=True,
        )
        for measures, keys in baselines.items()
    ]
    return table(
        "measures",
        "Image measures of the bank",
        [
            "Arm",
            "Images",
            "Reference",
            "KID",
            "Precision",
            "Recall",
            "Density",
            "Coverage",
            "MS‑SSIM",  # a hyphen that no line breaks at
            *(_RARE[name] for name in rare),
            "Memorised, bank",
            "Memorised, drawn",
        ],
        rows,
        [
            "KID: distance to the reference images, below it its standard error; 0 is no "
            "difference. Precision, density: how far images lie where the reference does. Recall, "
            "coverage: how much of the reference’s variety is reached. MS-SSIM: mean similarity of "
            f"pairs within an arm; higher is less diverse.{_baseline_note(baselines)}",
            f"Memorised: flagged {flag_rule(evaluations)}, of all images in the bank and of those "
            f"drawn for this study. {NONE} : not measured.",
            *_comparison_notes(arms),
        ],
    )


def _measure_cells(measures: SetMeasures, rare: Sequence[str]) -> tuple[Cell, ...]:
    error = measures.kid_standard_error
    return (
        Cell(NONE if measures.images is None else str(measures.images)),
        words(NONE if measures.reference is None else measures.reference),
        Cell(
            number(measures.kid, 3),
            "" if measures.kid is None or error is None else f"SE {number(error, 3)}",
        ),
        Cell(number(measures.precision)),
        Cell(number(measures.recall)),
        Cell(number(measures.density)),
        Cell(number(measures.coverage)),
        Cell(number(measures.ms_ssim, 3)),
        *(Cell(number(getattr(measures, name))) for name in rare),
    )


def _flag_cells(evaluation: ArmEvaluation) -> tuple[Cell, Cell]:
    memorised, images = evaluation.memorised, evaluation.measures.images
    if memorised is None:
        bank = Cell(NONE)
    elif not images:
        bank = Cell(str(memorised))
    else:
        bank = Cell(f"{memorised} of {images}", percent(memorised / images))
    compared = evaluation.drawn_compared
    if not compared:
        return bank, Cell(NONE)
    flagged = evaluation.drawn_memorised
    below = (
        percent(flagged / compared)
        if compared == evaluation.drawn
        else f"of {evaluation.drawn} drawn"
    )
    return bank, Cell(f"{flagged} of {compared}", below)


def _baseline_note(baselines: Mapping[SetMeasures, object]) -> str:
    if not baselines:
        return ""
    return f" {_BASELINE}: what no difference looks like at these sizes."


def _comparison_notes(arms: Sequence[ArmFacts]) -> list[str]:
    """Of which features the distances are, and which reference favours copies."""
    by_features: dict[str, list[str]] = {}
    against_training = []
    for arm in arms:
        if arm.evaluation is None or arm.evaluation.measures.is_empty:
            continue
        features, size = arm.evaluation.features, arm.evaluation.size
        named = "features that the bank does not name" if features is None else FEATURES[features]
        at = "" if size is None else f" at {size} pixels"
        by_features.setdefault(f"{named}{at}", []).append(arm.label)
        if arm.evaluation.measures.reference == "training":
            against_training.append(arm.label)
    notes = []
    if by_features:
        told = [
            named if len(by_features) == 1 else f"{named} ({', '.join(labels)})"
            for named, labels in by_features.items()
        ]
        notes.append(
            f"Features compared: {'; '.join(told)}. Values compare only within the same features, "
            "size and reference."
        )
    if against_training:
        notes.append(
            f"Reference training: {', '.join(against_training)} held against the training images "
            "themselves, which favours a model that copies them."
        )
    return notes
