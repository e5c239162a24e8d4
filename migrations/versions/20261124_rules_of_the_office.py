"""What rows of the older tables must obey now: files that are mapped or undone, and why somebody left."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_personnel_import_state"), "personnel_import")
    op.create_check_constraint(
        op.f("ck_personnel_import_state"),
        "personnel_import",
        "state IN ('mapping','previewed','applied','dropped','undone')",
    )
    op.create_check_constraint(
        op.f("ck_personnel_import_undone"),
        "personnel_import",
        "(state = 'undone') = (undone_at IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_personnel_import_content"),
        "personnel_import",
        "content IS NULL OR state IN ('mapping','previewed')",
    )
    op.create_check_constraint(
        op.f("ck_personnel_import_row_undone"),
        "personnel_import_row",
        "undone IN ('undone','partly','kept') OR undone IS NULL",
    )
    op.create_check_constraint(
        op.f("ck_employee_left_for"),
        "employee",
        "left_for IN ('retired','died','moved','resigned','dismissed','other') AND left_on IS NOT NULL"
        " OR left_for IS NULL",
    )


def downgrade() -> None:
    # what the older tables have no word for: a file without a preview is dropped, one that was undone too
    op.drop_constraint(op.f("ck_employee_left_for"), "employee")
    op.drop_constraint(op.f("ck_personnel_import_row_undone"), "personnel_import_row")
    op.drop_constraint(op.f("ck_personnel_import_content"), "personnel_import")
    op.drop_constraint(op.f("ck_personnel_import_undone"), "personnel_import")
    op.drop_constraint(op.f("ck_personnel_import_state"), "personnel_import")
    op.execute("UPDATE personnel_import SET state = 'dropped' WHERE state IN ('mapping','undone')")
    op.create_check_constraint(
        op.f("ck_personnel_import_state"),
        "personnel_import",
        "state IN ('previewed','applied','dropped')",
    )
