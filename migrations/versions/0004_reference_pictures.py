"""The picture that a phase compares its cases with"""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

studies = sa.table("studies", sa.column("id"), sa.column("design"), sa.column("status"))
images = sa.table("images", sa.column("id"), sa.column("sha256"))
renditions = sa.table("renditions", sa.column("image_id"), sa.column("size"))
references = sa.table(
    "phase_references", sa.column("study_id"), sa.column("phase"), sa.column("image_id")
)


def upgrade() -> None:
    op.create_table(
        "phase_references",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name=op.f("fk_phase_references_image_id_images")
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["studies.id"], name=op.f("fk_phase_references_study_id_studies")
        ),
        sa.PrimaryKeyConstraint("study_id", "phase", name=op.f("pk_phase_references")),
    )
    rows = list(_named_by_designs())
    if rows:
        op.bulk_insert(references, rows)


def downgrade() -> None:
    # Every design names its references itself, so that nothing is lost.
    op.drop_table("phase_references")


def _named_by_designs() -> Iterator[dict[str, int]]:
    """What studies that are open or closed compare with; a draft's is looked up when it opens."""
    connection = op.get_bind()
    frozen = connection.execute(
        sa.select(studies.c.id, studies.c.design).where(studies.c.status != "draft")
    ).all()
    for study_id, text in frozen:
        design = json.loads(text)
        for phase, row in enumerate(design.get("phases", ()), start=1):
            digits = row.get("presentation", {}).get("reference", "")
            image_id = digits and connection.scalar(
                sa.select(images.c.id)
                .join(renditions, renditions.c.image_id == images.c.id)
                .where(
                    images.c.sha256.like(f"{digits}%"),
                    renditions.c.size == design["rendition_size"],
                )
                .order_by(images.c.id)
                .limit(1)
            )
            if image_id:
                yield {"study_id": study_id, "phase": phase, "image_id": image_id}
