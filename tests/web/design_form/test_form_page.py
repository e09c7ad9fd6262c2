"""The page of the form: what a browser would send back, and where each problem stands."""

import re

import pytest

from app.domain.design.reading import design_from_mapping
from app.web.design_form.document import document_of
from app.web.design_form.values import values_of
from tests.domain.documents import design
from tests.web.design_form.designs import DESIGNS
from tests.web.design_form.shown import context, rendered
from tests.web.html_form import HtmlForm

DESIGN = design(
    arms=[
        {"arm": "real", "cases": {"normal": 10, "abnormal": 10}},
        {"arm": "M1", "cases": {"normal": 12}},
    ],
    questions=[{"measure": "realism"}, {"measure": "verdict"}, {"measure": "confidence"}],
    phases=[{"key": "main"}, {"key": "again", "cases": "same", "of": "main"}],
)
VALUES = values_of(DESIGN)


@pytest.mark.parametrize("name", [name for name in DESIGNS if name != "as it was stored"])
def test_the_page_sends_back_the_very_design_that_it_shows(name: str) -> None:
    form = HtmlForm(rendered(context(values_of(DESIGNS[name]), slug="study")))
    assert form.action == "/studies/study/design"
    assert design_from_mapping(document_of(form.fields).data) == DESIGNS[name]


def test_numbers_have_the_comma_of_the_language_and_are_read_with_it() -> None:
    form = HtmlForm(rendered(context(VALUES), tag="pt-BR"))
    assert (VALUES["analysis.margin"], form.fields["analysis.margin"]) == ("0.1", "0,1")
    assert design_from_mapping(document_of(form.fields).data) == DESIGN


def test_what_a_question_hangs_on_is_named_as_elsewhere() -> None:
    asked = {"measure": "artefact", "asked_if": {"question": "verdict", "values": ["synthetic"]}}
    shown = context(values_of(design(questions=[{"measure": "verdict"}, asked])))
    assert "só após algumas respostas à pergunta veredito" in rendered(shown, tag="pt-BR")


def test_the_ends_of_a_scale_have_a_true_minus() -> None:
    grades = {"measure": "quality", "low": -2, "high": 2}
    shown = context(values_of(design(questions=[{"measure": "realism"}, grades])))
    assert "from \N{MINUS SIGN}2 to 2" in rendered(shown)


def test_that_a_row_belongs_to_none_agrees_with_what_it_could_belong_to() -> None:
    html = rendered(context(VALUES), tag="pt-BR")
    for name in ("questions[2].of", "phases[2].of"):
        of = html.partition(f'name="{name}"')[2].partition("</select>")[0]
        assert ">nenhuma</option>" in of, name


def test_a_stored_design_that_is_not_whole_can_still_be_shown() -> None:
    html = rendered(context(values_of(DESIGNS["as it was stored"])))
    assert "Ask for cases of at least one arm" in html


WRONG = [
    ("title", "", "Title", "title"),
    ("language", "<no>", "Language of the texts", "language"),
    ("closes_on", "soon", "Last day of reading", "closes_on"),
    ("replicates.count", "x", "Cases shown again", "replicates.count"),
    ("replicates.count", "30", "Cases shown again", "replicates.count"),
    ("replicates.minimum_lag", "0", "Least distance", "replicates.minimum_lag"),
    ("practice.count", "99", "Practice cases", "practice.count"),
    ("break_every", "-1", "Pause after every", "break_every"),
    ("longest_run", "0", "Longest run", "longest_run"),
    ("rendition_size", "1", "Picture size", "rendition_size"),
    ("analysis.margin", "2", "Equivalence margin", "analysis.margin"),
    ("analysis.primary", "gone", "Primary question", "analysis.primary"),
    ("seed", "one", "Seed", "seed"),
    ("consent.line", "", "Sentence to agree to", "consent.line"),
    ("stratify_by", "", "Strata by", "stratify_by"),
    ("allocation.cases_per_reader", "3", "Cases a reader", "allocation.cases_per_reader"),
    ("allocation.groups", "1", "Groups", "allocation.groups"),
    ("arms[1].cases.normal", "ten", "Cases, Montgomery &lt;real&gt;, normal", "arms-1-cases-1"),
    ("arms[2].cases.normal", "9999", "Cases, M1, normal", "arms-2-cases-1"),
    ("arms[2].images", "x", "Cases, M1, images picked by hand", "arms[2].images"),
    ("questions[1].key", "seed!", "Question 1, short name", "questions[1].key"),
    ("questions[2].key", "realism", "Question 2, short name", "questions[2].key"),
    ("questions[1].high", "1", "Question 1, highest", "questions[1].high"),
    ("questions[1].labels", "a\nb\nc", "Question 1, words of the points", "questions[1].labels"),
    ("questions[2].options", "a | A | b", "Question 2, possible answers", "questions[2].options"),
    ("questions[2].prompt", "", "Question 2, question", "questions[2].prompt"),
    ("questions[3].of", "", "", ""),
    ("questions[2].kind", "marks", "Question 2, how it is asked", "questions[2].kind"),
    (
        "questions[2].asked_if.values",
        "5",
        "Question 2, asked only if",
        "questions[2].asked_if.question",
    ),
    ("phases[1].key", "Main", "Phase 1, short name", "phases[1].key"),
    ("phases[2].of", "", "Phase 2, earlier phase", "phases[2].of"),
    ("phases[2].part_count", "3", "Phase 2, how many return", "phases[2].part_count"),
    ("phases[1].presentation.pictures", "2", "Phase 1, layout", "phases[1].presentation.layout"),
    (
        "phases[1].presentation.exposures_ms",
        "1, 2",
        "Phase 1, shown for",
        "phases[1].presentation.exposures_ms",
    ),
    (
        "phases[1].presentation.reference",
        "xyz",
        "Phase 1, picture to compare with",
        "phases[1].presentation.reference",
    ),
    ("phases[1].asked[1]", "end", "Phase 1, questions", "phases-1-questions"),
]


@pytest.mark.parametrize(("name", "typed", "label", "box"), WRONG)
def test_each_problem_is_listed_with_a_link_and_stands_beside_its_box(
    name: str, typed: str, label: str, box: str
) -> None:
    html = rendered(context({**VALUES, name: typed}))
    form = HtmlForm(html)
    if not label:
        assert "data-problems" not in html
        return
    place = re.sub(r"[^A-Za-z0-9]+", "-", box).strip("-")
    links = re.findall(r'<li><a href="#([^"]+)">([^<]*)</a>', html)
    assert (place, label) in links
    assert {place for place, _ in links} <= form.ids
    assert len(re.findall(r'class="error"', html)) == len(links)
    # Nothing that was typed is lost.
    if name in form.fields:
        assert form.fields[name].replace("\r\n", "\n") == typed


def test_all_problems_are_told_at_once() -> None:
    wrong = {
        "title": "",
        "seed": "x",
        "arms[1].cases.normal": "y",
        "questions[1].high": "z",
        "questions[3].prompt": "",
        "phases[2].of": "nowhere",
    }
    html = rendered(context({**VALUES, **wrong}))
    assert "6 things are to be mended" in html
    assert html.count('aria-invalid="true"') == 6
    form = HtmlForm(html)
    # The rows with a problem are open, and what is folded holds none.
    assert {"questions-1", "questions-3", "phases-2"} <= form.open
    assert "questions-2" not in form.open


def test_the_numbers_of_a_problem_are_those_of_the_forms_own_rows() -> None:
    values = {**VALUES, "arms[1].cases.normal": "", "arms[1].cases.abnormal": ""}
    html = rendered(context({**values, "arms[2].cases.normal": "x"}))
    assert 'href="#arms-2-cases-1">Cases, M1, normal' in html


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"phases[1].presentation.pictures": "2"}, "One picture does not show 2 pictures."),
        ({"seed": ""}, "Must be a whole number from 0 to 9223372036854775807."),
        (
            {"phases[2].cases": "new"},
            "Is for cases of an earlier phase; leave it empty.",
        ),
        ({"questions[2].options": "x\nReal | Real"}, "Line 2, value: must be of a-z"),
    ],
)
def test_problems_speak_as_the_page_does(changes: dict[str, str], sentence: str) -> None:
    html = rendered(context({**VALUES, **changes}))
    said = " ".join(re.findall(r'<p class="error"[^>]*>(.*?)</p>', html))
    assert sentence in said
    assert not re.search(r"\[\[|side_by_side|one_real|= &#34;", said)


def test_rare_parts_are_folded_until_they_hold_something() -> None:
    def folds(values: dict[str, str]) -> dict[str, bool]:
        html = rendered(context(values))
        tags = re.findall(r"<details class=\"fold\"[^>]*?( open)?\s*>\s*<summary>([^<]+)", html)
        return {summary: bool(is_open) for is_open, summary in tags}

    usual = folds(VALUES)
    assert not usual["Positive control, images picked by hand"]
    assert not usual["Every reader reads every case"]
    assert not usual["Nothing is given yet"]
    assert folds({**VALUES, "arms[2].role": "positive_control"})[
        "Positive control, images picked by hand"
    ]
    assert folds({**VALUES, "registration.ethics": "None needed"})["Ethics approval"]


def test_a_row_moves_only_where_there_is_room() -> None:
    buttons = HtmlForm(rendered(context(VALUES))).buttons
    assert ("move", "questions[1] down") in buttons
    assert ("move", "questions[1] up") not in buttons
    assert ("move", "questions[3] down") not in buttons
    assert {("remove", "phases[2]"), ("add", "questions"), ("add", "phases")} <= buttons
    alone = HtmlForm(rendered(context(values_of(design())))).buttons
    assert ("remove", "phases[1]") not in alone


def test_a_question_shows_the_boxes_of_its_kind_and_keeps_what_others_hold() -> None:
    values = {**VALUES, "questions[1].options": "a | A\nb | B", "questions[1].none_label": "None"}
    html = rendered(context(values))
    form = HtmlForm(html)
    assert form.fields["questions[1].none_label"] == "None"
    assert re.search(r'type="hidden" name="questions\[1\].options"', html)
    assert not re.search(r'type="hidden" name="questions\[1\].low"', html)


def test_a_choice_that_is_no_longer_there_is_shown_as_such() -> None:
    html = rendered(context({**VALUES, "analysis.primary": "gone"}))
    assert "gone (not there)" in html
