"""Accounts whose password somebody else gave, and who choose their own before anything else"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of the accounts that there are nobody knows whose password they use; none is asked.
    op.add_column(
        "investigators",
        sa.Column("password_is_given", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("investigators", "password_is_given")
