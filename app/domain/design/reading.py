"""From plain values (a TOML file, a form, stored JSON) to a design."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.domain.design import texts
from app.domain.design.arms import read_arms
from app.domain.design.checks import check_design
from app.domain.design.design import (
    ADJUSTMENTS,
    FORMAT,
    MEMORISED,
    MOST_CASES,
    RENDITION_SIZE,
    SCHEMES,
    TARGETS,
    WITHDRAWAL_ENDS,
    WITHDRAWN_ANSWERS,
    Allocation,
    AnalysisPlan,
    ExcludedImage,
    Practice,
    Registration,
    RemedyPlan,
    Replicates,
    StudyDesign,
    Withdrawal,
)
from app.domain.design.format1 import format_2_of
from app.domain.design.phases import read_phases
from app.domain.display import LEAST_WIDTHS, DisplayPlan
from app.domain.document import Problems, Table, told
from app.domain.questions.document import read_questions
from app.domain.record import LONGEST_REASON
from app.domain.said import said

FORMATS = (1, FORMAT)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_TOGETHER = ("questions", "phases", "presentation", "arms", "format")
REGISTRATION = (
    "ethics",
    "registry",
    "funding",
    "interests",
    "controller",
    "contact",
    "purpose",
    "retention",
    "rights",
)


def design_from_mapping(data: Mapping[str, Any]) -> StudyDesign:
    """Check a design that somebody writes; without `format` it is of format 1.

    Raises BadDesign naming every problem with its field. Unknown keys are refused by name, so that
    a misspelt option can't be silently ignored.
    """
    problems = Problems()
    design = _read(data, problems)
    # What is put together wrongly can't be compared; all else is told at once.
    if not any(problem.field.startswith(_TOGETHER) for problem in problems.listed):
        check_design(design, problems)
    problems.raise_if_any()
    return design


def design_from_json(text: str) -> StudyDesign:
    """A stored design as it was written; limits of today's code don't matter."""
    data: Mapping[str, Any] = json.loads(text)
    return _read(data, Problems(checking=False))


def _read(data: Mapping[str, Any], problems: Problems) -> StudyDesign:
    format_number = data.get("format", 1)
    if format_number not in FORMATS or isinstance(format_number, bool | float):
        problems.unreadable(
            "format",
            said(
                "must be one of {names}; not {format_number}",
                names=", ".join(map(str, FORMATS)),
                format_number=told(format_number),
            ),
        )
    if format_number == 1:
        data = format_2_of(data, problems)
    top = Table("", data, problems)
    top.take("format")
    language = _language(top)
    questions = read_questions(top, language)
    phases = read_phases(top, questions, language)
    is_blinded = phases[0].purpose_blinded
    several = phases[0].presentation.pictures > 1
    consent = top.table("consent")
    design = StudyDesign(
        title=top.text("title", longest=200, required=True),
        language=language,
        arms=read_arms(top),
        stratify_by=top.text("stratify_by", "condition", longest=80, required=True),
        matched_by=top.text("matched_by", "", longest=80),
        # What was stored before there was a choice drew flagged images as all others.
        memorised=top.word("memorised", "leave_out" if problems.checking else "keep", MEMORISED),
        questions=questions,
        phases=phases,
        instructions=top.text(
            "instructions", texts.instructions(is_blinded, several, language), longest=20_000
        ),
        consent=consent.text("text", texts.consent(is_blinded, language), longest=20_000),
        consent_line=consent.text(
            "line", texts.in_language(texts.CONSENT_LINE, language), longest=400, required=True
        ),
        notice=top.text("notice", "", longest=200),
        replicates=_replicates(top),
        practice=_practice(top),
        allocation=_allocation(top),
        registration=_registration(top),
        withdrawal=_withdrawal(top),
        remedies=_remedies(top),
        analysis=_analysis(top),
        display=_display(top),
        excluded=_excluded(top),
        break_every=top.whole("break_every", 0, 0, MOST_CASES),
        longest_run=top.whole("longest_run", 3, 1, 50),
        closes_on=_day(top, "closes_on"),
        own_score=top.flag("own_score", False),
        rendition_size=top.whole("rendition_size", RENDITION_SIZE, 64, 4096),
        seed=top.whole("seed", 1, 0, 2**63 - 1),
    )
    consent.refuse_the_rest("the consent")
    top.refuse_the_rest()
    return design


def _replicates(top: Table) -> Replicates:
    table = top.table("replicates")
    replicates = Replicates(
        count=table.whole("count", 0, 0, MOST_CASES),
        minimum_lag=table.whole("minimum_lag", 20, 1, MOST_CASES),
    )
    table.refuse_the_rest("replicates")
    return replicates


def _practice(top: Table) -> Practice:
    table = top.table("practice")
    practice = Practice(
        count=table.whole("count", 0, 0, 50), feedback=table.flag("feedback", False)
    )
    table.refuse_the_rest("practice")
    return practice


def _allocation(top: Table) -> Allocation:
    table = top.table("allocation")
    allocation = Allocation(
        scheme=table.word("scheme", "crossed", SCHEMES),
        groups=table.whole("groups", 2, 2, 50),
        cases_per_reader=table.whole("cases_per_reader", 0, 0, MOST_CASES),
        readers_per_case=table.whole("readers_per_case", 1, 1, 100),
        dropout_days=table.whole("dropout_days", 14, 1, 3650),
    )
    table.refuse_the_rest("an allocation")
    return allocation


def _registration(top: Table) -> Registration:
    table = top.table("registration")
    registration = Registration(
        **{name: table.text(name, "", longest=2000) for name in REGISTRATION}
    )
    table.refuse_the_rest("the registration")
    return registration


def _remedies(top: Table) -> RemedyPlan:
    table = top.table("remedies")
    plan = RemedyPlan(
        made_from=table.whole("made_from", 0, 0, 4096),
        crop_margin=table.flag("crop_margin", False),
        grey_range=table.flag("grey_range", False),
        resolution=table.whole("resolution", 0, 0, 4096),
    )
    table.refuse_the_rest("the remedies")
    return plan


def _withdrawal(top: Table) -> Withdrawal:
    table = top.table("withdrawal")
    withdrawal = Withdrawal(
        until=table.word("until", "", WITHDRAWAL_ENDS),
        answers=table.word("answers", "erased", WITHDRAWN_ANSWERS),
        last_day=_day(table, "last_day"),
    )
    table.refuse_the_rest("the withdrawal")
    return withdrawal


def _analysis(top: Table) -> AnalysisPlan:
    table = top.table("analysis")
    plan = AnalysisPlan(
        primary=table.text("primary", "", longest=40),
        target=table.word("target", "readers_and_images", TARGETS),
        cluster=table.text("cluster", "", longest=80),
        margin=table.number("margin", 0.10, 0.0, 0.5),
        adjustment=table.word("adjustment", "holm", ADJUSTMENTS),
        primary_arm=table.text("primary_arm", "", longest=64),
        least_answered=table.share("least_answered", 0.2, 0.9),
        interim_ratings=table.whole("interim_ratings", 0, 0, 1_000_000),
        subgroups=table.texts("subgroups", longest=80, most=12),
    )
    if len(set(plan.subgroups)) < len(plan.subgroups):
        table.wrong("subgroups", said("names a key twice"))
    table.refuse_the_rest("the analysis")
    return plan


def _display(top: Table) -> DisplayPlan:
    table = top.table("display")
    least, most = LEAST_WIDTHS
    plan = DisplayPlan(
        ask_kind=table.flag("ask_kind", False),
        ask_light=table.flag("ask_light", False),
        grey_check=table.flag("grey_check", False),
        least_width=table.whole("least_width", 0, 0, most),
    )
    table.refuse_the_rest("the display")
    if 0 < plan.least_width < least:
        table.wrong(
            "least_width",
            said(
                "is {least_width}; every screen is wider, so write 0 for none or {least} or more",
                least_width=plan.least_width,
                least=least,
            ),
        )
    return plan


def _excluded(top: Table) -> tuple[ExcludedImage, ...]:
    excluded = []
    for row in top.tables("excluded"):
        one = ExcludedImage(
            row.text("image", longest=64, required=True),
            row.text("reason", longest=LONGEST_REASON, required=True),
        )
        if not _DIGEST.fullmatch(one.image):
            row.wrong(
                "image",
                said(
                    "names an image by the SHA-256 of its file, not {image}", image=told(one.image)
                ),
            )
        row.refuse_the_rest("an excluded image")
        excluded.append(one)
    if len({one.image for one in excluded}) < len(excluded):
        top.wrong("excluded", said("names an image twice"))
    return tuple(excluded)


def _day(top: Table, key: str) -> date | None:
    value = top.take(key, None)
    if value is None or value == "":
        return None
    # TOML has dates of its own, JSON and forms have text. A moment is no day: in which zone?
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    top.wrong(key, said("must be a day such as 2027-01-31, not {value}", value=told(value)))
    return None


def _language(top: Table) -> str:
    tag = top.text("language", "en", longest=35)
    if not _LANGUAGE.fullmatch(tag):
        top.wrong("language", said("must be a tag such as en or pt-BR, not {tag}", tag=told(tag)))
    return tag
