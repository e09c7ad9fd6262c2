"""How films became grey levels, what was odd about them, and by what they are known again"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("arms") as batch:
        batch.add_column(
            sa.Column(
                "grey_mapping", sa.String(length=12), nullable=False, server_default="dicom-window"
            )
        )
    with op.batch_alter_table("arms") as batch:
        # Only the rows that were there needed it.
        batch.alter_column("grey_mapping", server_default=None)
    with op.batch_alter_table("images") as batch:
        batch.add_column(sa.Column("notes", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("fingerprint", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_renditions_sha256"), "renditions", ["sha256"])


def downgrade() -> None:
    op.drop_index(op.f("ix_renditions_sha256"), "renditions")
    with op.batch_alter_table("images") as batch:
        batch.drop_column("fingerprint")
        batch.drop_column("notes")
    with op.batch_alter_table("arms") as batch:
        batch.drop_column("grey_mapping")
