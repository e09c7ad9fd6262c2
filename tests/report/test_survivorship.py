"""The table of what was made, thrown away and drawn."""

from dataclasses import replace

import pytest

from app.report.tables.survivorship import survivorship_table
from app.words.language import language
from tests.report.test_measure_table import arm


@pytest.mark.parametrize(("tag", "said"), [("en", "no rule"), ("pt-BR", "nenhuma")])
def test_that_there_was_no_rule_agrees_with_its_heading(tag: str, said: str) -> None:
    table = survivorship_table([replace(arm("M0"), rejection_rule="none")])
    at = table.columns.index("Rule of rejection")
    assert language(tag).say(table.rows[0].cells[at - 1].text) == said
