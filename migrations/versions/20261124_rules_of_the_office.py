"""What rows of the older tables must obey now: files of records, why somebody left, mail that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("message", "next_at", server_default=sa.func.statement_timestamp())
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
    op.drop_constraint(op.f("ck_message_state"), "message")
    op.create_check_constraint(
        op.f("ck_message_state"),
        "message",
        "state IN ('queued','leased','sent','dead','deferred','bundled','moot','kept')",
    )
    op.create_check_constraint(
        op.f("ck_message_deferred"), "message", "state <> 'deferred' OR due_at IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_message_bundled"), "message", "(state = 'bundled') = (told_in IS NOT NULL)"
    )

    # what was published before two had to agree is in force; what ties people counted as soon as it was said
    op.execute("UPDATE chain_version SET confirmed_at = published_at")
    op.create_check_constraint(
        op.f("ck_relation_settled"), "relation", "settled IN ('','confirmed','struck')"
    )
    op.drop_index("uq_relation_open", "relation")
    op.create_index(
        "uq_relation_open",
        "relation",
        ["person_id", "other_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ends_on IS NULL AND settled <> 'struck'"),
    )
    op.create_check_constraint(
        op.f("ck_promotion_decree_kind"), "promotion_decree", "kind IN ('grant','correction','revocation')"
    )
    op.create_check_constraint(
        op.f("ck_promotion_decree_replaces"),
        "promotion_decree",
        "(kind = 'grant') = (replaces_id IS NULL)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_promotion_decree_replaces"), "promotion_decree")
    op.drop_constraint(op.f("ck_promotion_decree_kind"), "promotion_decree")
    op.alter_column("message", "next_at", server_default=None)
    # what nobody confirmed must not come into force by going back, nor a tie count that was struck
    op.execute(
        "UPDATE chain_version SET called_off_at = now() WHERE confirmed_at IS NULL AND called_off_at IS NULL"
    )
    op.execute("UPDATE relation SET ends_on = starts_on WHERE settled = 'struck'")
    op.drop_index("uq_relation_open", "relation")
    op.create_index(
        "uq_relation_open",
        "relation",
        ["person_id", "other_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ends_on IS NULL"),
    )
    op.drop_constraint(op.f("ck_relation_settled"), "relation")
    # mail that waited goes out at once; what was told elsewhere, or need not be told, counts as given up
    op.drop_constraint(op.f("ck_message_bundled"), "message")
    op.drop_constraint(op.f("ck_message_deferred"), "message")
    op.drop_constraint(op.f("ck_message_state"), "message")
    op.execute("UPDATE message SET state = 'queued' WHERE state = 'deferred'")
    op.execute("UPDATE message SET state = 'dead' WHERE state IN ('bundled','moot','kept')")
    op.create_check_constraint(
        op.f("ck_message_state"), "message", "state IN ('queued','leased','sent','dead')"
    )
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
