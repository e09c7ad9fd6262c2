"""What a form fills anew where another choice was made: a measure, a key of strata, a language."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from app.domain.bank_image import APART
from app.domain.design import texts
from app.domain.design.design import MEMORISED, Memorised
from app.domain.document import Problems, Table
from app.domain.questions.document import default_reference, read_questions, write_question
from app.domain.questions.house_words import in_language
from app.domain.questions.measures import MEASURES, Measure
from app.web.design_form.boxes import ANSWERS_OF
from app.web.design_form.document import CASES, kind_in
from app.web.design_form.rows import row_count, row_values, split_row
from app.web.design_form.translations import PATH
from app.web.design_form.values import question_values


@dataclass(frozen=True)
class Renewed:
    """The values, and the boxes whose choice changed what others hold."""

    values: dict[str, str]
    changed: tuple[str, ...]


def fill_anew(form: Mapping[str, str], strata: Collection[str]) -> Renewed:
    """The form where every question fits its measure and kind, and cases fit the key of strata.

    `was` keeps what a question was when it was last shown; where it is gone nothing has changed.
    `strata` are those that the bank has under the form's key.
    """
    values = dict(form)
    changed: list[str] = []
    language = language_in(form)
    before = form.get("language.was", language)
    for number in range(1, row_count(form, "questions") + 1):
        row = row_values(form, "questions", number)
        name = f"questions[{number}]"
        if row.get("was", now_of(row)) != now_of(row):
            measure, _, _ = row["was"].partition("/")
            changed.append(f"{name}.{'measure' if measure != row.get('measure') else 'kind'}")
            adopted = _adopted(row, before)
            values |= {f"{name}.{key}": value for key, value in adopted.items()}
            values |= {f"{name}.{box}": "" for box in _untrue(row, adopted)}
        values[f"{name}.was"] = now_of(row_values(values, "questions", number))
    said_anew = _said_anew(values, before, language)
    if said_anew:
        changed.append("language")
    values |= said_anew
    values["language.was"] = language
    key = form.get("stratify_by", "").strip()
    if form.get("stratify_by.was", key) != key:
        changed.append("stratify_by")
        # A key that no record has may be misspelt: then the numbers stay.
        for name in form if strata else ():
            row_name = split_row(name)
            if row_name and row_name[0] == "arms" and _is_of_other_strata(row_name[2], strata):
                del values[name]
    values["stratify_by.was"] = key
    choice = memorised_in(form)
    if form.get("memorised.was", choice) != choice and "separate" in (
        choice,
        form["memorised.was"],
    ):
        changed.append("memorised")
        for name in form:
            row_name = split_row(name)
            if row_name and row_name[0] == "arms" and _is_of_no_stratum(row_name[2], choice):
                del values[name]
    values["memorised.was"] = choice
    return Renewed(values, tuple(changed))


def memorised_in(form: Mapping[str, str]) -> Memorised:
    """What a form says of flagged images; the usual where it says nothing that can be."""
    said = form.get("memorised", "").strip()
    return next((choice for choice in MEMORISED if choice == said), "leave_out")


def language_in(form: Mapping[str, str]) -> str:
    """The tag of the study's language in a form."""
    return form.get("language", "").strip() or "en"


def now_of(row: Mapping[str, str]) -> str:
    """Measure and kind of a question's row."""
    return f"{row.get('measure', '')}/{kind_in(row)}"


def usual_question(measure: str, kind: str = "", language: str = "en") -> dict[str, str]:
    """The boxes of a question that says only what it is for and how it is asked."""
    row = {"measure": measure} | ({"kind": kind} if kind else {})
    table = Table("", {"questions": [row]}, Problems(checking=False))
    questions = read_questions(table, language)
    return question_values(write_question(questions[0]))


def free_key(measure: str, taken: Collection[str]) -> str:
    """The measure's name, or with a number where that is taken."""
    numbered = (f"{measure}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (measure, *numbered) if key not in taken)


def _is_of_other_strata(rest: str, strata: Collection[str]) -> bool:
    return rest == "order" or (rest.startswith(CASES) and rest.removeprefix(CASES) not in strata)


def _is_of_no_stratum(rest: str, choice: Memorised) -> bool:
    """Whether a box is of flagged images, which now have no stratum of their own."""
    return choice != "separate" and rest.startswith(CASES) and rest.endswith(APART)


def _said_anew(values: Mapping[str, str], before: str, after: str) -> dict[str, str]:
    """The house's own words that stand in a form in one language, in another; nothing typed."""
    anew: dict[str, str] = {}
    for number in range(1, row_count(values, "questions") + 1):
        row = row_values(values, "questions", number)
        measure = row.get("measure", "")
        if measure in MEASURES:
            old, new = (usual_question(measure, kind_in(row), one) for one in (before, after))
            anew |= {
                f"questions[{number}].{box}": new[box]
                for box, words in old.items()
                if new[box] != words == _plain(row.get(box, ""))
            }
    introductions = [
        f"phases[{number}].introduction" for number in range(1, row_count(values, "phases") + 1)
    ]
    for name in ("consent.text", "consent.line", "instructions", *introductions):
        for text in texts.TEXTS:
            old_text, new_text = (texts.in_language(text, one) for one in (before, after))
            if new_text != old_text == _plain(values.get(name, "")):
                anew[name] = new_text
    return anew


def _plain(value: str) -> str:
    # A browser ends the lines of a text area with two characters.
    return value.replace("\r\n", "\n").strip()


def _adopted(row: Mapping[str, str], language: str) -> dict[str, str]:
    """The row's boxes after its measure or kind was changed; what was written by hand stays."""
    was_measure, _, was_kind = row["was"].partition("/")
    before, after = MEASURES.get(was_measure), MEASURES.get(row.get("measure", ""))
    if before is None or after is None:
        return {}
    kind = kind_in(row) if kind_in(row) in after.kinds else after.kinds[0]
    usual = usual_question(row["measure"], kind, language)
    old_kind = was_kind if was_kind in before.kinds else before.kinds[0]
    old = usual_question(was_measure, old_kind, language)
    adopted = {"kind": kind, **_words(row, before, after, language)}
    for box in ANSWERS_OF[kind_in({"measure": row["measure"], "kind": kind})]:
        if _plain(row.get(box.name, "")) in ("", old.get(box.name, "")) or kind != was_kind:
            adopted[box.name] = usual.get(box.name, "")
    return adopted


def _untrue(row: Mapping[str, str], adopted: Mapping[str, str]) -> Iterator[str]:
    """The boxes with words in other languages for what says something else now."""
    for box in row:
        own = box.rpartition(".")[2]
        if box.startswith(PATH) and own in adopted and adopted[own] != _plain(row.get(own, "")):
            yield box


def _words(
    row: Mapping[str, str], before: Measure, after: Measure, language: str
) -> dict[str, str]:
    if before is after:
        return {}
    was_measure, measure = row["was"].partition("/")[0], row["measure"]
    words = {"required": "yes" if after.required else ""}
    if row.get("prompt", "").strip() in ("", in_language(before.prompt, language)):
        words["prompt"] = in_language(after.prompt, language)
    if row.get("key", "").strip() in ("", was_measure):
        words["key"] = measure
    if row.get("reference", "") == default_reference(was_measure):
        words["reference"] = default_reference(measure)
    return words
