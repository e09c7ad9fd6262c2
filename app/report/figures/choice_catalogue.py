"""Which figures sets and exposures have, with their captions."""

from collections.abc import Mapping
from functools import partial

from app.domain.said import said
from app.report.figures.choices import RankingPlot, found_plot, taken_plot
from app.report.figures.exposure import ExposurePlot
from app.report.figures.plot import ReportFigure
from app.report.tables.exposure import curve_name
from app.report.words.numbers import percent
from app.statistics.protocols.choices import ChoiceFigures, ExposureFigures, SetFigures


def choice_report_figures(
    figures: ChoiceFigures, labels: Mapping[str, str]
) -> dict[str, ReportFigure]:
    """Every figure by name, in the order of the report."""
    level = figures.settings.level
    made = [figure for one in figures.sets for figure in _of_sets(one, level)]
    made += [_of_exposure(one, labels, level) for one in figures.exposure]
    return {figure.name: figure for figure in made}


def figure_suffix(question: str, phase: str) -> str:
    """What tells the figures of one question and phase from others, as file names allow."""
    return f"{phase}-{question}".replace("_", "-")


def _of_sets(one: SetFigures, level: float) -> list[ReportFigure]:
    suffix = figure_suffix(one.question, one.phase.key)
    made = []
    for forced in one.forced:
        made.append(
            ReportFigure(
                f"found-{suffix}-{forced.pictures}",
                said("The real image found"),
                said(
                    "Share of sets in which the real one of {pictures} images was "
                    "chosen, with its {level} interval; short strokes are single "
                    "readers, the dashed line is guessing.",
                    pictures=forced.pictures,
                    level=percent(level),
                ),
                said("Forest plot of the share correct; the numbers are in the table of sets."),
                partial(found_plot, forced, level),
            )
        )
        if forced.pictures > 2 and len(forced.arms) > 1:
            made.append(
                ReportFigure(
                    f"taken-{suffix}-{forced.pictures}",
                    said("Taken for the real image"),
                    said(
                        "Share of sets in which an image of the arm was taken for the real "
                        "one, with its {level} interval; the dashed line is guessing.",
                        level=percent(level),
                    ),
                    said(
                        "Forest plot of the share taken for real by arm; the numbers are in "
                        "the table of sets."
                    ),
                    partial(taken_plot, forced, level),
                )
            )
    if one.preferred is not None:
        made.append(
            ReportFigure(
                f"ranking-{suffix}",
                said("Ranking"),
                said(
                    "Left: log strengths with their {level} intervals. Right: ranks, the "
                    "bar being what the pairs of arms not told apart leave open, for all "
                    "arms at once.",
                    level=percent(level),
                ),
                said(
                    "Strengths and ranks of the arms; the numbers are in the table of the ranking."
                ),
                partial(RankingPlot, one.preferred.arms, level),
            )
        )
    return made


def _of_exposure(one: ExposureFigures, labels: Mapping[str, str], level: float) -> ReportFigure:
    names = {curve.arm: curve_name(curve, labels) for curve in one.curves}
    fitted = any(not curve.fit.why_not for curve in one.curves)
    curve = said(" Curve: cumulative Gaussian of log exposure.") if fitted else ""
    return ReportFigure(
        f"exposure-{figure_suffix(one.question, one.phase.key)}",
        said("Accuracy by exposure"),
        said(
            "Points with {level} intervals; the dashed line is guessing.{curve}",
            level=percent(level),
            curve=curve,
        ),
        said("Accuracy at each exposure; the numbers are in the table of exposures."),
        partial(ExposurePlot, one.curves, names, level),
    )
