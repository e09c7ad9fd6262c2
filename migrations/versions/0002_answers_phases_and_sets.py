"""Answers as rows, phases, sets of cases, kinds of readers"""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = ("realism", "confidence")
TEXTS = ("verdict", "comment")
ratings = sa.table("ratings", sa.column("id"), *(sa.column(name) for name in (*WHOLE, *TEXTS)))
answers = sa.table("answers", sa.column("rating_id"), sa.column("question"), sa.column("value"))


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("rating_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["ratings.id"], name=op.f("fk_answers_rating_id_ratings")
        ),
        sa.PrimaryKeyConstraint("rating_id", "question", name=op.f("pk_answers")),
    )
    for name in (*WHOLE, *TEXTS):
        _answers_from_column(name)
    with op.batch_alter_table("ratings") as batch:
        for name in ("realism", "verdict", "confidence"):
            batch.drop_constraint(op.f(f"ck_ratings_{name}"), type_="check")
        for name in (*WHOLE, *TEXTS):
            batch.drop_column(name)
    op.create_table(
        "case_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["study_id"], ["studies.id"], name=op.f("fk_case_sets_study_id_studies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_sets")),
        sa.UniqueConstraint("study_id", "code", name=op.f("uq_case_sets_study_id_code")),
    )
    op.create_table(
        "case_set_members",
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_set_members_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["case_sets.id"], name=op.f("fk_case_set_members_set_id_case_sets")
        ),
        sa.PrimaryKeyConstraint("set_id", "case_id", name=op.f("pk_case_set_members")),
    )
    _widen_cases()
    _widen_readers()
    with op.batch_alter_table("presentations") as batch:
        batch.add_column(
            sa.Column("is_phase_end", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("set_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("exposure_ms", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("exposed_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(
            op.f("fk_presentations_set_id_case_sets"), "case_sets", ["set_id"], ["id"]
        )
    with op.batch_alter_table("presentations") as batch:
        batch.alter_column("is_phase_end", existing_type=sa.Boolean(), server_default=None)
    op.add_column("shown_cases", sa.Column("exposed_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("images") as batch:
        batch.drop_constraint(op.f("ck_images_condition"), type_="check")
        batch.alter_column(
            "condition",
            existing_type=sa.String(length=8),
            type_=sa.String(length=64),
            existing_nullable=False,
        )


def _widen_cases() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("stratum", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("phase", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("block", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("beside", sa.Text(), nullable=True))
    op.execute(
        "UPDATE cases SET phase = 1, stratum = "
        "(SELECT images.condition FROM images WHERE images.id = cases.image_id)"
    )
    with op.batch_alter_table("cases") as batch:
        batch.alter_column("stratum", existing_type=sa.String(length=64), nullable=False)
        batch.alter_column("phase", existing_type=sa.Integer(), nullable=False)


def _widen_readers() -> None:
    with op.batch_alter_table("readers") as batch:
        batch.add_column(sa.Column("kind", sa.String(length=9), nullable=True))
        batch.add_column(sa.Column("label", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("block", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("consent_sha256", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("phase_begun", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE readers SET label = '', "
        "kind = CASE WHEN is_simulated THEN 'simulated' ELSE 'human' END, "
        "phase_begun = CASE WHEN began_at IS NULL THEN 0 ELSE 1 END"
    )
    with op.batch_alter_table("readers") as batch:
        batch.alter_column("kind", existing_type=sa.String(length=9), nullable=False)
        batch.alter_column("label", existing_type=sa.String(length=200), nullable=False)
        batch.alter_column("phase_begun", existing_type=sa.Integer(), nullable=False)
        batch.drop_column("is_simulated")
        batch.create_check_constraint(
            op.f("ck_readers_kind"), "kind IN ('human', 'simulated', 'machine')"
        )


def downgrade() -> None:
    _refuse_to_lose()
    with op.batch_alter_table("ratings") as batch:
        batch.add_column(sa.Column("realism", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("verdict", sa.String(length=9), nullable=True))
        batch.add_column(sa.Column("confidence", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("comment", sa.Text(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_ratings_verdict"), "verdict IN ('real', 'synthetic')"
        )
        batch.create_check_constraint(op.f("ck_ratings_confidence"), "confidence BETWEEN 1 AND 5")
        batch.create_check_constraint(op.f("ck_ratings_realism"), "realism BETWEEN 0 AND 100")
    connection = op.get_bind()
    for name in (*WHOLE, *TEXTS):
        rows = connection.execute(
            sa.select(answers.c.rating_id, answers.c.value).where(answers.c.question == name)
        ).all()
        for rating_id, value in rows:
            connection.execute(
                sa.update(ratings)
                .where(ratings.c.id == rating_id)
                .values({name: json.loads(value)})
            )
    op.drop_table("answers")
    with op.batch_alter_table("shown_cases") as batch:
        batch.drop_column("exposed_at")
    with op.batch_alter_table("presentations") as batch:
        batch.drop_constraint(op.f("fk_presentations_set_id_case_sets"), type_="foreignkey")
        for name in ("is_phase_end", "set_id", "exposure_ms", "exposed_at"):
            batch.drop_column(name)
    op.drop_table("case_set_members")
    op.drop_table("case_sets")
    with op.batch_alter_table("cases") as batch:
        for name in ("stratum", "phase", "block", "beside"):
            batch.drop_column(name)
    with op.batch_alter_table("readers") as batch:
        batch.add_column(
            sa.Column("is_simulated", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.execute(
        sa.text("UPDATE readers SET is_simulated = :yes WHERE kind = 'simulated'").bindparams(
            sa.bindparam("yes", True, sa.Boolean())
        )
    )
    with op.batch_alter_table("readers") as batch:
        batch.alter_column("is_simulated", existing_type=sa.Boolean(), server_default=None)
        batch.drop_constraint(op.f("ck_readers_kind"), type_="check")
        for name in ("kind", "label", "block", "consent_sha256", "phase_begun"):
            batch.drop_column(name)
    with op.batch_alter_table("images") as batch:
        batch.alter_column(
            "condition",
            existing_type=sa.String(length=64),
            type_=sa.String(length=8),
            existing_nullable=False,
        )
        batch.create_check_constraint(
            op.f("ck_images_condition"), "condition IN ('normal', 'abnormal')"
        )


def _answers_from_column(name: str) -> None:
    """One row a value, in pieces, so that memory doesn't grow with the study."""
    connection = op.get_bind()
    column = ratings.c[name]
    for rows in _pieces(connection, sa.select(ratings.c.id, column).where(column.is_not(None))):
        connection.execute(
            sa.insert(answers),
            [
                {
                    "rating_id": rating_id,
                    "question": name,
                    "value": json.dumps(value, ensure_ascii=False),
                }
                for rating_id, value in rows
            ],
        )


def _pieces(
    connection: sa.Connection, query: sa.Select[tuple[int, object]]
) -> Iterator[list[tuple[int, object]]]:
    last = 0
    while True:
        rows = connection.execute(
            query.where(ratings.c.id > last).order_by(ratings.c.id).limit(1000)
        ).all()
        if not rows:
            return
        last = rows[-1][0]
        yield [(rating_id, value) for rating_id, value in rows]


def _refuse_to_lose() -> None:
    """The older schema has four columns, two conditions and one phase; more would be lost."""
    connection = op.get_bind()
    kept = (
        "SELECT count(*) FROM answers WHERE question NOT IN "
        "('realism', 'verdict', 'confidence', 'comment')",
        "SELECT count(*) FROM case_sets",
        "SELECT count(*) FROM presentations WHERE phase > 1 OR is_phase_end",
        "SELECT count(*) FROM readers WHERE kind = 'machine'",
        "SELECT count(*) FROM images WHERE condition NOT IN ('normal', 'abnormal')",
    )
    for query in kept:
        count = connection.execute(sa.text(query)).scalar_one()
        if count:
            raise RuntimeError(
                f"The older schema can't hold {count} rows of this database ({query}); "
                "keep the newer one, or restore a backup made before the upgrade."
            )
