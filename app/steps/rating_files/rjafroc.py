"""RJafroc's files: the JAFROC workbook of the ROC paradigm, and the MRMC table MRMCaov reads too.

The workbook (RJafroc 2, https://dpc10ster.github.io/RJafrocQuickStart/) has three sheets: Truth
with CaseID, LesionID, Weight, ReaderID, ModalityID and Paradigm, FP or NL with ReaderID,
ModalityID, CaseID and FP_Rating, TP or LL with LesionID and TP_Rating besides. The table has
reader, treatment or modality, case, truth and rating.
"""

from app.domain.errors import BadRatings
from app.steps.rating_files.modalities import Scored, arms_of_modalities
from app.steps.rating_files.sheet import FileOptions, Grid, RatingSheet, fold
from app.steps.rating_files.workbook import Workbook

_FALSE = ("fp", "nl")
_TRUE = ("tp", "ll")
# Beside RJafroc's own, in the table that our export writes.
_OURS = ("case_code", "phase", "question")
_TREATMENTS = ("treatment", "modality")


def read_rjafroc_workbook(book: Workbook, options: FileOptions) -> RatingSheet | None:
    """The workbook as a sheet; None where it isn't one of RJafroc's.

    Raises BadRatings, also for the paradigms in which marks are rated and not images.
    """
    names = {name.casefold(): name for name in book.sheets}
    marks = [next((names[one] for one in pair if one in names), None) for pair in (_FALSE, _TRUE)]
    if "truth" not in names or None in marks:
        return None
    truth = book.grid(names["truth"])
    paradigms = (
        {cell.upper() for cell in truth.column("paradigm")} if truth.has("paradigm") else set()
    )
    other = paradigms & {"FROC", "LROC", "ROI"}
    if other:
        raise BadRatings(
            f"{book.path} is of the {sorted(other)[0]} paradigm, in which marks are rated; only "
            "ratings of whole images (ROC) can be analysed here."
        )
    is_positive = _truth(book, truth)
    scored: list[Scored] = []
    for sheet, expected in zip(marks, (False, True), strict=True):
        scored += _scored(book, str(sheet), is_positive, expected)
    grid, words = arms_of_modalities(str(book.path), scored, options, unit="row")
    return RatingSheet(
        grid,
        f"a workbook of RJafroc, ROC paradigm ({words})",
        settled=("truth",),
        used=("modality",),
    )


def read_mrmc_table(name: str, grid: Grid, options: FileOptions) -> RatingSheet | None:
    """A table of reader, treatment, case, truth and rating; None where it isn't one.

    It is one only if a treatment has cases of both truths: else the column may as well be an arm.

    Raises BadRatings.
    """
    heading = next((one for one in _TREATMENTS if grid.has(one)), None)
    if (
        heading is None
        or grid.has("arm")
        or "arm" in options.columns
        or not grid.has("reader", "case", "truth", "rating")
    ):
        return None
    truth = [cell.removesuffix(".0") for cell in grid.column("truth")]
    treatments = grid.column(heading)
    pairs = set(zip(treatments, truth, strict=True))
    if not set(truth) <= {"0", "1"} or not any(
        (treatment, "0") in pairs and (treatment, "1") in pairs for treatment in treatments
    ):
        return None
    # Our own export has codes beside the whole numbers that RJafroc wants.
    ours = grid.has("case_code")
    cases = grid.column("case_code" if ours else "case")
    scored = [
        Scored(number, reader, case, treatment, one == "1", score)
        for number, reader, case, treatment, one, score in zip(
            grid.rows,
            grid.column("reader"),
            cases,
            treatments,
            truth,
            grid.column("rating"),
            strict=True,
        )
    ]
    made, words = arms_of_modalities(
        name, scored, options, unit=grid.unit, positive="synthetic" if ours else None
    )
    known = ("reader", heading, "case", "truth", "rating", *(_OURS if ours else ()))
    left = [one for one in grid.headings if one and fold(one) not in known]
    notes = (f"Columns not used: {', '.join(left)}.",) if left else ()
    return RatingSheet(
        made,
        f"an MRMC table as RJafroc and MRMCaov read it ({words})",
        {},
        notes,
        ("truth",),
        ("modality",),
    )


def _truth(book: Workbook, truth: Grid) -> dict[str, bool]:
    if not truth.has("caseid", "lesionid"):
        raise BadRatings(f"{book.path}, sheet Truth: there is no column CaseID or LesionID.")
    lesions: dict[str, set[str]] = {}
    for case, lesion in zip(truth.column("caseid"), truth.column("lesionid"), strict=True):
        lesions.setdefault(case, set()).add(lesion)
    for case, named in lesions.items():
        if len(named) > 1:
            raise BadRatings(
                f"{book.path}, sheet Truth: case {case!r} has {len(named)} lesions, so marks were "
                "rated; only ratings of whole images (ROC) can be analysed here."
            )
    return {case: named != {"0"} for case, named in lesions.items()}


def _scored(
    book: Workbook, sheet: str, is_positive: dict[str, bool], expected: bool
) -> list[Scored]:
    grid = book.grid(sheet)
    rating = next((one for one in grid.headings if fold(one).endswith("rating")), None)
    if rating is None or not grid.has("readerid", "modalityid", "caseid"):
        raise BadRatings(
            f"{book.path}, sheet {sheet!r}: there is no column ReaderID, ModalityID, CaseID or "
            "rating."
        )
    made = []
    columns = (grid.column(one) for one in ("readerid", "caseid", "modalityid", rating))
    for number, reader, case, modality, score in zip(grid.rows, *columns, strict=True):
        if is_positive.get(case) is not expected:
            raise BadRatings(
                f"{book.path}, sheet {sheet!r}: row {number} rates case {case!r}, which the sheet "
                f"Truth {'does not name' if case not in is_positive else 'puts into the other'}"
                f"{'' if case not in is_positive else ' sheet, so marks were rated'}; only ratings "
                "of whole images (ROC) can be analysed here."
            )
        made.append(Scored(number, reader, case, modality, expected, score))
    return made
