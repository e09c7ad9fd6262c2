"""Which figures a report has, with their captions; each is drawn when it is first asked for."""

from functools import partial

import numpy as np

from app.domain.said import said
from app.report.figures.agreement import AgreementPlot, pair_kappas
from app.report.figures.drift import DriftPlot, drift_panels
from app.report.figures.forest import auc_plot, deception_plot, realism_mean_plot
from app.report.figures.machines import machine_figures
from app.report.figures.plot import ReportFigure
from app.report.figures.realism import realism_plot
from app.report.figures.repeats import repeated_reads, repeats_plot
from app.report.figures.roc import roc_plot
from app.report.words.conclusions import MEASURES
from app.report.words.numbers import percent
from app.report.words.terms import term
from app.statistics.analysis import Analysis, conclusion_measure
from app.statistics.realness.discrimination import AUC_FROM


def report_figures(analysis: Analysis) -> dict[str, ReportFigure]:
    """Every figure that the ratings allow, by name, in the order of the report."""
    figures = [
        *_of_realism(analysis),
        *_of_verdicts(analysis),
        *_against_real(analysis),
        *_of_readers(analysis),
        *_of_drift(analysis),
        *machine_figures(analysis),
    ]
    return {figure.name: figure for figure in figures}


def _of_several(analysis: Analysis, words: str) -> str:
    """The words where there are several readers, else nothing."""
    return words * (len(analysis.table.readers) > 1)


def _strokes(analysis: Analysis) -> str:
    return _of_several(analysis, said("; short strokes are single readers"))


def _of_realism(analysis: Analysis) -> list[ReportFigure]:
    if not analysis.table.has("realism"):
        return []
    return [
        ReportFigure(
            "realism-distribution",
            said("Realism ratings"),
            said(
                "Share of ratings at each step of the scale, per cent{value}; the "
                "real arm first. Shares under 6% are not labelled.",
                value=_of_several(analysis, said(", averaged over readers")),
            ),
            said(
                "Stacked bars of realism ratings by arm; the numbers are in the table of ratings."
            ),
            partial(realism_plot, analysis),
        ),
        ReportFigure(
            "forest-realism",
            said("Mean realism"),
            said(
                "Mean{value} with its {level} interval{strokes}. The dashed line is the real arm.",
                value=_of_several(analysis, said(" over readers")),
                level=percent(analysis.settings.level),
                strokes=_strokes(analysis),
            ),
            said("Forest plot of mean realism by arm; the numbers are in the table of results."),
            partial(realism_mean_plot, analysis),
        ),
    ]


def _of_verdicts(analysis: Analysis) -> list[ReportFigure]:
    if not analysis.table.has("verdict"):
        return []
    return [
        ReportFigure(
            "forest-deception",
            said("Judged real"),
            said(
                "Deception rate with its {level} interval{strokes}. Compare with the "
                "dashed line, the share of real images judged real: a rate on its "
                "own measures leaning.",
                level=percent(analysis.settings.level),
                strokes=_strokes(analysis),
            ),
            said("Forest plot of the rate judged real by arm; numbers in the table of results."),
            partial(deception_plot, analysis),
        )
    ]


def _of_drift(analysis: Analysis) -> list[ReportFigure]:
    panels = drift_panels(analysis.table)
    if not panels:
        return []
    return [
        ReportFigure(
            "drift",
            said("Drift over the session"),
            said(
                "Means of equal stretches of the session{value}; reading time is a "
                "geometric mean. First readings only.",
                value=_of_several(analysis, said(", over readers")),
            ),
            said(
                "Realism, accuracy and reading time over position; slopes are in the "
                "table of time and order."
            ),
            partial(DriftPlot, panels),
        )
    ]


def _against_real(analysis: Analysis) -> list[ReportFigure]:
    table, level = analysis.table, percent(analysis.settings.level)
    conclusions = [arm.conclusion for arm in analysis.arms.values() if arm.conclusion is not None]
    if not conclusions or not table.real_arms:
        return []
    measure = conclusion_measure(table, analysis.settings)
    if not table.has(AUC_FROM[measure]):
        return []
    several = len(table.readers) > 1
    strokes = said("; short strokes are single readers") * several
    points = said(" Markers: each reader’s operating point by their verdicts.") * table.has(
        "verdict"
    )
    lines = said(" Thin: single readers; thick: their vertical average.") * several
    tested = (
        said(" (thin) and the interval of the equivalence test (thick)")
        if any(conclusion.low is not None for conclusion in conclusions)
        else ""
    )
    return [
        ReportFigure(
            "forest-auc",
            said("Told apart from real"),
            said(
                "AUC from {measures} with its {level} interval{tested}{strokes}. The "
                "grey band is the margin fixed beforehand.",
                measures=MEASURES[measure],
                level=level,
                tested=tested,
                strokes=strokes,
            ),
            said(
                "Forest plot of the AUC by synthetic arm; the numbers are in the "
                "table of conclusions."
            ),
            partial(auc_plot, analysis),
        ),
        ReportFigure(
            "roc",
            said("ROC curves"),
            said(
                "From {measures}; positive = synthetic.{lines}{points}",
                measures=MEASURES[measure],
                lines=lines,
                points=points,
            ),
            said("ROC curves by synthetic arm; the areas are in the table of conclusions."),
            partial(roc_plot, analysis, measure),
        ),
    ]


def _of_readers(analysis: Analysis) -> list[ReportFigure]:
    table, figures = analysis.table, []
    kinds = (("verdict", said("Cohen’s κ")), ("realism", said("κ with quadratic weights")))
    for kind, coefficient in kinds:
        if len(table.readers) < 2 or not table.has(kind):  # type: ignore[arg-type]
            continue
        kappas = pair_kappas(table, kind)  # type: ignore[arg-type]
        if not np.isfinite(kappas).any():
            continue
        figures.append(
            ReportFigure(
                f"agreement-{kind}",
                said("Agreement of pairs: {kind}", kind=term(kind)),
                said(
                    "{coefficient} of every pair of readers over the images of all arms "
                    "(the tables give agreement within each arm, which is lower when "
                    "arms differ). – : no κ.",
                    coefficient=coefficient,
                ),
                said("Heat map of agreement in {kind} between pairs of readers.", kind=term(kind)),
                partial(AgreementPlot, tuple(table.readers), kappas),
            )
        )
    if table.has("realism"):
        first, second, _ = repeated_reads(analysis)
        if (np.isfinite(first) & np.isfinite(second)).any():
            figures.append(
                ReportFigure(
                    "repeats",
                    said("Repeated readings (Bland-Altman)"),
                    said(
                        "Second minus first realism rating of the same image by the same "
                        "reader, all arms; the area of a mark counts pairs. Dashed: 95% "
                        "limits of agreement."
                    ),
                    said(
                        "Bland-Altman plot of repeated readings; numbers in the table of "
                        "agreement of readers with themselves."
                    ),
                    partial(repeats_plot, analysis),
                )
            )
    return figures
