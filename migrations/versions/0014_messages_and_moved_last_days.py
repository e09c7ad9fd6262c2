"""A message to the readers of an open study, and a last day that was moved after opening"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = (
    ("last_day", sa.String(length=10)),
    ("message", sa.Text()),
    ("message_until", sa.String(length=10)),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("studies", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("studies", name)
