"""When a reader withdrew and when they were erased, and the tombstones of erased ratings"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN on both databases: nobody has withdrawn yet.
    op.add_column("readers", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("readers", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ratings", sa.Column("tombstone", sa.String(length=64), nullable=True))


def downgrade() -> None:
    gone = op.get_bind().scalar(
        sa.text(
            "SELECT count(*) FROM readers WHERE withdrawn_at IS NOT NULL OR erased_at IS NOT NULL"
        )
    )
    if gone:
        raise RuntimeError(
            f"The older schema can't hold that {gone} readers withdrew or were erased, and would "
            "count them again; keep the newer one, or restore a backup made before the upgrade."
        )
    op.drop_column("ratings", "tombstone")
    op.drop_column("readers", "erased_at")
    op.drop_column("readers", "withdrawn_at")
