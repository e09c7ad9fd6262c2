"""Somebody else's words in Markdown: a renderer shows them as they were typed."""

import html

import pytest
from markdown_it import MarkdownIt

from app.domain.said import Cited, joined, said
from app.report.words.markdown import code, typed, typed_prose
from app.words.language import language

HOSTILE = (
    "<b>Real</b> or not",
    "<script>alert(1)</script>",
    "<!-- hidden --> shown",
    "</td> <https://example.org>",
    "*starred* and **strong**",
    "_under_ and snake_case_name",
    "__strong__",
    "~~struck~~ and a ~ b",
    "`code`",
    "[a link](javascript:alert(1))",
    "![picture](http://example.org/x.png)",
    "[one][two]",
    "&lt;b&gt; &amp; &#60; A&E",
    r"C:\*.png and \_ and \\",
    "# no heading",
    "#hash",
    "> no quotation",
    "- no list",
    "+ none",
    "12. none either",
    "3) nor this",
    "1.5 T, p < .001, 2 > 1, 5-10",
)


def shown(text: str) -> str:
    """The HTML of one paragraph without its marks."""
    return MarkdownIt("commonmark").enable("strikethrough").render(text).strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_it_is_shown_as_typed(text: str) -> None:
    assert shown(typed(text)) == f"<p>{html.escape(text, quote=False)}</p>".replace('"', "&quot;")


def test_what_means_nothing_is_left_alone() -> None:
    plain = "AUC 0.56 [0.42, 0.70], p < .001; snake_case, a & b (R01) [3]"
    assert typed(plain) == plain


def test_of_a_sentence_only_what_was_filled_in_is_marked() -> None:
    sentence = said("`plan` of {title}: {value}", title="<b>x</b> `y`", value=code("a_b"))
    assert typed(sentence) == r"`plan` of \<b>x\</b> \`y\`: `a_b`"
    assert language("pt-BR").say(typed(joined((sentence, "*")))).endswith(r"\*")


def test_citations_stay_citations() -> None:
    cited = Cited(said("Of {arm} [or].", arm="<i>x</i>"), {"or": 1})
    assert typed(cited) == r"Of \<i>x\</i> [1]."
    # One that is no sentence is our own, keys and all.
    assert typed(Cited("Of *x* [or].", {"or": 1})) == "Of *x* [1]."


def test_prose_keeps_its_lists() -> None:
    html_of = shown(typed_prose("- look at *both* lungs\n- <b>answer</b>"))
    assert "<li>look at *both* lungs</li>" in html_of
    assert "<li>&lt;b&gt;answer&lt;/b&gt;</li>" in html_of
