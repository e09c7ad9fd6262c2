"""What `analyse` can be told of a file, and the words of its help."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from app.domain.errors import BadRatings
from app.statistics.table.settings import GENERALISATIONS
from app.steps.rating_files.columns import COLUMNS, column_map
from app.steps.rating_files.mapping_file import read_mapping
from app.steps.rating_files.sheet import FileOptions
from app.steps.rating_files.values import fold_value, value_map
from app.words.language import LANGUAGES

Ratings = Annotated[
    Path,
    typer.Argument(
        help="A table (CSV, semicolons, tabs, .xlsx, wide or tidy), or a file of iMRMC, RJafroc, "
        "Potato, Label Studio or grand-challenge; told by its content."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON as in docs/statistics.md, not tables.")]
Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write the whole report as one HTML file."),
]
Pdf = Annotated[
    Path | None, typer.Option("--pdf", metavar="FILE", help="Write the whole report as one PDF.")
]
Tongue = Annotated[
    str,
    typer.Option(
        "--language", metavar="TAG", help=f"In which words: {', '.join(LANGUAGES)}; numbers too."
    ),
]
Figures = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Write every figure as SVG, PDF, PNG and TIFF, and its numbers as CSV.",
    ),
]
Renamed = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="OURS=THEIRS",
        help=f"What a column is called in the file. Ours: {', '.join(COLUMNS)}.",
    ),
]
Valued = Annotated[
    list[str] | None,
    typer.Option(
        "--map-value",
        metavar="OURS VALUE=MEANING",
        help='What a value of a column means, as in --map-value realism "Very realistic=4", or '
        "--map-value truth 1=real.",
    ),
]
Mapping = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A mapping file, which says columns and values instead."),
]
SuggestMapping = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write a mapping file to look over and fill in, and end."),
]
Cases = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A table with one row a case: case, arm, truth, cluster."),
]
Wide = Annotated[
    str,
    typer.Option(
        metavar="OURS", help="There is a column for each reader; what they hold, such as realism."
    ),
]
Subgroup = Annotated[
    list[str] | None,
    typer.Option(
        metavar="HEADING",
        help="A column that says what a case is (sex, age, finding): figures for each of its "
        "values too.",
    ),
]
Sheet = Annotated[str, typer.Option(metavar="NAME", help="Of a workbook, the sheet to take.")]
Modality = Annotated[
    str, typer.Option(metavar="NAME", help="Of an ROC study's file, the modality to take.")
]
Decimal = Annotated[
    str, typer.Option(metavar="comma|point", help="What marks decimals, where that can't be seen.")
]
Margin = Annotated[float, typer.Option(help="Equivalence margin: AUC within 0.5 +- this.")]
Measure = Annotated[
    str,
    typer.Option(help="AUC the conclusions rest on: auto, auc_realism, auc_confidence, auc_score."),
]
GeneraliseTo = Annotated[str, typer.Option(help=f"What is a sample: {', '.join(GENERALISATIONS)}.")]
RealismScale = Annotated[
    str | None, typer.Option(metavar="LOW-HIGH", help="Ends of the realism scale, as in 1-5.")
]
Phase = Annotated[
    str | None, typer.Option(metavar="KEY", help="Of a study in phases, the one to take.")
]
AdjustmentOption = Annotated[
    str, typer.Option(help="Of conclusions for the number of arms: holm or none.")
]
PrimaryArm = Annotated[
    str, typer.Option(metavar="ARM", help="Its conclusion is not adjusted for the others.")
]
PositiveControl = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ARM",
        help="Known to be bad: unless it is told from real no arm is called equivalent.",
    ),
]
LeastAnswered = Annotated[
    float,
    typer.Option(
        help="Leave out readers with fewer ratings than this share of the median reader's."
    ),
]
Bootstrap = Annotated[
    int, typer.Option(min=0, max=100_000, help="Two-way bootstrap resamples; 0 for none.")
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")]

Design = Annotated[
    Path | None,
    typer.Option(
        metavar="DESIGN.JSON",
        help="Of a study's own export: every question is then analysed as its report has it.",
    ),
]


class OfFiles(TyperCommand):
    """Lets `--map-value` have two words, which no option that comes several times can here."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Join both words, then go on as usual."""
        return super().parse_args(ctx, joined(args))


def joined(args: Sequence[str]) -> list[str]:
    """``--map-value realism "Very realistic=4"`` with its two words as one.

    >>> joined(["--map-value", "realism", "Very realistic=4", "--json"])
    ['--map-value', 'realism Very realistic=4', '--json']
    """
    made: list[str] = []
    words = iter(args)
    for word in words:
        made.append(word)
        if word != "--map-value":
            continue
        column = next(words, None)
        if column is None:
            break
        # Both in one word are as good.
        pair = None if "=" in column else next(words, None)
        made.append(column if pair is None else f"{column} {pair}")
    return made


@dataclass(frozen=True)
class ToldOfFile:
    """Everything said of a file on the command line, as `--map`, `--map-value` and others."""

    renamed: Sequence[str]
    valued: Sequence[str]
    mapping: Path | None
    cases: Path | None = None
    wide: str = ""
    sheet: str = ""
    modality: str = ""
    decimal: str = ""
    subgroups: Sequence[str] = ()

    def options(self) -> FileOptions:
        """As the readers of files take it; the command line wins over a mapping file.

        Raises BadParameter for a malformed option, BadRatings for a bad mapping file.
        """
        try:
            columns = column_map(self.renamed)
        except ValueError as error:
            raise typer.BadParameter(f"{error}.", param_hint="--map") from None
        values = _values(self.valued)
        if self.decimal not in ("", "comma", "point"):
            raise typer.BadParameter("is comma or point.", param_hint="--decimal")
        if self.mapping is not None:
            of_file, meant = read_mapping(self.mapping)
            columns = {**of_file, **columns}
            values = {
                ours: _over(meant.get(ours, {}), values.get(ours, {}))
                for ours in {**meant, **values}
            }
        if self.cases is not None and self.cases.is_dir():
            raise BadRatings(f"{self.cases} is a folder: name a table with one row a case.")
        return FileOptions(
            sheet=self.sheet,
            modality=self.modality,
            wide=self.wide,
            columns=columns,
            values=values,
            decimal=self.decimal,
            cases=self.cases,
            subgroups=tuple(dict.fromkeys(self.subgroups)),
        )


def _over(first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
    said = {fold_value(value) for value in second}
    return {**{one: to for one, to in first.items() if fold_value(one) not in said}, **second}


def _values(valued: Sequence[str]) -> dict[str, dict[str, str]]:
    triples = []
    for words in valued:
        ours, blank, pair = words.strip().partition(" ")
        if not blank:
            raise typer.BadParameter(
                f'{words!r} is not OURS VALUE=MEANING, as in realism "Very realistic=4".',
                param_hint="--map-value",
            )
        triples.append((ours, pair))
    try:
        return value_map(triples)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--map-value") from None


def scale_of(text: str) -> tuple[float, float]:
    """``1-5`` as two numbers; ends below zero too, as in ``-2-2``. Raises BadParameter."""
    low, dash, high = text.strip()[:1], "", ""
    rest = text.strip()[1:]
    before, dash, high = rest.partition("-")
    try:
        ends = float(low + before), float(high)
    except ValueError:
        ends = 0.0, 0.0
    # Ends without end, or so far apart, have no width to compute with.
    if not dash or not ends[0] < ends[1] or not math.isfinite(ends[1] - ends[0]):
        raise typer.BadParameter(
            f"{text!r} is not LOW-HIGH, as in 1-5.", param_hint="--realism-scale"
        )
    return ends
