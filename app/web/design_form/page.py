"""The form as its page shows it: values, problems and what the bank holds put together."""

from collections.abc import Mapping, Sequence

from app.domain.errors import Problem
from app.domain.said import said
from app.services.study_progress import ArmHoldings
from app.web.design_form.boxes import TOP, Choices
from app.web.design_form.document import CASES, question_keys
from app.web.design_form.held import HeldForm
from app.web.design_form.problem_list import Parts, labels_of, listed
from app.web.design_form.problems import placed
from app.web.design_form.renewal import language_in, memorised_in
from app.web.design_form.row_pages import arm_row, phase_row, question_row
from app.web.design_form.rows import row_count, row_values
from app.web.design_form.shown import FormPage, id_of

# Strata of a key that has more values than this are not all offered.
MOST_COLUMNS = 12


def form_page(
    values: Mapping[str, str],
    arms: Sequence[ArmHoldings],
    *,
    problems: Sequence[Problem] = (),
    arm_rows: Sequence[int] = (),
    open_row: str = "",
) -> FormPage:
    """The page of a form; `arms` is what the bank holds by the form's key of strata.

    `values` must have a row for every arm of the bank (`with_bank_arms`).
    """
    columns, left = _columns(values, arms)
    bare = HeldForm(values, {}, open_row)
    labels = labels_of(_shown(bare, arms, columns))
    form = HeldForm(values, placed(problems, labels, arm_rows), open_row)
    groups, questions, phases, arm_list = _shown(form, arms, columns)
    return FormPage(
        groups,
        questions,
        phases,
        arm_list,
        columns,
        left,
        {name: form.at.get(name, ()) for name in ("questions", "phases", "arms")},
        tuple(listed(form.at, labels)),
        values.get("stratify_by", "").strip(),
        memorised_in(values),
        language_in(values),
    )


def _shown(form: HeldForm, arms: Sequence[ArmHoldings], columns: Sequence[str]) -> Parts:
    keys = question_keys(form.values)
    groups = {
        id_of(group.heading): form.group(
            group,
            (
                form.box(box, choices=_primary(keys) if box.name == "analysis.primary" else ())
                for box in group.boxes
            ),
        )
        for group in TOP
    }
    questions = tuple(
        question_row(form, number, keys)
        for number in range(1, row_count(form.values, "questions") + 1)
    )
    phases = tuple(
        phase_row(form, number, questions)
        for number in range(1, row_count(form.values, "phases") + 1)
    )
    by_key = {arm.key: arm for arm in arms}
    rows = tuple(
        arm_row(form, number, by_key, columns)
        for number in range(1, row_count(form.values, "arms") + 1)
    )
    return groups, questions, phases, rows


def _primary(keys: Sequence[str]) -> Choices:
    usual = (("", said("the usual one: realism, else confidence in the verdict")),)
    return (*usual, *((key, key) for key in dict.fromkeys(keys) if key))


def _columns(values: Mapping[str, str], arms: Sequence[ArmHoldings]) -> tuple[tuple[str, ...], int]:
    """The strata to be offered: those of the form, then what the bank has most of."""
    own = [
        rest.removeprefix(CASES)
        for number in range(1, row_count(values, "arms") + 1)
        for rest, text in row_values(values, "arms", number).items()
        if rest.startswith(CASES) and text.strip()
    ]
    held: dict[str, int] = {}
    for arm in arms:
        for stratum, count in arm.counts.items():
            held[stratum] = held.get(stratum, 0) + count
    named = list(dict.fromkeys(own))
    usual = ("normal", "abnormal")
    rest = sorted(
        (stratum for stratum in held if stratum not in named),
        key=lambda stratum: (stratum not in usual, -held[stratum], stratum),
    )
    room = max(0, MOST_COLUMNS - len(named))
    return (*named, *rest[:room]), max(0, len(rest) - room)


def with_bank_arms(values: Mapping[str, str], arms: Sequence[ArmHoldings]) -> dict[str, str]:
    """The form with a row for each arm of the bank that has none."""
    filled = dict(values)
    count = row_count(values, "arms")
    named = {values.get(f"arms[{number}].arm") for number in range(1, count + 1)}
    for number, arm in enumerate((one for one in arms if one.key not in named), start=count + 1):
        filled[f"arms[{number}].arm"] = arm.key
        filled[f"arms[{number}].role"] = "compared"
    return filled
