"""What each question comes to, as tables: one module for each measure, chosen here."""

from collections.abc import Mapping, Sequence

from app.domain.said import said
from app.report.tables.artefacts import artefact_tables
from app.report.tables.calibration import calibration_tables
from app.report.tables.finding_machines import finding_machine_table
from app.report.tables.findings import finding_tables
from app.report.tables.places import place_tables
from app.report.tables.prompt_agreement import prompt_agreement_tables
from app.report.tables.table import ReportTable, table
from app.report.words.question_figures import name_of, title_of
from app.statistics.protocols.artefacts import Artefacts
from app.statistics.protocols.calibration import Calibration
from app.statistics.protocols.findings import Findings
from app.statistics.protocols.places import Places
from app.statistics.protocols.prompt_agreement import PromptAgreement
from app.steps.question_figures import QuestionFigures

Labels = Mapping[str, str]


def figure_tables(
    one: QuestionFigures, labels: Labels, real: Sequence[str]
) -> tuple[ReportTable, ...]:
    """The tables of one question; where it has no figures, one that says why."""
    made: tuple[ReportTable, ...] = ()
    if one.figures is None:
        note = said("Not estimable: {why_not}.", why_not=one.why_not)
        return (table(name_of(one), title_of(one), [said("Arm")], [], [note]),)
    if isinstance(one.figures, Findings):
        made = finding_tables(one, one.figures, labels)
        beside = finding_machine_table(one, labels)
        made = made if beside is None else (*made, beside)
    elif isinstance(one.figures, PromptAgreement):
        made = prompt_agreement_tables(one, one.figures, labels)
    elif isinstance(one.figures, Artefacts):
        made = artefact_tables(one, one.figures, labels)
    elif isinstance(one.figures, Places):
        made = place_tables(one, one.figures, labels)
    elif isinstance(one.figures, Calibration):
        made = calibration_tables(one, one.figures, labels, real)
    return made
