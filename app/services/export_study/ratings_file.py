"""ratings.csv: which columns a study's protocol asks for, and a rating as its cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.db.truth.answer_rows import AnswerRow
from app.domain.bank_image import APART
from app.domain.design.design import StudyDesign
from app.domain.design.subgroups import subgroup_columns
from app.domain.listed_values import listed
from app.domain.questions.measures import MEASURES
from app.domain.questions.question import Question
from app.domain.questions.reading import cells_of
from app.domain.questions.reference import Reference, reference_column
from app.domain.questions.registry import kind_of
from app.domain.said import capital, figure, joined, said
from app.services.export_study.columns import Column
from app.services.export_study.viewing_columns import ColumnType, viewing_cells, viewing_columns

REASON = "correction_reason"
CLUSTER = "cluster"
CLUSTERS = "picture_clusters"
_TIMES: tuple[tuple[str, str, ColumnType], ...] = (
    ("shown_at", said("When the server sent the case, UTC, ISO 8601."), "moment"),
    ("submitted_at", said("When the server stored the rating, UTC, ISO 8601."), "moment"),
    (
        "reading_time_ms",
        said(
            "Milliseconds from the image's first paint to submit, by the reader's browser, hidden "
            "time included. Empty: the browser told none (no JavaScript)."
        ),
        "whole",
    ),
    (
        "hidden_time_ms",
        said("Milliseconds of these in which the page was hidden. Empty: not told."),
        "whole",
    ),
    (
        "superseded",
        said(
            "1 if the reader corrected this rating later, so that it doesn't count; 0 if it counts."
        ),
        "whole",
    ),
    (
        "simulated",
        said("1 if a simulated reader of a rehearsal made it up, 0 if a human one gave it."),
        "whole",
    ),
)


@dataclass(frozen=True)
class RatingsFile:
    """The layout of one study's ratings.

    A study of single pictures in one phase has the plain columns; what only other protocols need
    (phase, pictures, exposure, machine readers) has a column only where the design has it, and the
    reasons of corrections only where a reader has given one.

    `references` and `clusters` say of a case, by its code, what the bank holds of each finding that
    is asked for, and what it belongs to; `strata` what it says under each subgroup key.
    """

    slug: str
    design: StudyDesign
    has_machines: bool
    has_reasons: bool = False
    references: Mapping[str, Mapping[str, Reference | None]] = field(
        default_factory=dict, hash=False
    )
    clusters: Mapping[str, str] = field(default_factory=dict, hash=False)
    strata: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Names with what each holds, in the order of `cells`."""
        return tuple((name, what) for name, what, _ in self._columns())

    @property
    def types(self) -> dict[str, ColumnType]:
        """The type of each column."""
        return {name: kind for name, _, kind in self._columns()}

    def cells(self, row: AnswerRow) -> list[object]:
        """One rating."""
        values = {**self._viewed(row), **self._values(row)}
        return [values[name] for name, _ in self.columns]

    @property
    def _has_sets(self) -> bool:
        return any(phase.presentation.pictures > 1 for phase in self.design.phases)

    @property
    def _has_ends(self) -> bool:
        return any(phase.end_questions for phase in self.design.phases)

    @property
    def _is_timed(self) -> bool:
        return any(phase.presentation.exposures_ms for phase in self.design.phases)

    def _columns(self) -> Iterator[tuple[str, str, ColumnType]]:
        yield from self._who_and_what()
        yield from self._when_in_the_order()
        yield from self._answers()
        yield from _TIMES
        yield from self._viewing()
        if self.has_reasons:
            why = said("Why the reader corrected an earlier rating by this one. Empty: not said.")
            yield self._reason_column, why, "text"

    @property
    def _reason_column(self) -> str:
        taken = any(question.key == REASON for question in self.design.questions)
        return f"{REASON}_" if taken else REASON

    def _viewing(self) -> Iterator[tuple[str, str, ColumnType]]:
        # A study of an older version may ask a question of such a name; the answer keeps it.
        keys = {question.key for question in self.design.questions}
        for name, what, kind in viewing_columns(has_check=self.design.display.grey_check):
            yield f"{name}_" if name in keys else name, what, kind

    def _who_and_what(self) -> Iterator[tuple[str, str, ColumnType]]:
        yield "study", said("The study's short name (slug)."), "text"
        yield "reader", said("The reader's pseudonymous code, within the study."), "text"
        if self.has_machines:
            yield (
                "reader_kind",
                said("human, simulated or machine; analyse machines apart."),
                "text",
            )
        yield "case", self._what_case(), "text"
        if self.design.analysis.cluster:
            yield (
                self.cluster_column,
                said(
                    "What the bank's {cluster} says: images of one value are not independent. "
                    "Empty: the image stands alone.",
                    cluster=self.design.analysis.cluster,
                ),
                "text",
            )
        arm = said("Where the image came from: real, or the name of a variant.")
        condition = said("Clinical content of the image: normal, abnormal or the bank's own word.")
        yield "arm", self._or_several(arm), "text"
        yield "condition", self._or_several(condition), "text"
        if self.design.memorised == "separate" or self.design.stratify_by != "condition":
            yield "stratum", self._what_stratum(), "text"
        for key, name in subgroup_columns(self.design).items():
            what = said("What the bank says of the image under {key}. Empty: nothing.", key=key)
            yield name, what, "text"
        yield "truth", self._or_several(said("The reference standard: real or synthetic.")), "text"
        if self._has_sets:
            yield (
                "pictures",
                said(
                    "Place, case, arm and truth of each picture shown, colons between them, the "
                    "first place first; semicolons between pictures."
                ),
                "text",
            )
            if self.design.analysis.cluster:
                yield (
                    self.clusters_column,
                    said(
                        "What the bank's {cluster} says of each of these pictures, in the same "
                        "order, semicolons between; a backslash stands before one within a value.",
                        cluster=self.design.analysis.cluster,
                    ),
                    "text",
                )

    def _what_case(self) -> str:
        if self._has_sets:
            return said(
                "The case's code, or of the set of pictures shown together, within the study; the "
                "same for every reader."
            )
        return said("The case's code, within the study; the same for every reader.")

    def _or_several(self, what: str) -> str:
        if not self._has_sets:
            return what
        return joined((what, said("Empty: several pictures were shown.")))

    def _what_stratum(self) -> str:
        key = self.design.stratify_by
        if self.design.memorised != "separate":
            return said("The image's {key}, as the bank has it.", key=key)
        return said(
            "The image's {key}, as the bank has it, with{apart} where it flags the image as a copy "
            "of a training image.",
            key=key,
            apart=APART,
        )

    @property
    def cluster_column(self) -> str:
        """The column of clusters, where the design names any."""
        return self._free(CLUSTER)

    @property
    def clusters_column(self) -> str:
        """The column of the clusters of several pictures."""
        return self._free(CLUSTERS)

    def _free(self, name: str) -> str:
        taken = any(question.key == name for question in self.design.questions)
        return f"{name}_" if taken else name

    def _when_in_the_order(self) -> Iterator[tuple[str, str, ColumnType]]:
        if len(self.design.phases) > 1:
            keys = ", ".join(phase.key for phase in self.design.phases)
            yield "phase", said("The phase of the study: {keys}.", keys=keys), "text"
        if self._has_ends:
            yield (
                "asked_at",
                said("case, or phase_end for what was asked once after a phase."),
                "text",
            )
        yield (
            "replicate",
            said("0 the first reading of this case by this reader, 1 the repeated one."),
            "whole",
        )
        place = (
            said(
                "Place in this reader's order and phase, from 1; practice cases are not in "
                "this file."
            )
            if len(self.design.phases) > 1
            else said("Place in this reader's order, from 1; practice cases are not in this file.")
        )
        yield "position", place, "whole"
        yield (
            "session",
            said(
                "The reader's sitting, from 1: a new one with their link or after 30 idle minutes."
            ),
            "whole",
        )
        if self._is_timed:
            yield "exposure_ms", said("Milliseconds for which the picture was shown."), "whole"

    def _answers(self) -> Iterator[tuple[str, str, ColumnType]]:
        for question in self.design.questions:
            yield question.key, explain(question), kind_of(question).stored_as
            if question.measure == "finding":
                yield (
                    reference_column(question, self.design.questions),
                    said(
                        "Reference standard of {finding} in this image: present or absent. "
                        "Empty: the bank doesn't say.",
                        finding=question.finding,
                    ),
                    "text",
                )
            if kind_of(question).spread == "sides":
                yield f"{question.key}_arm", said("Arm of the picture chosen. Empty: tie."), "text"
            if question.measure == "find_the_real":
                what = said("1 if the picture chosen is real, else 0.")
                yield f"{question.key}_correct", what, "whole"

    def _values(self, row: AnswerRow) -> dict[str, object]:
        single = row.pictures[0] if len(row.pictures) == 1 else None
        said = cells_of(self.design.questions, row.answers)
        return {
            "study": self.slug,
            "reader": row.reader,
            "reader_kind": row.reader_kind,
            "case": row.case,
            "arm": single and single.arm,
            "condition": single and single.condition,
            "stratum": single and single.stratum,
            "truth": single and single.truth,
            "pictures": ";".join(
                f"{one.slot}:{one.case}:{one.arm}:{one.truth}" for one in row.pictures
            ),
            "phase": self.design.phase(row.phase).key,
            "asked_at": "phase_end" if row.is_phase_end else "case",
            "replicate": row.replicate,
            "position": row.position,
            "session": row.session,
            "exposure_ms": row.exposure_ms,
            **{question.key: said.get(question.key) for question in self.design.questions},
            **self._sides(row),
            **self._references(row),
            self.cluster_column: self.clusters.get(row.case),
            self.clusters_column: None if single else self._clusters(row),
            **{
                name: single and self.strata.get(key, {}).get(row.case)
                for key, name in subgroup_columns(self.design).items()
            },
            "shown_at": row.shown_at,
            "submitted_at": row.submitted_at,
            "reading_time_ms": row.reading_time_ms,
            "hidden_time_ms": row.hidden_time_ms,
            "superseded": int(row.is_superseded),
            "simulated": int(row.reader_kind == "simulated"),
            self._reason_column: row.reason,
        }

    def _viewed(self, row: AnswerRow) -> dict[str, object]:
        keys = {question.key for question in self.design.questions}
        return {
            f"{name}_" if name in keys else name: cell for name, cell in viewing_cells(row).items()
        }

    def _clusters(self, row: AnswerRow) -> str:
        return listed([self.clusters.get(picture.case, "") for picture in row.pictures])

    def _references(self, row: AnswerRow) -> dict[str, str | None]:
        said = self.references.get(row.case, {})
        return {
            reference_column(question, self.design.questions): said.get(question.key)
            for question in self.design.questions
            if question.measure == "finding"
        }

    def _sides(self, row: AnswerRow) -> dict[str, object]:
        values: dict[str, object] = {}
        by_slot = {picture.slot: picture for picture in row.pictures}
        for question in self.design.questions:
            if kind_of(question).spread != "sides":
                continue
            chosen = row.answers.get(question.key)
            picture = by_slot.get(chosen) if isinstance(chosen, int) else None
            values[f"{question.key}_arm"] = picture and picture.arm
            values[f"{question.key}_correct"] = (
                None if chosen is None else int(picture is not None and picture.truth == "real")
            )
        return values


def explain(question: Question) -> str:
    """A question's line in the codebook."""
    what = capital(MEASURES[question.measure].what)
    of = joined((what, f"({question.finding})")) if question.finding else what
    parts = [of + "."]
    parts.append(said("Asked: “{prompt}”", prompt=question.prompt))
    parts.append(said("Values: {values}.", values=kind_of(question).explain(question)))
    if question.probabilities:
        parts.append(_explain_levels(question))
    if question.asked_if:
        values = joined(question.asked_if.values, said(" or "))
        parts.append(
            said(
                "Asked only where {question} is {values}.",
                question=question.asked_if.question,
                values=values,
            )
        )
    return joined((*parts, said("Empty: not asked or not answered.")))


def _explain_levels(question: Question) -> str:
    stated = [figure(one, "g") for one in question.probabilities]
    if len(stated) == len(question.points):
        return said(
            "The analysis takes the levels to say a probability of being right of {shares}.",
            shares=joined(stated, "; "),
        )
    return said(
        "The analysis takes the ends to say a probability of being right of {shares}.",
        shares=joined(stated, "; "),
    )
