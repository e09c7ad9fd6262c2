"""The films that readers believed most and least, those they disagreed on, and what they marked."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.studies import study_by_slug
from app.db.truth.answer_rows import AnswerRow, answer_rows
from app.db.truth.bank_contents import arms_by_key
from app.db.truth.ratings_table import AnalysedQuestions, called_synthetic
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.status import STATUS_WORDS
from app.domain.design.worded import worded_design
from app.domain.errors import Refused
from app.domain.questions.answer import Mark
from app.domain.questions.kinds.choices import NONE
from app.domain.questions.question import Question
from app.domain.said import said
from app.steps.audited_set import AuditedCase, frozen_set

# Of each arm at either end, and of all arms together.
SHOWN_OF_AN_ARM = 3
SHOWN_DISPUTED = 6
# One reader's word is no belief of readers, and nobody disagrees with themselves.
FEWEST_READERS = 2


@dataclass(frozen=True)
class ReadFilm:
    """A film and what readers said of it at first reading.

    `called_real` of `verdicts` readers called it real; `realism` is the mean grade of `graded`
    readers, `spread` the standard deviation, both None where nobody graded it. `marks` lie in
    pixels of the picture, whose side is `size`; `artefacts` counts what was chosen from lists.
    """

    code: str
    arm: str
    arm_label: str
    kind: str
    rendition: str
    size: int
    verdicts: int
    called_real: int
    graded: int
    realism: float | None
    spread: float | None
    marks: tuple[Mark, ...]
    artefacts: tuple[tuple[str, int], ...]

    @property
    def share_real(self) -> float | None:
        """Of its readers the share who called it real, 0 to 1."""
        return self.called_real / self.verdicts if self.verdicts else None


@dataclass(frozen=True)
class ArmGallery:
    """The most and the least believed films of one arm, which never share one."""

    arm: str
    label: str
    kind: str
    films: int
    most: tuple[ReadFilm, ...]
    least: tuple[ReadFilm, ...]


@dataclass(frozen=True)
class FilmGallery:
    """What a report shows of single films.

    `by` says what belief is taken from: `verdict`, `realism`, or "" where neither was asked of
    single pictures. `realism_high` is the upper end of the scale. `unread` counts films with fewer
    readers than FEWEST_READERS, which are left out.
    """

    by: str
    realism_high: int | None
    arms: tuple[ArmGallery, ...]
    disputed: tuple[ReadFilm, ...]
    unread: int


def film_gallery(session: Session, slug: str) -> FilmGallery:
    """The films of a closed study by how far readers believed them.

    People's first readings of single pictures, in the phase that the analysis by arm takes; readers
    who withdrew or were erased count nowhere, machines neither. Raises Refused while the study is
    not closed.
    """
    study = study_by_slug(session, slug)
    if study.status != "closed":
        raise Refused(
            said(
                "{slug} is {status}: its films are shown with what was said of them once the "
                "study is closed.",
                slug=slug,
                status=STATUS_WORDS[study.status],
            )
        )
    design = worded_design(design_from_json(study.design))
    asked = AnalysedQuestions.of(design)
    by = "verdict" if asked.verdict else "realism" if asked.realism else ""
    if not by:
        return FilmGallery("", None, (), (), 0)
    rows = [row for row in answer_rows(session, study) if _counts(row)]
    cases = frozen_set(session, study, design).proper
    arms = arms_by_key(session, [plan.arm for plan in design.arms])
    labels = {key: (arm.label, arm.kind) for key, arm in arms.items()}
    given = _by_case(rows)
    films = [
        _read_film(one, given.get(one.case.code, ()), asked, design, labels[one.case.arm])
        for one in cases
        if one.case.arm in labels
    ]
    read = [film for film in films if _readers_of(film, by) >= FEWEST_READERS]
    return FilmGallery(
        by=by,
        realism_high=asked.realism.high if asked.realism else None,
        arms=tuple(
            _arm_gallery(key, label, kind, [film for film in read if film.arm == key], by)
            for key, (label, kind) in labels.items()
        ),
        disputed=tuple(_disputed(read, by)),
        unread=len(films) - len(read),
    )


def _counts(row: AnswerRow) -> bool:
    is_first = row.replicate == 0 and not row.is_superseded and not row.is_phase_end
    return is_first and row.reader_kind != "machine" and len(row.pictures) == 1


def _by_case(rows: Iterable[AnswerRow]) -> dict[str, list[AnswerRow]]:
    by_case: dict[str, list[AnswerRow]] = {}
    for row in rows:
        by_case.setdefault(row.case, []).append(row)
    return by_case


def _read_film(
    one: AuditedCase,
    rows: Sequence[AnswerRow],
    asked: AnalysedQuestions,
    design: StudyDesign,
    named: tuple[str, str],
) -> ReadFilm:
    of_phase = [row for row in rows if row.phase == asked.phase]
    # 1 for synthetic and 0 for real, whatever the verdict is asked by.
    called = [called_synthetic(asked.verdict, row) for row in of_phase]
    verdicts = [one for one in called if not math.isnan(one)]
    grades = [float(grade) for grade in _said(asked.realism, of_phase) if isinstance(grade, int)]
    return ReadFilm(
        code=one.case.code,
        arm=one.case.arm,
        arm_label=named[0],
        kind=named[1],
        rendition=one.picture.rendition,
        size=design.rendition_size,
        verdicts=len(verdicts),
        called_real=sum(one == 0 for one in verdicts),
        graded=len(grades),
        realism=statistics.fmean(grades) if grades else None,
        spread=statistics.stdev(grades) if len(grades) > 1 else None,
        marks=tuple(_marks(design, rows)),
        artefacts=tuple(_artefacts(design, rows)),
    )


def _said(question: Question | None, rows: Sequence[AnswerRow]) -> list[object]:
    if question is None:
        return []
    return [row.answers[question.key] for row in rows if question.key in row.answers]


def _marks(design: StudyDesign, rows: Sequence[AnswerRow]) -> Iterable[Mark]:
    keys = [question.key for question in design.questions if question.kind == "marks"]
    for row in rows:
        for key in keys:
            value = row.answers.get(key)
            if isinstance(value, tuple):
                yield from (one for one in value if isinstance(one, Mark))


def _artefacts(design: StudyDesign, rows: Sequence[AnswerRow]) -> list[tuple[str, int]]:
    """What was chosen from lists of artefacts, in the words of the question, most often first."""
    words: Counter[str] = Counter()
    for question in design.questions:
        if question.kind != "choices" or question.measure != "artefact":
            continue
        labels = {option.value: option.label for option in question.options}
        for value in _said(question, rows):
            chosen = value if isinstance(value, tuple) else ()
            words.update(
                labels.get(one, one) for one in chosen if isinstance(one, str) and one != NONE
            )
    return sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))


def _readers_of(film: ReadFilm, by: str) -> int:
    return film.verdicts if by == "verdict" else film.graded


def _belief(film: ReadFilm, by: str) -> tuple[float, float, str]:
    """By what films are ordered: share called real, then mean realism, then their codes."""
    realism = film.realism or 0.0
    share = film.share_real or 0.0
    return (share, realism, film.code) if by == "verdict" else (realism, share, film.code)


def _arm_gallery(key: str, label: str, kind: str, films: Sequence[ReadFilm], by: str) -> ArmGallery:
    ordered = sorted(films, key=lambda film: _belief(film, by), reverse=True)
    # An arm of few films shows none at both ends.
    shown = min(SHOWN_OF_AN_ARM, len(ordered) // 2) if len(ordered) > 1 else len(ordered)
    least = ordered[len(ordered) - shown :] if len(ordered) > 1 else []
    return ArmGallery(key, label, kind, len(films), tuple(ordered[:shown]), tuple(reversed(least)))


def _disputed(films: Sequence[ReadFilm], by: str) -> list[ReadFilm]:
    """Films on which readers were divided, the most evenly divided first; unanimous ones never."""

    def division(film: ReadFilm) -> float:
        if by == "realism":
            return film.spread or 0.0
        share = film.share_real or 0.0
        return share * (1 - share)

    divided = [film for film in films if division(film) > 0]
    divided.sort(key=lambda film: (-division(film), -_readers_of(film, by), film.code))
    return divided[:SHOWN_DISPUTED]


def films_by_belief(gallery: FilmGallery) -> Mapping[str, tuple[ReadFilm, ...]]:
    """Of each arm's label the one most and the one least believed film, for a single page."""
    return {
        arm.label: (*arm.most[:1], *arm.least[:1]) for arm in gallery.arms if arm.most or arm.least
    }
