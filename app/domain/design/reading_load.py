"""How much each reader is shown, as far as a design tells before its cases are drawn."""

from app.domain.design.design import StudyDesign


def showings_in(design: StudyDesign, number: int) -> int:
    """Showings of phase `number` (from 1) to one reader; practice is left out.

    Of sets it is the most that the cases make: how many can be matched is known once they are
    drawn.
    """
    phase = design.phase(number)
    cases = _cases_of_a_reader(design)
    if phase.cases == "part":
        cases = min(cases, phase.part_count)
    repeated = design.replicates.count if number == 1 else 0
    return cases // phase.presentation.pictures + repeated


def showings_per_reader(design: StudyDesign) -> int:
    """Showings of all phases to one reader; practice is left out."""
    return sum(showings_in(design, number) for number in range(1, len(design.phases) + 1))


def _cases_of_a_reader(design: StudyDesign) -> int:
    allocation = design.allocation
    if allocation.scheme == "quota":
        return allocation.cases_per_reader
    return design.case_count // (allocation.groups if allocation.scheme == "split_plot" else 1)
