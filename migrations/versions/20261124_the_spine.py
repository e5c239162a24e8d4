"""the spine."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('week', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('seasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar')),
    sa.UniqueConstraint('name', name=op.f('uq_calendar_name'))
    )
    op.create_table('chain_version',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('chain', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('effective_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by', sa.UUID(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chain_version')),
    sa.UniqueConstraint('chain', 'number', name=op.f('uq_chain_version_chain_number'))
    )
    op.create_table('clock_offset',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_clock_offset_single')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_offset'))
    )
    op.create_table('heartbeat',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('instance', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_heartbeat')),
    sa.UniqueConstraint('service', 'instance', name=op.f('uq_heartbeat_service_instance'))
    )
    op.create_table('login_attempt',
    sa.Column('door', sa.Text(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('free_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('door', name=op.f('pk_login_attempt'))
    )
    op.create_table('message',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('event_id', sa.UUID(), nullable=False),
    sa.Column('recipient_id', sa.UUID(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('template', sa.Text(), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('priority', sa.SmallInteger(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('leased_by', sa.Text(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'leased') = (leased_by IS NOT NULL)", name=op.f('ck_message_leased')),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f('ck_message_sent')),
    sa.CheckConstraint("state IN ('queued', 'leased', 'sent', 'dead')", name=op.f('ck_message_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('event_id', 'recipient_id', 'template', name=op.f('uq_message_event_id_recipient_id_template'))
    )
    op.create_index('ix_message_dead', 'message', ['created_at'], unique=False, postgresql_where=sa.text("state = 'dead'"))
    op.create_index('ix_message_next', 'message', ['priority', 'next_at'], unique=False, postgresql_where=sa.text("state IN ('queued','leased')"))
    op.create_index('ix_message_recipient', 'message', ['recipient_id', 'created_at'], unique=False)
    op.create_table('one_time_code',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('wrong_tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_code'))
    )
    op.create_index('ix_one_time_code_person', 'one_time_code', ['person_id', 'purpose', 'made_at'], unique=False)
    op.create_table('personnel_import',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('uploaded_by', sa.UUID(), nullable=True),
    sa.Column('uploaded_by_name', sa.Text(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('counts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('may_grant', sa.Boolean(), nullable=False),
    sa.CheckConstraint("state IN ('previewed','applied','dropped')", name=op.f('ck_personnel_import_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_personnel_import'))
    )
    op.create_table('process',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('owner_unit_id', sa.UUID(), nullable=True),
    sa.Column('params', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('story', sa.Integer(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('start_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.UUID(), nullable=False),
    sa.Column('created_by_name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('launched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('progress', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.UUID(), nullable=True),
    sa.Column('crashes', sa.Integer(), nullable=False),
    sa.Column('retry_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('run_name', sa.Text(), nullable=True),
    sa.Column('run_state', sa.Text(), nullable=True),
    sa.Column('run_seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state IN ('completed','cancelled')) = (ended_at IS NOT NULL)", name=op.f('ck_process_ended')),
    sa.CheckConstraint("state IN ('draft', 'scheduled', 'running', 'waiting', 'paused', 'completed', 'cancelled', 'failed')", name=op.f('ck_process_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_process')),
    sa.UniqueConstraint('reference', name=op.f('uq_process_reference'))
    )
    op.create_index('ix_process_alive', 'process', ['state'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('promotion_rulebook',
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('first_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_promotion_rulebook'))
    )
    op.create_table('stream',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('head', sa.LargeBinary(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stream'))
    )
    op.create_table('web_hits',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_web_hits')),
    prefixes=['UNLOGGED']
    )
    op.create_index('ix_web_hits_expires_at', 'web_hits', ['expires_at'], unique=False)
    op.create_table('case',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('process_id', sa.UUID(), nullable=False),
    sa.Column('natural_key', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('chain_version_id', sa.UUID(), nullable=False),
    sa.Column('subject_id', sa.UUID(), nullable=False),
    sa.Column('subject_name', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.UUID(), nullable=False),
    sa.Column('requester_id', sa.UUID(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=True),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_to', sa.UUID(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state IN ('approved','rejected','withdrawn','cancelled','expired')) = (settled_at IS NOT NULL)", name=op.f('ck_case_settled')),
    sa.CheckConstraint("state IN ('draft', 'open', 'returned', 'suspended', 'approved', 'rejected', 'withdrawn', 'cancelled', 'expired')", name=op.f('ck_case_state')),
    sa.ForeignKeyConstraint(['chain_version_id'], ['chain_version.id'], name=op.f('fk_case_chain_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case')),
    sa.UniqueConstraint('process_id', 'natural_key', name=op.f('uq_case_process_id_natural_key'))
    )
    op.create_index('ix_case_subject_id', 'case', ['subject_id'], unique=False)
    op.create_index('ix_case_unsettled', 'case', ['process_id'], unique=False, postgresql_where=sa.text('settled_at IS NULL'))
    op.create_table('event',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('stream_id', sa.UUID(), nullable=False),
    sa.Column('index', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=True),
    sa.Column('personal', sa.Text(), nullable=True),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['stream_id'], ['stream.id'], name=op.f('fk_event_stream_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event')),
    sa.UniqueConstraint('stream_id', 'index', name=op.f('uq_event_stream_id_index'))
    )
    op.create_index('ix_event_unsealed', 'event', ['at'], unique=False, postgresql_where=sa.text('position IS NULL'))
    op.create_index('uq_event_position', 'event', ['position'], unique=True, postgresql_where=sa.text('position IS NOT NULL'))
    op.create_table('free_day',
    sa.Column('calendar_id', sa.UUID(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('holiday','joint-leave','local')", name=op.f('ck_free_day_kind')),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendar.id'], name=op.f('fk_free_day_calendar_id')),
    sa.PrimaryKeyConstraint('calendar_id', 'on', name=op.f('pk_free_day'))
    )
    op.create_table('personnel_import_row',
    sa.Column('import_id', sa.UUID(), nullable=False),
    sa.Column('sheet', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('values', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('cells', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('problems', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("action IN ('create','change','same','refuse')", name=op.f('ck_personnel_import_row_action')),
    sa.ForeignKeyConstraint(['import_id'], ['personnel_import.id'], name=op.f('fk_personnel_import_row_import_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', 'sheet', 'number', name=op.f('pk_personnel_import_row'))
    )
    op.create_index('ix_personnel_import_row_action', 'personnel_import_row', ['import_id', 'action'], unique=False)
    op.create_table('process_gate',
    sa.Column('process_id', sa.UUID(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('passed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('settled','date')", name=op.f('ck_process_gate_kind')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_process_gate_process_id')),
    sa.PrimaryKeyConstraint('process_id', 'name', name=op.f('pk_process_gate'))
    )
    op.create_table('process_intent',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('process_id', sa.UUID(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.UUID(), nullable=True),
    sa.Column('asked_by_name', sa.Text(), nullable=False),
    sa.Column('asked_as', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.CheckConstraint("kind IN ('launch', 'restart', 'resume', 'pause', 'cancel')", name=op.f('ck_process_intent_kind')),
    sa.CheckConstraint("state IN ('pending','done','refused')", name=op.f('ck_process_intent_state')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_process_intent_process_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_process_intent'))
    )
    op.create_index('ix_process_intent_pending', 'process_intent', ['asked_at'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_table('process_step',
    sa.Column('process_id', sa.UUID(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_process_step_process_id')),
    sa.PrimaryKeyConstraint('process_id', 'name', name=op.f('pk_process_step'))
    )
    op.create_table('promotion_candidate',
    sa.Column('process_id', sa.UUID(), nullable=False),
    sa.Column('employee_id', sa.UUID(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('nip', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.UUID(), nullable=False),
    sa.Column('unit_name', sa.Text(), nullable=False),
    sa.Column('rank_from', sa.Text(), nullable=True),
    sa.Column('rank_to', sa.Text(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('findings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('screened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.CheckConstraint("outcome IN ('meets', 'fails', 'incomplete', 'excluded')", name=op.f('ck_promotion_candidate_outcome')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_promotion_candidate_process_id')),
    sa.PrimaryKeyConstraint('process_id', 'employee_id', name=op.f('pk_promotion_candidate')),
    sa.UniqueConstraint('case_id', name=op.f('uq_promotion_candidate_case_id')),
    sa.UniqueConstraint('process_id', 'number', name=op.f('uq_promotion_candidate_process_id_number'))
    )
    op.create_index('ix_promotion_candidate_employee_id', 'promotion_candidate', ['employee_id'], unique=False)
    op.create_index('ix_promotion_candidate_outcome', 'promotion_candidate', ['process_id', 'outcome', 'number'], unique=False)
    op.create_table('promotion_decree',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('process_id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('employee_id', sa.UUID(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('nip', sa.Text(), nullable=False),
    sa.Column('rank_from', sa.Text(), nullable=False),
    sa.Column('rank_to', sa.Text(), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('signed_by', sa.UUID(), nullable=False),
    sa.Column('signed_by_name', sa.Text(), nullable=False),
    sa.Column('signed_as', sa.Text(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('consideration_number', sa.Text(), nullable=False),
    sa.Column('pdf', sa.LargeBinary(), nullable=False),
    sa.Column('pdf_sha256', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_promotion_decree_process_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promotion_decree')),
    sa.UniqueConstraint('case_id', name=op.f('uq_promotion_decree_case_id')),
    sa.UniqueConstraint('code', name=op.f('uq_promotion_decree_code')),
    sa.UniqueConstraint('number', name=op.f('uq_promotion_decree_number')),
    sa.UniqueConstraint('process_id', 'employee_id', name=op.f('uq_promotion_decree_process_id_employee_id')),
    sa.UniqueConstraint('year', 'serial', name=op.f('uq_promotion_decree_year_serial'))
    )
    op.create_table('unit',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('parent_id', sa.UUID(), nullable=True),
    sa.Column('calendar_id', sa.UUID(), nullable=False),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendar.id'], name=op.f('fk_unit_calendar_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['unit.id'], name=op.f('fk_unit_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit')),
    sa.UniqueConstraint('code', name=op.f('uq_unit_code'))
    )
    op.create_table('employee',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('nip', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('front_title', sa.Text(), nullable=False),
    sa.Column('back_title', sa.Text(), nullable=False),
    sa.Column('gender', sa.Text(), nullable=False),
    sa.Column('born_on', sa.Date(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.UUID(), nullable=False),
    sa.Column('rank', sa.Text(), nullable=True),
    sa.Column('rank_since', sa.Date(), nullable=True),
    sa.Column('education', sa.Text(), nullable=True),
    sa.Column('appointed_on', sa.Date(), nullable=True),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('wanted_login', sa.Text(), nullable=True),
    sa.Column('wanted_roles', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.CheckConstraint("gender IN ('M','F')", name=op.f('ck_employee_gender')),
    sa.CheckConstraint("status IN ('PNS','PPPK','CPNS')", name=op.f('ck_employee_status')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_employee_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employee')),
    sa.UniqueConstraint('nip', name=op.f('uq_employee_nip')),
    sa.UniqueConstraint('wanted_login', name=op.f('uq_employee_wanted_login'))
    )
    op.create_index('ix_employee_unit_id', 'employee', ['unit_id'], unique=False)
    op.create_table('external_answer',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('letter_number', sa.Text(), nullable=False),
    sa.Column('letter_date', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('recorded_by', sa.UUID(), nullable=False),
    sa.Column('recorded_by_name', sa.Text(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("outcome IN ('approve','reject','return')", name=op.f('ck_external_answer_outcome')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_external_answer_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_external_answer')),
    sa.UniqueConstraint('case_id', 'stage', 'round', name=op.f('uq_external_answer_case_id_stage_round'))
    )
    op.create_table('position',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.UUID(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=True),
    sa.Column('echelon', sa.Text(), nullable=True),
    sa.CheckConstraint("kind IN ('structural','functional','executive')", name=op.f('ck_position_kind')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_position_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_position')),
    sa.UniqueConstraint('code', name=op.f('uq_position_code'))
    )
    op.create_index('uq_position_unit_key', 'position', ['unit_id', 'key'], unique=True, postgresql_where=sa.text('key IS NOT NULL'))
    op.create_table('task',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('queue', sa.Text(), nullable=True),
    sa.Column('position_id', sa.UUID(), nullable=True),
    sa.Column('acting', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('barred', postgresql.ARRAY(sa.UUID()), nullable=False),
    sa.Column('assignee_id', sa.UUID(), nullable=True),
    sa.Column('assignee_capacity', sa.Text(), nullable=True),
    sa.Column('order_number', sa.Text(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('alarm_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded', sa.Integer(), nullable=False),
    sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('escalated_from', sa.UUID(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state IN ('decided','skipped','cancelled')) = (ended_at IS NOT NULL)", name=op.f('ck_task_ended')),
    sa.CheckConstraint("state <> 'offered' OR queue IS NOT NULL", name=op.f('ck_task_offered_to_somebody')),
    sa.CheckConstraint("state IN ('offered', 'allocated', 'started', 'suspended', 'decided', 'skipped', 'cancelled')", name=op.f('ck_task_state')),
    sa.CheckConstraint("state NOT IN ('allocated','started') OR assignee_id IS NOT NULL", name=op.f('ck_task_allocated_to')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_task_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task'))
    )
    op.create_index('ix_task_alarm', 'task', ['alarm_at'], unique=False, postgresql_where=sa.text('alarm_at IS NOT NULL'))
    op.create_index('ix_task_case_id', 'task', ['case_id'], unique=False)
    op.create_index('ix_task_mine', 'task', ['assignee_id', 'due_at', 'id'], unique=False, postgresql_where=sa.text('ended_at IS NULL AND (position_id IS NULL OR claimed_at IS NOT NULL)'))
    op.create_index('ix_task_offered', 'task', ['queue', 'due_at', 'id'], unique=False, postgresql_where=sa.text("state = 'offered'"))
    op.create_index('ix_task_position', 'task', ['position_id', 'due_at', 'id'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('account',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('employee_id', sa.UUID(), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('roles', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('must_change', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_login_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('active','locked','closed')", name=op.f('ck_account_state')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_account_employee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('employee_id', name=op.f('uq_account_employee_id')),
    sa.UniqueConstraint('login', name=op.f('uq_account_login'))
    )
    op.create_table('appraisal',
    sa.Column('employee_id', sa.UUID(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('predicate', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_appraisal_employee_id')),
    sa.PrimaryKeyConstraint('employee_id', 'year', name=op.f('pk_appraisal'))
    )
    op.create_table('decision',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('task_id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('decider_id', sa.UUID(), nullable=False),
    sa.Column('decider_name', sa.Text(), nullable=False),
    sa.Column('acting_for_id', sa.UUID(), nullable=True),
    sa.Column('capacity', sa.Text(), nullable=True),
    sa.Column('order_number', sa.Text(), nullable=True),
    sa.Column('code', sa.Text(), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('checklist', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('case_version', sa.Integer(), nullable=False),
    sa.Column('request_key', sa.Text(), nullable=False),
    sa.Column('via', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('approve', 'reject', 'return', 'abstain', 'recuse')", name=op.f('ck_decision_kind')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_decision_case_id')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_decision_task_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision')),
    sa.UniqueConstraint('request_key', name=op.f('uq_decision_request_key')),
    sa.UniqueConstraint('task_id', name=op.f('uq_decision_task_id'))
    )
    op.create_index('ix_decision_case_id', 'decision', ['case_id'], unique=False)
    op.create_table('discipline',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('employee_id', sa.UUID(), nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('decree_number', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.CheckConstraint("level IN ('light','moderate','severe')", name=op.f('ck_discipline_level')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_discipline_employee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_discipline')),
    sa.UniqueConstraint('employee_id', 'decree_number', name=op.f('uq_discipline_employee_id_decree_number'))
    )
    op.create_table('document',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('employee_id', sa.UUID(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('dated', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_document_employee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document')),
    sa.UniqueConstraint('employee_id', 'kind', name=op.f('uq_document_employee_id_kind'))
    )
    op.create_table('holding',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('position_id', sa.UUID(), nullable=False),
    sa.Column('employee_id', sa.UUID(), nullable=False),
    sa.Column('capacity', sa.Text(), nullable=False),
    sa.Column('order_number', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.CheckConstraint("capacity = 'definitive' OR order_number <> ''", name=op.f('ck_holding_acting_by_order')),
    sa.CheckConstraint("capacity IN ('definitive','plt','plh')", name=op.f('ck_holding_capacity')),
    sa.CheckConstraint('ends_on IS NULL OR ends_on >= starts_on', name=op.f('ck_holding_dates')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_holding_employee_id')),
    sa.ForeignKeyConstraint(['position_id'], ['position.id'], name=op.f('fk_holding_position_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holding'))
    )
    op.create_index('ix_holding_employee', 'holding', ['employee_id'], unique=False)
    op.create_index('ix_holding_position', 'holding', ['position_id'], unique=False)
    op.create_index('uq_holding_definitive', 'holding', ['position_id'], unique=True, postgresql_where=sa.text("capacity = 'definitive' AND ends_on IS NULL"))
    op.create_table('leave',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('employee_id', sa.UUID(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.CheckConstraint("kind IN ('annual','long','sick','maternity','important','unpaid','other')", name=op.f('ck_leave_kind')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_leave_dates')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_leave_employee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leave')),
    sa.UniqueConstraint('employee_id', 'starts_on', name=op.f('uq_leave_employee_id_starts_on'))
    )
    op.create_table('rank_held',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('employee_id', sa.UUID(), nullable=False),
    sa.Column('rank', sa.Text(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('decree_number', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_rank_held_employee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rank_held')),
    sa.UniqueConstraint('employee_id', 'rank', name=op.f('uq_rank_held_employee_id_rank'))
    )
    op.create_table('schooling',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('employee_id', sa.UUID(), nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('school', sa.Text(), nullable=False),
    sa.Column('finished_in', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_schooling_employee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schooling')),
    sa.UniqueConstraint('employee_id', 'level', 'field', name=op.f('uq_schooling_employee_id_level_field'))
    )
    op.create_table('login_session',
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('csrf', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('agent', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_login_session_account_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_login_session'))
    )


def downgrade() -> None:
    op.drop_table('login_session')
    op.drop_table('schooling')
    op.drop_table('rank_held')
    op.drop_table('leave')
    op.drop_index('uq_holding_definitive', table_name='holding', postgresql_where=sa.text("capacity = 'definitive' AND ends_on IS NULL"))
    op.drop_index('ix_holding_position', table_name='holding')
    op.drop_index('ix_holding_employee', table_name='holding')
    op.drop_table('holding')
    op.drop_table('document')
    op.drop_table('discipline')
    op.drop_index('ix_decision_case_id', table_name='decision')
    op.drop_table('decision')
    op.drop_table('appraisal')
    op.drop_table('account')
    op.drop_index('ix_task_position', table_name='task', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index('ix_task_offered', table_name='task', postgresql_where=sa.text("state = 'offered'"))
    op.drop_index('ix_task_mine', table_name='task', postgresql_where=sa.text('ended_at IS NULL AND (position_id IS NULL OR claimed_at IS NOT NULL)'))
    op.drop_index('ix_task_case_id', table_name='task')
    op.drop_index('ix_task_alarm', table_name='task', postgresql_where=sa.text('alarm_at IS NOT NULL'))
    op.drop_table('task')
    op.drop_index('uq_position_unit_key', table_name='position', postgresql_where=sa.text('key IS NOT NULL'))
    op.drop_table('position')
    op.drop_table('external_answer')
    op.drop_index('ix_employee_unit_id', table_name='employee')
    op.drop_table('employee')
    op.drop_table('unit')
    op.drop_table('promotion_decree')
    op.drop_index('ix_promotion_candidate_outcome', table_name='promotion_candidate')
    op.drop_index('ix_promotion_candidate_employee_id', table_name='promotion_candidate')
    op.drop_table('promotion_candidate')
    op.drop_table('process_step')
    op.drop_index('ix_process_intent_pending', table_name='process_intent', postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('process_intent')
    op.drop_table('process_gate')
    op.drop_index('ix_personnel_import_row_action', table_name='personnel_import_row')
    op.drop_table('personnel_import_row')
    op.drop_table('free_day')
    op.drop_index('uq_event_position', table_name='event', postgresql_where=sa.text('position IS NOT NULL'))
    op.drop_index('ix_event_unsealed', table_name='event', postgresql_where=sa.text('position IS NULL'))
    op.drop_table('event')
    op.drop_index('ix_case_unsettled', table_name='case', postgresql_where=sa.text('settled_at IS NULL'))
    op.drop_index('ix_case_subject_id', table_name='case')
    op.drop_table('case')
    op.drop_index('ix_web_hits_expires_at', table_name='web_hits')
    op.drop_table('web_hits')
    op.drop_table('stream')
    op.drop_table('promotion_rulebook')
    op.drop_index('ix_process_alive', table_name='process', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_table('process')
    op.drop_table('personnel_import')
    op.drop_index('ix_one_time_code_person', table_name='one_time_code')
    op.drop_table('one_time_code')
    op.drop_index('ix_message_recipient', table_name='message')
    op.drop_index('ix_message_next', table_name='message', postgresql_where=sa.text("state IN ('queued','leased')"))
    op.drop_index('ix_message_dead', table_name='message', postgresql_where=sa.text("state = 'dead'"))
    op.drop_table('message')
    op.drop_table('login_attempt')
    op.drop_table('heartbeat')
    op.drop_table('clock_offset')
    op.drop_table('chain_version')
    op.drop_table('calendar')
