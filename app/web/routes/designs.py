"""The form of a design: shown, changed without saving, saved as a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.access import Right, ensure_makes_studies
from app.domain.design import texts
from app.domain.design.design import RENDITION_SIZE, Memorised, StudyDesign
from app.domain.design.reading import design_from_mapping
from app.domain.design.status import ensure_draft
from app.domain.design.warnings import design_warnings
from app.domain.errors import BadDesign, DesignChanged, Problem, Refused
from app.domain.said import said
from app.services.create_study import (
    change_design,
    create_study,
    design_of,
    mark_of,
    suggested_design,
)
from app.services.example_study import example_study, offered_protocols, usual_size
from app.services.study_progress import ArmHoldings, bank_arms, record_keys, study_overview
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.design_form.document import FormDocument, document_of
from app.web.design_form.lists import change_rows
from app.web.design_form.page import form_page, with_bank_arms
from app.web.design_form.renewal import fill_anew, language_in, memorised_in
from app.web.design_form.values import values_of
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page

router = APIRouter(default_response_class=HTMLResponse)

# The form's field for the design that it began with.
SEEN = "seen"


@dataclass(frozen=True)
class DesignForm:
    """A form as it is to be shown: what it holds, what is wrong, what is said above it.

    `arm_rows` has the form's row of each arm that a problem may number; `open_row` is the row that
    was just added or moved; `conflict` says that another design was stored meanwhile.
    """

    values: Mapping[str, str]
    problems: Sequence[Problem] = ()
    arm_rows: Sequence[int] = ()
    notes: Sequence[str] = ()
    open_row: str = ""
    warnings: Sequence[str] = ()
    conflict: str = ""

    @property
    def stratify_by(self) -> str:
        """The key of the bank's records that makes the strata."""
        return self.values.get("stratify_by", "").strip() or "condition"

    @property
    def memorised(self) -> Memorised:
        """What becomes of flagged images, as usual where the form doesn't say."""
        return memorised_in(self.values)

    @property
    def size(self) -> int:
        """The size of the pictures, where it is a number."""
        text = self.values.get("rendition_size", "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else RENDITION_SIZE


@router.get("/studies/new")
def new_study(request: Request, protocol: str = "") -> Response:
    """The form filled with a design that opens as it stands, or with a published protocol."""
    with investigator_at_desk(request) as desk:
        ensure_makes_studies(desk.account)
        if protocol:
            example = example_study(desk.session, protocol, size=usual_size(desk.session))
            notes = (
                said("Filled with the protocol {protocol}.", protocol=protocol),
                *example.filled.notes,
            )
            return design_page(request, desk, shown_of(example.filled.design, notes), slug=None)
        try:
            # Over the pictures that the bank holds, so that it opens as it stands.
            size = usual_size(desk.session)
            design = replace(suggested_design(desk.session), rendition_size=size)
        except BadDesign as error:
            raise Refused(
                said("There is nothing to design a study over: {reason}.", reason=error.reason)
            ) from None
        return design_page(request, desk, shown_of(design), slug=None)


@router.post("/studies/new")
def create(request: Request, form: FormFields) -> Response:
    """Store a draft, or show the form with a row more or fewer."""
    with investigator_at_desk(request, form) as desk:
        ensure_makes_studies(desk.account)
        read = read_form(desk, form)
        if isinstance(read, DesignForm):
            return design_page(request, desk, read, slug=None)
        try:
            design = design_from_mapping(read.data)
            slug = create_study(
                desk.session, design, now=desk.now, actor=desk.name, owner=desk.account
            )
        except BadDesign as error:
            return design_page(request, desk, refused(form, read, error), slug=None)
    return RedirectResponse(f"/studies/{slug}", 303)


@router.get("/studies/{slug}/design")
def edit_design(request: Request, slug: str) -> Response:
    """The design of a draft, to be changed."""
    with investigator_at_desk(request, right=Right.DESIGN) as desk:
        overview = study_overview(desk.session, slug)
        ensure_draft(overview.line.status, said("its design"))
        return design_page(request, desk, _looked_at(design_of(desk.session, slug)), slug=slug)


@router.post("/studies/{slug}/design")
def save_design(request: Request, slug: str, form: FormFields) -> Response:
    """Replace the design of a draft, or show the form with a row more or fewer."""
    with investigator_at_desk(request, form, right=Right.DESIGN) as desk:
        ensure_draft(study_overview(desk.session, slug).line.status, said("its design"))
        read = read_form(desk, form)
        if isinstance(read, DesignForm):
            return design_page(request, desk, read, slug=slug)
        stored = design_of(desk.session, slug)
        try:
            # Cases are swapped on a page of their own; the form keeps what was swapped.
            design = replace(design_from_mapping(read.data), excluded=stored.excluded)
            seen = form.get(SEEN, "")
            change_design(desk.session, slug, design, now=desk.now, actor=desk.name, seen=seen)
        except BadDesign as error:
            return design_page(request, desk, refused(form, read, error), slug=slug)
        except DesignChanged as error:
            # Whoever saves once more has been told, and puts theirs in place of the other.
            told = DesignForm({**form, SEEN: mark_of(stored)}, conflict=error.sentence)
            return design_page(request, desk, told, slug=slug)
    return RedirectResponse(f"/studies/{slug}", 303)


def shown_of(design: StudyDesign, notes: Sequence[str] = ()) -> DesignForm:
    """A design as a form."""
    return DesignForm(values_of(design), notes=notes, warnings=design_warnings(design))


def _looked_at(design: StudyDesign) -> DesignForm:
    """A stored design as a form that knows which design it began with."""
    shown = shown_of(design)
    return replace(shown, values={**shown.values, SEEN: mark_of(design)})


def refused(form: Mapping[str, str], read: FormDocument, error: BadDesign) -> DesignForm:
    """The form as it was sent, with every problem of its design."""
    return DesignForm(form, error.problems, read.arm_rows)


def read_form(desk: InvestigatorAtDesk, form: Mapping[str, str]) -> FormDocument | DesignForm:
    """The document of a form, or the form to be shown again.

    It is shown again, and nothing is stored, where a button for rows was pressed, and where another
    measure or key of strata was chosen: what then was filled anew must be looked at first.
    """
    shown = DesignForm(form)
    held = bank_arms(desk.session, shown.stratify_by, size=shown.size, memorised=shown.memorised)
    renewed = fill_anew(form, {stratum for arm in held for stratum in arm.counts})
    rows = change_rows(renewed.values)
    if rows is not None:
        return _with_warnings(DesignForm(rows.values, open_row=rows.row))
    if "neutral" in form:
        return _with_warnings(DesignForm(_with_neutral_texts(renewed.values)))
    if "redraw" in form:
        place = renewed.changed[0].rpartition(".")[0] if renewed.changed else form["redraw"]
        return _with_warnings(DesignForm(renewed.values, open_row=place))
    if renewed.changed:
        problems = [
            Problem(
                name,
                said("was changed, and what belongs to it is filled anew; look at it, save again"),
            )
            for name in renewed.changed
        ]
        return DesignForm(renewed.values, problems)
    return document_of(form)


def _with_warnings(shown: DesignForm) -> DesignForm:
    """With what may not be meant, as far as the form is a design already."""
    try:
        design = design_from_mapping(document_of(shown.values).data)
    except BadDesign:
        return shown
    return DesignForm(shown.values, open_row=shown.open_row, warnings=design_warnings(design))


def _with_neutral_texts(values: Mapping[str, str]) -> dict[str, str]:
    several = values.get("phases[1].presentation.pictures", "1").strip() != "1"
    language = language_in(values)
    neutral = {
        "consent.text": texts.consent(True, language),
        "instructions": texts.instructions(True, several, language),
    }
    return {**values, **neutral}


def design_page(
    request: Request, desk: InvestigatorAtDesk, shown: DesignForm, *, slug: str | None
) -> Response:
    """The page of the form; `slug` is that of the draft it changes."""
    arms: tuple[ArmHoldings, ...] = bank_arms(
        desk.session, shown.stratify_by, size=shown.size, memorised=shown.memorised
    )
    values = with_bank_arms(shown.values, arms)
    context = {
        "form": form_page(
            values,
            arms,
            problems=shown.problems,
            arm_rows=shown.arm_rows,
            open_row=shown.open_row,
        ),
        "slug": slug,
        "seen": shown.values.get(SEEN, "") if slug else "",
        "conflict": shown.conflict,
        "notes": shown.notes,
        "warnings": shown.warnings,
        "record_keys": record_keys(desk.session),
        "protocols": offered_protocols(desk.session, size=usual_size(desk.session))
        if request.method == "GET" and slug is None
        else (),
    }
    status = 409 if shown.conflict else 422 if shown.problems else 200
    return investigator_page(request, desk, "study_new.html", context, status)
