"""Bringing images in by the browser: pieces that arrive, what came, and its import."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse

from app.bank.brought import (
    OWN_TABLE,
    Brought,
    TableSeen,
    chosen_columns,
    first_of,
    see_table,
    what_came,
)
from app.bank.uploads import WORKING, Upload
from app.domain.access import ensure_fills_bank
from app.domain.design.design import RENDITION_SIZE
from app.domain.errors import BadInput, BadTable, NotFound, Refused
from app.domain.said import leaving_out, said
from app.films.film import GREY_MAPPINGS, GreyMapping
from app.films.headings import OURS
from app.services.create_study import usual_order
from app.web.access import InvestigatorAtDesk, investigator_at_desk
from app.web.bank_imports import ImportChoices, begin_import, begin_unpacking, state_of, told_state
from app.web.cookies import INVESTIGATOR_COOKIE
from app.web.file_form import FileForm, ensure_no_longer_than_an_upload
from app.web.forms import FormFields, refuse_foreign_form, refuse_foreign_origin
from app.web.investigator_pages import investigator_page
from app.web.office_state import office_state
from app.web.pages import is_htmx
from app.web.state import web_state

router = APIRouter(default_response_class=HTMLResponse)

PIECE = 900_000
MEANT = ("normal", "abnormal")
OWN_LABEL = "its own label"


async def _body(request: Request) -> bytes:
    return await request.body()


Piece = Annotated[bytes, Depends(_body)]
LARGEST_LENGTH = 2**50


def _length(request: Request, name: str) -> int:
    """A whole number of the address; raises BadInput for what is none."""
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 16) or int(text) > LARGEST_LENGTH:
        raise BadInput(
            said(
                "{name} has to be a whole number from 0 to {largest_length:,}.",
                name=name,
                largest_length=LARGEST_LENGTH,
            )
        )
    return int(text)


@router.get("/bank/import")
def imports(request: Request) -> Response:
    """Uploads that are here, and the way to begin one."""
    with _at_desk(request) as desk:
        uploads = office_state(request).uploads
        context = {
            "uploads": [(one.id, state_of(one)) for one in uploads.all()],
            "largest": uploads.largest,
        }
        return investigator_page(request, desk, "imports.html", context)


@router.post("/bank/import")
def begin(request: Request, form: FormFields) -> Response:
    """Begin an upload."""
    with _at_desk(request, form) as desk:
        upload = office_state(request).uploads.begin(desk.name, now=desk.now)
    return RedirectResponse(f"/bank/import/{upload.id}", 303)


@router.get("/bank/import/{upload}")
def show(request: Request, upload: str) -> Response:
    """An upload: what has come, what is to be chosen, how far its import is."""
    with _at_desk(request) as desk:
        return _page(request, desk, office_state(request).uploads.of(upload), request.query_params)


@router.get("/bank/import/{upload}/files")
def arrived(request: Request, upload: str) -> Response:
    """How many bytes of each file are here, for a browser that goes on."""
    with _at_desk(request):
        here = office_state(request).uploads.of(upload).arrived()
    return JSONResponse(here, headers={"Cache-Control": "no-store"})


@router.post("/bank/import/{upload}/pieces")
def add_piece(request: Request, upload: str, piece: Piece) -> Response:
    """Add a piece to a file; the answer says how many bytes of it are here.

    The address says `path`, `offset`, `size` of the whole file and when it was `changed`.
    """
    # Its form's token comes as a header, since the body is the piece.
    with _at_desk(request, {}):
        # Looked at here and not by the framework, which would answer before anybody is known.
        path = request.query_params.get("path", "")
        offset, size, changed = (_length(request, name) for name in ("offset", "size", "changed"))
        here = (
            office_state(request)
            .uploads.of(upload)
            .add(path, offset, piece, size=size, changed=changed)
        )
    return JSONResponse({"here": here}, headers={"Cache-Control": "no-store"})


@router.post("/bank/import/{upload}/sent")
async def take_files(request: Request, upload: str) -> Response:
    """Take the files of a form, as a browser without scripts sends them; each refusal is listed."""
    into = await run_in_threadpool(_taking, request, upload)
    form = FileForm(into, request.headers.get("Content-Type", ""), partial(_check, request))
    try:
        async for piece in request.stream():
            await run_in_threadpool(form.write, piece)
    finally:
        await run_in_threadpool(form.close)
    return await run_in_threadpool(_taken, request, into, form)


def _taking(request: Request, upload: str) -> Upload:
    """The upload, for somebody who may; asked before any of the body is read."""
    refuse_foreign_origin(request)
    with _at_desk(request):
        into = office_state(request).uploads.of(upload)
    length = request.headers.get("Content-Length", "0")
    ensure_no_longer_than_an_upload(into, int(length) if length.isdigit() else 0)
    return into


def _check(request: Request, token: str) -> None:
    refuse_foreign_form(request, {"csrf_token": token}, INVESTIGATOR_COOKIE)


def _taken(request: Request, upload: Upload, form: FileForm) -> Response:
    refused = tuple(form.refused)
    if not form.kept and not refused:
        refused = (("Nothing", "No file was chosen."),)
    if not refused:
        return RedirectResponse(f"/bank/import/{upload.id}", 303)
    with _at_desk(request) as desk:
        return _page(request, desk, upload, {}, left_out=refused)


@router.post("/bank/import/{upload}/arrived")
def all_arrived(request: Request, upload: str, form: FormFields) -> Response:
    """Nothing more comes: unpack it and look what it is."""
    with _at_desk(request, form):
        begin_unpacking(office_state(request).uploads.of(upload))
    return RedirectResponse(f"/bank/import/{upload}", 303)


@router.post("/bank/import/{upload}/start")
def start(request: Request, upload: str, form: FormFields) -> Response:
    """Import it as was chosen."""
    state = web_state(request)
    with _at_desk(request, form) as desk:
        brought = office_state(request).uploads.of(upload)
        try:
            choices = _choices(form, what_came(brought.files))
        except BadInput as error:
            return _page(request, desk, brought, form, error=error.sentence)
        name, now = desk.name, desk.now
    begin_import(brought, state.database, state.store, choices, now=now, actor=name)
    return RedirectResponse(f"/bank/import/{upload}", 303)


@router.post("/bank/import/{upload}/throw-away")
def throw_away(request: Request, upload: str, form: FormFields) -> Response:
    """Throw an upload away; what was imported of it stays in the bank."""
    with _at_desk(request, form):
        brought = office_state(request).uploads.of(upload)
        if form.get("sure") != "yes":
            raise Refused(said("Nothing was thrown away; please tick that it is meant."))
        brought.throw_away()
    return RedirectResponse("/bank/import", 303)


@router.get("/bank/import/{upload}/refused.csv")
def refused(request: Request, upload: str) -> Response:
    """Every record that the last import refused, with the reason."""
    with _at_desk(request):
        path = office_state(request).uploads.of(upload).refused
    if not path.is_file():
        raise NotFound(said("Nothing was refused."))
    return FileResponse(
        path,
        media_type="text/csv; charset=utf-8",
        filename="refused.csv",
        headers={"Cache-Control": "no-store"},
    )


@contextmanager
def _at_desk(
    request: Request, form: Mapping[str, str] | None = None
) -> Iterator[InvestigatorAtDesk]:
    """Somebody who may bring images in; no request here writes to the database itself."""
    with investigator_at_desk(request, form, writes=False) as desk:
        ensure_fills_bank(desk.account)
        yield desk


def _page(
    request: Request,
    desk: InvestigatorAtDesk,
    upload: Upload,
    asked: Mapping[str, str],
    *,
    error: str = "",
    left_out: tuple[tuple[str, str], ...] = (),
) -> Response:
    state = state_of(upload)
    context: dict[str, object] = {"upload": upload.id, "state": told_state(state), "piece": PIECE}
    if is_htmx(request):
        answer = investigator_page(request, desk, "_import_state.html", context)
        if state.step not in WORKING:
            # Its end brings the page that comes next.
            answer.headers["HX-Refresh"] = "true"
        return answer
    came: Brought | None = None
    seen: TableSeen | None = None
    try:
        if state.step in ("choosing", "failed"):
            came = what_came(upload.files)
    except BadInput as trouble:
        error = error or trouble.sentence
    if came is not None and came.tables:
        table = asked.get("table", "")
        table = table if table in came.tables else first_of(came)
        try:
            seen = see_table(came.root, table, chosen_columns(asked))
        except BadTable as trouble:
            error = error or leaving_out(trouble.sentence, f"{came.root}/")
        context |= {"table": table, "own_table": OWN_TABLE}
    context |= {
        "came": came,
        "seen": seen,
        "asked": asked,
        "error": error,
        "left_out": left_out,
        "ours": OURS,
        "meant": MEANT,
        "own_label": OWN_LABEL,
        "mappings": GREY_MAPPINGS,
        "size": asked.get("size", str(RENDITION_SIZE)),
        "largest": office_state(request).uploads.largest,
        "refused": upload.refused.is_file(),
    }
    return investigator_page(
        request, desk, "import.html", context, 422 if error or left_out else 200
    )


def _choices(form: Mapping[str, str], came: Brought) -> ImportChoices:
    """What a form chose; raises BadInput."""
    text = form.get("size", "").strip()
    if not (text.isascii() and text.isdigit() and 64 <= int(text[:6]) <= 4096):
        raise BadInput(said("The side of the pictures is a whole number from 64 to 4096."))
    strict = form.get("strict") == "yes"
    if came.kind == "bank":
        return ImportChoices(int(text), strict)
    if came.kind == "nothing":
        raise BadInput(said("There is nothing here to import."))
    columns, values, labels = chosen_columns(form), _values(form), _labels(form)
    table = form.get("table", "")
    if table not in came.tables:
        raise BadInput(said("Choose the table that names the images."))
    problem = see_table(came.root, table, columns).problem
    if problem:
        raise BadInput(problem)
    return ImportChoices(
        size=int(text),
        strict=strict,
        table=table,
        arm=form.get("arm", "").strip(),
        label=form.get("label", "").strip() or None,
        description=form.get("description", "").strip() or None,
        grey_mapping=_mapping(form.get("grey_mapping", "")),
        columns=columns,
        values={"condition": values} if values else {},
        conditions=labels,
    )


def _values(form: Mapping[str, str]) -> dict[str, str]:
    """What each value of the condition means, where something was chosen for it."""
    values = {}
    for name, written in form.items():
        if not name.startswith("said."):
            continue
        meant = form.get(f"means.{name.removeprefix('said.')}", "")
        if meant in MEANT:
            values[written] = meant
    if form.get("all_are"):
        label = form["all_are"].strip()
        values["*"] = label
    return values


def _labels(form: Mapping[str, str]) -> tuple[str, ...]:
    """Labels besides the usual two that were chosen to be kept as they are."""
    labels = [
        written
        for name, written in form.items()
        if name.startswith("said.") and form.get(f"means.{name.removeprefix('said.')}") == OWN_LABEL
    ]
    label = form.get("all_are", "").strip()
    return tuple(usual_order({*labels, *([label] if label and label not in MEANT else [])}))


def _mapping(given: str) -> GreyMapping | None:
    if not given:
        return None
    for mapping in GREY_MAPPINGS:
        if given == mapping:
            return mapping
    raise BadInput(said("Choose how deep files become grey from the list."))
