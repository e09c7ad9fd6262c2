"""A small study of this suite's own making, as rows that every format's test writes out."""

from pathlib import Path

from app.steps.rating_files.formats import read_rating_file, read_table_of_cases
from app.steps.rating_files.ratings import FileRatings, read_ratings
from app.steps.rating_files.sheet import FileOptions, RatingSheet

HEADER = ("reader", "case", "arm", "truth", "realism", "verdict")
# Reader, case, arm, truth, realism, verdict.
ROWS = [
    (
        f"R{reader}",
        f"{arm}{case}",
        arm,
        "real" if arm == "real" else "synthetic",
        (reader + case + (arm == "real")) % 5 + 1,
        "real" if (reader + case) % 2 else "synthetic",
    )
    for reader in (1, 2, 3)
    for arm in ("real", "M1")
    for case in range(4)
]


def delimited(delimiter: str = ",", end: str = "\n") -> str:
    """The study as text."""
    rows = [HEADER, *ROWS]
    return end.join(delimiter.join(str(cell) for cell in row) for row in rows) + end


def sheet_of(path: Path, content: bytes | str, **options: object) -> RatingSheet:
    """What a file with this content is taken for."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_rating_file(path, FileOptions(**options))  # type: ignore[arg-type]


def ratings_of(
    path: Path, content: bytes | str | None = None, *, scale: bool = True, **options: object
) -> FileRatings:
    """The ratings of a file with this content, or of the one that is there."""
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    told = FileOptions(**options)  # type: ignore[arg-type]
    sheet = read_rating_file(path, told)
    cases = None if told.cases is None else read_table_of_cases(told.cases)
    return read_ratings(path.name, sheet, told, scale_is_given=scale, cases=cases)


def answers(
    ratings: FileRatings, measure: str = "realism"
) -> dict[tuple[str, str, str, str], float]:
    """Reader, case, arm and truth to what was said, whatever the order of rows."""
    names = ratings.names
    keys = zip(names["reader"], names["case"], names["arm"], names["truth"], strict=True)
    return {key: float(value) for key, value in zip(keys, ratings.numbers[measure], strict=True)}


REALISM = {(reader, case, arm, truth): float(said) for reader, case, arm, truth, said, _ in ROWS}
CASES = "case,arm,truth\n" + "".join(
    f"{case},{arm},{truth}\n" for case, arm, truth in dict.fromkeys(row[1:4] for row in ROWS)
)
