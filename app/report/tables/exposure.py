"""Tables of accuracy by exposure, and of the curves through it."""

from collections.abc import Mapping

from app.domain.said import said
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
            said("{ms} ms", ms=number(ms, 0)),
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
    what = (
        said("balanced accuracy")
        if chance == 0.5
        else said("share in which the real image was found")
    )
    return table(
        f"exposure-{figures.phase.key}-{figures.question}",
        said("Accuracy by exposure"),
        [
            said("Shown for"),
            said("Answers"),
            said("Accuracy"),
            said("p against {chance}", chance=percent(chance)),
            *(curve_name(curve, labels) for curve in figures.curves[1:]),
        ],
        rows,
        [
            said(
                "Accuracy: {what}. p is of all arms together, not adjusted for the durations.",
                what=what,
            )
        ],
    )


def curve_name(curve: ExposureCurve, labels: Labels) -> str:
    """The arm of a curve, in words."""
    return labels.get(curve.arm, curve.arm) if curve.arm else said("All arms")


def curve_table(figures: ExposureFigures, labels: Labels) -> ReportTable:
    """What each psychometric function comes to, or why it is withheld."""
    rows = []
    for curve in figures.curves:
        fit = curve.fit
        lapse = Cell(NONE)
        if not fit.why_not:
            lapse = Cell(percent(fit.lapse), "" if fit.lapse_is_fitted else said("taken as 0"))
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
        said("Psychometric functions"),
        [said("Arm"), said("Threshold"), said("Slope"), said("Lapses"), said("Which says")],
        rows,
        [
            said(
                "A cumulative Gaussian of log exposure rising from {guess}. "
                "Threshold: the exposure half-way up; slope: of the normal quantile, "
                "per tenfold of exposure; lapses: what is lost however long an image "
                "is shown, at most 10%.",
                guess=percent(figures.curves[0].fit.guess),
            )
        ],
    )


def _threshold(fit: PsychometricFit) -> Cell:
    one: Estimate = fit.threshold_ms
    if one.estimate is None:
        return Cell(NONE)
    return Cell(
        said("{estimate} ms", estimate=number(one.estimate, 0)),
        "" if one.low is None or one.high is None else _limits(one.low, one.high),
        no_interval=why_no_interval(one.low, one.method),
    )


def _limits(low: float, high: float) -> str:
    return said("{low} to {high}", low=number(low, 0), high=number(high, 0))


def _says(fit: PsychometricFit) -> str:
    if fit.why_not:
        return said("no curve: {why_not}", why_not=fit.why_not)
    half = fit.guess + (1.0 - fit.guess - fit.lapse) / 2.0
    return said(
        "{half} right at {estimate} ms",
        half=percent(half),
        estimate=number(fit.threshold_ms.estimate, 0),
    )
