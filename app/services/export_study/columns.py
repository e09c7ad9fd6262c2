"""What every column of the files is called and holds."""

Column = tuple[str, str]

CASE_COLUMNS: tuple[Column, ...] = (
    ("study", "The study's short name (slug)."),
    ("case", "The case's code, within the study."),
    ("arm", "Where the image came from: real, or the name of a variant."),
    ("condition", "Clinical content of the image, in the bank's own words: normal, abnormal."),
    ("truth", "The reference standard: real or synthetic."),
    ("replicated", "1 if every reader was shown it twice, 0 if once."),
    ("image_sha256", "SHA-256 of the image's file in the bank, by which it is found there."),
    ("source_width", "Width of that image in pixels."),
    ("source_height", "Height of that image in pixels."),
    ("prompt", "What a generator was asked for. Empty: the bank says none."),
    ("seed", "The generator's seed. Empty: the bank says none."),
    (
        "memorised",
        "1 if the bank's evaluation flagged it as closer to a training image than these are to "
        "each other, 0 if not. Empty: not compared.",
    ),
    ("sharpness", "Of the picture as shown: mean absolute Laplacian over the contrast."),
    ("brightness", "Of the picture as shown: mean grey level inside the black margin, 0 to 255."),
    ("contrast", "Of the picture as shown: standard deviation of the grey inside the margin."),
    ("margin", "Share of the picture outside everything that is not black."),
)
READER_COLUMNS: tuple[Column, ...] = (
    ("study", "The study's short name (slug)."),
    ("reader", "The reader's pseudonymous code, within the study."),
    ("simulated", "1 for a simulated reader of a rehearsal, 0 for a human one."),
    ("role", "Professional role, from a fixed list."),
    ("specialty", "Specialty, from a fixed list."),
    ("years_experience", "Completed years of experience with radiographs."),
    ("reading_frequency", "How often the reader reads chest films."),
    ("display", "What the reader said they read on, from a fixed list. Empty: not asked."),
    ("ambient_light", "How light they said the room was, from a fixed list. Empty: not asked."),
    ("grey_checks", "Sittings in which the grey-step check was done."),
    (
        "grey_checks_passed",
        "Of these, those whose last check told steps of 5 % apart near black and near white.",
    ),
    ("invited_at", "When the link was made, UTC, ISO 8601."),
    ("consented_at", "When the reader agreed to take part. Empty: not yet."),
    ("began_at", "When the first case was asked for. Empty: not yet."),
    ("finished_at", "When the last case was rated. Empty: not yet."),
    ("revoked", "1 if the link was withdrawn; ratings made before count."),
    ("withdrawn", "1 if the reader withdrew from the study; no rating of theirs is in any file."),
    ("erased", "1 if the reader was erased: answers, profile and link are gone."),
    ("order_algorithm", "Version of the algorithm that made this reader's order."),
    ("order_seed", "The seed it was given."),
)
CODEBOOK_COLUMNS: tuple[Column, ...] = (
    ("file", "The file a column is in."),
    ("column", "The column's name."),
    ("explanation", "What it holds."),
)
