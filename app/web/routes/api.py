"""The JSON API of version 1: what an account may see and do, for its programs.

Its OpenAPI document, at /api/v1/openapi.json, is made from these routes and from those of
`api_conduct`.
"""

from functools import cache
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException

from app.domain.access import Right, ensure_sees_bank
from app.domain.errors import NotFound
from app.domain.said import said
from app.services.export_study import FILES, StudyExport
from app.services.import_answers import LONGEST_NAME, import_answers
from app.services.study_progress import bank_arms, list_studies, study_overview
from app.web.api_access import caller_at_desk
from app.web.api_forms import (
    ArmForm,
    BankForm,
    ExportFileForm,
    ExportsForm,
    ImportedForm,
    OneStudyForm,
    ProgressForm,
    ReaderForm,
    StudiesForm,
    StudyForm,
    error_answers,
)
from app.web.api_router import api_router
from app.web.routes import api_conduct
from app.web.state import web_state
from app.words.language import ENGLISH, language

MOST_LISTED = 200
ENDINGS = {"application/json": "answers.json", "text/csv": "answers.csv"}
ANSWERS_BODY = {
    "requestBody": {
        "required": True,
        "description": "The answers to a blinded set, as its README.md says.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}

router = api_router()


@router.get("/studies")
def studies(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> StudiesForm:
    """The studies that the account has a role on, newest first."""
    with caller_at_desk(request) as desk:
        lines = list_studies(desk.session, desk.account)
    page = lines[offset : offset + limit]
    return StudiesForm(total=len(lines), studies=[StudyForm.model_validate(line) for line in page])


@router.get("/studies/{slug}")
def study(request: Request, slug: str) -> OneStudyForm:
    """One study: its status, and the digests of what was frozen."""
    with caller_at_desk(request, right=Right.SEE_PROGRESS) as desk:
        overview = study_overview(desk.session, slug)
        role = desk.study.role if desk.study is not None else "monitor"
    line = StudyForm.model_validate(overview.line)
    return OneStudyForm(
        **line.model_dump(),
        role=role,
        opened_at=overview.opened_at,
        closed_at=overview.closed_at,
        design_sha256=overview.design_sha256,
        cases_sha256=overview.cases_sha256,
    )


@router.get("/studies/{slug}/progress")
def progress(request: Request, slug: str) -> ProgressForm:
    """How far each reader is; nothing of what they answered."""
    with caller_at_desk(request, right=Right.SEE_PROGRESS) as desk:
        overview = study_overview(desk.session, slug)
    return ProgressForm(
        slug=slug,
        status=overview.line.status,
        readers=[
            ReaderForm(
                code=one.code,
                kind=one.kind,
                state=one.state,
                rated=one.rated,
                total=one.total,
                last_active_at=one.last_active_at,
                is_revoked=one.is_revoked,
            )
            for one in overview.readers
        ],
    )


@router.get("/studies/{slug}/export")
def exports(request: Request, slug: str) -> ExportsForm:
    """The files of the study's export, and whether they are open."""
    state = web_state(request)
    with caller_at_desk(request, right=Right.SEE_RESULTS) as desk:
        status = study_overview(desk.session, slug).line.status
    there = StudyExport(state.database, state.store, slug).files()
    return ExportsForm(
        is_open=status == "closed",
        files=[
            ExportFileForm(name=one.name, media_type=one.media_type, what=one.what)
            for one in FILES
            if one.name in there
        ],
    )


@router.get(
    "/studies/{slug}/export/{file}",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {"application/octet-stream": {}}},
        **error_answers(409),
    },
)
def download(request: Request, slug: str, file: str) -> Response:
    """One file of the export, or all of them as SLUG.zip; only of a closed study."""
    state = web_state(request)
    with caller_at_desk(request, right=Right.SEE_RESULTS) as desk:
        actor, now = desk.actor, desk.now
    export = StudyExport(state.database, state.store, slug, language(ENGLISH).say)
    contents = export.files()
    if file != f"{slug}.zip" and file not in contents:
        raise NotFound(
            said(
                "There is no export {file!r}; /api/v1/studies/{slug}/export lists them.",
                file=file,
                slug=slug,
            )
        )
    export.begin(now=now, actor=actor, allow_unblinding=False)
    return StreamingResponse(
        contents[file]() if file in contents else export.zipped(),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{file}"',
            "Cache-Control": "no-store",
        },
    )


async def _answers(request: Request) -> tuple[str, bytes]:
    """The name that the answers' kind goes by, and their bytes; refuses other kinds."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in ENDINGS:
        raise HTTPException(415, said("Send the answers as {names}.", names=" or ".join(ENDINGS)))
    return ENDINGS[kind], await request.body()


@router.post(
    "/studies/{slug}/machine-answers",
    status_code=201,
    openapi_extra=ANSWERS_BODY,
    responses=error_answers(409, 413, 415),
)
def bring_answers(
    request: Request,
    slug: str,
    machine: Annotated[
        str, Query(min_length=1, max_length=LONGEST_NAME, description="What the machine is called.")
    ],
    brought: Annotated[tuple[str, bytes], Depends(_answers)],
) -> ImportedForm:
    """Store a machine's answers to a blinded set: all of them, or none with every problem named."""
    file, data = brought
    with caller_at_desk(request, right=Right.INVITE, writes=True) as desk:
        made = import_answers(
            desk.session,
            slug,
            file=file,
            data=data,
            machine=machine,
            now=desk.now,
            actor=desk.actor,
        )
    return ImportedForm(reader=made.code, answered=made.answered, entries=made.entries)


@router.get("/bank")
def bank(request: Request) -> BankForm:
    """The arms of the bank with how many images of each condition they hold."""
    with caller_at_desk(request) as desk:
        ensure_sees_bank(desk.account)
        arms = bank_arms(desk.session)
    return BankForm(arms=[ArmForm.model_validate(arm) for arm in arms])


@router.get("/openapi.json", include_in_schema=False)
def openapi() -> JSONResponse:
    """The API's description, for whoever asks: it holds nothing of any study."""
    return JSONResponse(openapi_document())


@cache
def openapi_document() -> dict[str, Any]:
    """What the routes above say of themselves, as OpenAPI 3.1."""
    return get_openapi(
        title="Negatoscope",
        version="1",
        description="Blinded reader studies: what an account may see and do, for its programs.",
        routes=[*router.routes, *api_conduct.router.routes],
    )
