"""A study's ratings as the table that statistics start from."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.tables import Study
from app.db.truth.answer_rows import AnswerRow, answer_rows
from app.db.truth.cases import clusters_of_cases
from app.db.truth.exports import reader_rows
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.profile import SPECIALTIES, experience_band
from app.domain.questions.question import Question
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import ConclusionMeasure


def study_ratings(session: Session, study: Study) -> RatingsTable | None:
    """The table of a study; see `ratings_of_rows`."""
    return ratings_of_rows(session, study, answer_rows(session, study))


def ratings_of_rows(
    session: Session, study: Study, answers: Iterable[AnswerRow]
) -> RatingsTable | None:
    """Ratings that count, with what the bank says of clusters and the profiles of readers.

    Images of which the bank says the same under the design's cluster key belong together; one of
    which it says nothing stands alone. Reader groups are ``specialty`` and ``experience`` (a band
    of years). See `ratings_of_answers`.
    """
    design = design_from_json(study.design)
    key = design.analysis.cluster
    return ratings_of_answers(
        design,
        answers,
        clusters=clusters_of_cases(session, study, key) if key else {},
        reader_groups=_groups(session, study),
        strata=strata_of_cases(session, study, design),
    )


def strata_of_cases(
    session: Session, study: Study, design: StudyDesign
) -> dict[str, dict[str, str]]:
    """Of each subgroup key of the design what the bank says of every case."""
    return {key: clusters_of_cases(session, study, key) for key in design.analysis.subgroups}


def ratings_of_answers(
    design: StudyDesign,
    answers: Iterable[AnswerRow],
    *,
    clusters: Mapping[str, str],
    reader_groups: Mapping[str, Mapping[str, str]],
    strata: Mapping[str, Mapping[str, str]] | None = None,
) -> RatingsTable | None:
    """Ratings that count: no practice, of corrected ones the last; None without any of people.

    They are those of the phase that `AnalysedQuestions` names, of single pictures. `clusters` maps
    a case to what it belongs to; what is missing or empty stands alone. `strata` maps a name to
    what the records say of each case under it.

    Raises StatisticsInputError for answers that `ratings_table` refuses.
    """
    asked = AnalysedQuestions.of(design)
    rows = [
        row
        for row in answers
        if not row.is_superseded and row.phase == asked.phase and len(row.pictures) == 1
    ]
    machines = {row.reader for row in rows if row.reader_kind == "machine"}
    if machines >= {row.reader for row in rows}:
        return None
    realism, confidence = asked.realism, asked.confidence
    return ratings_table(
        reader=[row.reader for row in rows],
        case=[row.case for row in rows],
        arm=[row.picture.arm for row in rows],
        truth=[row.picture.truth for row in rows],
        cluster=[clusters.get(row.case, "") for row in rows],
        replicate=[row.replicate for row in rows],
        realism=[_number(realism, row) for row in rows],
        verdict=[called_synthetic(asked.verdict, row) for row in rows],
        confidence=[_number(confidence, row) for row in rows],
        position=[row.position for row in rows],
        # A browser that tells 0 has measured nothing.
        reading_time_ms=[row.reading_time_ms or math.nan for row in rows],
        realism_min=None if realism is None else realism.low,
        realism_max=None if realism is None else realism.high,
        confidence_max=None if confidence is None else confidence.high,
        reader_groups=reader_groups,
        machines=sorted(machines),
        strata={
            name: [of_case.get(row.case, "") for row in rows]
            for name, of_case in (strata or {}).items()
        },
    )


@dataclass(frozen=True)
class AnalysedQuestions:
    """The realism, verdict and confidence that the analysis by arm rests on, and their phase.

    The phase is the first that asks for a verdict, or where none does the first that asks for
    realism; None for what it doesn't ask.
    """

    phase: int
    realism: Question | None
    verdict: Question | None
    confidence: Question | None

    @classmethod
    def of(cls, design: StudyDesign) -> "AnalysedQuestions":
        """What a design asks, its primary question before others of the same measure."""
        primary = next(
            (one for one in design.questions if one.key == design.analysis.primary), None
        )
        if primary is not None and primary.measure in ("realism", "verdict", "confidence"):
            for number, phase in enumerate(design.phases, start=1):
                asked = design.questions_of(phase)
                if primary in asked:
                    return cls._of_phase(number, asked, primary)
        for measure in ("verdict", "realism"):
            for number, phase in enumerate(design.phases, start=1):
                asked = design.questions_of(phase)
                if any(question.measure == measure for question in asked):
                    return cls._of_phase(number, asked, None)
        return cls(1, None, None, None)

    @classmethod
    def _of_phase(
        cls, number: int, asked: Sequence[Question], primary: Question | None
    ) -> "AnalysedQuestions":
        def first(measure: str, of: str = "") -> Question | None:
            if primary is not None and primary.measure == measure:
                return primary
            return next(
                (one for one in asked if one.measure == measure and (not of or one.of == of)), None
            )

        verdict = first("verdict")
        if primary is not None and primary.measure == "confidence":
            verdict = next((one for one in asked if one.key == primary.of), None)
        return cls(
            number,
            first("realism"),
            verdict,
            None if verdict is None else first("confidence", verdict.key),
        )

    def conclusion_measure(self, primary: str) -> ConclusionMeasure:
        """The AUC that rests on the question `primary`; `auto` where none does."""
        if primary and self.realism is not None and self.realism.key == primary:
            return "auc_realism"
        graded = self.verdict is not None and self.confidence is not None
        of_verdict = {one.key for one in (self.verdict, self.confidence) if one is not None}
        return "auc_confidence" if graded and primary in of_verdict else "auto"


def _number(question: Question | None, row: AnswerRow) -> float:
    value = None if question is None else row.answers.get(question.key)
    return float(value) if isinstance(value, int) else math.nan


def called_synthetic(question: Question | None, row: AnswerRow) -> float:
    """1 for a verdict of synthetic, 0 for real; the upper half of a scale is synthetic."""
    value = None if question is None else row.answers.get(question.key)
    if question is None or value is None:
        return math.nan
    if isinstance(value, int):
        return float(value > (question.low + question.high) / 2)
    return float(value == "synthetic")


def _groups(session: Session, study: Study) -> dict[str, dict[str, str]]:
    return {
        reader.code: groups_of_profile(reader.specialty, reader.years_experience)
        for reader in reader_rows(session, study)
    }


def groups_of_profile(specialty: str | None, years_experience: int | None) -> dict[str, str]:
    """The groups that a profile puts its reader in; none of what it doesn't say."""
    levels: dict[str, str] = {}
    if specialty is not None:
        levels["specialty"] = SPECIALTIES.get(specialty, specialty)
    if years_experience is not None:
        levels["experience"] = experience_band(years_experience)
    return levels
