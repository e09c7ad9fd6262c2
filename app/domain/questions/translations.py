"""A question's own words in further languages: read, checked, written back, and put to use.

They are part of the design, are frozen and digested with it, and are shown where a page, a report
or a codebook speaks their language. Readers see the study's language alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.domain.document import Table, told
from app.domain.questions.house_words import first_part, house_words_of
from app.domain.questions.question import Option, Question, Translation
from app.domain.said import Worded, said

# The languages in which reports are written: words in another would be shown nowhere.
TRANSLATED = ("en", "pt-BR", "es")
LONGEST_TEXT = 400
LONGEST_LABEL = 120


def read_translations(row: Table, question: Question, language: str) -> tuple[Translation, ...]:
    """The `translations` of a question's table, by language; `language` is the study's own.

    What the question left to the house may be left to it here too. Noted as problems: languages
    that no report speaks, the study's own, words that are missing, empty or too many.
    """
    if not row.has("translations"):
        return ()
    table = row.table("translations")
    read = []
    for tag in table.unread():
        given = table.take(tag)
        problem = _wrong_with(tag, given, language)
        if problem and tag in TRANSLATED:
            table.wrong(tag, problem)
        elif problem:
            row.wrong("translations", problem)
        if isinstance(given, Mapping) and not (problem and table.problems.checking):
            words = Table(table.where(tag), given, table.problems)
            read.append(_Words(words, language, tag).of(question))
    return tuple(sorted(read, key=lambda one: one.language))


def _wrong_with(tag: object, given: object, language: str) -> str:
    """Why a table is none of another language; empty where it is one."""
    if tag not in TRANSLATED:
        names = ", ".join(one for one in TRANSLATED if first_part(one) != first_part(language))
        return said(
            "has {tag}, which is no language of reports; use {names}", tag=told(tag), names=names
        )
    if first_part(str(tag)) == first_part(language):
        return said("is the study's own language, whose words the question has; leave it out")
    return "" if isinstance(given, Mapping) else said("must be a table")


def write_translations(question: Question) -> dict[str, dict[str, Any]]:
    """As `read_translations` reads them: by language, what the question has words for."""
    return {one.language: dict(_written(question, one)) for one in question.translations}


def worded(question: Question) -> Question:
    """The question with words that are said in the language of whoever looks, where it has them.

    For the office, reports and files; never for readers.
    """
    if not question.translations:
        return question
    others = question.translations

    def in_each(words: str, given: Mapping[str, str]) -> str:
        return Worded(words, {tag: one for tag, one in given.items() if one}) if words else words

    def text(name: str) -> str:
        given = {one.language: getattr(one, name) for one in others}
        return in_each(getattr(question, name), given)

    def at(words: str, name: str, place: int) -> str:
        given = {
            one.language: getattr(one, name)[place]
            for one in others
            if place < len(getattr(one, name))
        }
        return in_each(words, given)

    return replace(
        question,
        prompt=text("prompt"),
        hint=text("hint"),
        none_label=text("none_label"),
        tie_label=text("tie_label"),
        labels=tuple(at(one, "labels", place) for place, one in enumerate(question.labels)),
        options=tuple(
            Option(one.value, at(one.label, "options", place), one.key)
            for place, one in enumerate(question.options)
        ),
    )


def _written(question: Question, words: Translation) -> Iterator[tuple[str, Any]]:
    yield "prompt", words.prompt
    if words.hint:
        yield "hint", words.hint
    if words.labels:
        yield "labels", list(words.labels)
    if words.options:
        values = (option.value for option in question.options)
        yield "options", dict(zip(values, words.options, strict=False))
    for name in ("none_label", "tie_label"):
        if getattr(words, name):
            yield name, getattr(words, name)


class _Words:
    """The table of one language, read against what the question says in the study's own."""

    def __init__(self, table: Table, own: str, tag: str) -> None:
        self._table, self._own, self._tag = table, own, tag

    def of(self, question: Question) -> Translation:
        """The words, each noted as a problem that is missing or too much."""
        translation = Translation(
            language=self._tag,
            prompt=self._text(self._table, "prompt", question.prompt, LONGEST_TEXT),
            hint=self._text(self._table, "hint", question.hint, LONGEST_TEXT),
            labels=self._labels(question.labels),
            options=self._options(question.options),
            none_label=self._text(self._table, "none_label", question.none_label, LONGEST_LABEL),
            tie_label=self._text(self._table, "tie_label", question.tie_label, LONGEST_LABEL),
        )
        self._table.refuse_the_rest("the words of a question")
        return translation

    def _text(self, table: Table, key: str, own: str, longest: int) -> str:
        """The words at `key` for the `own` ones."""
        if not own:
            if table.has(key):
                table.take(key)
                table.wrong(key, said("are words that the question itself lacks; leave them out"))
            return ""
        if table.has(key):
            words = table.text(key, longest=longest)
            if not words:
                table.wrong(key, said("is empty; say “{words}” in this language", words=own))
            return words
        # A stored design has every word that it was opened with.
        words = house_words_of(own, self._own, self._tag) if table.problems.checking else ""
        if not words:
            table.wrong(key, said("is missing; say “{words}” in this language", words=own))
        return words

    def _labels(self, own: Sequence[str]) -> tuple[str, ...]:
        problems = self._table.problems
        if not self._table.has("labels"):
            words = [house_words_of(one, self._own, self._tag) for one in own]
            if problems.checking and not all(words):
                self._table.wrong(
                    "labels", said("is missing; give {count} in this language", count=len(own))
                )
            return tuple(words) if problems.checking else ()
        before = len(problems.listed)
        given = self._table.texts("labels", longest=LONGEST_LABEL)
        if len(given) != len(own) and len(problems.listed) == before:
            self._table.wrong(
                "labels",
                said(
                    "has {count} texts, the question itself {own}", count=len(given), own=len(own)
                ),
            )
        return given

    def _options(self, own: Sequence[Option]) -> tuple[str, ...]:
        if not own:
            if self._table.has("options"):
                self._table.take("options")
                self._table.wrong(
                    "options", said("are words that the question itself lacks; leave them out")
                )
            return ()
        before = len(self._table.problems.listed)
        table = self._table.table("options")
        if len(self._table.problems.listed) > before:
            return ()
        words = tuple(self._text(table, one.value, one.label, LONGEST_LABEL) for one in own)
        for place, one in enumerate(own):
            if words[place] and words[place] in words[:place]:
                table.wrong(
                    one.value,
                    said("{words!r} is there twice; name each answer apart", words=words[place]),
                )
        values = ", ".join(one.value for one in own)
        for key in map(str, table.unread()):
            table.wrong(
                key if key.isprintable() and len(key) <= LONGEST_LABEL else told(key),
                said("is no answer of this question; it has {values}", values=values),
            )
        return words
