"""Downloads for researchers."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from app.domain.access import Right
from app.domain.errors import NotFound
from app.services.export_study import (
    CASE_COLUMNS,
    FILES,
    READER_COLUMNS,
    RatingsFile,
    StudyExport,
)
from app.services.export_study.parquet import MISSING, parquet_is_available
from app.services.study_progress import study_overview
from app.web.access import investigator_at_desk
from app.web.investigator_pages import investigator_page
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/studies/{slug}/export")
def exports(request: Request, slug: str) -> Response:
    """What can be downloaded, and what every column means."""
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        study = study_overview(desk.session, slug)
        context = {
            "study": study,
            "rating_columns": RatingsFile(
                slug,
                study.design,
                has_machines=any(reader.kind == "machine" for reader in study.readers),
            ).columns,
            "reader_columns": READER_COLUMNS,
            "case_columns": CASE_COLUMNS,
            "files": FILES,
            "missing": {} if parquet_is_available() else {"ratings.parquet": MISSING},
        }
        return investigator_page(request, desk, "exports.html", context)


@router.get("/studies/{slug}/export/{file}")
def download(request: Request, slug: str, file: str) -> Response:
    """One file, or all of them zipped; only of a closed study."""
    state = web_state(request)
    with investigator_at_desk(request, right=Right.SEE_RESULTS) as desk:
        name, now = desk.name, desk.now
        is_closed = study_overview(desk.session, slug).line.status == "closed"
    export = StudyExport(state.database, state.store, slug)
    contents = export.files()
    media_types = {known.name: known.media_type for known in FILES}
    if file == "ratings.parquet" and file not in contents:
        raise NotFound(MISSING)
    if file != f"{slug}.zip" and file not in contents:
        raise NotFound(f"There is no export {file!r}.")
    media_type = media_types.get(file, "application/zip")
    headers = {
        "Content-Disposition": f'attachment; filename="{file}"',
        "Cache-Control": "no-store",
    }
    if request.method == "HEAD" and is_closed:
        # Nothing is given out, so nothing is in the log.
        return Response(media_type=media_type, headers=headers)
    export.begin(now=now, actor=name, allow_unblinding=False)
    return StreamingResponse(
        contents[file]() if file in contents else export.zipped(),
        media_type=media_type,
        headers=headers,
    )
