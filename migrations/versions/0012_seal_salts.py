"""What keeps the digests of a reader's profile and checks from being guessed; erased with them"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Readers who are there have none: their profiles are older than the events that seal them.
    op.add_column("readers", sa.Column("seal_salt", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("readers", "seal_salt")
