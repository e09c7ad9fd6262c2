"""What readers named of a vocabulary, as tables: words are the rows, arms the columns."""

from collections.abc import Callable, Mapping, Sequence

from app.domain.said import said
from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table
from app.report.words.numbers import Style, percent
from app.report.words.question_figures import common_notes, name_of, title_of
from app.statistics.protocols.artefacts import OUTCOMES, Artefacts, Outcome, WordOfArm
from app.statistics.table.estimate import Estimate
from app.steps.question_figures import QuestionFigures

Labels = Mapping[str, str]
_OUTCOMES: Mapping[Outcome, str] = {
    "hit": said("Right: synthetic called synthetic"),
    "miss": said("Wrong: synthetic called real"),
    "false_alarm": said("Wrong: real called synthetic"),
    "correct_rejection": said("Right: real called real"),
}
# Part of the table's name, its title, the figure, its style, and what is said below.
_PARTS: tuple[tuple[str, str, Callable[[WordOfArm], Estimate], Style, str], ...] = (
    (
        "",
        said("films on which any reader names it"),
        lambda word: word.films,
        "percent",
        said("The more readers, the more is named: intervals are over films, for these readers."),
    ),
    (
        "readings",
        said("films on which a reader names it"),
        lambda word: word.readings,
        "percent",
        said("Of each reader’s films, averaged over readers."),
    ),
    (
        "agree",
        said("readers agree whether it applies"),
        lambda word: word.agreement["percent_agreement"],
        "percent",
        said("Share of pairs of readers of one film who say the same, chance included."),
    ),
    (
        "ac1",
        said("agreement beyond chance, Gwet’s AC1"),
        lambda word: word.agreement["gwet_ac1"],
        "plain",
        said("Steady where nearly all films have the word, or nearly none."),
    ),
    (
        "kappa",
        said("agreement beyond chance, Fleiss’ κ"),
        lambda word: word.agreement["fleiss_kappa"],
        "plain",
        said("Low for a word that is seldom named, however much readers agree."),
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
            [said("Word"), *(labels.get(arm, arm) for arm in arms)],
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
    rows = [Row(said("Readings"), tuple(readings))]
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
        title_of(one, said("where readers were right")),
        [said("Word"), *(_OUTCOMES[outcome] for outcome in shown)],
        rows,
        [
            said(
                "A word that tells synthetic films is named where synthetic was "
                "rightly said, and seldom of real films. Readings of all readers are "
                "pooled, so there are no intervals."
            )
        ],
    )
