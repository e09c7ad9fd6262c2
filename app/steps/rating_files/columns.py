"""Our columns, and which heading of a file each of them is."""

from collections.abc import Iterable, Mapping

from app.domain.errors import BadRatings
from app.steps.rating_files.sheet import Grid, RatingSheet, fold

NEEDED = ("reader", "case", "arm", "truth")
ASKED = ("realism", "score", "verdict", "confidence")
OTHERS = (
    "replicate",
    "presentation",
    "position",
    "reading_time_ms",
    "superseded",
    "simulated",
    "reader_kind",
    "asked_at",
    "phase",
    "pictures",
    "cluster",
)
COLUMNS = (*NEEDED, *ASKED, *OTHERS)
# What a table beside the ratings may say of each case.
OF_CASES = ("arm", "truth", "cluster")

# Words that other tools have for our columns: offered, never taken.
LIKELY: Mapping[str, tuple[str, ...]] = {
    "reader": ("rater", "annotator", "user", "user_id", "observer", "radiologist", "participant"),
    "case": ("image", "image_id", "case_id", "item", "instance_id", "file", "filename", "picture"),
    "arm": ("model", "modality", "source", "group", "generator", "variant", "treatment"),
    "truth": ("ground_truth", "label", "class", "real_or_synthetic", "is_real", "is_fake"),
    "realism": ("rating", "likert", "realness", "quality", "grade"),
    "score": ("rating", "probability", "percent"),
    "verdict": ("answer", "call", "decision", "response", "judgement", "judgment", "said"),
    "confidence": ("certainty", "sure"),
    "reading_time_ms": ("time_ms", "rt_ms", "duration_ms", "reaction_time_ms"),
    "position": ("order", "trial", "index"),
    "cluster": ("patient", "patient_id", "subject"),
}


def column_map(pairs: Iterable[str]) -> dict[str, str]:
    """``["arm=modality"]`` as a mapping. Raises ValueError, one sentence on the pair."""
    columns: dict[str, str] = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not equals or not theirs:
            raise ValueError(f"{pair!r} is not OURS=THEIRS, as in arm=modality")
        if ours not in COLUMNS:
            raise ValueError(f"{ours!r} is not a column; map one of {', '.join(COLUMNS)}")
        if ours in columns:
            raise ValueError(f"{ours} is mapped twice")
        columns[ours] = theirs
    return columns


def places_of(name: str, sheet: RatingSheet, columns: Mapping[str, str]) -> dict[str, int]:
    """Our columns that a sheet has, each with its number among the sheet's.

    What `--map` says comes first, then a heading of our name in any case, then what the format
    itself defines.

    Raises BadRatings where a mapped heading isn't there, or a column that every rating needs.
    """
    numbers = {fold(heading): at for at, heading in enumerate(sheet.grid.headings) if heading}
    places = {}
    for ours in COLUMNS:
        theirs = columns.get(ours)
        if theirs is not None:
            if fold(theirs) not in numbers:
                raise BadRatings(
                    f"{name} has no column {theirs!r}, which --map names for {ours}; "
                    f"it has {headings_of(sheet.grid)}."
                )
            places[ours] = numbers[fold(theirs)]
        elif ours in numbers:
            places[ours] = numbers[ours]
        elif ours in sheet.names and fold(sheet.names[ours]) in numbers:
            places[ours] = numbers[fold(sheet.names[ours])]
    _ensure_needed(name, sheet.grid, places)
    if "replicate" in places and "presentation" in places:
        unwanted = "presentation" in columns and "replicate" not in columns
        del places["replicate" if unwanted else "presentation"]
    return places


def headings_of(grid: Grid) -> str:
    """The headings, of many the first, for a message."""
    names = [heading for heading in grid.headings if heading]
    more = f" and {len(names) - 40} more" if len(names) > 40 else ""
    return ", ".join(names[:40]) + more


def likely_heading(grid: Grid, ours: str, taken: Iterable[int] = ()) -> str:
    """A heading that another tool would have for one of our columns; "" where none is there."""
    used = {fold(grid.headings[at]) for at in taken}
    for heading in grid.headings:
        if fold(heading) in LIKELY.get(ours, ()) and fold(heading) not in used:
            return heading
    return ""


def _ensure_needed(name: str, grid: Grid, places: Mapping[str, int]) -> None:
    missing = [one for one in NEEDED if one not in places]
    if missing:
        likely = likely_heading(grid, missing[0], places.values()) or "NAME"
        beside = (
            ", or add --cases FILE, a table with one row a case and columns case, arm and truth"
            if missing[0] in OF_CASES
            else ""
        )
        wide = (
            "; if there is a column for each reader, say what they hold, as in --wide realism"
            if missing[0] == "reader"
            else ""
        )
        raise BadRatings(
            f"{name} has no column {missing[0]!r}: rename one, or say which it is, as in --map "
            f"{missing[0]}={likely}{beside}{wide}; it has {headings_of(grid)}."
        )
    if not any(one in places for one in ASKED):
        likely = next((one for ours in ASKED if (one := likely_heading(grid, ours))), "NAME")
        raise BadRatings(
            f"{name} has none of the columns {', '.join(ASKED)}: there is nothing to analyse; if "
            f"one of its columns is meant, say which, as in --map realism={likely}; it has "
            f"{headings_of(grid)}."
        )
