"""What each question of a protocol comes to, by its measure: figures with their intervals."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from app.db.tables import ReaderKind
from app.db.truth.answer_rows import AnswerRow
from app.db.truth.ratings_table import called_synthetic
from app.domain.design.design import Phase, StudyDesign
from app.domain.questions.answer import Mark
from app.domain.questions.document import MOST_STATED
from app.domain.questions.question import Question
from app.domain.questions.reading import is_asked
from app.domain.questions.reference import Reference
from app.domain.questions.short_names import short_name
from app.domain.said import said
from app.statistics.protocols.artefacts import Artefacts, Naming, artefacts
from app.statistics.protocols.calibration import Calibration, calibration
from app.statistics.protocols.findings import Findings, findings, findings_beside_machines
from app.statistics.protocols.judgements import Judgements
from app.statistics.protocols.machines import MachineComparison
from app.statistics.protocols.places import Marking, Places, places
from app.statistics.protocols.prompt_agreement import PromptAgreement, prompt_agreement
from app.statistics.table.ratings import RatingsTable, ratings_table
from app.statistics.table.settings import AnalysisSettings
from app.steps.analyse_ratings import settings_of_design

Figures = Findings | PromptAgreement | Artefacts | Places | Calibration
References = Mapping[str, Mapping[str, Reference | None]]
# A confidence of more levels than can be stated singly is cut into so many classes.
_CLASSES = 5
_NOBODY = said("nobody answered it")


@dataclass(frozen=True)
class QuestionFigures:
    """The figures of one question in one phase, from first readings that count.

    `figures` is None where there can be none, and `why_not` says why. `left_out` maps readers who
    answered too little to count to how often they did. `machine` is the code of the machine whose
    figures these are, empty for those of people; `machines` are machines beside the people.
    """

    question: Question
    phase: int
    phase_title: str
    reader_kind: ReaderKind
    readers: int
    settings: AnalysisSettings
    figures: Figures | None = None
    why_not: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict, hash=False)
    subject: Question | None = None
    machine: str = ""
    machines: tuple[MachineComparison, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, for analysis.json."""
        return {
            "question": self.question.key,
            "measure": self.question.measure,
            "of": self.question.of,
            "phase": self.phase,
            "reader_kind": self.reader_kind,
            "machine": self.machine,
            "readers": self.readers,
            "left_out_readers": dict(self.left_out),
            "generalise_to": self.settings.generalise_to,
            "state": f"not estimable: {self.why_not}" if self.why_not else "estimated",
            **({} if self.figures is None else self.figures.to_json()),
            "beside_machines": [one.to_json() for one in self.machines],
        }


@dataclass(frozen=True)
class _Asked:
    """One question of one phase with what its figures need beside the answers.

    `beside` are rows of machines of the same phase, where `rows` are those of people.
    """

    question: Question
    phase: Phase
    rows: Sequence[AnswerRow]
    design: StudyDesign
    references: References
    clusters: Mapping[str, str]
    settings: AnalysisSettings
    beside: Sequence[AnswerRow] = ()

    def cluster(self, row: AnswerRow) -> str:
        """What the row's case belongs to; empty where it stands alone."""
        return self.clusters.get(row.case, "")

    def question_of(self, key: str) -> Question | None:
        """A question of the same phase, by its key."""
        return next((one for one in self.design.questions_of(self.phase) if one.key == key), None)

    def table(self, values: Sequence[float]) -> RatingsTable:
        """A value of every row, as the statistics take them; machines among them are named."""
        return ratings_table(
            machines=sorted({row.reader for row in self.rows if row.reader_kind == "machine"}),
            reader=[row.reader for row in self.rows],
            case=[row.case for row in self.rows],
            arm=[row.picture.arm for row in self.rows],
            truth=[row.picture.truth for row in self.rows],
            cluster=[self.cluster(row) for row in self.rows],
            score=values,
        )


def question_figures(
    design: StudyDesign,
    rows: Sequence[AnswerRow],
    references: References,
    clusters: Mapping[str, str],
) -> tuple[QuestionFigures, ...]:
    """Of every question whose measure has figures, by phase; machines apart from people.

    Parameters
    ----------
    design : StudyDesign
    rows : sequence of AnswerRow
        Superseded and repeated ones are left out here.
    references : mapping of case to mapping of question to Reference or None
        What the bank holds of each finding.
    clusters : mapping of case to str
        What images belong to, by the design's cluster key.
    """
    counted = [
        row for row in rows if not row.is_superseded and row.replicate == 0 and not row.is_phase_end
    ]
    settings = replace(settings_of_design(design), primary_arm="", positive_controls=())
    machines = [row for row in counted if row.reader_kind == "machine"]
    made: list[QuestionFigures] = []
    for who in _whose(counted, machines, settings):
        for number, phase in enumerate(design.phases, start=1):
            said = [row for row in who.rows if row.phase == number]
            beside = [row for row in who.beside if row.phase == number]
            for question in design.questions_of(phase):
                if said and question.measure in _MEASURES:
                    asked = _Asked(
                        question, phase, said, design, references, clusters, who.settings, beside
                    )
                    made.append(replace(_figures(asked, number), machine=who.machine))
    return tuple(made)


@dataclass(frozen=True)
class _Whose:
    """Rows that are analysed together: those of people of one kind, or of one machine."""

    rows: Sequence[AnswerRow]
    settings: AnalysisSettings
    beside: Sequence[AnswerRow] = ()
    machine: str = ""


def _whose(
    rows: Sequence[AnswerRow], machines: Sequence[AnswerRow], settings: AnalysisSettings
) -> Iterator[_Whose]:
    for kind in ("human", "simulated"):
        yield _Whose([row for row in rows if row.reader_kind == kind], settings, machines)
    # A machine is this machine: there is no population of them that a few stand for.
    alone = replace(settings, generalise_to="cases")
    for machine in sorted({row.reader for row in machines}):
        own = [row for row in machines if row.reader == machine]
        yield _Whose(own, alone, machine=machine)


def _figures(asked: _Asked, number: int) -> QuestionFigures:
    question = asked.question
    answered = [
        row for row in asked.rows if question.key in row.answers and is_asked(question, row.answers)
    ]
    told = QuestionFigures(
        question=question,
        phase=number,
        phase_title=asked.phase.title,
        reader_kind=asked.rows[0].reader_kind,
        readers=len({row.reader for row in answered}),
        settings=asked.settings,
        subject=asked.question_of(question.of),
    )
    several = any(len(row.pictures) != 1 for row in answered)
    if not answered:
        return replace(told, why_not=_NOBODY)
    if several and question.measure != "confidence":
        return replace(
            told,
            why_not=said("several pictures are shown together, so that no answer is of one film"),
        )
    kept, left_out = _who_counts(answered, asked.settings.least_answered)
    made = _MEASURES[question.measure](replace(asked, rows=kept))
    if isinstance(made, str):
        return replace(told, why_not=made, left_out=left_out)
    return replace(
        told,
        figures=made,
        left_out=left_out,
        readers=len({row.reader for row in kept}),
        machines=_beside_machines(replace(asked, rows=kept)),
    )


def _beside_machines(asked: _Asked) -> tuple[MachineComparison, ...]:
    """Machines beside the people in a finding; no other measure has such figures."""
    question = asked.question
    answered = [
        row
        for row in asked.beside
        if question.key in row.answers and is_asked(question, row.answers)
    ]
    if question.measure != "finding" or not answered:
        return ()
    both = replace(asked, rows=[*asked.rows, *answered])
    return findings_beside_machines(
        both.table([_grade(question, row) for row in both.rows]),
        _references(both),
        both.settings,
        cut=cut_of(question),
    )


def _who_counts(rows: Sequence[AnswerRow], least: float) -> tuple[list[AnswerRow], dict[str, int]]:
    """The rows of readers who answered enough, and the others with how often they answered."""
    counts = Counter(row.reader for row in rows)
    fewest = least * float(np.median(list(counts.values())))
    left_out = {reader: n for reader, n in sorted(counts.items()) if n < fewest}
    return [row for row in rows if row.reader not in left_out], left_out


def _grade(question: Question, row: AnswerRow) -> float:
    """A finding as a number: 0 absent and 1 present, or the point of its scale."""
    value = row.answers[question.key]
    return float(value) if isinstance(value, int) else float(value == "present")


def cut_of(question: Question) -> float:
    """A grade above it is called present."""
    return (question.low + question.high) / 2 if question.kind == "scale" else 0.5


def _findings(asked: _Asked) -> Figures:
    table = asked.table([_grade(asked.question, row) for row in asked.rows])
    return findings(table, _references(asked), asked.settings, cut=cut_of(asked.question))


def _references(asked: _Asked) -> dict[tuple[str, str], bool | None]:
    """Whether the finding is in each case that was read; None where the bank doesn't say."""
    known = {"present": True, "absent": False, None: None}
    return {
        (row.picture.arm, row.case): known[
            asked.references.get(row.case, {}).get(asked.question.key)
        ]
        for row in asked.rows
    }


def _prompt_agreement(asked: _Asked) -> Figures:
    question = asked.question
    table = asked.table([_grade(question, row) for row in asked.rows])
    conditions = {(row.picture.arm, row.case): row.picture.condition for row in asked.rows}
    return prompt_agreement(
        table, conditions, asked.settings, low=float(question.low), high=float(question.high)
    )


def _artefacts(asked: _Asked) -> Figures:
    question = asked.question
    verdict = next(
        (one for one in asked.design.questions_of(asked.phase) if one.measure == "verdict"), None
    )
    words = {0.0: "real", 1.0: "synthetic"}
    return artefacts(
        [
            Naming(
                reader=row.reader,
                case=row.case,
                arm=row.picture.arm,
                truth=row.picture.truth,
                words=_words(row.answers[question.key]),
                verdict=words.get(called_synthetic(verdict, row), ""),
                cluster=asked.cluster(row),
            )
            for row in asked.rows
        ],
        [option.value for option in question.options],
        asked.settings,
    )


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, tuple) else (str(value),)


def _places(asked: _Asked) -> Figures:
    size = asked.design.rendition_size
    return places(
        [
            Marking(
                reader=row.reader,
                case=row.case,
                arm=row.picture.arm,
                truth=row.picture.truth,
                marks=tuple(_middle(mark, size) for mark in _marks(row, asked.question)),
                cluster=asked.cluster(row),
            )
            for row in asked.rows
        ],
        asked.settings,
    )


def _marks(row: AnswerRow, question: Question) -> list[Mark]:
    value = row.answers[question.key]
    return [one for one in value if isinstance(one, Mark)] if isinstance(value, tuple) else []


def _middle(mark: Mark, size: int) -> tuple[float, float]:
    """The middle of a mark, as shares of the picture's side."""
    x, y = (mark.x + mark.width / 2) / size, (mark.y + mark.height / 2) / size
    return min(1.0, max(0.0, x)), min(1.0, max(0.0, y))


def _calibration(asked: _Asked) -> "Figures | str":
    subject = asked.question_of(asked.question.of)
    if subject is None:
        return said("the design doesn't say what it is the confidence of")
    if subject.measure not in ("verdict", "finding", "find_the_real"):
        return said("an answer to {key} is neither right nor wrong", key=short_name(subject.key))
    all_judged = [(row, *_judged(subject, row, asked.references)) for row in asked.rows]
    judged = [one for one in all_judged if not math.isnan(one[1])]
    rows = [row for row, *_ in judged]
    if not judged:
        return (
            said("the bank says of no image whether the finding is there")
            if subject.measure == "finding"
            else _NOBODY
        )
    several = subject.measure == "find_the_real"
    alternatives = max(len(row.pictures) for row in rows) if several else 2
    truths = {} if several else {row.picture.arm: row.picture.truth for row in rows}
    arms = tuple(sorted(truths, key=lambda arm: (truths[arm] != "real", arm)))
    kinds = {"verdict": ("real", "synthetic"), "finding": ("absent", "present")}.get(
        subject.measure, ("first", "second")
    )
    return calibration(
        _judgements(asked, judged, alternatives),
        arms,
        asked.settings,
        two_kinds=kinds if alternatives == 2 else None,
        stated=asked.question.probabilities,
    )


def _judged(subject: Question, row: AnswerRow, references: References) -> tuple[float, float]:
    """Whether an answer was right, and which of two alternatives it was; NaN for neither."""
    nothing = float("nan")
    value = row.answers.get(subject.key)
    if value is None:
        return nothing, nothing
    if subject.measure == "verdict":
        called = called_synthetic(subject, row)
        return float(called == (row.picture.truth == "synthetic")), called
    if subject.measure == "finding":
        reference = references.get(row.case, {}).get(subject.key)
        called = float(_grade(subject, row) > cut_of(subject))
        is_right = nothing if reference is None else float(called == (reference == "present"))
        return is_right, called
    real = [picture.slot for picture in row.pictures if picture.truth == "real"]
    if value == 0 or not real:
        return nothing, nothing
    is_one_of_two = len(row.pictures) == 2 and len(real) == 1
    return float(value in real), float(value == 2) if is_one_of_two else nothing


def _judgements(
    asked: _Asked, judged: Sequence[tuple[AnswerRow, float, float]], alternatives: int
) -> Judgements:
    names_of_readers = sorted({row.reader for row, *_ in judged})
    readers = {name: line for line, name in enumerate(names_of_readers)}
    of_case = {row.case: row for row, *_ in judged}
    cases = sorted(of_case)
    place = {case: column for column, case in enumerate(cases)}
    shape = (3, len(readers), len(cases))
    level, correct, called = np.full(shape, np.nan)
    points = asked.question.points
    classes = _classes(asked.question)
    for row, was_right, which in judged:
        at = readers[row.reader], place[row.case]
        said = row.answers[asked.question.key]
        if isinstance(said, int):
            level[at] = (said - points.start) * classes // len(points)
            correct[at], called[at] = was_right, which
    single = all(len(row.pictures) == 1 for row, *_ in judged)
    levels, names = _levels(asked.question, classes)
    return Judgements(
        level=level,
        correct=correct,
        called=called,
        arm=np.array([of_case[case].picture.arm if single else "" for case in cases]),
        clusters=_codes([asked.cluster(of_case[case]) for case in cases]),
        levels=levels,
        names=names,
        alternatives=alternatives,
        scale=(float(points.start), float(points.stop - 1)),
    )


def _levels(question: Question, classes: int) -> tuple[tuple[float, ...], tuple[str, ...]]:
    points = question.points
    if classes == len(points):
        return tuple(float(point) for point in points), tuple(
            question.label_at(point) for point in points
        )
    parts = [
        [point for point in points if (point - points.start) * classes // len(points) == part]
        for part in range(classes)
    ]
    return (
        tuple((part[0] + part[-1]) / 2 for part in parts),
        tuple(f"{part[0]} to {part[-1]}" for part in parts),
    )


def levels_of(question: Question) -> tuple[float, ...]:
    """The levels of a confidence: its points, or the middles of the classes it is cut into."""
    return _levels(question, _classes(question))[0]


def _classes(question: Question) -> int:
    return len(question.points) if len(question.points) <= MOST_STATED else _CLASSES


def _codes(clusters: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.int64]] | None":
    """A number for the cluster of every case; None where every case stands alone."""
    named = Counter(one for one in clusters if one)
    if max(named.values(), default=1) < 2:
        return None
    keys = [one or ("", place) for place, one in enumerate(clusters)]
    codes = {key: code for code, key in enumerate(dict.fromkeys(keys))}
    return np.array([codes[key] for key in keys], dtype=np.int64)


_MEASURES: Mapping[str, Callable[[_Asked], "Figures | str"]] = {
    "finding": _findings,
    "prompt_agreement": _prompt_agreement,
    "artefact": _artefacts,
    "place": _places,
    "confidence": _calibration,
}

HAS_FIGURES = frozenset(_MEASURES)
