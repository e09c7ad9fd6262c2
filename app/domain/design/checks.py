"""What must fit together in a design; each problem with the field where it is mended."""

from collections.abc import Sequence

from app.domain.design.design import Phase, Presentation, StudyDesign
from app.domain.document import Problems
from app.domain.questions.measures import MEASURES, RIGHT_BY_ORIGIN
from app.domain.questions.question import Question
from app.domain.questions.registry import kind_of
from app.domain.said import said


def check_design(design: StudyDesign, problems: Problems) -> None:
    """Note what can't be carried out as it is written."""
    _check_questions(design, problems)
    for number, phase in enumerate(design.phases, start=1):
        _check_phase(design, phase, f"phases[{number}]", problems)
    _check_repeats(design, problems)
    _check_allocation(design, problems)
    _check_analysis(design, problems)
    _check_withdrawal(design, problems)
    _check_remedies(design, problems)
    if design.own_score and not any(map(design.first_with, RIGHT_BY_ORIGIN)):
        problems.add(
            "own_score",
            f"needs a question that is right or wrong ({' or '.join(RIGHT_BY_ORIGIN)}); ask one, "
            "or leave it out",
        )


def _check_withdrawal(design: StudyDesign, problems: Problems) -> None:
    plan, field = design.withdrawal, "withdrawal.last_day"
    if plan.until != "day":
        if plan.last_day is not None:
            problems.add(
                field, said('is read with until = "day" only; leave it out or change until')
            )
    elif plan.last_day is None:
        problems.add(field, said("name the last day on which a link withdraws, such as 2027-01-31"))
    elif design.closes_on is not None and plan.last_day > design.closes_on:
        problems.add(
            field,
            said(
                "is {last_day}, after the last day of reading ({closes_on}): a closed study's "
                "links do nothing any more",
                last_day=plan.last_day,
                closes_on=design.closes_on,
            ),
        )


def _check_remedies(design: StudyDesign, problems: Problems) -> None:
    plan, size = design.remedies, design.rendition_size
    if not plan.is_any:
        if plan.made_from:
            problems.add("remedies.made_from", said("name a remedy too, or leave it out"))
        return
    if plan.made_from < 64 or plan.made_from == size:
        problems.add(
            "remedies.made_from",
            said(
                "name the size, 64 or more, of the pictures that those of {size} pixels are "
                "made from, and give them another rendition_size",
                size=size,
            ),
        )
    elif plan.resolution and not 32 <= plan.resolution < plan.made_from:
        problems.add(
            "remedies.resolution",
            said(
                "is {resolution}; give 32 or more, and less than {made_from}",
                resolution=plan.resolution,
                made_from=plan.made_from,
            ),
        )


def _check_questions(design: StudyDesign, problems: Problems) -> None:
    answered = [one for one in design.questions if one.measure not in ("comment", "confidence")]
    if not answered:
        problems.add("questions", said("ask at least for realism or for a verdict"))
    asked = {key for phase in design.phases for key in (*phase.questions, *phase.end_questions)}
    for number, question in enumerate(design.questions, start=1):
        if question.key not in asked:
            problems.add(
                f"questions[{number}]",
                said("{key} is asked in no phase; add it to one", key=question.key),
            )
    if not any(phase.questions for phase in design.phases):
        problems.add("questions", said("ask something of each case"))


def _check_phase(design: StudyDesign, phase: Phase, place: str, problems: Problems) -> None:
    shown = phase.presentation
    for question in design.questions_of(phase):
        _check_place(question, "case", f"{place}.questions", problems)
        _check_pictures(question, shown.pictures, f"{place}.questions", problems)
        _check_shown(question, shown, place, problems)
    for question in design.questions_of(phase, at_end=True):
        _check_place(question, "phase_end", f"{place}.end_questions", problems)
        if kind_of(question).needs_film:
            problems.add(
                f"{place}.end_questions",
                said("{key} needs a picture; ask it of cases", key=question.key),
            )
    for keys, name in ((phase.questions, "questions"), (phase.end_questions, "end_questions")):
        _check_conditions(design, keys, f"{place}.{name}", problems)
    twice = set(phase.questions) & set(phase.end_questions)
    if twice:
        problems.add(
            f"{place}.end_questions",
            said("{twice} is asked of each case already", twice=min(twice)),
        )
    if not phase.questions:
        problems.add(f"{place}.questions", said("ask something of each case"))
    if phase.part_count >= design.case_count:
        problems.add(
            f"{place}.part_count",
            said(
                'is {part_count} of {case_count}; use cases = "same"',
                part_count=phase.part_count,
                case_count=design.case_count,
            ),
        )
    if shown.pictures > 1:
        _check_sets(design, phase, place, problems)


def _check_shown(question: Question, shown: Presentation, place: str, problems: Problems) -> None:
    if question.measure == "prompt_agreement" and not shown.beside:
        problems.add(
            f"{place}.presentation.beside",
            said(
                "{key} asks for agreement with a text; name the key that holds it", key=question.key
            ),
        )
    if question.measure == "find_the_real" and shown.composition != "one_real":
        problems.add(
            f"{place}.presentation.composition",
            said('{key} asks for the real picture; it needs "one_real"', key=question.key),
        )
    if kind_of(question).spread == "places" and shown.exposures_ms:
        problems.add(
            f"{place}.presentation.exposures_ms",
            said(
                "{key} marks a picture that is gone by then; leave one of the two out",
                key=question.key,
            ),
        )


def _check_place(question: Question, where: str, place: str, problems: Problems) -> None:
    if where not in MEASURES[question.measure].places:
        problems.add(
            place,
            said("{key} can't be asked at the end of a phase", key=question.key)
            if where == "phase_end"
            else said("{key} can't be asked of each case", key=question.key),
        )


def _check_pictures(question: Question, pictures: int, place: str, problems: Problems) -> None:
    wanted = MEASURES[question.measure].pictures
    if wanted == "several" and pictures == 1:
        problems.add(
            place,
            said("{key} asks which picture, so show at least two at a time", key=question.key),
        )
    if wanted == "one" and pictures > 1:
        problems.add(
            place,
            said(
                "{key} asks of one picture, and {pictures} are shown at a time",
                key=question.key,
                pictures=pictures,
            ),
        )


def _check_conditions(
    design: StudyDesign, keys: Sequence[str], place: str, problems: Problems
) -> None:
    for key in keys:
        asked_if, of = design.question(key).asked_if, design.question(key).of
        if of and of not in keys:
            problems.add(
                place, said("{key} belongs to {of}, which is not asked beside it", key=key, of=of)
            )
        if asked_if is not None and asked_if.question not in keys:
            problems.add(
                place,
                said(
                    "{key} depends on {question}, which is not asked beside it",
                    key=key,
                    question=asked_if.question,
                ),
            )


def _check_sets(design: StudyDesign, phase: Phase, place: str, problems: Problems) -> None:
    shown, arms = phase.presentation, len(design.arms)
    if shown.pictures > arms:
        problems.add(
            f"{place}.presentation.pictures",
            said(
                "are {pictures}, each from another arm, and the study has {arms}",
                pictures=shown.pictures,
                arms=arms,
            ),
        )
    if design.replicates.count and phase.key == design.phases[0].key:
        problems.add("replicates.count", said("repeats single pictures; leave it at 0 for sets"))


def _check_repeats(design: StudyDesign, problems: Problems) -> None:
    replicates = design.replicates
    needed = replicates.count + replicates.minimum_lag
    read = design.case_count
    if design.allocation.scheme == "quota":
        read = design.allocation.cases_per_reader
    elif design.allocation.scheme == "split_plot":
        read = design.case_count // design.allocation.groups
    if replicates.count and needed > read:
        problems.add(
            "replicates",
            said(
                "{count} replicates at least {minimum_lag} positions later need {needed} "
                "cases, a reader has {read}",
                count=replicates.count,
                minimum_lag=replicates.minimum_lag,
                needed=needed,
                read=read,
            ),
        )
    if design.practice.count and design.phases[0].presentation.pictures > 1:
        problems.add("practice.count", said("shows single pictures; leave it at 0 for sets"))
    if design.practice.feedback and design.phases[0].purpose_blinded:
        problems.add(
            "practice.feedback", said("tells the truth, and the first phase is purpose-blinded")
        )


def _check_allocation(design: StudyDesign, problems: Problems) -> None:
    allocation = design.allocation
    if allocation.scheme == "quota":
        if not 1 <= allocation.cases_per_reader <= design.case_count:
            problems.add(
                "allocation.cases_per_reader",
                said(
                    "must be 1 to {case_count}, the cases of the study; not {cases_per_reader}",
                    case_count=design.case_count,
                    cases_per_reader=allocation.cases_per_reader,
                ),
            )
        if any(phase.presentation.pictures > 1 for phase in design.phases):
            problems.add(
                "allocation.scheme", said("quota deals out single pictures; use crossed for sets")
            )
    elif allocation.cases_per_reader:
        problems.add("allocation.cases_per_reader", said('belongs to scheme = "quota"'))
    if allocation.scheme == "split_plot":
        smallest = min(design.arms, key=lambda plan: plan.total, default=None)
        if smallest is not None and smallest.total < allocation.groups:
            problems.add(
                "allocation.groups",
                said(
                    "are {groups}, and {arm} has {total} cases",
                    groups=allocation.groups,
                    arm=smallest.arm,
                    total=smallest.total,
                ),
            )


def _check_analysis(design: StudyDesign, problems: Problems) -> None:
    primary = design.analysis.primary
    question = next((one for one in design.questions if one.key == primary), None)
    if primary and question is None:
        problems.add(
            "analysis.primary", said("{primary!r} is the key of no question", primary=primary)
        )
    elif question is not None and kind_of(question).cells(question) is None:
        problems.add(
            "analysis.primary",
            said("{primary} can't be compared between arms; name another", primary=primary),
        )
    arm = design.analysis.primary_arm
    compared = [plan.arm for plan in design.arms if plan.role == "compared"]
    if arm and arm not in compared:
        problems.add(
            "analysis.primary_arm",
            said(
                "{arm!r} is no arm that is compared; name one of {names}",
                arm=arm,
                names=", ".join(compared),
            ),
        )
