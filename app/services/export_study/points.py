"""Every number of the analysis on a line, and a script that recomputes them in R.

The script is plain R without any package, and none of this program's code: what it comes to is a
second opinion. Its parts lie as R files in `points_r`; here the study's own facts are put before
them.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from app.domain.design.design import StudyDesign
from app.services.export_study.held_ratings import HeldRatings
from app.services.export_study.points_facts import as_r, study_facts
from app.services.export_study.r_script import what_counts
from app.services.export_study.ratings_file import RatingsFile
from app.statistics.table.settings import AnalysisSettings

POINT_COLUMNS = ("number", "value")
# The parts of analysis.json that are recomputed from ratings.csv, here and by analysis.py.
PARTS = (
    "arms",
    "contrasts",
    "readers",
    "groups",
    "machines",
    "subgroups",
    "generalizability",
    "choices",
    "question_figures",
)

_HEAD = """\
# The analysis of {slug}:
# every number with a closed form, recomputed in R from ratings.csv and readers.csv, and compared
# with points.csv, which holds all numbers of analysis.json.
# Run it in the folder of ratings.csv:  Rscript points.R      (no package is needed)
# Each figure is computed for every reader and averaged over readers, who weigh equally; formulas as
# in docs/statistics.md of the program. At its end it says what it leaves to analysis.py, and why.
# It exits with 1 where a number differs by more than a relative 1e-9, after naming it.

# ---- The study -----------------------------------------------------------------------------------
study <- {facts}

# What counts: {counts}.
what_counts <- function(ratings) subset(ratings, {rows})

"""


def point_rows(content: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    """One row a number of `analysis.json`: the way to it, and its value with every digit."""
    for part in PARTS:
        yield from _numbers(content.get(part), part)


def _numbers(value: Any, way: str) -> Iterator[tuple[str, int | float]]:
    """Every number below a value of JSON; neither words, nor yes and no, nor null."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield way, value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _numbers(below, f"{way}/{key}")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, below in enumerate(value):
            yield from _numbers(below, f"{way}/{place}")


def points_script(
    slug: str,
    design: StudyDesign,
    layout: RatingsFile,
    held: HeldRatings,
    settings: AnalysisSettings,
) -> str:
    """The script; it exits with 1 where a number differs by more than a relative 1e-9."""
    rows, counts = what_counts(layout, held)
    # Repeated readings are told apart by the script itself.
    kept = [row for row in rows if row != "replicate == 0"]
    head = _HEAD.format(
        slug=slug,
        facts=as_r(study_facts(design, held, settings, layout.cluster_column)),
        rows=" & ".join(kept),
        counts=", ".join(one for one in counts if one != "first readings"),
    )
    parts = sorted(
        (one for one in files(__package__).joinpath("points_r").iterdir()), key=lambda one: one.name
    )
    return head + "\n".join(
        one.read_text(encoding="utf-8") for one in parts if one.name.endswith(".R")
    )
