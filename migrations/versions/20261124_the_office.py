"""the office."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "personnel_import_mapping",
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("saved_by_name", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("headers", name=op.f("pk_personnel_import_mapping")),
    )
    op.create_table(
        "personnel_import_change",
        sa.Column("import_id", sa.UUID(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["personnel_import.id"],
            name=op.f("fk_personnel_import_change_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "place", name=op.f("pk_personnel_import_change")),
    )
    op.create_table(
        "personnel_import_name",
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.UUID(), nullable=False),
        sa.Column("saved_by_name", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_personnel_import_name_unit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("said", name=op.f("pk_personnel_import_name")),
    )
    op.add_column("employee", sa.Column("left_for", sa.Text(), nullable=True))
    op.add_column(
        "personnel_import",
        sa.Column("applied_by_name", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column("personnel_import", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "personnel_import",
        sa.Column("undone_by_name", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "personnel_import", sa.Column("undone_for", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("personnel_import", sa.Column("content", sa.LargeBinary(), nullable=True))
    op.add_column(
        "personnel_import",
        sa.Column(
            "mapping", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
    )
    op.add_column("personnel_import_row", sa.Column("undone", sa.Text(), nullable=True))
    op.add_column(
        "personnel_import_row",
        sa.Column(
            "kept", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
    )


def downgrade() -> None:
    op.drop_column("personnel_import_row", "kept")
    op.drop_column("personnel_import_row", "undone")
    op.drop_column("personnel_import", "mapping")
    op.drop_column("personnel_import", "content")
    op.drop_column("personnel_import", "undone_for")
    op.drop_column("personnel_import", "undone_by_name")
    op.drop_column("personnel_import", "undone_at")
    op.drop_column("personnel_import", "applied_by_name")
    op.drop_column("employee", "left_for")
    op.drop_table("personnel_import_name")
    op.drop_table("personnel_import_change")
    op.drop_table("personnel_import_mapping")
