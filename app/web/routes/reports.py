"""The report of a closed study, its figures, and the whole of it as one file."""

from datetime import datetime
from typing import cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.access import Right
from app.domain.errors import BadInput, NotFound, Refused
from app.domain.said import said
from app.report.page.document import report_document
from app.report.page.figure_files import FILE_TYPES, FileEnding, figure_file, figures_zip
from app.report.page.pdf import report_pdf
from app.report.page.view import ReportView, report_view
from app.services.audit_pictures import audit_pictures
from app.services.study_progress import study_overview
from app.services.summarise_study import facts_of_arms, note_results_seen, summarise_study
from app.settings import resource_dir
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page
from app.web.office_state import office_state
from app.web.spoken import in_language, spoken
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)

# An SVG opened by itself styles its own shapes; it may still load nothing.
_FIGURE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'",
    "Cache-Control": "private, max-age=300",
}


@router.get("/studies/{slug}/report")
def report(request: Request, slug: str) -> Response:
    """Results by arm, once the study is closed; progress until then."""
    return _page(request, slug)


@router.post("/studies/{slug}/report")
def interim(request: Request, slug: str, form: FormFields) -> Response:
    """The report of a study that is still open, as one file; planned, or for a typed reason."""
    try:
        # Recorded first: whoever gets the file is in the record already.
        with investigator_at_desk(request, form, right=Right.SEE_RESULTS) as desk:
            reason = form.get("reason", "")
            note_results_seen(desk.session, slug, now=desk.now, actor=desk.name, reason=reason)
    except (BadInput, Refused) as error:
        return _page(request, slug, error.sentence, 422)
    store = web_state(request).store
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        summary = summarise_study(desk.session, slug, interim=True)
        view = report_view(summary, audit_pictures(desk.session, store, slug))
        now = desk.now
    name = f"{slug}-interim-report.html" if summary.is_interim else f"{slug}-report.html"
    return _file(request, view, name, now)


def _page(request: Request, slug: str, error: str = "", status: int = 200) -> Response:
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        overview = study_overview(desk.session, slug)
        view = closed_report(request, desk, slug) if overview.line.status == "closed" else None
    if view is not None:
        note_look(request, slug)
    address = f"{web_state(request).pages.root}/studies/{slug}/report"
    heard = in_language(request)
    context = {
        "study": overview,
        "report": view,
        "figure_url": lambda name, ending: f"{address}/figures/{name}.{ending}{heard}",
        "error": error,
    }
    return investigator_page(request, desk, "report.html", context, status)


@router.get("/studies/{slug}/report/figures/{file}")
def figure(request: Request, slug: str, file: str) -> Response:
    """One figure as NAME.svg, .pdf, .png or .tiff, its numbers as NAME.csv; of a closed study."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        view = closed_report(request, desk, slug)
    name, _, ending = file.rpartition(".")
    if name not in view.figures or ending not in FILE_TYPES:
        raise NotFound(said("The report has no figure {file!r}.", file=file))
    content = figure_file(view.figures[name], cast(FileEnding, ending), spoken(request))
    return Response(content, media_type=FILE_TYPES[ending], headers=_FIGURE_HEADERS)


@router.get("/studies/{slug}/report/{slug_again}-report.html")
def document(request: Request, slug: str, slug_again: str) -> Response:
    """The report as one file that can be kept, sent and printed; only of a closed study."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        view = closed_report(request, desk, slug)
        now = desk.now
    _ensure_same(slug, slug_again)
    note_look(request, slug)
    return _file(request, view, f"{slug}-report.html", now)


@router.get("/studies/{slug}/report/{slug_again}-report.pdf")
def sheets(request: Request, slug: str, slug_again: str) -> Response:
    """The report as one PDF; only of a closed study."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        view = closed_report(request, desk, slug)
        now = desk.now
    _ensure_same(slug, slug_again)
    made = report_pdf(
        view,
        templates=resource_dir("templates"),
        static=resource_dir("static"),
        now=now,
        tongue=spoken(request),
    )
    note_look(request, slug)
    return _download(made, f"{slug}-report.pdf", "application/pdf")


@router.get("/studies/{slug}/report/{slug_again}-figures.zip")
def figures(request: Request, slug: str, slug_again: str) -> Response:
    """Every figure in every kind of file, with its numbers; only of a closed study."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        view = closed_report(request, desk, slug)
    _ensure_same(slug, slug_again)
    if not view.figures:
        raise NotFound(said("The report has no figures."))
    made = figures_zip(view, spoken(request))
    note_look(request, slug)
    return _download(made, f"{slug}-figures.zip", "application/zip")


def _ensure_same(slug: str, slug_again: str) -> None:
    if slug_again != slug:
        raise NotFound(said("There is no page at this address."))


def _file(request: Request, view: ReportView, name: str, now: datetime) -> Response:
    page = report_document(
        view,
        templates=resource_dir("templates"),
        static=resource_dir("static"),
        now=now,
        tongue=spoken(request),
    )
    return _download(page.encode(), name, "text/html; charset=utf-8")


def _download(content: bytes, name: str, media_type: str) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def note_look(request: Request, slug: str) -> None:
    """Record that results of a closed study are seen; its figures belong to the same look."""
    if request.method == "HEAD":
        # Nothing is seen.
        return
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        name, now = desk.name, desk.now
    with web_state(request).database.writing() as session:
        note_results_seen(session, slug, now=now, actor=name)


def closed_report(request: Request, desk: InvestigatorAtDesk, slug: str) -> ReportView:
    session = desk.session
    overview = study_overview(session, slug)
    closed_at = overview.closed_at
    if closed_at is None:
        # Refuses, in the words of the service.
        return report_view(summarise_study(session, slug))
    # A bank that was evaluated since and imported again changes the report of a closed study too.
    # So does the erasure of a reader.
    erased = sum(reader.is_erased for reader in overview.readers)
    key = slug, closed_at, erased, facts_of_arms(session, slug)
    store = web_state(request).store
    return office_state(request).reports.get(
        key,
        lambda: report_view(summarise_study(session, slug), audit_pictures(session, store, slug)),
    )
