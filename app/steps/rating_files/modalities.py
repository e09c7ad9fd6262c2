"""ROC studies by modality (iMRMC, RJafroc, MRMCaov) as arms: real cases once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.errors import BadRatings
from app.steps.rating_files.sheet import FileOptions, Grid

_HEADINGS = ("reader", "case", "arm", "truth", "score")
REAL_ARM = "real"


@dataclass(frozen=True)
class Scored:
    """One score of a file: `number` is where it stands, `is_positive` the file's truth 1."""

    number: int
    reader: str
    case: str
    modality: str
    is_positive: bool
    score: str


def arms_of_modalities(
    name: str,
    scored: Sequence[Scored],
    options: FileOptions,
    *,
    unit: str,
    positive: str | None = None,
) -> tuple[Grid, str]:
    """Rows of reader, case, arm, truth and score, and in words how they came about.

    The formats define that a score grows with truth 1. Ours grows with "like a real image", so it
    is turned round where 1 is synthetic. Real cases stand under every modality: they are one arm,
    and of equal scores one is taken.

    Parameters
    ----------
    name : str
        The file, for messages.
    positive : str, optional
        What truth 1 is, where the file itself says so; else `--map-value truth` has to.

    Raises
    ------
    BadRatings
        Where nobody says which truth is real, real cases have other scores under another modality
        and none is named, there is no such modality, or a score is no number.
    """
    positive = positive or _positive(name, options)
    chosen = _chosen(name, scored, options.modality)
    real: dict[tuple[str, str], tuple[str, Scored]] = {}
    rows: list[tuple[int, list[str]]] = []
    for one in scored:
        if one.modality not in chosen:
            continue
        is_real = one.is_positive == (positive == "real")
        score = _turned(name, unit, one) if positive == "synthetic" else one.score
        if is_real:
            key = (one.reader, one.case)
            before = real.setdefault(key, (score, one))
            if before[1] is not one and before[1].modality != one.modality:
                _ensure_same(name, before, score, one)
                continue
        arm, truth = (REAL_ARM, "real") if is_real else (one.modality, "synthetic")
        rows.append((one.number, [one.reader, one.case, arm, truth, score]))
    columns = tuple(list(cells) for cells in zip(*(row for _, row in rows), strict=True))
    grid = Grid(_HEADINGS, columns or ([],) * 5, [number for number, _ in rows], unit)
    turned = ", scores turned round" if positive == "synthetic" else ""
    return grid, f"truth 1 is {positive}{turned}; arms are the modalities {_listed(chosen)}"


def _positive(name: str, options: FileOptions) -> str:
    said = {value.strip(): meaning for value, meaning in options.values.get("truth", {}).items()}
    one = said.get("1") or {"real": "synthetic", "synthetic": "real"}.get(said.get("0", ""), "")
    if one not in ("real", "synthetic"):
        raise BadRatings(
            f"{name} says truth in numbers and not which is real: add --map-value truth "
            "1=synthetic, or --map-value truth 1=real."
        )
    return one


def _chosen(name: str, scored: Iterable[Scored], wanted: str) -> tuple[str, ...]:
    there = tuple(dict.fromkeys(one.modality for one in scored))
    if not wanted:
        return there
    if wanted not in there:
        raise BadRatings(f"{name} has no modality {wanted!r}; it has {_listed(there)}.")
    return (wanted,)


def _ensure_same(name: str, before: tuple[str, Scored], score: str, one: Scored) -> None:
    if before[0] != score:
        raise BadRatings(
            f"{name} has other scores for real case {one.case!r} of reader {one.reader!r} under "
            f"{one.modality!r} than under {before[1].modality!r}, so real cases were read under "
            f"each: take one modality, as in --modality {one.modality!r}."
        )


def _turned(name: str, unit: str, one: Scored) -> str:
    try:
        value = float(one.score)
    except ValueError:
        raise BadRatings(
            f"{name}: {unit} {one.number} has score {one.score[:40]!r}: use a number."
        ) from None
    return repr(0.0 - value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
