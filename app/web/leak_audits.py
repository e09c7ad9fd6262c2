"""A whole leak audit: files, pictures and delivery, with the outcome kept in the study's log."""

from dataclasses import dataclass
from datetime import datetime

from app.bank.store import RenditionStore
from app.db.engine import Database
from app.domain.leak_verdict import LeakVerdict
from app.report.words.shortcuts import marks_of
from app.services.audit_pictures import PictureAudit, audit_pictures
from app.services.record_audit import record_audit, verdict_on_cases
from app.services.remedy_pictures import remedy_as_designed
from app.statistics.leaks.delivery import DeliveryAudit
from app.web.delivery_probe import DeliveryProbe


@dataclass(frozen=True)
class LeakAudit:
    """What was found of the pictures and of their delivery, and what it came to."""

    pictures: PictureAudit
    delivery: DeliveryAudit
    verdict: LeakVerdict


def audit_leaks(
    database: Database,
    store: RenditionStore,
    probe: DeliveryProbe,
    slug: str,
    *,
    now: datetime,
    actor: str,
) -> LeakAudit:
    """Audit a study, or what opening would make of a draft, and keep the outcome in its log.

    The pictures that the design makes by remedies are made first. Nobody waits meanwhile: the study
    is only read from, and what is written at the end is one line.
    Raises BadDesign where a draft can't be drawn, Refused where the probe gets no answer.
    """
    remedy_as_designed(database, store, slug, now=now, actor=actor)
    with database.reading() as session:
        pictures = audit_pictures(session, store, slug)
        delivery = probe.run(session, slug, now=now)
    verdict = LeakVerdict(
        set_sha256=pictures.set_sha256,
        leaks=(*pictures.faults, *delivery.leaks),
        marks=marks_of(pictures),
        pictures=pictures.pictures,
        readers=delivery.readers,
        fetched=delivery.pictures,
    )
    with database.writing() as session:
        record_audit(session, slug, verdict, now=now, actor=actor)
    return LeakAudit(pictures, delivery, verdict)


def ensure_audited(
    database: Database,
    store: RenditionStore,
    probe: DeliveryProbe,
    slug: str,
    *,
    now: datetime,
    actor: str,
) -> LeakVerdict:
    """The outcome of an audit of exactly the cases that opening would draw, made if there is none.

    Raises as `audit_leaks` does.
    """
    remedy_as_designed(database, store, slug, now=now, actor=actor)
    with database.reading() as session:
        verdict = verdict_on_cases(session, slug)
    if verdict is not None:
        return verdict
    return audit_leaks(database, store, probe, slug, now=now, actor=actor).verdict
