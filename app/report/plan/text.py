"""What a plan says in words: its assumptions, its answers, and where it can't answer."""

from collections.abc import Mapping

from app.report.words.numbers import NONE, number, percent
from app.statistics.planning.plan import QUESTIONS, Expected, Plan, Question

TITLES: dict[Question, str] = {
    "deception": "Deception rate: half-width; power to differ from the real images'",
    "accuracy": "Balanced accuracy: half-width; power to differ from 0.5",
    "auc": "AUC of realism: half-width; power to be called distinguishable",
    "equivalence": "Equivalence: half-width of the test; power to be called equivalent",
}
# The deception rate's own interval is not that of its difference, which the accuracy stands for.
_COMPARED: dict[Question, tuple[str, str]] = {
    "accuracy": ("accuracy", "a difference of"),
    "auc": ("AUC", "a difference of"),
    "equivalence": ("equivalence test", "a margin that leaves"),
}
_FEW = 3


def cell_text(expected: Expected) -> str:
    """Half-width and power of one design, such as ``±0.12 63%``.

    >>> cell_text(Expected(half_width=0.118, power=0.6325, df=9.0, not_estimable=0.0))
    '±0.12 63%'
    """
    width = NONE if expected.half_width is None else f"±{number(expected.half_width)}"
    return f"{width} {percent(expected.power)}"


def assumptions(plan: Plan, *, source: str) -> list[str]:
    """What the plan takes to be true, a line each; `source` tells where the variances are from."""
    scenario, variances = plan.scenario, plan.scenario.components
    rates = "as follows from the AUC" if scenario.real_rate is None else "as stated"
    level = percent(plan.settings.level)
    return [
        f"True AUC {number(scenario.auc)} on a realism scale of {scenario.steps} steps; "
        f"{percent(scenario.deception)} of the arm's and {percent(plan.real_rate)} of the real "
        f"images judged real ({rates}): accuracy {number(_accuracy(plan))}.",
        f"Equivalence: true AUC {number(scenario.equivalence_auc)}, margin "
        f"±{number(plan.settings.margin)}.",
        f"Variances: reader {number(variances.reader, 3)}, reader by arm "
        f"{number(variances.reader_by_arm, 3)}, case {number(variances.case, 3)}, reader by case "
        f"with error {number(variances.reader_by_case_and_error, 3)} ({source}).",
        f"Readers and cases both random, {level} intervals, {plan.simulations} simulated studies "
        f"a design, seed {plan.seed}; a power is known to within "
        f"{number(196 * (0.25 / plan.simulations) ** 0.5, 0)} percentage points or better.",
    ]


def answers(plan: Plan) -> list[str]:
    """For each question the smallest design of the grid that is enough, or that none is."""
    return [_answer(plan, question) for question in QUESTIONS]


def few_readers(plan: Plan) -> list[str]:
    """Numbers of readers that can't answer however many images of the grid they read."""
    most = plan.cases[-1]
    sentences = []
    for readers in plan.readers:
        expected = plan.cell(readers, most).expected
        wide = [part for question in _COMPARED if (part := _too_wide(plan, question, expected))]
        if wide:
            sentences.append(
                f"{readers} readers can't answer, even with {most} images an arm: "
                f"expected half-widths are {'; '.join(wide)}."
            )
        elif readers <= _FEW:
            sentences.append(
                f"{readers} readers ({_df(expected['auc'])}) say little about readers at large: "
                "the interval hangs on how alike these few happen to be."
            )
    return sentences


def _answer(plan: Plan, question: Question) -> str:
    what = _goal(plan, question)
    cell = plan.smallest(question)
    if cell is not None:
        readings = 2 * cell.readers * cell.cases
        power = percent(cell.expected[question].power)
        return (
            f"{what}: {cell.readers} readers with {cell.cases} images an arm "
            f"({readings} readings, power {power}) is the least work that is enough."
        )
    best = max(plan.cells, key=lambda cell: cell.expected[question].power)
    return (
        f"{what}: no design of this grid reaches a power of {percent(plan.target_power)}; "
        f"{best.readers} readers with {best.cases} images an arm come to "
        f"{percent(best.expected[question].power)}."
    )


def _goal(plan: Plan, question: Question) -> str:
    scenario = plan.scenario
    return {
        "deception": f"To tell a deception rate of {percent(scenario.deception)} from the real "
        f"images' {percent(plan.real_rate)}",
        "accuracy": f"To tell an accuracy of {number(_accuracy(plan))} from 0.5",
        "auc": f"To tell an AUC of {number(scenario.auc)} from 0.5",
        "equivalence": f"To show an AUC of {number(scenario.equivalence_auc)} equivalent within "
        f"±{number(plan.settings.margin)}",
    }[question]


def _too_wide(plan: Plan, question: Question, expected: Mapping[Question, Expected]) -> str:
    name, against = _COMPARED[question]
    half_width, effect = expected[question].half_width, plan.effects[question]
    if half_width is None:
        return f"{name} not estimable"
    if half_width < effect:
        return ""
    df = expected[question].df
    known = "" if df is None else f" (df {number(df, 1)})"
    return f"{name} ±{number(half_width)}{known} against {against} {number(effect)}"


def _df(expected: Expected) -> str:
    return "no df" if expected.df is None else f"df {number(expected.df, 1)}"


def _accuracy(plan: Plan) -> float:
    return (1.0 - plan.scenario.deception + plan.real_rate) / 2.0
