"""Which figures the questions of a protocol earn, beside their tables."""

from collections.abc import Mapping, Sequence
from functools import partial

from app.domain.said import said
from app.report.figures.calibration import calibration_plot
from app.report.figures.machines import finding_machine_figures
from app.report.figures.places import places_plot
from app.report.figures.plot import ReportFigure
from app.report.words.numbers import percent
from app.report.words.question_figures import name_of, title_of
from app.statistics.protocols.calibration import Calibration
from app.statistics.protocols.places import SPREAD, Places
from app.steps.question_figures import QuestionFigures


def question_plots(
    figures: Sequence[QuestionFigures], labels: Mapping[str, str]
) -> dict[str, ReportFigure]:
    """Calibration curves, maps of marks, and machines beside people, by name."""
    made: dict[str, ReportFigure] = {}
    for one in figures:
        figure = _figure(one, labels)
        if figure is not None:
            made[figure.name] = figure
        made |= {beside.name: beside for beside in finding_machine_figures(one)}
    return made


def plot_of(one: QuestionFigures, figures: Mapping[str, ReportFigure]) -> tuple[ReportFigure, ...]:
    """The figures of one question, if it has any."""
    return tuple(figures[name] for name in _names(one) if name in figures)


def _names(one: QuestionFigures) -> tuple[str, str, str]:
    return name_of(one, "calibration"), name_of(one, "map"), name_of(one, "machines")


def _figure(one: QuestionFigures, labels: Mapping[str, str]) -> ReportFigure | None:
    calibration, places, _ = _names(one)
    if isinstance(one.figures, Calibration):
        return ReportFigure(
            calibration,
            title_of(one, said("calibration")),
            said(
                "Share of right answers at each level of confidence against what the "
                "level was taken to say, with {level} intervals; the area of a disc "
                "counts readings. Below the broken line readers are surer than they "
                "are right.",
                level=percent(one.settings.level),
            ),
            said("Calibration curve over all arms; the numbers are in the table of calibration."),
            partial(calibration_plot, one.figures),
        )
    if isinstance(one.figures, Places) and any(arm.n_marks for arm in one.figures.arms):
        return ReportFigure(
            places,
            title_of(one, "map"),
            said(
                "Where readers put marks, smoothed over {spread} of the picture’s "
                "side; one scale for all arms. The outline is drawn and the same "
                "everywhere: films are not fitted to it.",
                spread=percent(SPREAD),
            ),
            said(
                "Maps of marks by arm over the outline of a chest; how many there "
                "are is in the table."
            ),
            partial(places_plot, one.figures, labels),
        )
    return None
