"""Imports that the server makes of what the browser brought: the command's own code, in a thread.

Whoever waits sees how far it is by the upload's own state, which any process of the installation
can read. An import that a restart cut off is begun again where it stopped, since importing again
adds nothing twice.
"""

import csv
import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.bank.brought import lines_in, unpack_zips, what_came, write_own_table
from app.bank.manifest import MANIFEST_FILE, BadRecord
from app.bank.store import RenditionStore
from app.bank.uploads import WORKING, Step, Upload, UploadState
from app.db.engine import Database
from app.domain.errors import BadInput, StudyError
from app.domain.kept import kept, told_again
from app.domain.said import said
from app.films.film import GreyMapping
from app.films.notes import NOTE_WORDS
from app.services.import_bank import ImportOptions, ImportSummary, import_bank, import_images
from app.web.logs import fields_of

logger = logging.getLogger(__name__)

TROUBLE = said(
    "Something went wrong here, and the operator's log says more. It can be begun again."
)
CUT_OFF = said(
    "The server was stopped meanwhile. What was imported is kept; begin it again to go on."
)


@dataclass(frozen=True)
class ImportChoices:
    """What somebody chose for an import; a bank needs no more than `size` and `strict`."""

    size: int
    strict: bool = False
    table: str = ""
    arm: str = ""
    label: str | None = None
    description: str | None = None
    grey_mapping: GreyMapping | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()


def this_worker() -> str:
    """Which process this is, among all machines'."""
    return f"{socket.gethostname()}:{os.getpid()}"


def state_of(upload: Upload) -> UploadState:
    """How far an upload has come; work whose process is gone is told as cut off."""

    def was_cut_off(state: UploadState) -> bool:
        return state.step in WORKING and _is_gone(state.worker, upload.id)

    state = upload.state
    if not was_cut_off(state):
        return state
    # Asked again where nobody else changes it: work that ended after the state was read wrote
    # its own end, and that stays.
    return upload.change_where(
        was_cut_off,
        step="failed",
        sentence=CUT_OFF,
        sentence_made_of=kept([CUT_OFF])[0],
        worker="",
    )


def _is_gone(worker: str, upload_id: str) -> bool:
    host, _, process = worker.rpartition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    # It may have got the number of the process that began.
    works = any(thread.name == _thread_of(upload_id) for thread in threading.enumerate())
    return int(process) == os.getpid() and not works


def _thread_of(upload_id: str) -> str:
    return f"import-{upload_id}"


def begin_unpacking(upload: Upload) -> threading.Thread:
    """Unpack what came, in a thread; raises Refused where it is worked on already."""
    return _begin(
        upload,
        lambda: _unpack(upload),
        step="unpacking",
        by=("arriving", "failed", "choosing"),
        after="choosing",
    )


def begin_import(
    upload: Upload,
    database: Database,
    store: RenditionStore,
    choices: ImportChoices,
    *,
    now: datetime,
    actor: str,
) -> threading.Thread:
    """Import what came, in a thread; raises Refused where it is worked on already."""
    return _begin(
        upload,
        lambda: _import(upload, database, store, choices, now=now, actor=actor),
        step="importing",
        by=("choosing", "failed"),
        after="done",
    )


def _begin(
    upload: Upload,
    work: Callable[[], None],
    *,
    step: Step,
    by: tuple[Step, ...],
    after: Step,
) -> threading.Thread:
    # The thread takes the work up itself, so that there is no moment at which the work has begun
    # and no thread does it, which would be told as cut off.
    taken_up: Future[None] = Future()

    def fail(sentence: str) -> None:
        made_of = kept([sentence])[0]
        upload.change(step="failed", sentence=sentence, sentence_made_of=made_of, worker="")

    def run() -> None:
        try:
            upload.take_up(step, this_worker(), by=by)
        except BaseException as error:
            taken_up.set_exception(error)
            return
        taken_up.set_result(None)
        try:
            work()
        except (StudyError, OSError) as error:
            if isinstance(error, OSError):
                logger.error("an import failed", extra={"fields": fields_of(error)})
            fail(error.sentence if isinstance(error, StudyError) else TROUBLE)
        except Exception as error:
            logger.error("an import failed", extra={"fields": fields_of(error)})
            fail(TROUBLE)
        else:
            upload.change(step=after, worker="")

    thread = threading.Thread(target=run, name=_thread_of(upload.id), daemon=True)
    thread.start()
    taken_up.result()
    return thread


def _unpack(upload: Upload) -> None:
    upload.drop_unfinished()
    unpack_zips(upload.files)
    came = what_came(upload.files)
    if came.kind == "nothing":
        raise BadInput(
            said(
                "Nothing of this can be imported: there is no bank (bank.json with images.jsonl) "
                "and "
                "no picture in it."
            )
        )
    if came.kind != "bank":
        write_own_table(came.root)


def _import(
    upload: Upload,
    database: Database,
    store: RenditionStore,
    choices: ImportChoices,
    *,
    now: datetime,
    actor: str,
) -> None:
    came = what_came(upload.files)
    is_bank = came.kind == "bank"
    total = lines_in(came.root, MANIFEST_FILE if is_bank else choices.table)
    upload.change(total=total if is_bank else max(total - 1, 0))
    options: ImportOptions = {
        "size": choices.size,
        "strict": choices.strict,
        "actor": actor,
        "progress": lambda done: upload.change(done=done),
    }
    with _Refusals(upload.refused) as refusals:
        options["each_refused"] = refusals.add
        if is_bank:
            summary = import_bank(database, store, came.root, now=now, **options)
        else:
            summary = import_images(
                database,
                store,
                came.root,
                index=choices.table,
                arm=choices.arm,
                label=choices.label,
                description=choices.description,
                grey_mapping=choices.grey_mapping,
                columns=choices.columns,
                values=choices.values,
                conditions=choices.conditions,
                now=now,
                **options,
            )
    upload.change(summary=_told(summary))
    if choices.strict and summary.refused_count:
        raise BadInput(
            said("Nothing was imported, since one bad record was to keep all of them out.")
        )
    if summary.refused_count and not summary.added and not summary.already_present:
        raise BadInput(said("Nothing could be imported; the reasons are listed below."))
    upload.empty()


class _Refusals:
    """Writes every refusal into a table as it comes; used as a block."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", newline="", encoding="utf-8")
        self._rows = csv.writer(self._file)
        self._rows.writerow(("line", "file", "reason"))

    def __enter__(self) -> "_Refusals":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, bad: BadRecord) -> None:
        # A cell that begins so is a formula to a spreadsheet.
        file = f"'{bad.file}" if bad.file[:1] in "=+-@" and bad.file else bad.file
        self._rows.writerow((bad.line_number, file, bad.reason))


def _told(summary: ImportSummary) -> dict[str, Any]:
    """What an import did, as plain values of JSON; `told_state` says it."""
    refused = summary.refused[:100]
    return {
        "added": summary.added,
        "already_present": summary.already_present,
        "refreshed": summary.refreshed,
        "refused_count": summary.refused_count,
        "refused": [str(bad) for bad in refused],
        "refused_made_of": kept(bad.sentence for bad in refused),
        "arms": dict(summary.arms),
        "notes": dict(summary.notes),
        "alike": [str(one) for one in summary.alike],
        "alike_made_of": kept(summary.alike),
        "alike_count": summary.alike_count,
    }


def told_state(state: UploadState) -> UploadState:
    """The same, its sentences as they can be said in any language."""
    summary = dict(state.summary)
    for name in ("refused", "alike"):
        if name in summary:
            summary[name] = told_again(summary[name], summary.get(f"{name}_made_of"))
    if "notes" in summary:
        summary["notes"] = {NOTE_WORDS.get(kind, kind): n for kind, n in summary["notes"].items()}
    (sentence,) = told_again([state.sentence], [state.sentence_made_of])
    return replace(state, sentence=sentence, summary=summary)
