"""Every column of the files of results, with the sentence that each study's codebook has of it."""

from app.domain.design.reading import design_from_mapping
from app.services.export_study import CASE_COLUMNS, CODEBOOK_COLUMNS, READER_COLUMNS, RatingsFile
from docs.making.reference.markdown import code, table

# Of single pictures, with the three questions that are asked unless a design says otherwise.
DEFAULT_DESIGN = {"title": "The default design", "arms": [{"arm": "real", "normal": 1}]}


def columns_page() -> str:
    """The page of columns."""
    ratings = RatingsFile("study", design_from_mapping(DEFAULT_DESIGN), False)
    parts = [
        "# Columns",
        "Of the files of a study with the default design; a question has a column of its own key. "
        "Each export's `codebook.csv` lists what that very study has. More on the files: "
        "[exports](../exports.md).",
    ]
    for file, columns in (
        ("ratings.csv", ratings.columns),
        ("readers.csv", READER_COLUMNS),
        ("cases.csv", CASE_COLUMNS),
        ("codebook.csv", CODEBOOK_COLUMNS),
    ):
        parts.append(f"## {file}")
        parts.append(table(("column", ""), ((code(name), what) for name, what in columns)))
    return "\n\n".join(parts) + "\n"
