"""Agreement with prompts: a mean as realism has it, and the share above the middle."""

import numpy as np
import pytest
from simulated_readers import columns

from app.statistics.protocols.prompt_agreement import prompt_agreement
from app.statistics.realness.realism import realism
from app.statistics.table.ratings import ratings_table
from app.statistics.table.settings import AnalysisSettings

SETTINGS = AnalysisSettings()


def test_the_mean_has_the_interval_of_mean_realism_on_the_same_grades() -> None:
    made = columns(missing=0.1)
    graded = ratings_table(
        **{name: made[name] for name in ("reader", "case", "arm", "truth")},
        realism=made["realism"],
        score=made["realism"],
        realism_min=1,
        realism_max=5,
    )
    figures = prompt_agreement(graded, {}, SETTINGS, low=1, high=5)
    for row in figures.rows:
        assert row.condition == ""
        assert row.mean == realism(graded, row.arm, SETTINGS)["mean"]
        matrix = graded.matrix("score", row.arm)
        above = [np.mean(reader[np.isfinite(reader)] > 3) for reader in matrix]
        assert row.share.estimate == pytest.approx(np.mean(above))
    means = {row.arm: row.mean.estimate for row in figures.rows}
    for difference in figures.differences:
        assert difference.against == "real"
        expected = (means[difference.arm] or 0.0) - (means["real"] or 0.0)
        assert difference.estimate == pytest.approx(expected)


def test_conditions_have_their_own_rows_where_there_are_several() -> None:
    table = ratings_table(
        reader=["A"] * 4 + ["B"] * 4,
        case=["1", "2", "3", "4"] * 2,
        arm=["real"] * 8,
        truth=["real"] * 8,
        score=[5.0, 5, 1, 2, 5, 4, 2, 2],
    )
    named = {("real", case): "normal" if case in "12" else "abnormal" for case in "1234"}
    rows = prompt_agreement(table, named, SETTINGS, low=1, high=5).rows
    means = {row.condition: row.mean.estimate for row in rows}
    assert means == {"": 3.25, "abnormal": 1.75, "normal": 4.75}
    assert next(row.share.estimate for row in rows if row.condition == "normal") == 1.0
