"""Roles by study and on the installation, accounts that can be disabled, sign-ins of the server

Every account had all rights before. Now every account is an owner of every study that is there
already, and the oldest account an owner of the installation; whoever is signed in signs in again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0010"
branch_labels = None
depends_on = None

ROLES = "role IN ('owner', 'investigator', 'monitor')"


def upgrade() -> None:
    with op.batch_alter_table("investigators") as accounts:
        accounts.add_column(
            sa.Column("role", sa.String(length=12), nullable=False, server_default="investigator")
        )
        accounts.add_column(sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
        accounts.create_check_constraint(op.f("ck_investigators_role"), ROLES)
        accounts.drop_column("session_epoch")
    op.create_table(
        "study_roles",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("investigator_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(ROLES, name=op.f("ck_study_roles_role")),
        sa.ForeignKeyConstraint(
            ["investigator_id"],
            ["investigators.id"],
            name=op.f("fk_study_roles_investigator_id_investigators"),
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["studies.id"], name=op.f("fk_study_roles_study_id_studies")
        ),
        sa.PrimaryKeyConstraint("study_id", "investigator_id", name=op.f("pk_study_roles")),
    )
    op.create_index(op.f("ix_study_roles_investigator_id"), "study_roles", ["investigator_id"])
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("investigator_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["investigator_id"],
            ["investigators.id"],
            name=op.f("fk_sign_ins_investigator_id_investigators"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    op.create_index(op.f("ix_sign_ins_investigator_id"), "sign_ins", ["investigator_id"])
    op.execute(
        "UPDATE investigators SET role = 'owner' "
        "WHERE id = (SELECT oldest.id FROM (SELECT min(id) AS id FROM investigators) AS oldest)"
    )
    op.execute(
        "INSERT INTO study_roles (study_id, investigator_id, role, given_at) "
        "SELECT studies.id, investigators.id, 'owner', studies.created_at "
        "FROM studies CROSS JOIN investigators"
    )


def downgrade() -> None:
    _refuse_to_open_doors()
    op.drop_table("sign_ins")
    op.drop_table("study_roles")
    with op.batch_alter_table("investigators") as accounts:
        accounts.add_column(
            sa.Column("session_epoch", sa.Integer(), nullable=False, server_default="1")
        )
        accounts.drop_constraint(op.f("ck_investigators_role"), type_="check")
        accounts.drop_column("disabled_at")
        accounts.drop_column("role")
    with op.batch_alter_table("investigators") as accounts:
        accounts.alter_column("session_epoch", server_default=None)


def _refuse_to_open_doors() -> None:
    """The older schema lets every account do everything."""
    connection = op.get_bind()
    disabled = "SELECT count(*) FROM investigators WHERE disabled_at IS NOT NULL"
    no_owners = (
        "SELECT count(*) FROM investigators CROSS JOIN studies WHERE NOT EXISTS ("
        "SELECT 1 FROM study_roles WHERE study_roles.study_id = studies.id "
        "AND study_roles.investigator_id = investigators.id AND study_roles.role = 'owner')"
    )
    shut_out = any(connection.scalar(sa.text(query)) for query in (disabled, no_owners))
    if shut_out:
        raise RuntimeError(
            "The older schema knows no roles: accounts that are disabled, or that don't own every "
            "study, could then see everything. Remove those accounts first; nothing was changed."
        )
