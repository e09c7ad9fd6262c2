"""What every column of the files is called and holds."""

from app.domain.design.design import StudyDesign
from app.domain.design.worded import asked_in
from app.domain.said import joined, said

Column = tuple[str, str]

CASE_COLUMNS: tuple[Column, ...] = (
    ("study", said("The study's short name (slug).")),
    ("case", said("The case's code, within the study.")),
    ("arm", said("Where the image came from: real, or the name of a variant.")),
    (
        "condition",
        said("Clinical content of the image, in the bank's own words: normal, abnormal."),
    ),
    ("truth", said("The reference standard: real or synthetic.")),
    ("replicated", said("1 if every reader was shown it twice, 0 if once.")),
    ("image_sha256", said("SHA-256 of the image's file in the bank, by which it is found there.")),
    ("source_width", said("Width of that image in pixels.")),
    ("source_height", said("Height of that image in pixels.")),
    ("prompt", said("What a generator was asked for. Empty: the bank says none.")),
    ("seed", said("The generator's seed. Empty: the bank says none.")),
    (
        "memorised",
        said(
            "1 if the bank's evaluation flagged it as closer to a training image than these are to "
            "each other, 0 if not. Empty: not compared."
        ),
    ),
    ("sharpness", said("Of the picture as shown: mean absolute Laplacian over the contrast.")),
    (
        "brightness",
        said("Of the picture as shown: mean grey level inside the black margin, 0 to 255."),
    ),
    (
        "contrast",
        said("Of the picture as shown: standard deviation of the grey inside the margin."),
    ),
    ("margin", said("Share of the picture outside everything that is not black.")),
)
READER_COLUMNS: tuple[Column, ...] = (
    ("study", said("The study's short name (slug).")),
    ("reader", said("The reader's pseudonymous code, within the study.")),
    ("simulated", said("1 for a simulated reader of a rehearsal, 0 for a human one.")),
    ("role", said("Professional role, from a fixed list.")),
    ("specialty", said("Specialty, from a fixed list.")),
    ("years_experience", said("Completed years of experience with radiographs.")),
    ("reading_frequency", said("How often the reader reads chest films.")),
    ("display", said("What the reader said they read on, from a fixed list. Empty: not asked.")),
    (
        "ambient_light",
        said("How light they said the room was, from a fixed list. Empty: not asked."),
    ),
    ("grey_checks", said("Sittings in which the grey-step check was done.")),
    (
        "grey_checks_passed",
        said("Of these, those whose last check told steps of 5 % apart near black and near white."),
    ),
    ("invited_at", said("When the link was made, UTC, ISO 8601.")),
    ("consented_at", said("When the reader agreed to take part. Empty: not yet.")),
    ("began_at", said("When the first case was asked for. Empty: not yet.")),
    ("finished_at", said("When the last case was rated. Empty: not yet.")),
    ("revoked", said("1 if the link was withdrawn; ratings made before count.")),
    (
        "withdrawn",
        said("1 if the reader withdrew from the study; no rating of theirs is in any file."),
    ),
    ("erased", said("1 if the reader was erased: answers, profile and link are gone.")),
    ("order_algorithm", said("Version of the algorithm that made this reader's order.")),
    ("order_seed", said("The seed it was given.")),
)
# What holds of each table, in any language.
EVERY_FILE = said(
    "Names of columns and values are the same in every language: English words, a decimal point, "
    "times in UTC as ISO 8601. Only these explanations are translated."
)
_AS_ASKED = said(" What the study asked stands as it was asked.")


def every_file(design: StudyDesign) -> str:
    """What the codebook says of all columns of a study's files."""
    return joined((EVERY_FILE, asked_in(design, _AS_ASKED)), "")


CODEBOOK_COLUMNS: tuple[Column, ...] = (
    ("file", said("The file a column is in.")),
    ("column", said("The column's name.")),
    ("explanation", said("What it holds.")),
)
