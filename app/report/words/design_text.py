"""A study's design written as a commented TOML file."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.domain.design.design import Phase, Registration, StudyDesign
from app.domain.design.writing import design_to_mapping, withdrawal_to_mapping
from app.domain.questions.measures import MEASURES

_HEAD = (
    "A study of chest radiographs. It opens as it stands:",
    "  python -m app create-study design.toml      makes a draft and prints its short name",
    "  python -m app open-study SHORT-NAME         draws the cases and freezes everything below",
    "docs/study-design.md explains every line.",
)
# What a line or a table is for, by its name.
_COMMENTS: Mapping[str, str] = {
    "title": "On every page that readers see.",
    "language": "Of the study's own texts, as a tag such as en or pt-BR.",
    "instructions": "Shown before the first case, with the keys.",
    "notice": "One line at the top of every reader's page; empty for none.",
    "stratify_by": "The key of the bank's records that makes the strata.",
    "matched_by": "The key whose value matched images share; empty for none.",
    "memorised": "Images that the bank flags as copies of training images: leave_out, keep, or "
    "separate (strata of their own).",
    "seed": "Decides which cases are drawn and in which order each reader sees them.",
    "break_every": "A pause is offered after every so many cases; 0 for none.",
    "longest_run": "At most so many cases of one arm in a row.",
    "rendition_size": "Side of the pictures that readers are sent, in pixels.",
    "own_score": "Whether readers are told how often they were right, once the study is closed.",
    "closes_on": "The last day of reading, in UTC; it then closes by itself.",
    "consent": "Shown before anything else; the time of agreement is recorded.",
    "registration": "Shown with the consent; leave empty what does not apply.",
    "replicates": "Cases shown a second time, at least minimum_lag positions later.",
    "practice": "Cases before the study proper, never counted; feedback tells their truth.",
    "allocation": "Who reads which cases: crossed (all), split_plot (in groups) or quota.",
    "withdrawal": "Until when a reader's own link withdraws them (finishing, closing, or day with "
    "a last_day; empty: never), and whether their answers are then erased or kept.",
    "remedies": "What is done to the pictures of all arms alike: those of rendition_size are made "
    "from those of made_from pixels (0: taken as imported).",
    "analysis": "What is decided before anybody reads.",
    "display": "What is asked of the screen: in the profile, by a check, and how wide it must be.",
    "questions": "What is asked, in this order.",
    "phases": "Parts of the study, in this order and never again.",
    "excluded": "Images looked at and set aside before opening, each with the reason.",
    "arms": "How many cases of each stratum are drawn from each arm of the bank.",
}
_TEXTS = (
    "title",
    "language",
    "instructions",
    "notice",
    "stratify_by",
    "matched_by",
    "memorised",
    "own_score",
)
_NUMBERS = ("seed", "break_every", "longest_run", "rendition_size")
_TABLES = (
    "consent",
    "registration",
    "withdrawal",
    "remedies",
    "replicates",
    "practice",
    "display",
    "allocation",
    "analysis",
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def commented_design(
    design: StudyDesign, labels: Mapping[str, str], about: Sequence[str] = ()
) -> str:
    """The design as TOML of format 2 that `design_from_mapping` reads back to an equal one.

    `labels` are the arms' names in full, `about` lines on where the design comes from.
    """
    plain = design_to_mapping(design)
    plain["matched_by"] = design.matched_by
    plain["registration"] = {
        name: plain["registration"].get(name, "") for name in Registration.__dataclass_fields__
    }
    plain["analysis"]["subgroups"] = list(design.analysis.subgroups)
    plain["display"] = asdict(design.display)
    plain["remedies"] = asdict(design.remedies)
    plain["memorised"] = design.memorised
    plain["own_score"] = design.own_score
    plain["withdrawal"] = withdrawal_to_mapping(design.withdrawal)
    lines = [_comment(line) for line in (*_HEAD, *about)]
    lines += ["", f"format = {plain['format']}"]
    for name in (*_TEXTS, *_NUMBERS):
        lines += ["", _comment(_COMMENTS[name]), f"{name} = {_value(plain[name])}"]
    lines += ["", _comment(_COMMENTS["closes_on"]), _last_day(design)]
    for name in _TABLES:
        lines += ["", _comment(_COMMENTS[name]), f"[{name}]", *_pairs(plain[name])]
    lines += _questions(plain["questions"])
    lines += _phases(plain["phases"], design.phases)
    lines += _arms(plain["arms"], labels)
    if design.excluded:
        lines += [_comment(_COMMENTS["excluded"])]
    for row in plain.get("excluded", ()):
        lines += ["[[excluded]]", *_pairs(row), ""]
    return "\n".join(lines) + "\n"


def _last_day(design: StudyDesign) -> str:
    day = design.closes_on
    return "# closes_on = 2027-01-31" if day is None else f"closes_on = {day.isoformat()}"


def _questions(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from ("", _comment(_COMMENTS["questions"]))
    for row in rows:
        what = MEASURES[row["measure"]].what
        own = {name: value for name, value in row.items() if name != "translations"}
        yield from (f"[[questions]]  # {what}", *_pairs(own), "")
        for tag, words in row.get("translations", {}).items():
            yield from (f"[questions.translations.{tag}]", *_pairs(words), "")


def _phases(rows: Sequence[Mapping[str, Any]], phases: Sequence[Phase]) -> Iterator[str]:
    yield _comment(_COMMENTS["phases"])
    for row, phase in zip(rows, phases, strict=True):
        # Every field, those too that a stored design leaves out because they say nothing.
        whole = {name: row.get(name, getattr(phase, name)) for name in phase.__dataclass_fields__}
        shown = whole.pop("presentation")
        yield from ("[[phases]]", *_pairs(whole), "", "[phases.presentation]", *_pairs(shown), "")


def _arms(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> Iterator[str]:
    yield _comment(_COMMENTS["arms"])
    for number, row in enumerate(rows):
        if "cases" in row:
            row = {**row, "cases": dict(row["cases"])}
        if number:
            yield ""
        label = _comment(labels.get(row["arm"], ""))
        yield from (f"[[arms]]  {label}".rstrip(" #"), *_pairs(row))


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_key(key)} = {_value(value)}" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_inline(one)}" for key, one in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, Sequence):
        items = [_inline(one) for one in value]
        short = f"[{', '.join(items)}]"
        return short if len(short) < 80 else "[\n" + "".join(f"    {one},\n" for one in items) + "]"
    return repr(value)


def _inline(value: Any) -> str:
    return _quoted(value) if isinstance(value, str) else _value(value)


def _text(text: str) -> str:
    """A text; paragraphs read better on lines of their own."""
    if "\n" not in text:
        return _quoted(text)
    lines = (_quoted(line)[1:-1] for line in text.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string but for this one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _quoted(key)


def _comment(text: str) -> str:
    # A comment ends with its line and holds no control characters.
    first = text.split("\n")[0]
    return ("# " + "".join(one for one in first if one.isprintable())).rstrip()
