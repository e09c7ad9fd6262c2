"""A study's results: what was read, what every arm came to, and what must be said beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.bank.epochs import VariantEpoch, variant_epoch
from app.bank.evaluation import ArmEvaluation
from app.db.blind.readers import ReaderProgress, progress_of_readers
from app.db.studies import steps_of, study_by_id, study_by_slug
from app.db.tables import Study
from app.db.truth.answer_rows import answer_rows
from app.db.truth.bank_contents import arms_by_key
from app.db.truth.cases import case_counts, clusters_of_cases, references_of_cases
from app.db.truth.displays import DisplayFacts, display_facts
from app.db.truth.ratings_table import ratings_of_rows
from app.domain.conduct import Conduct, conduct_of
from app.domain.design.design import StudyDesign
from app.domain.design.reading import design_from_json
from app.domain.design.status import STATUS_WORDS
from app.domain.design.worded import worded_design
from app.domain.errors import Refused
from app.domain.reader_flow import ReaderFlow, ReaderPath, reader_flow
from app.domain.record import OPENED, REHEARSED, RecordedEvent
from app.domain.said import said
from app.statistics.analysis import Analysis
from app.statistics.conduct.sessions import Sittings
from app.statistics.protocols.choices import ChoiceFigures
from app.steps.analyse_ratings import analysis_of_study
from app.steps.bank_when_drawn import bank_when_drawn
from app.steps.describe_answers import DescribedQuestion, describe_answers
from app.steps.describe_sittings import describe_sittings
from app.steps.evaluate_arms import evaluations_of_arms
from app.steps.looks import note_look
from app.steps.protocol_answers import choices_of_study
from app.steps.question_figures import QuestionFigures, question_figures
from app.steps.software import software

NOTHING_READ = "{slug} is a draft: nobody has read anything yet; open it first."


@dataclass(frozen=True)
class ArmFacts:
    """One arm of the study: what it is, how many cases were drawn and how many were thrown away.

    `generated` and `rejected` count images before the bank was made; None where nobody said.
    `evaluation` is what the bank measured of the images themselves, None where it says nothing.
    `left_out_as_memorised` counts those that were not drawn from since the bank flags them as
    copies of training images; None for a study opened before that was recorded. `epoch` says which
    weights of a training run it was drawn with, None where the bank does not.
    """

    key: str
    label: str
    kind: str
    description: str
    # Two that differ in it are unequal; left out of the hash, since a mapping has none.
    cases_by_stratum: Mapping[str, int] = field(hash=False)
    generated: int | None
    rejected: int | None
    rejection_rule: str
    evaluation: ArmEvaluation | None = None
    left_out_as_memorised: int | None = None
    epoch: VariantEpoch | None = None

    @property
    def cases(self) -> int:
        """Cases of both conditions."""
        return sum(self.cases_by_stratum.values())


@dataclass(frozen=True)
class StudySummary:
    """Everything a report is made from; `analysis` is None while nobody has rated anything."""

    slug: str
    title: str
    status: str
    design: StudyDesign
    opened_at: datetime | None
    closed_at: datetime | None
    design_sha256: str | None
    cases_sha256: str | None
    rehearsal_of: str | None
    arms: tuple[ArmFacts, ...]
    readers: int
    readers_finished: int
    presentations: int
    rated: int
    analysis: Analysis | None
    questions: tuple[DescribedQuestion, ...]
    figures: tuple[QuestionFigures, ...] = ()
    conduct: Conduct = field(default_factory=Conduct)
    displays: DisplayFacts = field(default_factory=DisplayFacts)
    software: Mapping[str, str] = field(default_factory=dict, hash=False)
    withdrawn: int = 0
    erased: int = 0
    sittings: Sittings = field(default_factory=Sittings)
    choices: ChoiceFigures | None = None
    flow: ReaderFlow = field(default_factory=ReaderFlow)

    @property
    def is_interim(self) -> bool:
        """Whether reading still goes on."""
        return self.status != "closed"

    @property
    def is_rehearsal(self) -> bool:
        """Whether readers and ratings were simulated."""
        return self.rehearsal_of is not None

    @property
    def labels(self) -> Mapping[str, str]:
        """Arm to the name it has in the bank."""
        return {arm.key: arm.label for arm in self.arms}


def summarise_study(
    session: Session, slug: str, *, interim: bool = False, bootstrap: int = 0
) -> StudySummary:
    """Facts and analysis of a study, with the margin frozen in its design.

    Refuses while the study is not closed unless `interim` says that seeing results is meant, and
    always for a draft. `bootstrap` is the number of two-way resamples, 0 for none.
    """
    study = study_by_slug(session, slug)
    _refuse_too_early(study, interim=interim)
    design = worded_design(design_from_json(study.design))
    rows = list(answer_rows(session, study))
    table = ratings_of_rows(session, study, rows)
    arms = _arm_facts(session, study, design)
    everybody = progress_of_readers(session, study)
    readers = [line for line in everybody if not line.reader.has_left]
    taking_part = [line for line in readers if line.total]
    source = None if study.rehearsal_of_id is None else study_by_id(session, study.rehearsal_of_id)
    analysis = analysis_of_study(table, design, bootstrap=bootstrap)
    return StudySummary(
        slug=study.slug,
        title=study.title,
        status=study.status,
        design=design,
        opened_at=study.opened_at,
        closed_at=study.closed_at,
        design_sha256=study.design_sha256,
        cases_sha256=study.cases_sha256,
        rehearsal_of=None if source is None else source.slug,
        arms=arms,
        readers=len(readers),
        readers_finished=sum(line.reader.finished_at is not None for line in readers),
        presentations=sum(line.total for line in taking_part),
        rated=sum(line.rated for line in taking_part),
        analysis=analysis,
        questions=describe_answers(design, rows, [arm.key for arm in arms]),
        figures=question_figures(
            design,
            rows,
            references_of_cases(session, study, design.questions),
            _clusters(session, study, design),
        ),
        choices=choices_of_study(design, rows, _clusters(session, study, design)),
        conduct=_conduct(session, study),
        sittings=describe_sittings(design, rows),
        displays=display_facts(session, study),
        software=software(),
        withdrawn=sum(
            line.reader.withdrawn_at is not None and line.reader.erased_at is None
            for line in everybody
        ),
        erased=sum(line.reader.erased_at is not None for line in everybody),
        flow=reader_flow(
            map(_path, (line for line in everybody if line.reader.kind != "machine")),
            () if analysis is None else analysis.left_out,
        ),
    )


def _refuse_too_early(study: Study, *, interim: bool) -> None:
    if study.status == "draft":
        raise Refused(NOTHING_READ.format(slug=study.slug))
    if study.status != "closed" and not interim:
        raise Refused(
            said(
                "{slug} is {status}: results by arm are shown once the study is closed, "
                "because whoever sees them earlier could steer it by them.",
                slug=study.slug,
                status=STATUS_WORDS[study.status],
            )
        )


def _path(line: ReaderProgress) -> ReaderPath:
    reader = line.reader
    return ReaderPath(
        code=reader.code,
        # Whoever is simulated is asked for nothing before they read.
        agreed=reader.consented_at is not None or reader.kind == "simulated",
        began=reader.began_at is not None or line.rated > 0,
        finished=reader.finished_at is not None,
        withdrew=reader.withdrawn_at is not None,
        erased=reader.erased_at is not None,
        link_withdrawn=reader.revoked_at is not None,
        ratings=line.rated,
    )


def facts_of_arms(session: Session, slug: str) -> tuple[ArmFacts, ...]:
    """What a study's summary says of its arms without their results; real ones first.

    The only part of a closed study's summary that an import can change.

    Raises NotFound for a slug that no study has.
    """
    study = study_by_slug(session, slug)
    return _arm_facts(session, study, design_from_json(study.design))


def note_results_seen(
    session: Session, slug: str, *, now: datetime, actor: str, reason: str = ""
) -> None:
    """Record that somebody is about to see results, in a transaction before they do.

    Raises NotFound for a slug that no study has, Refused for a draft, and for an open study unless
    its design plans a look by now or a reason is given.
    """
    study = study_by_slug(session, slug)
    if study.status == "draft":
        raise Refused(NOTHING_READ.format(slug=slug))
    note_look(session, study, "seen", now=now, actor=actor, reason=reason)


def _clusters(session: Session, study: Study, design: StudyDesign) -> dict[str, str]:
    key = design.analysis.cluster
    return clusters_of_cases(session, study, key) if key else {}


def _conduct(session: Session, study: Study) -> Conduct:
    return conduct_of(
        [
            (
                RecordedEvent(
                    event.number, event.at, event.actor, event.action, event.detail, event.salt
                ),
                event.hash,
            )
            for event in steps_of(session, study)
        ]
    )


def _arm_facts(session: Session, study: Study, design: StudyDesign) -> tuple[ArmFacts, ...]:
    counts = case_counts(session, study)
    arms = arms_by_key(session, [plan.arm for plan in design.arms])
    evaluations = evaluations_of_arms(session, study, arms)
    left_out = _left_out_as_memorised(session, study)
    bank = bank_when_drawn(session, study, list(arms))
    return tuple(
        ArmFacts(
            key=arm.key,
            label=arm.label,
            kind=arm.kind,
            description=arm.description,
            cases_by_stratum={
                stratum: count for (key, stratum), count in counts.items() if key == arm.key
            },
            generated=bank[arm.key].generated,
            rejected=bank[arm.key].rejected,
            rejection_rule=arm.rejection_rule,
            evaluation=evaluations[arm.key],
            left_out_as_memorised=None if left_out is None else left_out.get(arm.key, 0),
            epoch=variant_epoch(arm.details),
        )
        for arm in arms.values()
    )


def _left_out_as_memorised(session: Session, study: Study) -> Mapping[str, int] | None:
    """What the draw left out, by arm, as it was recorded; None where it was not."""
    drawn = [one.detail for one in steps_of(session, study) if one.action in (OPENED, REHEARSED)]
    return drawn[-1].get("left_out_as_memorised") if drawn else None
