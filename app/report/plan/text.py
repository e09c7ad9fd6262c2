"""What a plan says in words: its assumptions, its answers, and where it can't answer."""

from collections.abc import Mapping

from app.report.words.numbers import NONE, number, percent
from app.statistics.planning.asked import AskedOf
from app.statistics.planning.expected import Expected
from app.statistics.planning.plan import Plan, PlanCell, Question
from app.statistics.table.settings import Generalisation

TITLES: dict[Question, str] = {
    "deception": "Deception rate: half-width; power to differ from the real images'",
    "accuracy": "Balanced accuracy: half-width; power to differ from 0.5",
    "auc": "AUC of realism: half-width; power to be called distinguishable",
    "equivalence": "Equivalence: half-width of the test; power to be called equivalent",
    "choice": "Share of sets in which the real picture is found: half-width; power to differ "
    "from guessing",
    "share": "Share of readings with it: half-width; power to differ from that stated for real",
    "noticed": "Share of readers who notice: half-width; power to differ from the share stated",
    "phases": "AUC after readers are told minus before: half-width; power to differ from 0",
}
# The deception rate's own interval is not that of its difference, which the accuracy stands for.
_COMPARED: dict[Question, tuple[str, str]] = {
    "accuracy": ("accuracy", "a difference of"),
    "auc": ("AUC", "a difference of"),
    "equivalence": ("equivalence test", "a margin that leaves"),
    "choice": ("share correct", "a difference of"),
    "share": ("share", "a difference of"),
    "noticed": ("share of readers", "a difference of"),
    "phases": ("difference between phases", "a difference of"),
}
_NAMED: dict[AskedOf, str] = {"words": "name the word", "marks": "hold a mark"}
_FEW = 3
_WHOM: dict[Generalisation, str] = {
    "readers_and_cases": "Readers and cases both random",
    "readers": "Readers random, for these images only",
    "cases": "Cases random, for these readers only",
}


def cell_text(expected: Expected) -> str:
    """Half-width and power of one design, such as ``±0.12 63%``.

    >>> cell_text(Expected(half_width=0.118, power=0.6325, df=9.0, not_estimable=0.0))
    '±0.12 63%'
    """
    width = NONE if expected.half_width is None else f"±{number(expected.half_width)}"
    return f"{width} {percent(expected.power)}"


def assumptions(plan: Plan, *, source: str) -> list[str]:
    """What the plan takes to be true, a line each; `source` tells where the variances are from."""
    variances, level = plan.scenario.components, percent(plan.settings.level)
    if plan.asked.of == "noticing":
        return [
            *_truth(plan),
            f"Readers random, {level} intervals (Wilson's, at the ends exact ones); every number "
            "of readers who may notice counts by how likely it is.",
        ]
    return [
        *_truth(plan),
        *_layout(plan),
        f"Variances: reader {number(variances.reader, 3)}, reader by arm "
        f"{number(variances.reader_by_arm, 3)}, case {number(variances.case, 3)}, reader by case "
        f"with error {number(variances.reader_by_case_and_error, 3)} ({source}).",
        f"{_WHOM[plan.settings.generalise_to]}, {level} intervals, {plan.simulations} simulated "
        "studies "
        f"a design, seed {plan.seed}; a power is known to within "
        f"{number(196 * (0.25 / plan.simulations) ** 0.5, 0)} percentage points or better.",
    ]


def _truth(plan: Plan) -> list[str]:
    """What is taken to be true of readers and arms."""
    scenario, asked = plan.scenario, plan.asked
    if asked.of == "noticing":
        return [
            f"{percent(asked.share)} of readers notice something, to be told from "
            f"{percent(asked.against)}. Images say nothing of it."
        ]
    if asked.of in _NAMED:
        return [
            f"{percent(asked.share)} of readings of the arm's images {_NAMED[asked.of]}, to be "
            f"told from {percent(asked.against)} on real ones."
        ]
    if asked.of == "phases":
        cases = "the same images in both" if asked.same_cases else "new images in the second"
        return [
            f"True AUC {number(asked.naive_auc)} before readers are told and "
            f"{number(scenario.auc)} after, on a realism scale of {scenario.steps} steps; {cases}."
        ]
    rates = "as follows from the AUC" if scenario.real_rate is None else "as stated"
    equivalence = (
        f"Equivalence: true AUC {number(scenario.equivalence_auc)}, margin "
        f"±{number(plan.settings.margin)}."
    )
    return [
        f"True AUC {number(scenario.auc)} on a realism scale of {scenario.steps} steps; "
        f"{percent(scenario.deception)} of the arm's and {percent(plan.real_rate)} of the real "
        f"images judged real ({rates}): accuracy {number(_accuracy(plan))}.",
        *([equivalence] if plan.layout.pictures == 1 else ()),
    ]


def answers(plan: Plan) -> list[str]:
    """For each question the smallest design of the grid that is enough, or that none is."""
    return [_answer(plan, question) for question in plan.questions]


def few_readers(plan: Plan) -> list[str]:
    """Numbers of readers that can't answer however many images of the grid they read."""
    most = plan.cases[-1]
    sentences = []
    for readers in plan.readers:
        expected = plan.cell(readers, most).expected
        wide = [
            part
            for question in plan.questions
            if question in _COMPARED and (part := _too_wide(plan, question, expected))
        ]
        if wide:
            even = "" if plan.asked.of == "noticing" else f", even with {most} {_units(plan)}"
            sentences.append(
                f"{readers_text(readers)} can't answer{even}: "
                f"expected half-widths are {'; '.join(wide)}."
            )
        elif readers <= _FEW and plan.settings.generalise_to != "cases":
            known = expected["auc" if "auc" in expected else plan.questions[0]]
            sentences.append(
                f"{readers_text(readers)} ({_df(known)}) say little about readers at large: "
                "the interval hangs on how alike these few happen to be."
            )
    if plan.settings.generalise_to == "cases":
        sentences.append("The intervals speak for the readers of the study, and for no others.")
    return sentences


def _answer(plan: Plan, question: Question) -> str:
    what = _goal(plan, question)
    cell = plan.smallest(question)
    if cell is not None:
        work = "" if plan.asked.of == "noticing" else f"{plan.readings(cell)} readings, "
        power = percent(cell.expected[question].power)
        return (
            f"{what}: {_design(plan, cell)} ({work}power {power}) is the least work that is enough."
        )
    best = max(plan.cells, key=lambda cell: cell.expected[question].power)
    return (
        f"{what}: no design of this grid reaches a power of {percent(plan.target_power)}; "
        f"{_design(plan, best)} "
        f"{'comes' if best.readers == 1 else 'come'} to "
        f"{percent(best.expected[question].power)}."
    )


def _design(plan: Plan, cell: PlanCell) -> str:
    readers = readers_text(cell.readers)
    return readers if plan.asked.of == "noticing" else f"{readers} with {cell.cases} {_units(plan)}"


def _goal(plan: Plan, question: Question) -> str:
    scenario, asked = plan.scenario, plan.asked
    return {
        "deception": f"To tell a deception rate of {percent(scenario.deception)} from the real "
        f"images' {percent(plan.real_rate)}",
        "accuracy": f"To tell an accuracy of {number(_accuracy(plan))} from 0.5",
        "auc": f"To tell an AUC of {number(scenario.auc)} from 0.5",
        "equivalence": f"To show an AUC of {number(scenario.equivalence_auc)} equivalent within "
        f"±{number(plan.settings.margin)}",
        "choice": f"To tell a share correct of {number(share_correct(plan))} from guessing, "
        f"{number(chance(plan))}",
        "share": f"To tell a share of {percent(asked.share)} from {percent(asked.against)}",
        "noticed": f"To tell {percent(asked.share)} of readers from {percent(asked.against)}",
        "phases": f"To tell an AUC of {number(scenario.auc)} after readers are told from "
        f"{number(asked.naive_auc)} before",
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


def share_correct(plan: Plan) -> float:
    """True share of sets in which the real picture is found; chance where no sets are shown."""
    sign = 1.0 if plan.scenario.auc > 0.5 else -1.0
    return chance(plan) + sign * plan.effects.get("choice", 0.0)


def chance(plan: Plan) -> float:
    """What guessing gives."""
    return 1.0 / plan.layout.pictures


def readers_text(count: int) -> str:
    """Such as ``4 readers``."""
    return f"{count} {'reader' if count == 1 else 'readers'}"


def _units(plan: Plan) -> str:
    if plan.layout.pictures > 1:
        return "sets"
    return "images an arm and phase" if plan.asked.of == "phases" else "images an arm"


def _layout(plan: Plan) -> list[str]:
    """Groups, clusters and sets; nothing of a crossed study of single images."""
    layout = plan.layout
    lines = []
    if layout.groups > 1:
        lines.append(
            f"Split-plot: {layout.groups} groups of readers, each reading one part in "
            f"{layout.groups} of the {'sets' if layout.pictures > 1 else 'images'}."
        )
    if layout.cluster_size > 1:
        lines.append(
            f"{layout.cluster_size} images of an arm belong together and share "
            f"{percent(layout.cluster_share)} of the case variance; every variance is over such "
            "clusters."
        )
    if layout.pictures > 1:
        lines.append(
            f"{layout.pictures} pictures at a time, one of them real; the one that looks most real "
            f"is chosen, which is right in {percent(share_correct(plan))}."
        )
    return lines


def _accuracy(plan: Plan) -> float:
    return (1.0 - plan.scenario.deception + plan.real_rate) / 2.0
