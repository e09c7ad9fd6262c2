"""The questions of a protocol in the report: their tables, figures and methods."""

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from app.domain.questions.answer import Mark, Value
from app.report.figures.question_figures import question_plots
from app.report.figures.style import render
from app.report.tables.question_figures import figure_tables
from app.report.words.question_figures import question_methods
from app.report.words.references import cite
from app.statistics.protocols.calibration import Calibration
from app.statistics.protocols.places import Places
from app.steps.question_figures import QuestionFigures, question_figures
from tests.steps.test_question_figures import CONFIDENCE, FINDING, SIZE, VERDICT, design, row

LABELS = {"real": "Real radiographs", "M0": "M0: foundation model"}
ASKED_IF = {"question": "verdict", "values": ["synthetic"]}
QUESTIONS = (
    FINDING,
    {"measure": "prompt_agreement"},
    VERDICT,
    CONFIDENCE,
    {"measure": "artefact", "asked_if": ASKED_IF},
    {"measure": "place", "asked_if": ASKED_IF},
)


def study(
    readers: int,
    *,
    cases: int = 60,
    machines: int = 0,
    questions: Sequence[Mapping[str, object]] = QUESTIONS,
) -> tuple[QuestionFigures, ...]:
    """Readers who are right more often than not, with everything asked."""
    rng = np.random.default_rng(5)
    rows, said = [], {}
    for k in range(cases):
        arm, is_there = ("real", "M0")[k % 2], k % 3 == 0
        code = f"{k:02d}{'n' if k % 4 < 2 else 'a'}"
        said[code] = {"effusion": "present" if is_there else "absent"}
        for j in range(readers + machines):
            right = rng.random() < 0.75
            synthetic = right == (arm == "M0")
            answers: dict[str, Value] = {
                "effusion": "present" if is_there == (rng.random() < 0.8) else "absent",
                "prompt_agreement": int(rng.integers(1, 6)),
                "verdict": "synthetic" if synthetic else "real",
                "confidence": int(np.clip(rng.integers(1, 5) + right, 1, 5)),
            }
            if synthetic:
                answers["artefact"] = ("rib",) if rng.random() < 0.5 else ()
                x, y = (float(v) for v in np.clip(SIZE * rng.normal(0.4, 0.1, 2), 0, SIZE))
                answers["place"] = (Mark(x, y),)
            who = f"R{j}" if j < readers else f"X{j}"
            kind = "human" if j < readers else "machine"
            rows.append(row(who, code, answers, arm=arm, reader_kind=kind))
    asked = design(*(dict(one) for one in questions), presentation={"beside": "prompt"})
    return question_figures(asked, rows, said, {})  # type: ignore[arg-type]


def texts(figures: tuple[QuestionFigures, ...]) -> Mapping[str, str]:
    """Everything a reader of the report sees of each table, by its name."""
    seen = {}
    for one in figures:
        for table in figure_tables(one, LABELS, ["real"]):
            cells = [cell.text for row in table.rows for cell in row.cells]
            heads = [row.heading for row in table.rows]
            assert table.name not in seen
            assert all(len(row.cells) == len(table.columns) - 1 for row in table.rows)
            seen[table.name] = " | ".join(
                [table.title, *table.columns, *heads, *cells, *table.notes]
            )
    return seen


@pytest.mark.parametrize("readers", [1, 2, 5])
def test_every_measure_has_its_tables_and_no_number_is_nan(readers: int) -> None:
    seen = texts(study(readers))
    for name in ("effusion", "prompt_agreement", "confidence", "artefact", "place"):
        assert f"figures-1-{name}-human" in seen
    assert not any(re.search(r"\bnan\b|None", text) for text in seen.values())
    curve = seen["figures-1-confidence-human-curve"]
    assert "1 = 50%, 2 = 62.5%, 3 = 75%, 4 = 87.5%, 5 = 100%" in curve
    assert "Asked only where verdict is synthetic" in seen["figures-1-artefact-human"]
    if readers == 1:
        assert "for this reader and images like these" in seen["figures-1-effusion-human"]


def test_the_methods_cite_what_was_used_and_nothing_else() -> None:
    everything = dict(question_methods(study(5)))
    assert set(everything) == {
        "Findings",
        "Agreement with the text",
        "Artefacts",
        "Marks",
        "Confidence",
    }
    cited = cite(list(everything.items()))
    assert len(cited.references) == len(set(cited.references))
    assert "meta-d′ was fitted" in everything["Confidence"]
    assert "Hillis" in " ".join(cited.references)
    alone = dict(question_methods(study(1, cases=16)))
    assert "meta-d′" not in alone["Confidence"]
    assert "AC1" not in alone["Artefacts"]
    assert "Agreement of place" not in alone["Marks"]
    assert "[or]" in alone["Findings"]
    assert "hillis" not in " ".join(alone.values())


def test_the_figures_draw_what_the_tables_say() -> None:
    figures = study(3)
    plots = question_plots(figures, LABELS)
    assert set(plots) == {"figures-1-confidence-human-calibration", "figures-1-place-human-map"}
    by_measure = {one.question.measure: one.figures for one in figures}
    curve = plots["figures-1-confidence-human-calibration"].plot.numbers()
    confidence = by_measure["confidence"]
    assert isinstance(confidence, Calibration)
    assert [line[3] for line in curve.rows] == [level.n for level in confidence.levels]
    places = by_measure["place"]
    assert isinstance(places, Places)
    cells = plots["figures-1-place-human-map"].plot.numbers().rows
    for arm in places.arms:
        total = sum(float(line[3] or 0) for line in cells if line[0] == arm.arm)
        n = arm.density.shape[0]
        # Marks for each 100 readings, from marks for each 1 % of the picture.
        assert math.isclose(total * 100 / n**2, 100 * arm.n_marks / arm.n_readings, rel_tol=0.01)
    for plot in plots.values():
        assert render(plot.plot.draw, "svg").startswith(b"<?xml")


def test_a_question_without_figures_says_why() -> None:
    asked = design({"measure": "quality"}, {"measure": "confidence", "of": "quality"})
    rows = [row("A", "1", {"quality": 3, "confidence": 2})]
    (one,) = question_figures(asked, rows, {}, {})
    (table,) = figure_tables(one, LABELS, ["real"])
    assert table.notes == ("Not estimable: an answer to quality is neither right nor wrong.",)
    assert question_methods([one]) == []
    assert question_plots([one], LABELS) == {}


def test_machines_stand_beside_people_in_a_table_and_a_figure() -> None:
    figures = study(3, machines=2)
    people = next(one for one in figures if one.question.key == "effusion" and not one.machine)
    by_name = {one.name: one for one in figure_tables(people, LABELS, ["real"])}
    beside = by_name["figures-1-effusion-human-machines"]
    assert {row.heading for row in beside.rows} == {"X3", "X4"}
    assert len(beside.rows) == 2 * 2 * 4
    names = [name for one in figures for name in {t.name for t in figure_tables(one, LABELS, [])}]
    assert len(names) == len(set(names))
    plot = question_plots(figures, LABELS)["figures-1-effusion-human-machines"].plot
    rows = plot.numbers().rows
    kinds = {str(one[3]): sum(row[3] == one[3] for row in rows) for one in rows}
    assert kinds == {"people": 8, "person": 24, "machine": 16}
    texts_drawn = render(plot.draw, "svg").decode()
    assert all(name in texts_drawn for name in ("X3", "X4", "one person", "Sensitivity"))
    assert "machine being fixed [single]" in dict(question_methods(figures))["Findings"]
    assert "machine" not in dict(question_methods(study(3)))["Findings"]


def test_probabilities_that_the_design_states_are_said_to_be_stated() -> None:
    said = CONFIDENCE | {"probabilities": [0.5, 1]}
    figures = study(2, cases=20, questions=(VERDICT, said))
    (one,) = figures
    notes = " ".join(note for table in figure_tables(one, LABELS, ["real"]) for note in table.notes)
    assert (
        "The design states what probability of being right each level says: 1 = 50%, 2 = 62.5%"
        in notes
    )
    told = dict(question_methods(figures))["Confidence"]
    assert "stated in the design" in told
    assert "equally spaced" not in told
