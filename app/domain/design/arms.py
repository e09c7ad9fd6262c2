"""The arms of a design: cases by stratum, or images picked by hand."""

import re
from collections.abc import Mapping
from itertools import pairwise

from app.domain.design.design import MOST_CASES, ROLES, ArmPlan
from app.domain.document import Table, can_be_stored, plain_text
from app.domain.said import said

DIGEST = re.compile(r"[0-9a-f]{12,64}")


def read_arms(top: Table) -> tuple[ArmPlan, ...]:
    """The `arms` of a design, each named once and with some cases."""
    plans: list[ArmPlan] = []
    for row in top.tables("arms"):
        plan = ArmPlan(
            arm=row.text("arm", longest=64, required=True),
            cases=_cases(row),
            images=row.texts("images", longest=64, most=MOST_CASES),
            role=row.word("role", "compared", ROLES),
        )
        row.refuse_the_rest("an arm")
        _check_images(row, plan)
        if plan.total == 0:
            row.problems.add(
                row.place, said("{arm} has no cases; ask for some or leave it", arm=plan.arm)
            )
        if plan.arm in {other.arm for other in plans}:
            row.wrong("arm", said("{arm} is named twice", arm=plan.arm))
        plans.append(plan)
    if not plans:
        top.wrong("arms", said("name at least one, as [[arms]] with arm and cases"))
    total = sum(plan.total for plan in plans)
    if total > MOST_CASES:
        top.wrong(
            "arms",
            said(
                "{total} cases are more than a study may have ({most_cases})",
                total=total,
                most_cases=MOST_CASES,
            ),
        )
    return tuple(plans)


def _cases(row: Table) -> tuple[tuple[str, int], ...]:
    given = row.take("cases", {})
    # A stored design lists pairs, which keep their order when keys are sorted.
    if isinstance(given, list) and all(_is_pair(one) for one in given):
        strata = [one[0] for one in given]
        if len(set(strata)) != len(strata):
            row.wrong("cases", said("name a stratum twice"))
        given = dict(given)
    if not isinstance(given, Mapping):
        row.wrong("cases", said("must give a number for each stratum, such as {{ normal = 10 }}"))
        return ()
    if not all(isinstance(name, str) and can_be_stored(name) for name in given):
        row.wrong("cases", said("must name strata by whole characters"))
        return ()
    counts = Table(row.where("cases"), given, row.problems)
    cases = tuple((name, counts.whole(name, 0, 0, MOST_CASES)) for name in counts.unread())
    if any(not name or name != plain_text(name) or len(name) > 64 for name, _ in cases):
        row.wrong(
            "cases", said("must name strata by 1 to 64 characters, without blanks at the ends")
        )
    return cases


def _is_pair(one: object) -> bool:
    return isinstance(one, list | tuple) and len(one) == 2 and isinstance(one[0], str)


def _check_images(row: Table, plan: ArmPlan) -> None:
    if plan.images and plan.cases:
        row.wrong(
            "images", said("are picked by hand, so cases can't be drawn too; give one of the two")
        )
    for image in plan.images:
        if not DIGEST.fullmatch(image):
            row.wrong(
                "images",
                said("names images by the SHA-256 of their files, not {image!r}", image=image),
            )
            break
    names = sorted(plan.images)
    if any(later.startswith(one) for one, later in pairwise(names)):
        row.wrong("images", said("names an image twice"))
