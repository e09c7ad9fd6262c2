"""What readers named of a vocabulary, as tables: words are the rows, arms the columns."""

from collections.abc import Callable, Mapping, Sequence

from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table
from app.report.words.numbers import Style, percent
from app.report.words.question_figures import common_notes, name_of, title_of
from app.statistics.protocols.artefacts import OUTCOMES, Artefacts, Outcome, WordOfArm
from app.statistics.table.estimate import Estimate
from app.steps.question_figures import QuestionFigures

Labels = Mapping[str, str]
_OUTCOMES: Mapping[Outcome, str] = {
    "hit": "Right: synthetic called synthetic",
    "miss": "Wrong: synthetic called real",
    "false_alarm": "Wrong: real called synthetic",
    "correct_rejection": "Right: real called real",
}
# Part of the table's name, its title, the figure, its style, and what is said below.
_PARTS: tuple[tuple[str, str, Callable[[WordOfArm], Estimate], Style, str], ...] = (
    (
        "",
        "films on which any reader names it",
        lambda word: word.films,
        "percent",
        "The more readers, the more is named: intervals are over films, for these readers.",
    ),
    (
        "readings",
        "films on which a reader names it",
        lambda word: word.readings,
        "percent",
        "Of each reader’s films, averaged over readers.",
    ),
    (
        "agree",
        "readers agree whether it applies",
        lambda word: word.agreement["percent_agreement"],
        "percent",
        "Share of pairs of readers of one film who say the same, chance included.",
    ),
    (
        "ac1",
        "agreement beyond chance, Gwet’s AC1",
        lambda word: word.agreement["gwet_ac1"],
        "plain",
        "Steady where nearly all films have the word, or nearly none.",
    ),
    (
        "kappa",
        "agreement beyond chance, Fleiss’ κ",
        lambda word: word.agreement["fleiss_kappa"],
        "plain",
        "Low for a word that is seldom named, however much readers agree.",
    ),
)


def artefact_tables(
    one: QuestionFigures, figures: Artefacts, labels: Labels
) -> tuple[ReportTable, ...]:
    """Films by word and arm, agreement on presence, and what was named where readers were right."""
    arms = list(dict.fromkeys(word.arm for word in figures.words))
    named = {option.value: option.label for option in one.question.options}
    tables = [
        table(
            name_of(one, part),
            title_of(one, title),
            ["Word", *(labels.get(arm, arm) for arm in arms)],
            _rows(figures, arms, named, of_word, style),
            [note, *common_notes(one)],
        )
        for part, title, of_word, style, note in _PARTS
    ]
    if figures.named:
        tables.append(_named_where(one, figures, named))
    return tuple(tables)


def _rows(
    figures: Artefacts,
    arms: Sequence[str],
    named: Mapping[str, str],
    of_word: Callable[[WordOfArm], Estimate],
    style: Style,
) -> list[Row]:
    by_key = {(word.word, word.arm): word for word in figures.words}
    words = dict.fromkeys(word.word for word in figures.words)
    return [
        Row(
            named.get(word, word),
            tuple(estimate_cell(of_word(by_key[word, arm]), style) for arm in arms),
        )
        for word in words
    ]


def _named_where(one: QuestionFigures, figures: Artefacts, named: Mapping[str, str]) -> ReportTable:
    shown = [outcome for outcome in OUTCOMES if figures.readings[outcome]]
    readings = [Cell(str(figures.readings[outcome])) for outcome in shown]
    rows = [Row("Readings", tuple(readings))]
    for word in figures.named:
        cells = [
            Cell(
                str(word.counts[outcome]),
                percent(word.counts[outcome] / figures.readings[outcome]),
            )
            for outcome in shown
        ]
        rows.append(Row(named.get(word.word, word.word), tuple(cells)))
    return table(
        name_of(one, "named"),
        title_of(one, "where readers were right"),
        ["Word", *(_OUTCOMES[outcome] for outcome in shown)],
        rows,
        [
            "A word that tells synthetic films is named where synthetic was rightly said, and "
            "seldom of real films. Readings of all readers are pooled, so there are no intervals."
        ],
    )
