"""the engine."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "committee",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title_id", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("order_number <> ''", name=op.f("ck_committee_by_decree")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_committee_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee")),
        sa.UniqueConstraint("key", "starts_on", name=op.f("uq_committee_key_starts_on")),
    )
    op.create_index(
        "uq_committee_open", "committee", ["key"], unique=True, postgresql_where=sa.text("ends_on IS NULL")
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_id", sa.UUID(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("to_id", sa.UUID(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chains", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("stages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("up_to_rank", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.UUID(), nullable=True),
        sa.CheckConstraint("order_number <> ''", name=op.f("ck_delegation_by_order")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_delegation_dates")),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_delegation_to_another")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_from", "delegation", ["from_id"], unique=False)
    op.create_index(
        "ix_delegation_to",
        "delegation",
        ["to_id", "ends_at"],
        unique=False,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "ledger_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("introduced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_key")),
    )
    op.create_table(
        "ledger_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_ledger_tile")),
    )
    op.create_table(
        "rescheduling",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("unit_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cursor", sa.UUID(), nullable=True),
        sa.Column("looked_through", sa.Boolean(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescheduling")),
    )
    op.create_index(
        "ix_rescheduling_open",
        "rescheduling",
        ["id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "rotation",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("last_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "stage", name=op.f("pk_rotation")),
    )
    op.create_table(
        "chain_draft",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("based_on", sa.UUID(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.UUID(), nullable=True),
        sa.Column("saved_by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["based_on"], ["chain_version.id"], name=op.f("fk_chain_draft_based_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_draft")),
        sa.UniqueConstraint("chain", name=op.f("uq_chain_draft_chain")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous_size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["ledger_key.id"], name=op.f("fk_checkpoint_key_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("size", name=op.f("uq_checkpoint_size")),
    )
    op.create_table(
        "announcement",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("at_stage", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("candidates", postgresql.ARRAY(sa.UUID()), nullable=True),
        sa.Column("position_id", sa.UUID(), nullable=True),
        sa.Column("assignee_id", sa.UUID(), nullable=True),
        sa.Column("acting", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("barred", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_announcement_case_id")),
        sa.PrimaryKeyConstraint("case_id", "stage", "seat", name=op.f("pk_announcement")),
    )
    op.create_index("ix_announcement_assignee_id", "announcement", ["assignee_id"], unique=False)
    op.create_index(
        "ix_announcement_candidates", "announcement", ["candidates"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_announcement_position_id", "announcement", ["position_id"], unique=False)
    op.create_index("ix_announcement_queue", "announcement", ["queue"], unique=False)
    op.create_table(
        "case_document",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("added_by", sa.UUID(), nullable=False),
        sa.Column("added_by_name", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_document_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_document")),
        sa.UniqueConstraint("case_id", "key", "version", name=op.f("uq_case_document_case_id_key_version")),
    )
    op.create_table(
        "case_version",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("documents", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.UUID(), nullable=True),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_version_case_id")),
        sa.PrimaryKeyConstraint("case_id", "version", name=op.f("pk_case_version")),
    )
    op.create_table(
        "comment_mark",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_comment_mark_case_id")),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_comment_mark")),
    )
    op.create_table(
        "decision_ahead",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("decider_id", sa.UUID(), nullable=False),
        sa.Column("decider_name", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("checklist", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('approve','reject','return')", name=op.f("ck_decision_ahead_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_decision_ahead_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_ahead")),
        sa.UniqueConstraint("case_id", "stage", name=op.f("uq_decision_ahead_case_id_stage")),
    )
    op.create_table(
        "capability",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("employee_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_capability_dates")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_capability_employee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capability")),
        sa.UniqueConstraint(
            "employee_id", "code", "number", name=op.f("uq_capability_employee_id_code_number")
        ),
    )
    op.create_index("ix_capability_code", "capability", ["code"], unique=False)
    op.create_table(
        "case_comment",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("thread_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.UUID(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("internal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.UUID(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.UUID(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_comment_case_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["case_document.id"], name=op.f("fk_case_comment_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_comment")),
    )
    op.create_index("ix_case_comment_case_id", "case_comment", ["case_id"], unique=False)
    op.create_table(
        "committee_seat",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("committee_id", sa.UUID(), nullable=False),
        sa.Column("employee_id", sa.UUID(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("part IN ('chair','secretary','member')", name=op.f("ck_committee_seat_part")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_committee_seat_dates")),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_committee_seat_committee_id")
        ),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_committee_seat_employee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_seat")),
    )
    op.create_index("ix_committee_seat_committee_id", "committee_seat", ["committee_id"], unique=False)
    op.create_index("ix_committee_seat_employee_id", "committee_seat", ["employee_id"], unique=False)
    op.create_index(
        "uq_committee_seat_chair",
        "committee_seat",
        ["committee_id"],
        unique=True,
        postgresql_where=sa.text("part = 'chair' AND ends_on IS NULL"),
    )
    op.create_index(
        "uq_committee_seat_person",
        "committee_seat",
        ["committee_id", "employee_id"],
        unique=True,
        postgresql_where=sa.text("ends_on IS NULL"),
    )
    op.create_table(
        "consultation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("task_id", sa.UUID(), nullable=False),
        sa.Column("asker_id", sa.UUID(), nullable=False),
        sa.Column("asker_name", sa.Text(), nullable=False),
        sa.Column("asked_id", sa.UUID(), nullable=False),
        sa.Column("asked_name", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_consultation_answered")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_consultation_case_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_consultation_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index(
        "ix_consultation_asked",
        "consultation",
        ["asked_id", "asked_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_consultation_case_id", "consultation", ["case_id"], unique=False)
    op.create_table(
        "relation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("other_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("declared_by", sa.UUID(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('household','family','competitor')", name=op.f("ck_relation_kind")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_relation_dates")),
        sa.CheckConstraint("person_id < other_id", name=op.f("ck_relation_ordered")),
        sa.ForeignKeyConstraint(["other_id"], ["employee.id"], name=op.f("fk_relation_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["employee.id"], name=op.f("fk_relation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relation")),
    )
    op.create_index("ix_relation_other_id", "relation", ["other_id"], unique=False)
    op.create_index("ix_relation_person_id", "relation", ["person_id"], unique=False)
    op.create_index(
        "uq_relation_open",
        "relation",
        ["person_id", "other_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ends_on IS NULL"),
    )
    op.add_column("case", sa.Column("suspended_from", sa.Text(), nullable=True))
    op.add_column("case", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case", sa.Column("suspension", sa.Text(), nullable=True))
    op.add_column("case", sa.Column("resumes_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case", sa.Column("statutory_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case", sa.Column("statutory_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case", sa.Column("statutory_left", sa.Integer(), nullable=True))
    op.add_column("case", sa.Column("statutory_missed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "case", sa.Column("decided_ahead", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("case", sa.Column("alarm_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case", sa.Column("tied", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False))
    op.add_column("case", sa.Column("appeals_id", sa.UUID(), nullable=True))
    op.add_column(
        "case",
        sa.Column("judged", postgresql.ARRAY(sa.UUID()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index(
        "ix_case_alarm", "case", ["alarm_at"], unique=False, postgresql_where=sa.text("alarm_at IS NOT NULL")
    )
    op.create_index(
        "ix_case_marked",
        "case",
        ["id"],
        unique=False,
        postgresql_where=sa.text(
            "settled_at IS NULL AND (statutory_missed_at IS NOT NULL OR suspension = 'expired')"
        ),
    )
    op.create_index(
        "ix_case_resumes_at",
        "case",
        ["resumes_at"],
        unique=False,
        postgresql_where=sa.text("resumes_at IS NOT NULL"),
    )
    op.create_index(
        "uq_case_appeals_id",
        "case",
        ["appeals_id"],
        unique=True,
        postgresql_where=sa.text("appeals_id IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_case_appeals_id"), "case", "case", ["appeals_id"], ["id"])
    op.add_column("chain_version", sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("decision", sa.Column("round", sa.Integer(), server_default="1", nullable=False))
    op.add_column("decision", sa.Column("part", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_decision_decided_at", "decision", ["decided_at"], unique=False, postgresql_using="brin"
    )
    op.create_index("ix_decision_decider_id", "decision", ["decider_id", "stage"], unique=False)
    op.add_column(
        "holding",
        sa.Column(
            "scope", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column("task", sa.Column("term_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("term_left", sa.Integer(), nullable=True))
    op.add_column("task", sa.Column("seat", sa.Integer(), server_default="0", nullable=False))
    op.add_column("task", sa.Column("part", sa.Text(), server_default="", nullable=False))
    op.add_column("task", sa.Column("candidates", postgresql.ARRAY(sa.UUID()), nullable=True))
    op.add_column(
        "task", sa.Column("held_back", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "task", sa.Column("draft", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True)
    )
    op.add_column("task", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("suspended_from", sa.Text(), nullable=True))
    op.add_column("task", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("suspended_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("chain", sa.Text(), server_default="", nullable=False))
    op.add_column("task", sa.Column("rank", sa.Integer(), nullable=True))
    op.add_column("task", sa.Column("handed_by", sa.UUID(), nullable=True))
    op.create_index(
        "ix_task_candidates",
        "task",
        ["candidates"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("ended_at IS NULL AND candidates IS NOT NULL"),
    )
    op.create_index(
        "ix_task_held",
        "task",
        ["queue", "id"],
        unique=False,
        postgresql_where=sa.text("held_back IS TRUE AND state = 'offered'"),
    )
    op.create_index(
        "ix_task_suspended_until",
        "task",
        ["suspended_until"],
        unique=False,
        postgresql_where=sa.text("suspended_until IS NOT NULL"),
    )
    op.create_index(
        "ix_task_taken",
        "task",
        ["queue", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("queue IS NOT NULL AND ended_at IS NULL AND state <> 'offered'"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_task_taken",
        table_name="task",
        postgresql_where=sa.text("queue IS NOT NULL AND ended_at IS NULL AND state <> 'offered'"),
    )
    op.drop_index(
        "ix_task_suspended_until", table_name="task", postgresql_where=sa.text("suspended_until IS NOT NULL")
    )
    op.drop_index(
        "ix_task_held", table_name="task", postgresql_where=sa.text("held_back IS TRUE AND state = 'offered'")
    )
    op.drop_index(
        "ix_task_candidates",
        table_name="task",
        postgresql_using="gin",
        postgresql_where=sa.text("ended_at IS NULL AND candidates IS NOT NULL"),
    )
    op.drop_column("task", "handed_by")
    op.drop_column("task", "rank")
    op.drop_column("task", "chain")
    op.drop_column("task", "suspended_until")
    op.drop_column("task", "suspended_at")
    op.drop_column("task", "suspended_from")
    op.drop_column("task", "started_at")
    op.drop_column("task", "draft")
    op.drop_column("task", "held_back")
    op.drop_column("task", "candidates")
    op.drop_column("task", "part")
    op.drop_column("task", "seat")
    op.drop_column("task", "term_left")
    op.drop_column("task", "term_from")
    op.drop_column("holding", "scope")
    op.drop_index("ix_decision_decider_id", table_name="decision")
    op.drop_index("ix_decision_decided_at", table_name="decision", postgresql_using="brin")
    op.drop_column("decision", "part")
    op.drop_column("decision", "round")
    op.drop_column("chain_version", "called_off_at")
    op.drop_constraint(op.f("fk_case_appeals_id"), "case", type_="foreignkey")
    op.drop_index("uq_case_appeals_id", table_name="case", postgresql_where=sa.text("appeals_id IS NOT NULL"))
    op.drop_index("ix_case_resumes_at", table_name="case", postgresql_where=sa.text("resumes_at IS NOT NULL"))
    op.drop_index(
        "ix_case_marked",
        table_name="case",
        postgresql_where=sa.text(
            "settled_at IS NULL AND (statutory_missed_at IS NOT NULL OR suspension = 'expired')"
        ),
    )
    op.drop_index("ix_case_alarm", table_name="case", postgresql_where=sa.text("alarm_at IS NOT NULL"))
    op.drop_column("case", "judged")
    op.drop_column("case", "appeals_id")
    op.drop_column("case", "tied")
    op.drop_column("case", "alarm_at")
    op.drop_column("case", "decided_ahead")
    op.drop_column("case", "statutory_missed_at")
    op.drop_column("case", "statutory_left")
    op.drop_column("case", "statutory_since")
    op.drop_column("case", "statutory_due_at")
    op.drop_column("case", "resumes_at")
    op.drop_column("case", "suspension")
    op.drop_column("case", "suspended_at")
    op.drop_column("case", "suspended_from")
    op.drop_index("uq_relation_open", table_name="relation", postgresql_where=sa.text("ends_on IS NULL"))
    op.drop_index("ix_relation_person_id", table_name="relation")
    op.drop_index("ix_relation_other_id", table_name="relation")
    op.drop_table("relation")
    op.drop_index("ix_consultation_case_id", table_name="consultation")
    op.drop_index(
        "ix_consultation_asked", table_name="consultation", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_table("consultation")
    op.drop_index(
        "uq_committee_seat_person", table_name="committee_seat", postgresql_where=sa.text("ends_on IS NULL")
    )
    op.drop_index(
        "uq_committee_seat_chair",
        table_name="committee_seat",
        postgresql_where=sa.text("part = 'chair' AND ends_on IS NULL"),
    )
    op.drop_index("ix_committee_seat_employee_id", table_name="committee_seat")
    op.drop_index("ix_committee_seat_committee_id", table_name="committee_seat")
    op.drop_table("committee_seat")
    op.drop_index("ix_case_comment_case_id", table_name="case_comment")
    op.drop_table("case_comment")
    op.drop_index("ix_capability_code", table_name="capability")
    op.drop_table("capability")
    op.drop_table("decision_ahead")
    op.drop_table("comment_mark")
    op.drop_table("case_version")
    op.drop_table("case_document")
    op.drop_index("ix_announcement_queue", table_name="announcement")
    op.drop_index("ix_announcement_position_id", table_name="announcement")
    op.drop_index("ix_announcement_candidates", table_name="announcement", postgresql_using="gin")
    op.drop_index("ix_announcement_assignee_id", table_name="announcement")
    op.drop_table("announcement")
    op.drop_table("checkpoint")
    op.drop_table("chain_draft")
    op.drop_table("rotation")
    op.drop_index(
        "ix_rescheduling_open", table_name="rescheduling", postgresql_where=sa.text("done_at IS NULL")
    )
    op.drop_table("rescheduling")
    op.drop_table("ledger_tile")
    op.drop_table("ledger_key")
    op.drop_index("ix_delegation_to", table_name="delegation", postgresql_where=sa.text("revoked_at IS NULL"))
    op.drop_index("ix_delegation_from", table_name="delegation")
    op.drop_table("delegation")
    op.drop_index("uq_committee_open", table_name="committee", postgresql_where=sa.text("ends_on IS NULL"))
    op.drop_table("committee")
