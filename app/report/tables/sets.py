"""Tables of questions about several pictures: the real one found, arms preferred, places."""

from collections.abc import Mapping

from app.domain.said import joined, said
from app.report.tables.table import Cell, ReportTable, Row, estimate_cell, table
from app.report.words.numbers import NONE, p_value, percent
from app.statistics.protocols.choices import SetFigures
from app.statistics.protocols.forced_choice import AgainstChance, ForcedChoice
from app.statistics.protocols.place_bias import PlaceBias
from app.statistics.protocols.preference import Preference

Labels = Mapping[str, str]
_OF_SEVERAL = said(
    "Of one arm: of the answers that chose the real image or one of this "
    "arm, those for the real one. Taken for real: of all answers that "
    "were shown the arm, those for an image of it."
)


def found_table(figures: SetFigures, one: ForcedChoice, labels: Labels) -> ReportTable:
    """How often the real picture was found, over all sets and beside each arm."""
    several = one.pictures > 2
    head = [said("Beside the real image"), said("Answers"), said("Real one chosen"), "p"]
    rows = [
        Row(
            said("All sets"),
            (
                Cell(str(one.correct.share.n_ratings)),
                estimate_cell(one.correct.share, "percent"),
                _p_cell(one.correct),
                *((Cell(""), Cell("")) if several else ()),
                estimate_cell(one.d_prime),
            ),
        )
    ]
    for arm in one.arms:
        label = labels.get(arm.arm, arm.arm)
        rows.append(
            Row(
                label,
                (
                    Cell(str(arm.against_real.share.n_ratings)),
                    estimate_cell(arm.against_real.share, "percent"),
                    _p_cell(arm.against_real),
                    *(
                        (estimate_cell(arm.taken.share, "percent"), _p_cell(arm.taken))
                        if several
                        else ()
                    ),
                    estimate_cell(arm.d_prime),
                ),
                below="" if label == arm.arm else arm.arm,
            )
        )
    ties = said(" {ties} ties count as a guess each.", ties=one.ties) if one.ties else ""
    return table(
        f"found-{figures.phase.key}-{figures.question}-{one.pictures}",
        said("The real one of {pictures} found", pictures=one.pictures),
        [*head, *([said("Taken for real"), "p"] if several else []), "d′"],
        rows,
        [
            said(
                "p: against what guessing gives, which stands below it. d′ = 0 is guessing.{ties}",
                ties=ties,
            ),
            _OF_SEVERAL if several else "",
        ],
    )


def _p_cell(figure: AgainstChance) -> Cell:
    return Cell(p_value(figure.p_value), said("against {chance}", chance=percent(figure.chance)))


def finders_table(figures: SetFigures, one: ForcedChoice) -> ReportTable:
    """Every reader's share."""
    return table(
        f"finders-{figures.phase.key}-{figures.question}-{one.pictures}",
        said("The real one of {pictures} found, by reader", pictures=one.pictures),
        [said("Reader"), said("Answers"), said("Real one chosen")],
        [
            Row(reader, (Cell(str(n)), Cell(percent(share))))
            for reader, (n, share) in one.readers.items()
        ],
    )


def ranking_table(figures: SetFigures, one: Preference, labels: Labels) -> ReportTable:
    """Arms from the most to the least preferred."""
    rows = []
    for arm in one.arms:
        label = labels.get(arm.arm, arm.arm)
        span = said(
            "{best_rank} to {worst_rank}", best_rank=arm.best_rank, worst_rank=arm.worst_rank
        )
        rows.append(
            Row(
                label,
                (
                    Cell(str(arm.rank), span if arm.best_rank < arm.worst_rank else ""),
                    Cell(str(arm.share.n_ratings)),
                    estimate_cell(arm.share, "percent"),
                    estimate_cell(arm.strength, "signed"),
                ),
                below="" if label == arm.arm else arm.arm,
            )
        )
    ties = (
        said("{ties} of {answers} answers were ties", ties=one.ties, answers=one.answers)
        if one.ties
        else said("There were no ties")
    )
    nu = (
        ""
        if one.tie is None
        else said(
            "; two equally strong arms tie with chance {percent}",
            percent=percent(one.tie / (2 + one.tie)),
        )
    )
    return table(
        f"ranking-{figures.phase.key}-{figures.question}",
        said("Ranking of the arms"),
        [said("Arm"), said("Rank"), said("Answers"), said("Preferred"), said("Log strength")],
        rows,
        [
            said(
                "Below each rank: the ranks that the pairs not told from each other "
                "leave open, for all arms at once. Preferred: share of the answers "
                "to its sets, ties shared out. Log strength: 0 is the mean of the "
                "arms; a difference of 1 is odds of 2.7 to 1."
            ),
            said("{ties}{nu}.", ties=ties, nu=nu),
        ],
    )


def pairs_table(figures: SetFigures, one: Preference, labels: Labels) -> ReportTable:
    """Every pair of arms: how often the stronger is preferred where one is."""
    rows = [
        Row(
            said(
                "{get} over {get2}",
                get=labels.get(pair.arm, pair.arm),
                get2=labels.get(pair.against, pair.against),
            ),
            (
                Cell(_together(one, pair.arm, pair.against)),
                estimate_cell(pair.chance, "percent"),
                Cell(p_value(pair.p_value)),
                Cell(p_value(pair.p_holm)),
            ),
        )
        for pair in one.pairs
    ]
    return table(
        f"pairs-{figures.phase.key}-{figures.question}",
        said("Arms against each other"),
        [
            said("Arms"),
            said("Shown together"),
            said("Preferred, by the model"),
            "p",
            said("p, Holm"),
        ],
        rows,
        [
            said(
                "The chance that the first is preferred where one of the two is; 50% "
                "is no preference. Arms never shown together are compared through "
                "others."
            )
        ],
    )


def _together(one: Preference, arm: str, against: str) -> str:
    for pair in ((arm, against), (against, arm)):
        if pair in one.shown_together:
            return str(one.shown_together[pair])
    return NONE


def places_table(figures: SetFigures, one: PlaceBias) -> ReportTable:
    """Choices by place."""
    total = sum(one.counts)
    even = percent(1 / len(one.counts))
    by_reader = (
        ""
        if one.p_readers is None
        else said("; reader by reader p {p} (by draws)", p=_p(one.p_readers))
    )
    return table(
        f"places-{figures.phase.key}-{figures.question}",
        said("Choices by place"),
        [said("Place"), said("Chosen"), said("Share over readers")],
        [
            Row(
                f"{place}",
                (Cell(str(count), percent(count / total)), estimate_cell(share, "percent")),
            )
            for place, (count, share) in enumerate(
                zip(one.counts, one.shares, strict=True), start=1
            )
        ],
        [
            said(
                "Without a leaning to a place each has {even}: {method} p "
                "{p}{by_reader}. Places are drawn at random for every showing.",
                even=even,
                method=one.method,
                p=_p(one.p_value),
                by_reader=by_reader,
            )
        ],
    )


def _p(value: float | None) -> str:
    text = p_value(value)
    return text if text[0] in "<>" else said("= {text}", text=text)


def left_out_note(figures: SetFigures) -> str:
    """Readers with too few answers, named; empty without any."""
    if not figures.left_out:
        return ""
    return said(
        "Left out, having answered too little: {join}.", join=joined(figures.left_out, ", ")
    )
