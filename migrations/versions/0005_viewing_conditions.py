"""How each case was looked at, on which display, and what the display shows of grey"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN on both databases. What was read before has none of it: missing.
    op.add_column("ratings", sa.Column("viewing", sa.Text(), nullable=True))
    op.add_column("reading_sessions", sa.Column("grey_steps", sa.Text(), nullable=True))
    op.add_column("readers", sa.Column("display", sa.String(length=20), nullable=True))
    op.add_column("readers", sa.Column("ambient_light", sa.String(length=20), nullable=True))


def downgrade() -> None:
    _refuse_to_lose()
    op.drop_column("readers", "ambient_light")
    op.drop_column("readers", "display")
    op.drop_column("reading_sessions", "grey_steps")
    op.drop_column("ratings", "viewing")


def _refuse_to_lose() -> None:
    held = {
        "ratings": "viewing",
        "reading_sessions": "grey_steps",
        "readers": "display",
    }
    for table, column in held.items():
        rows = op.get_bind().scalar(
            sa.select(sa.func.count())
            .select_from(sa.table(table))
            .where(sa.column(column).is_not(None))
        )
        if rows:
            raise RuntimeError(
                f"the schema before 0005 can't hold {rows} rows of {table} with {column}"
            )
