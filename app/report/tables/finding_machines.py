"""Machine readers beside people in a finding."""

from app.domain.said import said
from app.report.tables.machines import MEASURES
from app.report.tables.results import Labels
from app.report.tables.table import ReportTable, Row, estimate_cell, table, words
from app.report.words.numbers import percent
from app.report.words.question_figures import name_of, title_of
from app.steps.question_figures import QuestionFigures


def finding_machine_table(one: QuestionFigures, labels: Labels) -> ReportTable | None:
    """One row a machine, arm and figure of a finding; None without machines beside people."""
    if not one.machines:
        return None
    return table(
        name_of(one, "machines"),
        title_of(one, said("machine readers beside people")),
        [
            said("Machine"),
            said("Arm"),
            said("Figure"),
            said("People"),
            said("Machine alone"),
            said("People − machine"),
        ],
        [
            Row(
                compared.machine,
                (
                    words(labels.get(compared.arm, compared.arm)),
                    words(MEASURES[compared.measure]),
                    estimate_cell(compared.human),
                    estimate_cell(compared.own),
                    estimate_cell(compared.difference, "signed"),
                ),
            )
            for compared in one.machines
        ],
        [
            said(
                "Below each figure its {level} interval; that of a machine is over "
                "images. People minus machine is the mean of the readers’ "
                "differences from it. The design states no margin for a finding, so "
                "that nothing is concluded of being not inferior.",
                level=percent(one.settings.level),
            ),
        ],
    )
