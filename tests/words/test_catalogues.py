"""Catalogues have no holes, say what their sources say, and break no page."""

import re

import pytest

from app.words.language import ENGLISH, LANGUAGES
from app.words.making import ROOT, catalogue_file, held, made, part_of

OTHERS = [tag for tag in LANGUAGES if tag != ENGLISH]
FIELD = re.compile(r"\{[^{}]*\}|%\(\w+\)[sd]")
MARKUP = re.compile(r"</?\w+[^>]*>|&\w+;")


@pytest.fixture(scope="module")
def files_and_holes() -> tuple[dict[str, bool], list[str]]:
    files, holes = made()
    fresh = {
        path.relative_to(ROOT).as_posix(): path.is_file() and path.read_bytes() == content
        for path, content in files.items()
    }
    return fresh, holes


def test_every_word_of_the_sources_is_translated(
    files_and_holes: tuple[dict[str, bool], list[str]],
) -> None:
    assert files_and_holes[1] == [], "translate these in app/words, then `make words`"


def test_catalogues_are_compiled_and_of_these_sources(
    files_and_holes: tuple[dict[str, bool], list[str]],
) -> None:
    stale = [path for path, is_fresh in files_and_holes[0].items() if not is_fresh]
    assert stale == [], "run `make words`"


@pytest.mark.parametrize("tag", OTHERS)
def test_translations_keep_fields_and_markup_and_bring_none(tag: str) -> None:
    parts = [path.stem for path in catalogue_file(tag, "x").parent.glob("*.po")]
    assert parts
    wrong = []
    for message in (one for part in parts for one in held(tag, part) if one.id):
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        allowed = {frozenset(FIELD.findall(one)) for one in originals}
        for form in forms:
            is_whole = frozenset(FIELD.findall(form)) in allowed
            tags = sorted(MARKUP.findall(form)) in [sorted(MARKUP.findall(o)) for o in originals]
            # A quote would end the attribute that the words may stand in.
            quotes = '"' in form and not any('"' in one for one in originals)
            if not (is_whole and tags) or quotes:
                wrong.append((originals[0], form))
    assert wrong == []


def test_a_source_belongs_to_one_part() -> None:
    assert part_of("templates/case.html") == part_of("static/reading/status.js") == "reading"
    assert part_of("templates/studies.html") == part_of("app/services/open_study.py") == "office"
    assert part_of("app/report/words/methods.py") == part_of("templates/report.html") == "report"
