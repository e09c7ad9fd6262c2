"""What stands in a table's footnotes."""

from app.report.tables.table import Row, estimate_cell, table
from app.statistics.table.estimate import Estimate, not_estimable


def estimate(**changes: object) -> Estimate:
    given = {
        "estimate": 0.5,
        "low": 0.4,
        "high": 0.6,
        "se": 0.05,
        "df": 4.0,
        "method": "two-way jackknife",
        "n_readers": 4,
        "n_cases": 20,
        "n_ratings": 80,
    }
    return Estimate(**(given | changes))  # type: ignore[arg-type]


def test_a_number_without_an_interval_or_with_a_caution_has_a_lettered_footnote() -> None:
    cells = (
        estimate_cell(estimate()),
        estimate_cell(estimate(caution="covers too little")),
        estimate_cell(estimate(low=None, high=None, method="core; no interval: one case")),
        estimate_cell(not_estimable("no ratings")),
        estimate_cell(estimate(caution="covers too little")),
    )
    made = table("name", "Title", ["", "1", "2", "3", "4", "5"], [Row("row", cells)])
    assert [cell.mark for cell in made.rows[0].cells] == ["", "a", "b", "c", "a"]
    assert made.reasons == (
        ("a", "Caution: covers too little."),
        ("b", "No interval: one case."),
        ("c", "Not estimable: no ratings."),
    )
    assert made.rows[0].cells[2].interval == ""
