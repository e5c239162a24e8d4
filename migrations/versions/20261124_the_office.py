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
        "erased_content",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_erased_content")),
    )
    op.create_table(
        "mail_hold",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_hold")),
    )
    op.create_index(
        "uq_mail_hold_open",
        "mail_hold",
        [sa.literal_column("(lifted_at IS NULL)")],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "mail_preference",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("rhythms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest_at", sa.Text(), nullable=False),
        sa.Column("digest_day", sa.SmallInteger(), nullable=False),
        sa.Column("quiet", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Text(), nullable=False),
        sa.Column("quiet_until", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mail_preference")),
    )
    op.create_table(
        "mail_return",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('hard', 'soft', 'delay', 'complaint')", name=op.f("ck_mail_return_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_return")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_return_key")),
    )
    op.create_index("ix_mail_return_at", "mail_return", ["at"], unique=False)
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
        "post_emptied",
        sa.Column("position_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position_id", "person_id", name=op.f("pk_post_emptied")),
    )
    op.create_table(
        "reset_request",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_request")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("opens_first", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_view_person_id_name")),
    )
    op.create_index(
        "uq_saved_view_first",
        "saved_view",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("opens_first"),
    )
    op.create_table(
        "unreached_person",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_unreached_person")),
    )
    op.create_table(
        "upkeep",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("chore", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("well", sa.Boolean(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "chore IN ('copy', 'trial', 'return', 'proof', 'housekeeping', 'doctor')",
            name=op.f("ck_upkeep_chore"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upkeep")),
    )
    op.create_index("ix_upkeep_latest", "upkeep", ["chore", sa.literal_column("at DESC")], unique=False)
    op.create_table(
        "web_request_key",
        sa.Column("token_id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_web_request_key")),
    )
    op.create_index("ix_web_request_key_made_at", "web_request_key", ["made_at"], unique=False)
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'disabled')", name=op.f("ck_webhook_endpoint_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )
    op.create_table(
        "webhook_follower",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_webhook_follower_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_follower")),
    )
    op.create_table(
        "personnel_import_change",
        sa.Column("import_id", sa.UUID(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["personnel_import.id"],
            name=op.f("fk_personnel_import_change_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "place", name=op.f("pk_personnel_import_change")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("endpoint_id", sa.UUID(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("stream_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'leased', 'sent', 'dead')", name=op.f("ck_webhook_delivery_state")
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_webhook_delivery_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("endpoint_id", "event_id", name=op.f("uq_webhook_delivery_endpoint_id_event_id")),
    )
    op.create_index(
        "ix_webhook_delivery_endpoint", "webhook_delivery", ["endpoint_id", "position"], unique=False
    )
    op.create_index(
        "ix_webhook_delivery_next",
        "webhook_delivery",
        ["endpoint_id", "stream_id", "position"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued','leased')"),
    )
    op.create_table(
        "case_look",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("before_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_look_case_id")),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_case_look")),
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
    op.create_table(
        "proposal",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=True),
        sa.Column("version_id", sa.UUID(), nullable=True),
        sa.Column("process_id", sa.UUID(), nullable=True),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.UUID(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.UUID(), nullable=True),
        sa.Column("answered_by_name", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (answered_at IS NULL)", name=op.f("ck_proposal_answered")),
        sa.CheckConstraint(
            "answered_by <> made_by OR state = 'taken-back'", name=op.f("ck_proposal_by_another")
        ),
        sa.CheckConstraint(
            "kind IN ('version', 'take-over', 'correction', 'removal', 'cancellation', 'exclusion', 'process-cancellation', 'erasure')",
            name=op.f("ck_proposal_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting','confirmed','turned-down','taken-back')", name=op.f("ck_proposal_state")
        ),
        sa.CheckConstraint(
            "num_nonnulls(case_id, version_id, process_id, person_id) = 1", name=op.f("ck_proposal_about_one")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_proposal_case_id")),
        sa.ForeignKeyConstraint(["version_id"], ["chain_version.id"], name=op.f("fk_proposal_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal_case_id", "proposal", ["case_id"], unique=False)
    op.create_index("ix_proposal_version_id", "proposal", ["version_id"], unique=False)
    op.create_index(
        "uq_proposal_case",
        "proposal",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_proposal_person",
        "proposal",
        ["person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_proposal_process",
        "proposal",
        ["process_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_proposal_version",
        "proposal",
        ["version_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "record_view",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("viewer_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["employee.id"], name=op.f("fk_record_view_person_id")),
        sa.ForeignKeyConstraint(["viewer_id"], ["employee.id"], name=op.f("fk_record_view_viewer_id")),
        sa.PrimaryKeyConstraint("person_id", "viewer_id", "day", "what", name=op.f("pk_record_view")),
    )
    op.create_index("ix_record_view_day", "record_view", ["day"], unique=False)
    op.create_table(
        "account_code",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.UUID(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('mail','letter')", name=op.f("ck_account_code_channel")),
        sa.CheckConstraint("purpose IN ('activation','reset')", name=op.f("ck_account_code_purpose")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_code")),
    )
    op.create_index("ix_account_code_account", "account_code", ["account_id", "made_at"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("system", sa.Text(), nullable=True),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.UUID(), nullable=True),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(account_id IS NULL) <> (system IS NULL)", name=op.f("ck_api_token_whose")),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_api_token_dates")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.add_column("account", sa.Column("lock_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("account", sa.Column("known_email", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "case", sa.Column("is_fixed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "case", sa.Column("doubted", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False)
    )
    op.add_column(
        "case", sa.Column("corrected_by", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False)
    )
    op.add_column("chain_version", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("chain_version", sa.Column("confirmed_by", sa.UUID(), nullable=True))
    op.add_column("employee", sa.Column("left_for", sa.Text(), nullable=True))
    op.create_index(
        "ix_event_actor",
        "event",
        [sa.literal_column("substr(body, 11, 36)"), "at", "position"],
        unique=False,
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_index(
        "ix_event_at",
        "event",
        ["at", "position"],
        unique=False,
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_index(
        "ix_event_name",
        "event",
        ["name", "at", "position"],
        unique=False,
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.add_column(
        "login_session",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.add_column("login_session", sa.Column("way", sa.Text(), server_default="password", nullable=False))
    op.add_column("login_session", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_login_session_account_id"), "login_session", ["account_id"], unique=False)
    op.create_unique_constraint(op.f("uq_login_session_id"), "login_session", ["id"])
    op.add_column("message", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("told_in", sa.UUID(), nullable=True))
    op.add_column("message", sa.Column("bounces", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("message", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_message_deferred",
        "message",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'deferred'"),
    )
    op.create_index(
        "ix_message_unread",
        "message",
        ["recipient_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('dead','kept') AND read_at IS NULL"),
    )
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
    op.add_column("process_intent", sa.Column("confirmed_by", sa.UUID(), nullable=True))
    op.add_column("promotion_decree", sa.Column("kind", sa.Text(), server_default="grant", nullable=False))
    op.add_column("promotion_decree", sa.Column("replaces_id", sa.UUID(), nullable=True))
    op.add_column("promotion_decree", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "promotion_decree",
        sa.Column(
            "changes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.drop_constraint(op.f("uq_promotion_decree_process_id_employee_id"), "promotion_decree", type_="unique")
    op.create_index(
        "uq_promotion_decree_grant",
        "promotion_decree",
        ["process_id", "employee_id"],
        unique=True,
        postgresql_where=sa.text("replaces_id IS NULL"),
    )
    op.create_unique_constraint(op.f("uq_promotion_decree_replaces_id"), "promotion_decree", ["replaces_id"])
    op.create_foreign_key(
        op.f("fk_promotion_decree_replaces_id"),
        "promotion_decree",
        "promotion_decree",
        ["replaces_id"],
        ["id"],
    )
    op.add_column(
        "relation", sa.Column("admitted", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False)
    )
    op.add_column(
        "relation", sa.Column("denied", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False)
    )
    op.add_column("relation", sa.Column("settled", sa.Text(), server_default="confirmed", nullable=False))
    op.add_column("relation", sa.Column("settled_by", sa.UUID(), nullable=True))
    op.add_column("relation", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("relation", "settled_at")
    op.drop_column("relation", "settled_by")
    op.drop_column("relation", "settled")
    op.drop_column("relation", "denied")
    op.drop_column("relation", "admitted")
    op.drop_constraint(op.f("fk_promotion_decree_replaces_id"), "promotion_decree", type_="foreignkey")
    op.drop_constraint(op.f("uq_promotion_decree_replaces_id"), "promotion_decree", type_="unique")
    op.drop_index(
        "uq_promotion_decree_grant",
        table_name="promotion_decree",
        postgresql_where=sa.text("replaces_id IS NULL"),
    )
    op.create_unique_constraint(
        op.f("uq_promotion_decree_process_id_employee_id"),
        "promotion_decree",
        ["process_id", "employee_id"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("promotion_decree", "changes")
    op.drop_column("promotion_decree", "reason")
    op.drop_column("promotion_decree", "replaces_id")
    op.drop_column("promotion_decree", "kind")
    op.drop_column("process_intent", "confirmed_by")
    op.drop_column("personnel_import_row", "kept")
    op.drop_column("personnel_import_row", "undone")
    op.drop_column("personnel_import", "mapping")
    op.drop_column("personnel_import", "content")
    op.drop_column("personnel_import", "undone_for")
    op.drop_column("personnel_import", "undone_by_name")
    op.drop_column("personnel_import", "undone_at")
    op.drop_column("personnel_import", "applied_by_name")
    op.drop_index(
        "ix_message_unread",
        table_name="message",
        postgresql_where=sa.text("state IN ('dead','kept') AND read_at IS NULL"),
    )
    op.drop_index("ix_message_deferred", table_name="message", postgresql_where=sa.text("state = 'deferred'"))
    op.drop_column("message", "read_at")
    op.drop_column("message", "bounces")
    op.drop_column("message", "told_in")
    op.drop_column("message", "due_at")
    op.drop_constraint(op.f("uq_login_session_id"), "login_session", type_="unique")
    op.drop_index(op.f("ix_login_session_account_id"), table_name="login_session")
    op.drop_column("login_session", "proved_at")
    op.drop_column("login_session", "way")
    op.drop_column("login_session", "id")
    op.drop_index("ix_event_name", table_name="event", postgresql_where=sa.text("position IS NOT NULL"))
    op.drop_index("ix_event_at", table_name="event", postgresql_where=sa.text("position IS NOT NULL"))
    op.drop_index("ix_event_actor", table_name="event", postgresql_where=sa.text("position IS NOT NULL"))
    op.drop_column("employee", "left_for")
    op.drop_column("chain_version", "confirmed_by")
    op.drop_column("chain_version", "confirmed_at")
    op.drop_column("case", "corrected_by")
    op.drop_column("case", "doubted")
    op.drop_column("case", "is_fixed")
    op.drop_column("account", "known_email")
    op.drop_column("account", "lock_reason")
    op.drop_table("second_factor")
    op.drop_table("recovery_code")
    op.drop_index("ix_api_token_account_id", table_name="api_token")
    op.drop_table("api_token")
    op.drop_index("ix_account_code_account", table_name="account_code")
    op.drop_table("account_code")
    op.drop_index("ix_record_view_day", table_name="record_view")
    op.drop_table("record_view")
    op.drop_index("uq_proposal_version", table_name="proposal", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("uq_proposal_process", table_name="proposal", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("uq_proposal_person", table_name="proposal", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("uq_proposal_case", table_name="proposal", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_proposal_version_id", table_name="proposal")
    op.drop_index("ix_proposal_case_id", table_name="proposal")
    op.drop_table("proposal")
    op.drop_table("personnel_import_name")
    op.drop_table("case_look")
    op.drop_index(
        "ix_webhook_delivery_next",
        table_name="webhook_delivery",
        postgresql_where=sa.text("state IN ('queued','leased')"),
    )
    op.drop_index("ix_webhook_delivery_endpoint", table_name="webhook_delivery")
    op.drop_table("webhook_delivery")
    op.drop_table("personnel_import_change")
    op.drop_table("webhook_follower")
    op.drop_table("webhook_endpoint")
    op.drop_index("ix_web_request_key_made_at", table_name="web_request_key")
    op.drop_table("web_request_key")
    op.drop_index("ix_upkeep_latest", table_name="upkeep")
    op.drop_table("upkeep")
    op.drop_table("unreached_person")
    op.drop_index("uq_saved_view_first", table_name="saved_view", postgresql_where=sa.text("opens_first"))
    op.drop_table("saved_view")
    op.drop_table("reset_request")
    op.drop_table("post_emptied")
    op.drop_table("personnel_import_mapping")
    op.drop_index("ix_mail_return_at", table_name="mail_return")
    op.drop_table("mail_return")
    op.drop_table("mail_preference")
    op.drop_index("uq_mail_hold_open", table_name="mail_hold", postgresql_where=sa.text("lifted_at IS NULL"))
    op.drop_table("mail_hold")
    op.drop_table("erased_content")
