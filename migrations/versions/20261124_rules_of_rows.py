"""What rows of the older tables must obey now: work offered by name, and suspended cases."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_task_offered_to_somebody"), "task")
    op.create_check_constraint(
        op.f("ck_task_offered_to_somebody"),
        "task",
        "state <> 'offered' OR queue IS NOT NULL OR candidates IS NOT NULL",
    )
    op.create_check_constraint(
        op.f("ck_case_suspended"), "case", "(state = 'suspended') = (suspended_from IS NOT NULL)"
    )


def downgrade() -> None:
    # work that is offered by name alone has no place in the older tables: HR is offered it
    op.execute("UPDATE task SET queue = 'role:hr' WHERE state = 'offered' AND queue IS NULL")
    op.drop_constraint(op.f("ck_case_suspended"), "case")
    op.drop_constraint(op.f("ck_task_offered_to_somebody"), "task")
    op.create_check_constraint(
        op.f("ck_task_offered_to_somebody"), "task", "state <> 'offered' OR queue IS NOT NULL"
    )
