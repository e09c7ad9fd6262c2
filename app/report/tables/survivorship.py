"""What became of every image that was made: thrown away, left out, drawn for the study."""

from collections.abc import Sequence

from app.domain.said import capital, joined, said
from app.report.tables.table import Cell, ReportTable, Row, table, words
from app.report.words.numbers import NONE
from app.report.words.terms import rule_words, term
from app.services.summarise_study import ArmFacts


def survivorship_table(arms: Sequence[ArmFacts]) -> ReportTable:
    """Images made, thrown away and shown, by stratum."""
    strata = list(dict.fromkeys(one for arm in arms for one in arm.cases_by_stratum))
    strata.sort(key=lambda one: ({"normal": 0, "abnormal": 1}.get(one, 2), one))
    are_left_out = any(arm.left_out_as_memorised for arm in arms)
    rows = [
        Row(
            arm.label,
            (
                words(term(arm.kind)),
                Cell(NONE if arm.generated is None else str(arm.generated)),
                Cell(NONE if arm.rejected is None else str(arm.rejected)),
                words(rule_words(arm.rejection_rule) if arm.rejection_rule else said("not stated")),
                *([Cell(str(arm.left_out_as_memorised or 0))] * are_left_out),
                *(Cell(str(arm.cases_by_stratum.get(one, 0))) for one in strata),
            ),
            below="" if arm.label == arm.key else arm.key,
            is_real=arm.kind == "real",
        )
        for arm in arms
    ]
    return table(
        "images",
        said("Images"),
        [
            said("Arm"),
            said("Kind"),
            said("Generated"),
            said("Rejected"),
            said("Rule of rejection"),
            *[said("Left out as copies")] * are_left_out,
            *(capital(term(one)) for one in strata),
        ],
        rows,
        [
            *(
                [
                    said(
                        "Left out as copies: images of the bank that its evaluation flags as "
                        "copies of training images; cases were drawn from the others."
                    )
                ]
                * are_left_out
            ),
            said(
                "{capital}: cases drawn for this study. – : the image bank does not say.",
                capital=capital(joined(map(term, strata), ", ")),
            ),
        ],
    )
