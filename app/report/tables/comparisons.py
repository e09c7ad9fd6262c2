"""Arms against each other, time and order, reader groups, single readers, survivorship."""

import math
from collections.abc import Mapping, Sequence

from app.domain.said import capital, joined, said, without
from app.report.tables.asked import Column, asked_only, made_of
from app.report.tables.results import Labels, arm_row
from app.report.tables.table import (
    Cell,
    ReportTable,
    Row,
    estimate_cell,
    table,
    why_no_interval,
    words,
)
from app.report.words.computed_methods import bootstrap_draws
from app.report.words.conclusions import estimate_of
from app.report.words.numbers import (
    NONE,
    STYLES,
    Style,
    interval,
    number,
    p_value,
    percent,
    seconds,
)
from app.report.words.terms import term
from app.statistics.analysis import Analysis
from app.statistics.realness.contrasts import Contrast
from app.statistics.table.estimate import Estimate
from app.statistics.table.ratings import Measure

_MEASURES: Mapping[str, tuple[str, Style]] = {
    "realism.mean": (said("Realism, mean"), "signed"),
    "deception.rate": (said("Judged real"), "signed"),
    "time.geometric_mean_ms": (said("Reading time (ratio)"), "factor"),
    "discrimination.auc_realism": (said("AUC, realism"), "signed"),
    "discrimination.auc_confidence": (said("AUC, signed confidence"), "signed"),
    "discrimination.auc_score": (said("AUC, score"), "signed"),
}
# What is called otherwise where no ratio is told.
_NAMES: Mapping[str, str] = {"time.geometric_mean_ms": said("Reading time")}
_BOOTSTRAPPED: Mapping[str, str] = {
    **{key: name for key, (name, _) in _MEASURES.items()},
    "agreement.realism.krippendorff_alpha_ordinal": said("Krippendorff’s α, ordinal"),
    "agreement.realism.krippendorff_alpha_interval": said("Krippendorff’s α, interval"),
    "agreement.verdict.krippendorff_alpha_nominal": said("Krippendorff’s α, nominal"),
}
_GROUP_FIGURES: Mapping[str, tuple[str, Style]] = {
    "realism.mean": (said("Realism, mean"), "plain"),
    "deception.rate": (said("Judged real"), "percent"),
    "detection.d_prime": ("d′", "plain"),
    "discrimination.auc_realism": (said("AUC, realism"), "plain"),
}


def contrast_table(analysis: Analysis) -> ReportTable | None:
    """Every pair of arms; None when there are no two."""
    if not analysis.contrasts.pairs:
        return None
    rows = []
    for pair in analysis.contrasts.pairs:
        name, style = _MEASURES[pair.measure]
        delta = pair.cliffs_delta
        rows.append(
            Row(
                said("{arm} against {against}", arm=pair.arm, against=pair.against),
                (
                    words(name),
                    _difference(pair, style),
                    Cell(p_value(pair.p_value)),
                    Cell(p_value(pair.p_holm)),
                    Cell("") if delta is None else estimate_cell(delta, "signed"),
                ),
            )
        )
    return table(
        "contrasts",
        said("Between arms"),
        [said("Arms"), said("Figure"), said("Difference"), "p", said("p, Holm"), said("Cliff’s δ")],
        rows,
        [said("First arm minus second; Holm over the pairs of each figure.")],
    )


def global_table(analysis: Analysis) -> ReportTable | None:
    """Are any arms different? The F test of the core, and Friedman's on reader means."""
    rows = []
    for measure, test in analysis.contrasts.global_tests.items():
        name = _NAMES.get(measure, _MEASURES[measure][0])
        friedman = analysis.contrasts.friedman_tests.get(measure)
        is_estimated = test.why_not is None
        second = number(test.df2, 1) if math.isfinite(test.df2) else "∞"
        rows.append(
            Row(
                name,
                (
                    Cell(number(test.statistic) if is_estimated else NONE, why=test.why_not or ""),
                    Cell(
                        said("{df1}, {second}", df1=number(test.df1, 0), second=second)
                        if is_estimated
                        else NONE
                    ),
                    Cell(p_value(test.p_value if is_estimated else None)),
                    Cell(
                        NONE if friedman is None else number(friedman.statistic),
                        why="" if friedman is None else _why(friedman.state),
                    ),
                    Cell(NONE if friedman is None else p_value(friedman.p_value)),
                ),
            )
        )
    if not rows:
        return None
    return table(
        "global",
        said("All arms at once"),
        [said("Figure"), "F", said("df"), "p", said("Friedman χ²"), "p"],
        rows,
        [
            said(
                "Realism, judged real and reading time: over all arms, real "
                "included. AUC: over the synthetic arms. Friedman’s test on reader "
                "means is secondary."
            )
        ],
    )


def time_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """Reading time and change over the session."""
    if not analysis.table.has("reading_time_ms") and not analysis.table.has("position"):
        return None
    rows = [
        arm_row(
            analysis,
            arm,
            labels,
            [
                estimate_cell(estimate_of(arm, "time", "geometric_mean_ms"), "seconds"),
                estimate_cell(estimate_of(arm, "time", "ratio_to_real"), "factor"),
                estimate_cell(estimate_of(arm, "drift", "realism_slope"), "signed"),
                estimate_cell(estimate_of(arm, "drift", "accuracy_slope"), "signed"),
                estimate_cell(estimate_of(arm, "drift", "log_time_slope"), "signed"),
            ],
        )
        for arm in analysis.arms.values()
    ]
    headings, kept = asked_only(
        analysis.table,
        [
            Column(said("Arm")),
            Column(said("Reading time"), "reading_time_ms"),
            Column(said("Of real"), "reading_time_ms"),
            Column(said("Realism"), "realism"),
            Column(said("Accuracy"), "verdict"),
            Column(said("Log time"), "reading_time_ms"),
        ],
        rows,
    )
    return table("time-and-order", said("Time and order"), headings, kept, [_slopes_note(analysis)])


def _slopes_note(analysis: Analysis) -> str:
    slopes: Mapping[Measure, str] = {
        "realism": said("realism (steps of the scale)"),
        "verdict": said("accuracy (share)"),
        "reading_time_ms": said("log time (0.05 = 5% slower)"),
    }
    shown = [named for key, named in slopes.items() if analysis.table.has(key)]
    return (
        ""
        if not shown
        else said(
            "Change per 10 presentations: {slopes}; descriptive, unadjusted.",
            slopes=joined(shown, ", "),
        )
    )


def group_tables(
    analysis: Analysis, labels: Labels, orders: Mapping[str, Sequence[str]]
) -> tuple[ReportTable, ...]:
    """Main figures by reader group; `orders` names levels of a group in the order to show."""
    tables = []
    for group, levels in analysis.groups.items():
        order = list(orders.get(group, ()))
        rows = []
        for level in sorted(levels, key=lambda name: (name not in order, _place(order, name))):
            for arm, figures in levels[level].items():
                rows.append(
                    Row(
                        term(level),
                        (
                            words(labels.get(arm, arm)),
                            Cell(str(max(one.n_readers for one in figures.values()))),
                            *(
                                estimate_cell(figures[key], style)
                                for key, (_, style) in _GROUP_FIGURES.items()
                            ),
                        ),
                    )
                )
        headings, kept = asked_only(
            analysis.table,
            [
                Column(capital(term(group))),
                Column(said("Arm")),
                Column(said("Readers")),
                *(Column(name, made_of(key)) for key, (name, _) in _GROUP_FIGURES.items()),
            ],
            rows,
        )
        tables.append(
            table(
                f"group-{group}",
                said("By {group} of the reader", group=term(group)),
                headings,
                kept,
                [said("Descriptive: readers were not drawn to compare groups, so none is tested.")],
            )
        )
    return tuple(tables)


def reader_table(analysis: Analysis, labels: Labels) -> ReportTable:
    """What every reader did in every arm."""
    rows = []
    for reader, arms in analysis.readers.items():
        for arm, figures in arms.items():
            if not figures["n_ratings"]:
                continue
            rows.append(
                Row(
                    reader,
                    (
                        words(labels.get(arm, arm)),
                        Cell(str(figures["n_ratings"])),
                        Cell(number(figures["realism_mean"])),
                        Cell(percent(figures["deception_rate"])),
                        Cell(number(figures.get("d_prime"))),
                        Cell(number(figures.get("criterion"))),
                        Cell(number(figures.get("auc_realism"))),
                        Cell(seconds(figures["geometric_mean_ms"])),
                    ),
                    is_real=arm in analysis.table.real_arms,
                )
            )
    headings, kept = asked_only(
        analysis.table,
        [
            Column(said("Reader")),
            Column(said("Arm")),
            Column(said("Ratings")),
            Column(said("Realism, mean"), "realism"),
            Column(said("Judged real"), "verdict"),
            Column("d′", "verdict"),
            Column("c", "verdict"),
            Column(said("AUC, realism"), "realism"),
            Column(said("Reading time"), "reading_time_ms"),
        ],
        rows,
    )
    return table("readers", said("Every reader"), headings, kept)


def bootstrap_table(analysis: Analysis, labels: Labels) -> ReportTable | None:
    """Percentile intervals beside those of the core; None unless asked for."""
    first = next(iter(analysis.arms.values()))
    if "bootstrap" not in first.families:
        return None
    keys = list(first.families["bootstrap"])
    rows = [
        arm_row(
            analysis, arm, labels, [_bootstrapped(arm.families["bootstrap"][key]) for key in keys]
        )
        for arm in analysis.arms.values()
    ]
    return table(
        "bootstrap",
        said("Two-way bootstrap, B = {bootstrap}", bootstrap=analysis.settings.bootstrap),
        [said("Arm"), *(_BOOTSTRAPPED.get(key, key) for key in keys)],
        rows,
        [
            said(
                "Percentile intervals; {bootstrap_draws}.",
                bootstrap_draws=bootstrap_draws(analysis),
            )
        ],
    )


def _bootstrapped(figures: Estimate | Mapping[str, Estimate]) -> Cell:
    if not isinstance(figures, Estimate):
        raise TypeError("a bootstrap family holds estimates")
    return estimate_cell(figures)


def _difference(pair: Contrast, style: Style) -> Cell:
    if pair.estimate is None:
        return Cell(NONE, why=_why(pair.state))
    return Cell(
        STYLES[style](pair.estimate),
        interval(pair.low, pair.high, style),
        no_interval=why_no_interval(pair.low, pair.method),
    )


def _why(state: str) -> str:
    return "" if state == "estimated" else without(state, "not estimable: ")


def _place(order: Sequence[str], name: str) -> tuple[int, str]:
    return (order.index(name) if name in order else 0, name)
