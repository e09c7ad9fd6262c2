"""Events in hash-chained order, reasons of corrections, and a gate before what is append-only

What is older than the record is taken over: the events there are, in their order, then one event
for every consent, every reader's order and every rating that has none. Going back takes these away
again and keeps all others.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BY = "migration"
ANSWER, ORDER, CONSENT = "answer taken over", "order taken over", "consent taken over"
RATED = ("answered", "answer corrected", ANSWER)

chains = sa.table(
    "chains", sa.column("id"), sa.column("origin"), sa.column("length"), sa.column("head")
)
events = sa.table(
    "events",
    sa.column("id"),
    sa.column("chain_id"),
    sa.column("study_id"),
    sa.column("number"),
    sa.column("at", MOMENT),
    sa.column("actor"),
    sa.column("action"),
    sa.column("detail", sa.JSON),
    sa.column("rating_id"),
    sa.column("salt"),
    sa.column("previous"),
    sa.column("hash"),
)
studies = sa.table("studies", sa.column("id"))
readers = sa.table(
    "readers",
    sa.column("id"),
    sa.column("study_id"),
    sa.column("code"),
    sa.column("consented_at", MOMENT),
    sa.column("consent_sha256"),
)
presentations = sa.table(
    "presentations",
    sa.column("id"),
    sa.column("reader_id"),
    sa.column("token"),
    sa.column("phase"),
    sa.column("is_practice", sa.Boolean),
    sa.column("is_phase_end", sa.Boolean),
    sa.column("position"),
    sa.column("replicate"),
    sa.column("exposure_ms"),
)
shown_cases = sa.table(
    "shown_cases", sa.column("presentation_id"), sa.column("slot"), sa.column("case_id")
)
cases = sa.table("cases", sa.column("id"), sa.column("code"))
ratings = sa.table(
    "ratings",
    sa.column("id"),
    sa.column("presentation_id"),
    sa.column("submission"),
    sa.column("supersedes_id"),
    sa.column("shown_at", MOMENT),
    sa.column("submitted_at", MOMENT),
    sa.column("reading_time_ms"),
    sa.column("hidden_time_ms"),
    sa.column("reason"),
)
answers = sa.table("answers", sa.column("rating_id"), sa.column("question"), sa.column("value"))


def upgrade() -> None:
    op.create_table(
        "chains",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chains")),
    )
    op.create_table(
        "append_only_gate",
        sa.Column("purpose", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_append_only_gate")),
    )
    op.add_column("ratings", sa.Column("reason", sa.Text(), nullable=True))
    with op.batch_alter_table("events") as batch:
        for name in ("chain_id", "number", "rating_id"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch.add_column(sa.Column("salt", sa.String(length=32), nullable=True))
        for name in ("previous", "hash"):
            batch.add_column(sa.Column(name, sa.String(length=64), nullable=True))
    now = datetime.now(UTC)
    study_ids = op.get_bind().execute(sa.select(studies.c.id).order_by(studies.c.id)).scalars()
    for study_id in (None, *study_ids.all()):
        _chain(study_id, now)
    with op.batch_alter_table("events") as batch:
        for name in ("chain_id", "number"):
            batch.alter_column(name, existing_type=sa.Integer(), nullable=False)
        batch.alter_column("salt", existing_type=sa.String(length=32), nullable=False)
        for name in ("previous", "hash"):
            batch.alter_column(name, existing_type=sa.String(length=64), nullable=False)
        batch.create_unique_constraint(op.f("uq_events_chain_id_number"), ["chain_id", "number"])
        batch.create_unique_constraint(op.f("uq_events_rating_id"), ["rating_id"])
        batch.create_foreign_key(op.f("fk_events_chain_id_chains"), "chains", ["chain_id"], ["id"])
        batch.create_foreign_key(
            op.f("fk_events_rating_id_ratings"), "ratings", ["rating_id"], ["id"]
        )
        batch.create_check_constraint(op.f("ck_events_chain"), "chain_id = coalesce(study_id, 0)")


def downgrade() -> None:
    _refuse_to_lose()
    op.execute(sa.delete(events).where(events.c.action.in_((ANSWER, ORDER, CONSENT))))
    with op.batch_alter_table("events") as batch:
        batch.drop_constraint(op.f("ck_events_chain"), type_="check")
        batch.drop_constraint(op.f("fk_events_rating_id_ratings"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_events_chain_id_chains"), type_="foreignkey")
        batch.drop_constraint(op.f("uq_events_rating_id"), type_="unique")
        batch.drop_constraint(op.f("uq_events_chain_id_number"), type_="unique")
        for name in ("chain_id", "number", "rating_id", "salt", "previous", "hash"):
            batch.drop_column(name)
    _drop_triggers()
    with op.batch_alter_table("ratings") as batch:
        batch.drop_column("reason")
    op.drop_table("append_only_gate")
    op.drop_table("chains")


def _refuse_to_lose() -> None:
    count = (
        op.get_bind()
        .execute(sa.text("SELECT count(*) FROM ratings WHERE reason IS NOT NULL"))
        .scalar_one()
    )
    if count:
        raise RuntimeError(
            f"The older schema can't hold the reasons of {count} corrections; keep the newer one, "
            "or restore a backup made before the upgrade."
        )


def _drop_triggers() -> None:
    """They ask the gate, which goes; on SQLite a rebuilt table has lost its own already."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ("answers", "events", "ratings"):
        for what in ("update", "delete", "replace" if is_sqlite else "truncate"):
            on = "" if is_sqlite else f" ON {table}"
            op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{what}{on}")
    if not is_sqlite:
        op.execute("DROP FUNCTION IF EXISTS negatoscope_append_only()")


def _chain(study_id: int | None, now: datetime) -> None:
    """Chain one study's events, or the installation's, and those of what has none yet."""
    connection = op.get_bind()
    chain_id = study_id or 0
    origin = head = secrets.token_hex(32)
    connection.execute(sa.insert(chains).values(id=chain_id, origin=origin, length=0, head=origin))
    is_mine = events.c.study_id == study_id if study_id else events.c.study_id.is_(None)
    old = connection.execute(
        sa.select(events.c.id, events.c.at, events.c.actor, events.c.action, events.c.detail)
        .where(is_mine)
        .order_by(events.c.id)
    ).all()
    rating_ids = {} if study_id is None else _rating_ids(study_id)
    number = 0
    for event_id, at, actor, action, detail in old:
        number += 1
        salt = secrets.token_hex(16)
        rating_id = rating_ids.pop(detail.get("rating"), None) if action in RATED else None
        previous, head = head, _hash(head, number, at, actor, action, detail, salt)
        connection.execute(
            sa.update(events)
            .where(events.c.id == event_id)
            .values(
                chain_id=chain_id,
                number=number,
                salt=salt,
                previous=previous,
                hash=head,
                rating_id=rating_id,
            )
        )
    if study_id is not None:
        known = {(action, detail.get("reader")) for _, _, _, action, detail in old}
        for action, detail, rating_id in _not_recorded(study_id, known, rating_ids):
            number += 1
            salt = secrets.token_hex(16)
            previous, head = head, _hash(head, number, now, BY, action, detail, salt)
            connection.execute(
                sa.insert(events).values(
                    chain_id=chain_id,
                    study_id=study_id,
                    number=number,
                    at=now,
                    actor=BY,
                    action=action,
                    detail=detail,
                    rating_id=rating_id,
                    salt=salt,
                    previous=previous,
                    hash=head,
                )
            )
    connection.execute(
        sa.update(chains).where(chains.c.id == chain_id).values(length=number, head=head)
    )


def _not_recorded(
    study_id: int, known: set[tuple[str, Any]], rating_ids: dict[str, int]
) -> Iterator[tuple[str, dict[str, Any], int | None]]:
    connection = op.get_bind()
    theirs = connection.execute(
        sa.select(readers.c.id, readers.c.code, readers.c.consented_at, readers.c.consent_sha256)
        .where(readers.c.study_id == study_id)
        .order_by(readers.c.id)
    ).all()
    for _, code, consented_at, sha256 in theirs:
        if consented_at is not None and ("agreed", code) not in known:
            yield CONSENT, {"reader": code, "text_sha256": sha256}, None
    for reader_id, code, _, _ in theirs:
        order = _order(reader_id)
        if order and ("order laid out", code) not in known:
            yield ORDER, {"reader": code, "order_sha256": _sha256(order)}, None
    codes = {reader_id: code for reader_id, code, _, _ in theirs}
    for rating in _ratings(study_id):
        name = _name(rating.token, rating.submission)
        if name in rating_ids:
            detail = {"reader": codes[rating.reader_id], "rating": name, "seal": _seal(rating)}
            yield ANSWER, detail, rating.id


def _rating_ids(study_id: int) -> dict[str, int]:
    return {_name(row.token, row.submission): row.id for row in _ratings(study_id)}


def _ratings(study_id: int) -> list[Any]:
    corrected = ratings.alias("corrected")
    query = (
        sa.select(
            ratings,
            presentations.c.token,
            presentations.c.reader_id,
            corrected.c.submission.label("supersedes"),
        )
        .select_from(ratings)
        .join(presentations, presentations.c.id == ratings.c.presentation_id)
        .join(readers, readers.c.id == presentations.c.reader_id)
        .outerjoin(corrected, corrected.c.id == ratings.c.supersedes_id)
        .where(readers.c.study_id == study_id)
        .order_by(ratings.c.id)
    )
    return list(op.get_bind().execute(query).all())


def _order(reader_id: int) -> list[list[Any]]:
    connection = op.get_bind()
    codes: dict[int, list[str]] = defaultdict(list)
    shown = connection.execute(
        sa.select(shown_cases.c.presentation_id, cases.c.code)
        .select_from(shown_cases)
        .join(cases, cases.c.id == shown_cases.c.case_id)
        .join(presentations, presentations.c.id == shown_cases.c.presentation_id)
        .where(presentations.c.reader_id == reader_id)
        .order_by(shown_cases.c.presentation_id, shown_cases.c.slot)
    )
    for presentation_id, code in shown:
        codes[presentation_id].append(code)
    rows = connection.execute(
        sa.select(presentations)
        .where(presentations.c.reader_id == reader_id)
        .order_by(
            presentations.c.phase, presentations.c.is_practice.desc(), presentations.c.position
        )
    )
    return [
        [
            row.token,
            row.phase,
            row.is_practice,
            row.is_phase_end,
            row.position,
            row.replicate,
            row.exposure_ms,
            codes[row.id],
        ]
        for row in rows
    ]


# The rest is what app/domain/record.py and app/domain/receipt.py did when this was written.


def _seal(rating: Any) -> str:
    said = op.get_bind().execute(
        sa.select(answers.c.question, answers.c.value).where(answers.c.rating_id == rating.id)
    )
    return _sha256(
        {
            "token": rating.token,
            "submission": rating.submission,
            "supersedes": rating.supersedes,
            "answers": dict(said.all()),
            "reason": rating.reason,
            "shown_at": _moment(rating.shown_at),
            "submitted_at": _moment(rating.submitted_at),
            "reading_time_ms": rating.reading_time_ms,
            "hidden_time_ms": rating.hidden_time_ms,
        }
    )


def _name(token: str, submission: str) -> str:
    digest = hashlib.sha256(f"rating:{token}:{submission}".encode()).digest()
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def _hash(
    previous: str,
    number: int,
    at: datetime,
    actor: str,
    action: str,
    detail: dict[str, Any],
    salt: str,
) -> str:
    plain = {
        "number": number,
        "at": _moment(at),
        "actor": actor,
        "action": action,
        "detail": detail,
        "salt": salt,
    }
    return hashlib.sha256(f"{previous}\n{_canonical(plain)}".encode()).hexdigest()


def _sha256(value: Any) -> str:
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    # SQLite gives back what it keeps in UTC without saying so.
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.isoformat(timespec="microseconds")
