"""Keys of the bank's records by which figures are given for parts of the cases."""

from app.domain.design.design import StudyDesign


def subgroup_columns(design: StudyDesign) -> dict[str, str]:
    """Of each subgroup key its column in ratings.csv; a question of that name keeps its own."""
    taken = {question.key for question in design.questions}
    columns = {}
    for key in design.analysis.subgroups:
        name = f"case_{key}"
        columns[key] = f"{name}_" if name in taken else name
    return columns
