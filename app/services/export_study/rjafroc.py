"""The comma-separated format that RJafroc (format = "MRMC") and MRMCaov read."""

from collections.abc import Iterator

from app.services.export_study.held_ratings import HeldRatings
from app.services.export_study.mrmc_scores import score_source, scores
from app.statistics.table.ratings import RatingsTable

RJAFROC_COLUMNS: tuple[tuple[str, str], ...] = (
    ("reader", "The reader's code."),
    ("treatment", "The synthetic arm; real cases stand under each."),
    ("case", "A whole number, as RJafroc wants it; case_code is ours."),
    ("truth", "1 synthetic, 0 real."),
    ("rating", "Higher is more synthetic."),
    ("case_code", "The case's code in all other files."),
    ("phase", "The phase whose ratings these are."),
    ("question", "The question whose answers they are; two with a plus sign between."),
)


def rjafroc_rows(table: RatingsTable, held: HeldRatings) -> Iterator[list[object]]:
    """First reads; synthetic cases differ between arms, so analyse one treatment at a time."""
    codes = [case for arm in table.arms for case in table.cases(arm)]
    numbers = {code: number for number, code in enumerate(codes, start=1)}
    question = held.keys(score_source(table)[0])
    for row in scores(table):
        rating: float = int(row.score) if row.score.is_integer() else row.score
        case = [numbers[row.case], int(row.is_synthetic), rating, row.case]
        yield [row.reader, row.arm, *case, held.phase, question]
