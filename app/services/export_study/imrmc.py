"""The input file of iMRMC (github.com/DIDSR/iMRMC): a description, then rows of four fields."""

from app.services.export_study.held_ratings import HeldRatings
from app.services.export_study.mrmc_scores import score_source, scores
from app.statistics.table.ratings import RatingsTable


def imrmc_text(
    table: RatingsTable | None, *, title: str, held: HeldRatings, simulated: bool
) -> str:
    """Truth rows, then readerID,caseID,modalityID,score; a modality is one of our arms.

    First reads only, which is all the format can hold. Truth is constant within an arm, so every
    synthetic arm stands beside the real cases, whose rows are repeated under it.
    """
    head = [f"Negatoscope: {' '.join(title.split())}"]
    if simulated:
        head.append("REHEARSAL, simulated readers; these are not results.")
    if table is None:
        return "\n".join([*head, "No ratings.", "N0: 0", "N1: 0", "NR: 0", "NM: 0", "BEGIN DATA:"])
    measure, words = score_source(table)
    real = [case for arm in table.real_arms for case in table.cases(arm)]
    synthetic = [case for arm in table.synthetic_arms for case in table.cases(arm)]
    head += [
        "Truth 1 is synthetic, 0 real; modalityID is the arm a synthetic case belongs to.",
        f"Score is {words}: higher is more synthetic.",
        held.sentence(measure),
        f"N0: {len(real)}",
        f"N1: {len(synthetic)}",
        f"NR: {len(table.readers)}",
        f"NM: {len(table.synthetic_arms)}",
        "",
        "BEGIN DATA:",
    ]
    truth = [f"truth,{case},truth,0" for case in real] + [
        f"truth,{case},truth,1" for case in synthetic
    ]
    rows = [f"{row.reader},{row.case},{row.arm},{row.score:g}" for row in scores(table)]
    return "\n".join([*head, *truth, *rows, ""])
