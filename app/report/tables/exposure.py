"""Tables of accuracy by exposure, and of the curves through it."""

from collections.abc import Mapping

from app.report.tables.table import (
    Cell,
    ReportTable,
    Row,
    estimate_cell,
    table,
    why_no_interval,
    words,
)
from app.report.words.numbers import NONE, number, p_value, percent
from app.statistics.protocols.choices import ExposureFigures
from app.statistics.protocols.exposure import ExposureCurve
from app.statistics.protocols.psychometric import PsychometricFit
from app.statistics.table.estimate import Estimate

Labels = Mapping[str, str]


def exposure_table(figures: ExposureFigures, labels: Labels) -> ReportTable:
    """Accuracy at each duration: all arms, then each where there are several."""
    durations = [ms for ms, _ in figures.curves[0].points]
    by_curve = [dict(curve.points) for curve in figures.curves]
    rows = [
        Row(
            f"{number(ms, 0)} ms",
            (
                Cell(str(by_curve[0][ms].share.n_ratings)),
                estimate_cell(by_curve[0][ms].share, "percent"),
                Cell(p_value(by_curve[0][ms].p_value)),
                *(
                    estimate_cell(points[ms].share, "percent") if ms in points else Cell("")
                    for points in by_curve[1:]
                ),
            ),
        )
        for ms in durations
    ]
    chance = figures.curves[0].fit.guess
    what = "balanced accuracy" if chance == 0.5 else "share in which the real image was found"
    return table(
        f"exposure-{figures.phase.key}-{figures.question}",
        "Accuracy by exposure",
        [
            "Shown for",
            "Answers",
            "Accuracy",
            f"p against {percent(chance)}",
            *(curve_name(curve, labels) for curve in figures.curves[1:]),
        ],
        rows,
        [f"Accuracy: {what}. p is of all arms together, not adjusted for the durations."],
    )


def curve_name(curve: ExposureCurve, labels: Labels) -> str:
    """The arm of a curve, in words."""
    return labels.get(curve.arm, curve.arm) if curve.arm else "All arms"


def curve_table(figures: ExposureFigures, labels: Labels) -> ReportTable:
    """What each psychometric function comes to, or why it is withheld."""
    rows = []
    for curve in figures.curves:
        fit = curve.fit
        lapse = Cell(NONE)
        if not fit.why_not:
            lapse = Cell(percent(fit.lapse), "" if fit.lapse_is_fitted else "taken as 0")
        rows.append(
            Row(
                curve_name(curve, labels),
                (
                    _threshold(fit),
                    Cell(NONE) if fit.why_not else estimate_cell(fit.slope),
                    lapse,
                    words(_says(fit)),
                ),
            )
        )
    return table(
        f"curves-{figures.phase.key}-{figures.question}",
        "Psychometric functions",
        ["Arm", "Threshold", "Slope", "Lapses", "Which says"],
        rows,
        [
            f"A cumulative Gaussian of log exposure rising from "
            f"{percent(figures.curves[0].fit.guess)}. Threshold: the exposure half-way up; slope: "
            "of the normal quantile, per tenfold of exposure; lapses: what is lost however long an "
            "image is shown, at most 10%."
        ],
    )


def _threshold(fit: PsychometricFit) -> Cell:
    one: Estimate = fit.threshold_ms
    if one.estimate is None:
        return Cell(NONE)
    return Cell(
        f"{number(one.estimate, 0)} ms",
        "" if one.low is None or one.high is None else _limits(one.low, one.high),
        no_interval=why_no_interval(one.low, one.method),
    )


def _limits(low: float, high: float) -> str:
    return f"{number(low, 0)} to {number(high, 0)}"


def _says(fit: PsychometricFit) -> str:
    if fit.why_not:
        return f"no curve: {fit.why_not}"
    half = fit.guess + (1.0 - fit.guess - fit.lapse) / 2.0
    return f"{percent(half)} right at {number(fit.threshold_ms.estimate, 0)} ms"
