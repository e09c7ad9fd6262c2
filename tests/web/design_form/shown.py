"""The form's page rendered without a database, with the context that its route gives."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import Request

from app.domain.access import Account
from app.domain.design.reading import design_from_mapping
from app.domain.errors import BadDesign, Problem
from app.services.study_progress import ArmHoldings
from app.web.design_form.document import document_of
from app.web.design_form.page import form_page, with_bank_arms
from app.web.pages import Pages

ROOT = Path(__file__).parents[3]
ARMS = (
    ArmHoldings("real", "Montgomery <real>", "real", "", {"normal": 20, "abnormal": 20}),
    ArmHoldings("M0", "Untouched base model", "synthetic", "", {"normal": 30, "abnormal": 30}),
    ArmHoldings("M1", "M1", "synthetic", "", {"normal": 30}),
)
SIGNED_IN = {"csrf_token": "t0ken", "investigator": "ada", "account": Account(1, "ada", "owner")}


def context(
    values: Mapping[str, str],
    *,
    slug: str | None = None,
    arms: Sequence[ArmHoldings] = ARMS,
    **more: object,
) -> dict[str, Any]:
    """What the template is given, with every problem that the design's own check names."""
    read = document_of(values)
    problems: Sequence[Problem] = ()
    try:
        design_from_mapping(read.data)
    except BadDesign as error:
        problems = error.problems
    shown: dict[str, Any] = {
        "form": form_page(
            with_bank_arms(values, arms), arms, problems=problems, arm_rows=read.arm_rows
        ),
        "slug": slug,
        "notes": (),
        "warnings": (),
        "record_keys": ("condition", "prompt"),
        "protocols": (),
    }
    return shown | more


def rendered(shown: Mapping[str, Any], template: str = "study_new.html", *, tag: str = "en") -> str:
    """The page as text, in the language of `tag`."""
    pages = Pages(ROOT / "templates", ROOT / "static")
    request = Request(
        {
            "type": "http",
            "headers": [(b"accept-language", tag.encode())],
            "method": "GET",
            "path": "/",
            "query_string": b"",
        }
    )
    return bytes(pages.render(request, template, {**SIGNED_IN, **shown}).body).decode()
