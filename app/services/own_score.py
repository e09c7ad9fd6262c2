"""A reader's own score, once their study is closed and where its design promised it."""

from sqlalchemy.orm import Session

from app.db.blind.readers import reader_by_id
from app.db.truth.answer_rows import answer_rows
from app.domain.design.reading import design_from_json
from app.domain.own_score import Judged, PhaseScore, own_scores


def own_score(session: Session, reader_id: int) -> tuple[PhaseScore, ...]:
    """Scores by phase; empty while the study is not closed, and where none is promised.

    Of each case's first showing the answers that hold: corrections count in place of what they
    correct, repeats of a case not again. Nothing of whoever has withdrawn or was erased.
    """
    reader = reader_by_id(session, reader_id)
    if reader is None or reader.has_left or reader.study.status != "closed":
        return ()
    design = design_from_json(reader.study.design)
    if not design.own_score:
        return ()
    showings = (
        Judged(row.phase, row.answers, [picture.truth for picture in row.pictures])
        for row in answer_rows(session, reader.study, reader=reader.code)
        if not row.is_superseded and not row.replicate and row.pictures
    )
    return own_scores(design, showings)
