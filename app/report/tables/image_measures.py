"""The table of image measures: fidelity, diversity and memorisation of every arm in the bank."""

from collections.abc import Callable, Mapping, Sequence

from app.bank.evaluation import ArmEvaluation, Followed, SetMeasures
from app.report.tables.classifier_beside import told_cell
from app.report.tables.table import Cell, ReportTable, Row, table, words
from app.report.words.image_measures import FEATURES, flag_rule
from app.report.words.numbers import NONE, number, percent
from app.services.summarise_study import ArmFacts

_BASELINE = "Training against held-out images"
_HALVES = "Half of the training images against the other"
_TOLD = (
    "Told apart: area under the ROC curve of a logistic regression that learnt from four fifths "
    "of these and the reference images and names the last fifth, below it its 95% interval; 0.5 "
    "is chance.",
)
_VENDI = (
    "Vendi: how many different images the set holds, below it how many as many real ones do.",
)
Cells = Callable[[SetMeasures], tuple[Cell, ...]]
# Shown only where some arm has them: most banks are too small for the one, the other needs CLIP.
_RARE: Mapping[str, str] = {
    "frechet_distance": "Fréchet distance",
    "prompt_adherence": "Prompt adherence",
}


def measure_table(arms: Sequence[ArmFacts]) -> ReportTable | None:
    """One row an arm and one a condition of it, then real images and noise; None without measures.

    What real images measure among themselves stands beside, and what grain without a film does.
    """
    evaluations = [arm.evaluation for arm in arms if arm.evaluation is not None]
    if not evaluations:
        return None
    baselines, noises = (_beside(arms, name) for name in ("real_against_real", "noise"))
    shown = [one.measures for one in evaluations] + [*baselines, *noises]
    rare = [name for name in _RARE if any(getattr(one, name) is not None for one in shown)]
    told = any(one.told_apart is not None for one in shown)
    vendi = any(one.vendi is not None for one in shown)

    def cells(measures: SetMeasures) -> tuple[Cell, ...]:
        return _measure_cells(measures, rare, told=told, vendi=vendi)

    rows = [row for arm in arms for row in _arm_rows(arm, cells)]
    rows += [*_rows_beside(_BASELINE, baselines, cells), *_rows_beside("Pure noise", noises, cells)]
    return table(
        "measures",
        "Image measures of the bank",
        _columns(rare, told=told, vendi=vendi),
        rows,
        [
            "KID: distance to the reference images, below it its standard error; 0 is no "
            "difference. Density: how densely reference images lie where the arm’s are; coverage: "
            "how many of them have one of the arm’s near them. MS-SSIM: mean similarity of pairs "
            f"within an arm; higher is less diverse.{_baseline_note(baselines)}",
            *_TOLD * told,
            *_VENDI * vendi,
            f"Precision, recall: last, since they are easily met.{_noise_note(noises)}",
            f"Memorised: flagged {flag_rule(evaluations)}, of all images in the bank and of those "
            f"drawn for this study. {NONE} : not measured.",
            *_comparison_notes(arms),
        ],
    )


def _columns(rare: Sequence[str], *, told: bool, vendi: bool) -> list[str]:
    return [
        "Arm",
        "Images",
        "Reference",
        "KID",
        "Density",
        "Coverage",
        *["Told apart, AUC"] * told,
        *["Vendi"] * vendi,
        "MS‑SSIM",  # a hyphen that no line breaks at
        "Precision",
        "Recall",
        *(_RARE[name] for name in rare),
        "Memorised, bank",
        "Memorised, drawn",
    ]


def following_table(arms: Sequence[ArmFacts]) -> ReportTable | None:
    """How many images of each condition a classifier says to be of it; None without one."""
    rows = [
        row
        for arm in arms
        if arm.evaluation is not None
        for row in _following_rows(arm.label, arm.evaluation.followed, is_real=arm.kind == "real")
    ]
    if not rows:
        return None
    reals = {one.evaluation.followed_by_reals: None for one in arms if one.evaluation is not None}
    rows += [row for said in reals for row in _following_rows("Real images", said, is_real=True)]
    return table(
        "following",
        "What a classifier sees of what was asked for",
        ["Images", "Condition", "Seen as such"],
        rows,
        [
            "Images that a classifier, named by whoever evaluated the bank, says to be of the "
            "condition they were asked for. It errs on real images too: compare with their rows."
        ],
    )


def _following_rows(label: str, said: Sequence[Followed], *, is_real: bool) -> list[Row]:
    return [
        Row(
            label,
            (
                words(one.condition),
                Cell(f"{one.followed} of {one.images}", percent(one.followed / one.images)),
            ),
            is_real=is_real,
        )
        for one in said
    ]


def _beside(arms: Sequence[ArmFacts], name: str) -> dict[SetMeasures, list[str]]:
    """What was measured of a set that stands beside the arms, and the arms it stands beside."""
    sets: dict[SetMeasures, list[str]] = {}
    for arm in arms:
        measured = getattr(arm.evaluation, name, None)
        if measured is not None:
            sets.setdefault(measured, []).append(arm.key)
    return sets


def _rows_beside(label: str, sets: Mapping[SetMeasures, list[str]], cells: Cells) -> list[Row]:
    return [
        Row(
            _HALVES if label == _BASELINE and measures.reference == "training" else label,
            (*cells(measures), Cell(NONE), Cell(NONE)),
            # Arms that were evaluated apart have a yardstick each.
            below=", ".join(keys) if len(sets) > 1 else "",
            is_real=label == _BASELINE,
        )
        for measures, keys in sets.items()
    ]


def _arm_rows(arm: ArmFacts, cells: Cells) -> list[Row]:
    it, is_real = arm.evaluation, arm.kind == "real"
    below = "" if arm.label == arm.key else arm.key
    if it is None:
        return [Row(arm.label, (*cells(SetMeasures()), Cell(NONE), Cell(NONE)), below, is_real)]
    parts = [
        Row(f"{arm.label}: {condition}", (*cells(one), Cell(NONE), Cell(NONE)), "", is_real)
        for condition, one in it.by_condition
    ]
    return [Row(arm.label, (*cells(it.measures), *_flag_cells(it)), below, is_real), *parts]


def _measure_cells(
    measures: SetMeasures, rare: Sequence[str], *, told: bool, vendi: bool
) -> tuple[Cell, ...]:
    error = measures.kid_standard_error
    return (
        Cell(NONE if measures.images is None else str(measures.images)),
        words(NONE if measures.reference is None else measures.reference),
        Cell(
            number(measures.kid, 3),
            "" if measures.kid is None or error is None else f"SE {number(error, 3)}",
        ),
        Cell(number(measures.density)),
        Cell(number(measures.coverage)),
        *([told_cell(measures)] * told),
        *([_vendi_cell(measures)] * vendi),
        Cell(number(measures.ms_ssim, 3)),
        Cell(number(measures.precision)),
        Cell(number(measures.recall)),
        *(Cell(number(getattr(measures, name))) for name in rare),
    )


def _vendi_cell(measures: SetMeasures) -> Cell:
    of_reals = measures.vendi_of_reals
    return Cell(
        number(measures.vendi, 1),
        "" if measures.vendi is None or of_reals is None else f"real {number(of_reals, 1)}",
    )


def _noise_note(noises: Mapping[SetMeasures, object]) -> str:
    measured = [one.precision for one in noises if one.precision is not None]
    if not measured:
        return ""
    return (
        " An image counts that lies near any one reference image, and one unusual film has almost "
        f"everything near it: pure noise has a precision of {number(max(measured))} here."
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
