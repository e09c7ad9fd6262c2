"""The table of image measures: fidelity, diversity and memorisation of every arm in the bank."""

from collections.abc import Callable, Mapping, Sequence

from app.bank.evaluation import ArmEvaluation, Followed, SetMeasures
from app.domain.said import joined, said
from app.report.tables.classifier_beside import told_cell
from app.report.tables.table import Cell, ReportTable, Row, table, words
from app.report.words.image_measures import FEATURES, flag_rule
from app.report.words.numbers import NONE, number, percent
from app.report.words.terms import term
from app.services.summarise_study import ArmFacts

_BASELINE = said("Training against held-out images")
_HALVES = said("Half of the training images against the other")
_TOLD = (
    said(
        "Told apart: area under the ROC curve of a logistic regression that "
        "learnt from four fifths of these and the reference images and names "
        "the last fifth, below it its 95% interval; 0.5 is chance."
    ),
)
_VENDI = (
    said("Vendi: how many different images the set holds, below it how many as many real ones do."),
)
Cells = Callable[[SetMeasures], tuple[Cell, ...]]
# Shown only where some arm has them: most banks are too small for the one, the other needs CLIP.
_RARE: Mapping[str, str] = {
    "frechet_distance": said("Fréchet distance"),
    "prompt_adherence": said("Prompt adherence"),
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
    rows += [
        *_rows_beside(_BASELINE, baselines, cells),
        *_rows_beside(said("Pure noise"), noises, cells),
    ]
    return table(
        "measures",
        said("Image measures of the bank"),
        _columns(rare, told=told, vendi=vendi),
        rows,
        [
            said(
                "KID: distance to the reference images, below it its standard error; "
                "0 is no difference. Density: how densely reference images lie where "
                "the arm’s are; coverage: how many of them have one of the arm’s "
                "near them. MS-SSIM: mean similarity of pairs within an arm; higher "
                "is less diverse.{baseline_note}",
                baseline_note=_baseline_note(baselines),
            ),
            *_TOLD * told,
            *_VENDI * vendi,
            said(
                "Precision, recall: last, since they are easily met.{noise_note}",
                noise_note=_noise_note(noises),
            ),
            said(
                "Memorised: flagged {flag_rule}, of all images in the bank and of "
                "those drawn for this study. {none} : not measured.",
                flag_rule=flag_rule(evaluations),
                none=NONE,
            ),
            *_comparison_notes(arms),
        ],
    )


def _columns(rare: Sequence[str], *, told: bool, vendi: bool) -> list[str]:
    return [
        said("Arm"),
        said("Images"),
        said("Reference"),
        "KID",
        said("Density"),
        said("Coverage"),
        *[said("Told apart, AUC")] * told,
        *[said("Vendi")] * vendi,
        "MS‑SSIM",  # a hyphen that no line breaks at
        said("Precision"),
        said("Recall"),
        *(_RARE[name] for name in rare),
        said("Memorised, bank"),
        said("Memorised, drawn"),
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
    rows += [
        row
        for followed in reals
        for row in _following_rows(said("Real images"), followed, is_real=True)
    ]
    return table(
        "following",
        said("What a classifier sees of what was asked for"),
        [said("Images"), said("Condition"), said("Seen as such")],
        rows,
        [
            said(
                "Images that a classifier, named by whoever evaluated the bank, says "
                "to be of the condition they were asked for. It errs on real images "
                "too: compare with their rows."
            )
        ],
    )


def _following_rows(label: str, classes: Sequence[Followed], *, is_real: bool) -> list[Row]:
    return [
        Row(
            label,
            (
                words(one.condition),
                Cell(
                    said("{followed} of {images}", followed=one.followed, images=one.images),
                    percent(one.followed / one.images),
                ),
            ),
            is_real=is_real,
        )
        for one in classes
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
            below=joined(keys, ", ") if len(sets) > 1 else "",
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
        Row(
            said("{label}: {condition}", label=arm.label, condition=term(condition)),
            (*cells(one), Cell(NONE), Cell(NONE)),
            "",
            is_real,
        )
        for condition, one in it.by_condition
    ]
    return [Row(arm.label, (*cells(it.measures), *_flag_cells(it)), below, is_real), *parts]


def _measure_cells(
    measures: SetMeasures, rare: Sequence[str], *, told: bool, vendi: bool
) -> tuple[Cell, ...]:
    error = measures.kid_standard_error
    return (
        Cell(NONE if measures.images is None else str(measures.images)),
        words(NONE if measures.reference is None else term(measures.reference)),
        Cell(
            number(measures.kid, 3),
            ""
            if measures.kid is None or error is None
            else said("SE {error}", error=number(error, 3)),
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
        ""
        if measures.vendi is None or of_reals is None
        else said("real {of_reals}", of_reals=number(of_reals, 1)),
    )


def _noise_note(noises: Mapping[SetMeasures, object]) -> str:
    measured = [one.precision for one in noises if one.precision is not None]
    if not measured:
        return ""
    return said(
        " An image counts that lies near any one reference image, and one "
        "unusual film has almost everything near it: pure noise has a "
        "precision of {max} here.",
        max=number(max(measured)),
    )


def _flag_cells(evaluation: ArmEvaluation) -> tuple[Cell, Cell]:
    memorised, images = evaluation.memorised, evaluation.measures.images
    if memorised is None:
        bank = Cell(NONE)
    elif not images:
        bank = Cell(str(memorised))
    else:
        bank = Cell(
            said("{memorised} of {images}", memorised=memorised, images=images),
            percent(memorised / images),
        )
    compared = evaluation.drawn_compared
    if not compared:
        return bank, Cell(NONE)
    flagged = evaluation.drawn_memorised
    below = (
        percent(flagged / compared)
        if compared == evaluation.drawn
        else said("of {drawn} drawn", drawn=evaluation.drawn)
    )
    return bank, Cell(said("{flagged} of {compared}", flagged=flagged, compared=compared), below)


def _baseline_note(baselines: Mapping[SetMeasures, object]) -> str:
    if not baselines:
        return ""
    return said(" {baseline}: what no difference looks like at these sizes.", baseline=_BASELINE)


def _comparison_notes(arms: Sequence[ArmFacts]) -> list[str]:
    """Of which features the distances are, and which reference favours copies."""
    by_features: dict[str, list[str]] = {}
    against_training = []
    for arm in arms:
        if arm.evaluation is None or arm.evaluation.measures.is_empty:
            continue
        features, size = arm.evaluation.features, arm.evaluation.size
        named = (
            said("features that the bank does not name") if features is None else FEATURES[features]
        )
        at = "" if size is None else said(" at {size} pixels", size=size)
        by_features.setdefault(named + at, []).append(arm.label)
        if arm.evaluation.measures.reference == "training":
            against_training.append(arm.label)
    notes: list[str] = []
    if by_features:
        told = [
            named
            if len(by_features) == 1
            else said("{named} ({join})", named=named, join=joined(labels, ", "))
            for named, labels in by_features.items()
        ]
        notes.append(
            said(
                "Features compared: {join}. Values compare only within the same "
                "features, size and reference.",
                join=joined(told, "; "),
            )
        )
    if against_training:
        notes.append(
            said(
                "Reference training: {join} held against the training images "
                "themselves, which favours a model that copies them.",
                join=joined(against_training, ", "),
            )
        )
    return notes
