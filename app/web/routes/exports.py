"""Downloads for researchers."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from app.domain.access import Right
from app.domain.design.worded import worded_design
from app.domain.errors import NotFound
from app.domain.said import said
from app.domain.signing import MEANINGS
from app.report.submission.source import Submission
from app.services.export_study import (
    CASE_COLUMNS,
    FILES,
    READER_COLUMNS,
    RatingsFile,
    StudyExport,
    every_file,
)
from app.services.export_study.parquet import MISSING, parquet_is_available
from app.services.export_study.signing import sign_export, signed_until
from app.services.study_progress import study_overview
from app.web.access import investigator_at_desk
from app.web.forms import FormFields
from app.web.investigator_pages import investigator_page
from app.web.password_again import NotSigned, sign
from app.web.spoken import spoken
from app.web.state import web_state
from app.web.submission import packed, submission_of
from app.words.language import language

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/export")
def exports(request: Request, slug: str) -> Response:
    """What can be downloaded, and what every column means."""
    return _page(request, slug)


def _page(request: Request, slug: str, error: str | None = None, status: int = 200) -> Response:
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        study = study_overview(desk.session, slug)
        context = {
            "study": study,
            "rating_columns": RatingsFile(
                slug,
                worded_design(study.design),
                has_machines=any(reader.kind == "machine" for reader in study.readers),
            ).columns,
            "reader_columns": READER_COLUMNS,
            "case_columns": CASE_COLUMNS,
            "every_file": every_file(study.design),
            "files": FILES,
            "missing": {} if parquet_is_available() else {"ratings.parquet": MISSING},
            "signed_until": signed_until(desk.session, slug, now=desk.now, actor=desk.name),
            "meaning": MEANINGS["export"],
            "error": error,
        }
        return investigator_page(request, desk, "exports.html", context, status)


@router.post("/studies/{slug}/export")
def sign_for_it(request: Request, slug: str, form: FormFields) -> Response:
    """Sign, with one's password, for taking results out; the downloads then pass for a while."""
    made = sign(request, form, "export", right=Right.SEE_RESULTS)
    if isinstance(made, NotSigned):
        return _page(request, slug, made.sentence, made.status)
    with investigator_at_desk(request, form, right=Right.SEE_RESULTS) as desk:
        sign_export(desk.session, slug, signed=made, now=desk.now, actor=desk.name)
    return RedirectResponse(f"/studies/{slug}/export", 303)


@router.get("/studies/{slug}/export/{file}")
def download(request: Request, slug: str, file: str) -> Response:
    """One file, or all of them zipped; only of a closed study, and once it is signed for."""
    state = web_state(request)
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        name, now = desk.name, desk.now
        is_signed = signed_until(desk.session, slug, now=now, actor=name) is not None
        is_closed = study_overview(desk.session, slug).line.status == "closed"
    export = StudyExport(state.database, state.store, slug, language(spoken(request)).say)
    contents = export.files()
    media_types = {known.name: known.media_type for known in FILES}
    if file == "ratings.parquet" and file not in contents:
        raise NotFound(MISSING)
    is_submission = file == f"{slug}-submission.zip"
    if file != f"{slug}.zip" and not is_submission and file not in contents:
        raise NotFound(said("There is no export {file!r}.", file=file))
    if is_closed and not is_signed:
        # The page asks for the password, and then the link works.
        return RedirectResponse(f"/studies/{slug}/export", 303)
    media_type = media_types.get(file, "application/zip")
    headers = {
        "Content-Disposition": f'attachment; filename="{file}"',
        "Cache-Control": "no-store",
    }
    if request.method == "HEAD" and is_closed:
        # Nothing is given out, so nothing is in the log.
        return Response(media_type=media_type, headers=headers)
    # Put together first: what can't be packed is given to nobody, and is in no record.
    submission = _submission(request, slug, now) if is_submission else None
    export.begin(now=now, actor=name, allow_unblinding=False)
    if submission is not None:
        pieces = packed(submission, export)
    else:
        pieces = contents[file]() if file in contents else export.zipped()
    return StreamingResponse(
        pieces,
        media_type=media_type,
        headers=headers,
    )


def _submission(request: Request, slug: str, now: datetime) -> Submission:
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        return submission_of(
            desk.session, web_state(request).store, slug, now=now, tongue=spoken(request)
        )
