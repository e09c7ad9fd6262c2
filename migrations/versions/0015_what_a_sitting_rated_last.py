"""An index with what a sitting rated last at its end, by which a reader's way is known"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_ratings_session_id_id", "ratings", ["session_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_ratings_session_id_id", table_name="ratings")
