"""The methods section names what was done and nothing else."""

import pytest

from app.report.words.methods import analysis_methods
from app.report.words.references import REFERENCES, cite
from app.statistics.analysis import analyse
from app.statistics.table.settings import AnalysisSettings
from app.words.language import language
from tests.report.ratings import simulated_analysis, simulated_table


def test_it_describes_the_core_the_conclusions_and_the_margin() -> None:
    methods = analysis_methods(simulated_analysis(margin=0.07))
    text = " ".join(text for _, text in methods.paragraphs)
    assert "Readers and cases were both treated as samples" in text
    assert "0.5 ± 0.07" in text
    assert "90% interval" in text
    assert "unbiased (U-statistic)" in text


def test_what_was_not_done_is_not_described() -> None:
    text = " ".join(
        text for _, text in analysis_methods(simulated_analysis(columns=("verdict",))).paragraphs
    )
    assert "Intraclass" not in text
    assert "Reading times" not in text
    assert "resamples" not in text
    fixed = analyse(simulated_table(), settings=AnalysisSettings(generalise_to="cases"))
    assert "these readers only" in " ".join(t for _, t in analysis_methods(fixed).paragraphs)


def test_references_are_numbered_by_first_citation_and_all_cited() -> None:
    methods = analysis_methods(simulated_analysis())
    text = " ".join(text for _, text in methods.paragraphs)
    assert methods.references[0] == REFERENCES["or"]
    for number in range(1, len(methods.references) + 1):
        assert any(f"{left}{number}{right}" in text for left in "[ " for right in ",]")


def test_an_unknown_citation_is_an_error() -> None:
    with pytest.raises(KeyError):
        cite([("A", "as shown [nobody]")])


def test_every_reference_can_be_looked_up() -> None:
    without = [
        key for key, text in REFERENCES.items() if "doi:" not in text and "arXiv" not in text
    ]
    # Scandinavian Journal of Statistics of 1979 has no DOI.
    assert without == ["holm"]


@pytest.mark.parametrize(
    ("readers", "tag", "sentence"),
    [
        (1, "es", "La AUC del realismo se estimó una vez más"),
        (4, "es", "La AUC del realismo, la proporción de juzgadas reales y d′ se estimaron"),
        (1, "pt-BR", "A AUC do realismo: nova estimativa por"),
    ],
)
def test_the_verb_agrees_with_what_was_estimated(readers: int, tag: str, sentence: str) -> None:
    columns = ("realism",) if readers == 1 else ("realism", "verdict")
    table = simulated_table(readers=readers, columns=columns)
    paragraphs = analysis_methods(analyse(table)).paragraphs
    assert sentence in " ".join(language(tag).say(text) for _, text in paragraphs)
