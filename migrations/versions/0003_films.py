"""How films became grey, what was odd about them, and by what they are known again"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN on both databases: no table that others refer to is made anew.
    op.add_column(
        "arms",
        sa.Column(
            "grey_mapping", sa.String(length=12), nullable=False, server_default="dicom-window"
        ),
    )
    op.add_column("images", sa.Column("notes", sa.JSON(), nullable=True))
    op.add_column("images", sa.Column("fingerprint", sa.String(length=64), nullable=True))
    op.add_column("renditions", sa.Column("resolution", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_renditions_sha256"), "renditions", ["sha256"])


def downgrade() -> None:
    op.drop_index(op.f("ix_renditions_sha256"), "renditions")
    op.drop_column("renditions", "resolution")
    op.drop_column("images", "fingerprint")
    op.drop_column("images", "notes")
    op.drop_column("arms", "grey_mapping")
