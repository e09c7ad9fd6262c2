"""A submission put together from the database, for the page and for the command."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from importlib.metadata import distributions

from sqlalchemy.orm import Session

from app.bank.store import RenditionStore
from app.domain.errors import Refused
from app.domain.said import said
from app.report.page.view import report_view
from app.report.submission.contents import submission_files
from app.report.submission.source import Submission
from app.services.audit_pictures import audit_pictures
from app.services.export_study import StudyExport
from app.services.export_study.zip_stream import zip_stream
from app.services.study_protocol import study_protocol
from app.services.submission_facts import submission_facts
from app.services.summarise_study import summarise_study
from app.services.verify_record import verify_study
from app.settings import resource_dir
from app.web.protocol_document import protocol_json, protocol_text
from app.words.language import ENGLISH


def submission_of(
    session: Session,
    store: RenditionStore,
    slug: str,
    *,
    now: datetime,
    tongue: str = ENGLISH,
) -> Submission:
    """All that a submission is made from, to be told in the language `tongue` of app.words.

    Raises Refused for a study that is not closed, and for one whose record does not hold.
    """
    facts = submission_facts(session, slug)
    verified = verify_study(session, store, slug)
    if verified.problem is not None:
        raise Refused(
            said(
                "The record of {slug} does not hold, so nothing is packed: {problem}",
                slug=slug,
                problem=verified.problem,
            )
        )
    summary = summarise_study(session, slug)
    protocol = study_protocol(session, slug)
    return Submission(
        summary=summary,
        view=report_view(summary, audit_pictures(session, store, slug)),
        facts=facts,
        verified=verified,
        protocol={
            "protocol.md": protocol_text(protocol, summary.labels, tongue),
            "protocol.json": protocol_json(protocol),
        },
        made_at=now,
        packages=_installed(),
        tongue=tongue,
    )


def packed(submission: Submission, export: StudyExport) -> Iterator[bytes]:
    """The archive, passed on piece by piece."""
    files = submission_files(
        submission,
        export,
        templates=resource_dir("templates"),
        static=resource_dir("static"),
    )
    return zip_stream(
        f"{submission.slug}-submission",
        ((name, partial(_once, content)) for name, content in files),
    )


def _once(content: bytes) -> Iterator[bytes]:
    yield content


def _installed() -> dict[str, str]:
    """Name and version of every package, by name."""
    known = {one.metadata["Name"]: one.version for one in distributions()}
    return dict(sorted(known.items(), key=lambda pair: pair[0].lower()))
