"""Sets, phases and exposures in a report: lines, tables, figures, and methods of these only."""

import io
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from PIL import Image

from app.report.figures.choice_catalogue import choice_report_figures
from app.report.page.choices import choice_sections
from app.report.tables.table import ReportTable
from app.report.words.choice_methods import choice_paragraphs, estimates_of_choices
from app.report.words.choices import choice_answers, choice_note, few_readers_caution
from app.report.words.references import cite
from app.statistics.protocols.choices import (
    AskedAtEnd,
    AskedOfSets,
    ChoiceFigures,
    ProtocolAnswers,
    SetMeasure,
    analyse_choices,
)
from app.statistics.protocols.set_choices import SetReading, SetReadings
from app.statistics.protocols.sides import SideChoice
from app.statistics.protocols.single_readings import PhaseFacts
from app.statistics.table.settings import AnalysisSettings
from benchmarks.choice_studies import found_real, preferred, timed_verdicts

MAIN = PhaseFacts("main")
DURATIONS = (50.0, 100.0, 200.0, 400.0, 800.0)


def of_sets(readings: SetReadings, measure: SetMeasure) -> ChoiceFigures:
    """Figures of one question about sets."""
    asked = AskedOfSets("asked", measure, MAIN, readings)
    return analyse_choices(ProtocolAnswers(sets=(asked,)), AnalysisSettings())


def tables_of(figures: ChoiceFigures) -> dict[str, ReportTable]:
    """Tables of every part, by the beginning of their names."""
    sections = choice_sections(figures, {}, choice_report_figures(figures, {}))
    return {table.name.partition("-")[0]: table for one in sections for table in one.tables}


def methods_of(figures: ChoiceFigures) -> str:
    """The methods as one text, with the references."""
    cited = cite(choice_paragraphs(figures))
    return " ".join([text for _, text in cited.paragraphs] + list(cited.references))


def test_the_real_one_found_is_said_shown_and_explained() -> None:
    figures = of_sets(found_real(readers=4, sets=30, m=4, d_prime=1.5), "find_the_real")
    (line,) = choice_answers(figures, {})
    assert re.fullmatch(
        r"Readers find the real one of 4 images in \d+% \(\d+ to \d+%\); guessing gives 25%\.",
        line.line,
    )
    assert line.word == "told apart"
    assert "readers like these and images like these" in choice_note(figures)
    table = tables_of(figures)["found"]
    assert table.rows[0].heading == "All sets"
    assert table.rows[0].cells[1].interval
    text = methods_of(figures)
    assert "10.3758/BF03208311" in text
    assert "Bradley" not in text
    assert "Davidson" not in text


def test_ties_and_bounds_are_named_only_where_they_were() -> None:
    plain = preferred({"A": 0.5, "B": 0.0, "C": -0.5}, readers=4, sets_a_pair=15)
    with_ties = preferred({"A": 0.5, "B": 0.0, "C": -0.5}, readers=4, sets_a_pair=15, tie=0.6)
    assert "Davidson" not in methods_of(of_sets(plain, "preference"))
    assert "Davidson" in methods_of(of_sets(with_ties, "preference"))
    rows = [
        SetReading(f"R{j}", f"S{k}", SideChoice(("A", "B"), (), 1))
        for j in range(3)
        for k in range(6)
    ]
    bounded = of_sets(SetReadings(tuple(rows)), "preference")
    text = methods_of(bounded)
    assert "half a win" in text
    assert "Holm" not in text
    assert "jackknife" not in text
    table = tables_of(bounded)["ranking"]
    assert any("no bound" in reason for _, reason in table.reasons)
    assert choice_answers(bounded, {})[0].word == "open"


def test_all_found_prints_an_infinite_limit_and_the_reason() -> None:
    rows = [
        SetReading(f"R{j}", f"S{k}", SideChoice(("real", "M1"), (1,), 1))
        for j in range(3)
        for k in range(8)
    ]
    table = tables_of(of_sets(SetReadings(tuple(rows)), "find_the_real"))["found"]
    cell = table.rows[0].cells[-1]
    assert cell.interval.endswith("to ∞")
    assert "no bound on one side" in cell.caution


def test_one_reader_speaks_for_themselves() -> None:
    figures = of_sets(found_real(readers=1, sets=30), "find_the_real")
    assert choice_answers(figures, {})[0].line.startswith("This reader finds")
    assert "this reader and images like these" in choice_note(figures)


@pytest.mark.parametrize(
    ("readers", "said"), [(1, "one reader"), (3, "like these 3"), (5, "wide"), (8, "like these 8")]
)
def test_few_readers_are_a_warning(readers: int, said: str) -> None:
    figures = of_sets(found_real(readers=readers, sets=12), "find_the_real")
    (caution,) = few_readers_caution(figures)
    assert said in caution.text
    assert ("wide" in caution.text) == (1 < readers < 6)
    fixed = replace(figures, settings=AnalysisSettings(generalise_to="cases"))
    assert few_readers_caution(fixed) == ()


def test_a_leaning_to_a_place_is_a_warning_beside_the_choices() -> None:
    rows = [
        SetReading(f"R{j}", f"S{k}", SideChoice(("real", "M1"), (1 + k % 2,), 1))
        for j in range(3)
        for k in range(12)
    ]
    (section,) = choice_sections(of_sets(SetReadings(tuple(rows)), "find_the_real"), {}, {})
    assert [caution.lead for caution in section.cautions] == ["Readers lean to a place."]
    even = of_sets(found_real(readers=3, sets=30), "find_the_real")
    assert choice_sections(even, {}, {})[0].cautions == ()


def test_readers_with_too_few_answers_are_named() -> None:
    readings = found_real(readers=3, sets=20)
    brief = replace(readings.rows[0], reader="brief")
    figures = of_sets(SetReadings((*readings.rows, brief)), "find_the_real")
    assert figures.sets[0].left_out == ("brief",)
    (section,) = choice_sections(figures, {}, {})
    assert "brief" in section.text


@pytest.mark.parametrize(("yes", "words"), [(7, "Wilson"), (0, "Clopper"), (17, "Clopper")])
def test_noticing_names_the_interval_that_was_made(yes: int, words: str) -> None:
    said: dict[str, bool | None] = {f"R{k:02}": k < yes for k in range(17)}
    ends = (AskedAtEnd("noticed", PhaseFacts("naive", "Part 1", told=False), said),)
    figures = analyse_choices(ProtocolAnswers(ends=ends), AnalysisSettings())
    (line,) = choice_answers(figures, {})
    assert line.line.startswith(f"{yes} of 17 readers (")
    assert "before they were told" in line.line
    text = methods_of(figures)
    assert words in text
    assert ({"Wilson", "Clopper"} - {words}).pop() not in text


def test_a_curve_is_drawn_and_said_or_withheld_with_the_reason() -> None:
    timed = timed_verdicts(readers=5, cases=60, durations=DURATIONS, seed=1)
    figures = analyse_choices(ProtocolAnswers(singles=(timed,)), AnalysisSettings())
    assert "half-way up at" in choice_answers(figures, {})[0].line
    assert "Wichmann" in methods_of(figures)
    flat = replace(timed, value=(1.0,) * len(timed.value))
    withheld = analyse_choices(ProtocolAnswers(singles=(flat,)), AnalysisSettings())
    assert "Wichmann" not in methods_of(withheld)
    cell = tables_of(withheld)["curves"].rows[0].cells[-1]
    assert "does not rise" in cell.text


def test_every_figure_is_drawn_with_its_numbers() -> None:
    timed = timed_verdicts(readers=4, cases=40, durations=DURATIONS, seed=2)
    answers = ProtocolAnswers(
        sets=(
            AskedOfSets("real_one", "find_the_real", MAIN, found_real(readers=3, sets=20)),
            AskedOfSets(
                "preferred",
                "preference",
                PhaseFacts("second"),
                preferred({"A": 1.0, "B": 0.0}, readers=3, sets_a_pair=20),
            ),
        ),
        singles=(timed,),
    )
    figures = choice_report_figures(analyse_choices(answers, AnalysisSettings()), {})
    assert set(figures) == {
        "found-main-real-one-2",
        "ranking-second-preferred",
        "exposure-main-verdict",
    }
    for name, figure in figures.items():
        assert ElementTree.fromstring(figure.svg).tag.endswith("svg")
        numbers = figure.plot.numbers()
        assert numbers.rows, name
        assert {len(row) for row in numbers.rows} == {len(numbers.columns)}
        with Image.open(io.BytesIO(figure.file("png"))) as picture:
            assert len(picture.convert("L").getcolors(256) or []) > 10, name


def test_nothing_asked_is_nothing_shown() -> None:
    figures = analyse_choices(ProtocolAnswers(), AnalysisSettings())
    assert figures.is_empty
    assert choice_sections(None, {}, {}) == ()
    assert choice_paragraphs(figures) == []
    assert choice_note(figures) == ""


# A citation, and the words in the method of a printed interval that it stands for.
CITED = {
    "10.1080/03610919508813243": ("Obuchowski",),
    "10.1002/sim.2532": ("Obuchowski", "random readers"),
    "10.1093/biomet/26.4.404": ("exact",),
    "10.1198/jbes.2010.07136": ("jackknife",),
    "10.1080/01621459.1927.10502953": ("Wilson",),
}


def made_studies() -> list[ChoiceFigures]:
    """Studies of every kind, of one reader and of several, for each target."""
    made = []
    for seed, target in enumerate(("readers_and_cases", "readers", "cases") * 2):
        readers = 1 if seed == 5 else 2 + seed
        settings = AnalysisSettings(generalise_to=target)  # type: ignore[arg-type]
        found = found_real(readers=readers, sets=8, d_prime=9.0 if seed % 2 else 0.8, seed=seed)
        ranked = preferred({"A": 0.8, "B": 0.0}, readers=readers, sets_a_pair=9, seed=seed)
        timed = timed_verdicts(readers=readers, cases=30, durations=DURATIONS, seed=seed)
        said: dict[str, bool | None] = {f"R{k}": k < seed for k in range(5)}
        for answers in (
            ProtocolAnswers(sets=(AskedOfSets("asked", "find_the_real", MAIN, found),)),
            ProtocolAnswers(sets=(AskedOfSets("asked", "preference", MAIN, ranked),)),
            ProtocolAnswers(singles=(timed, replace(timed, phase=PhaseFacts("again")))),
            ProtocolAnswers(ends=(AskedAtEnd("noticed", MAIN, said),)),
        ):
            made.append(analyse_choices(answers, settings))
    return made


def test_no_method_is_named_that_no_printed_interval_used() -> None:
    for figures in made_studies():
        text = methods_of(figures)
        used = [one.method for one in estimates_of_choices(figures) if one.low is not None]
        for doi, words in CITED.items():
            was_used = any(all(word in method for word in words) for method in used)
            assert (doi in text) == was_used, (doi, used)
