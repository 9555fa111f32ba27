"""First tables: the whole loop from rota to text."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
_UNFINISHED = sa.text("status IN ('pending', 'sending') OR (status = 'unknown' AND sid IS NULL)")


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
    )
    op.create_index(
        "ix_audit_entry_subject_subject_id", "audit_entry", ["subject", "subject_id"], unique=False
    )
    op.create_table(
        "clock_job",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("fencing", sa.Integer(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", "due_at", name="pk_clock_job"),
    )
    op.create_table(
        "counter",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("window_starts_at", INSTANT, nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_counter"),
        sa.UniqueConstraint("key", "window_starts_at", name="uq_counter_key_window_starts_at"),
    )
    op.create_index("ix_counter_window_starts_at", "counter", ["window_starts_at"], unique=False)
    op.create_table(
        "demo_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offset_seconds", BIG, nullable=False),
        sa.CheckConstraint("id = 1", name="ck_demo_clock_one_row"),
        sa.CheckConstraint("offset_seconds >= 0", name="ck_demo_clock_forward"),
        sa.PrimaryKeyConstraint("id", name="pk_demo_clock"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("fencing", sa.Integer(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "network",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("labour_pack", sa.String(length=40), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_network"),
        sa.UniqueConstraint("slug", name="uq_network_slug"),
    )
    op.create_table(
        "opt_out",
        sa.Column("id", BIG, nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("opted_out_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_opt_out"),
        sa.UniqueConstraint("phone", name="uq_opt_out_phone"),
    )
    op.create_table(
        "catalogue_entry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh_hant", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("name_zh_hans", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_catalogue_entry_network_id_network"),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue_entry"),
        sa.UniqueConstraint("network_id", "code", name="uq_catalogue_entry_network_id_code"),
    )
    op.create_table(
        "customer",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_customer_network_id_network"),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
        sa.UniqueConstraint("id", "network_id", name="uq_customer_id_network_id"),
        sa.UniqueConstraint("network_id", "phone", name="uq_customer_network_id_phone"),
    )
    op.create_table(
        "phone_code",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_phone_code_network_id_network"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_code"),
    )
    op.create_index(
        "ix_phone_code_network_id_phone_created_at",
        "phone_code",
        ["network_id", "phone", "created_at"],
        unique=False,
    )
    op.create_table(
        "planning_input",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_planning_input_network_id_network"),
        sa.PrimaryKeyConstraint("id", name="pk_planning_input"),
        sa.UniqueConstraint("network_id", "digest", name="uq_planning_input_network_id_digest"),
    )
    op.create_table(
        "weights_version",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_weights_version_network_id_network"),
        sa.PrimaryKeyConstraint("id", name="pk_weights_version"),
        sa.UniqueConstraint("network_id", "number", name="uq_weights_version_network_id_number"),
    )
    op.create_table(
        "planning_run",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("window_starts_at", INSTANT, nullable=True),
        sa.Column("window_ends_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.Column("input_digest", sa.String(length=64), nullable=True),
        sa.Column("weights_version_id", BIG, nullable=True),
        sa.Column("seed", sa.Integer(), nullable=True),
        sa.Column("workers", sa.Integer(), nullable=True),
        sa.Column("time_limit_seconds", sa.Float(), nullable=True),
        sa.Column("solver_version", sa.String(length=80), nullable=True),
        sa.Column("wall_seconds", sa.Float(), nullable=True),
        sa.Column("cpu_seconds", sa.Float(), nullable=True),
        sa.Column("progress", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "status IN ('requested', 'running', 'published', 'no_answer', 'failed')",
            name="ck_planning_run_status",
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_planning_run_network_id_network"),
        sa.ForeignKeyConstraint(
            ["weights_version_id"],
            ["weights_version.id"],
            name="fk_planning_run_weights_version_id_weights_version",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_planning_run"),
    )
    op.create_index(
        "ix_planning_run_network_id_requested_at",
        "planning_run",
        ["network_id", "requested_at"],
        unique=False,
    )
    op.create_index(
        "ix_planning_run_network_id_status_id",
        "planning_run",
        ["network_id", "status", "id"],
        unique=False,
    )
    op.create_index(
        "uq_planning_run_requested",
        "planning_run",
        ["network_id"],
        unique=True,
        sqlite_where=sa.text("status = 'requested'"),
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.create_table(
        "salon",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("sms_name", sa.String(length=80), nullable=False),
        sa.Column("sms_name_en", sa.String(length=80), nullable=False),
        sa.Column("district", sa.String(length=80), nullable=False),
        sa.Column("district_en", sa.String(length=80), nullable=False),
        sa.Column("directions", sa.String(length=120), nullable=True),
        sa.Column("directions_en", sa.String(length=120), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("x_km", sa.Double(), nullable=False),
        sa.Column("y_km", sa.Double(), nullable=False),
        sa.Column("cut_off_minutes", sa.Integer(), nullable=False),
        sa.Column("free_minutes", sa.Integer(), nullable=False),
        sa.Column("late_fee_minor", sa.Integer(), nullable=False),
        sa.Column("max_wait_minutes", sa.Integer(), nullable=False),
        sa.Column("approve_minutes", sa.Integer(), nullable=True),
        sa.Column("waitlist_order", sa.String(length=20), nullable=False),
        sa.Column("labour_pack", sa.String(length=40), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "waitlist_order IN ('first_come', 'best_fit', 'value')", name="ck_salon_waitlist_order"
        ),
        sa.CheckConstraint("approve_minutes > 0", name="ck_salon_approve_minutes"),
        sa.CheckConstraint("cut_off_minutes >= 0", name="ck_salon_cut_off_minutes"),
        sa.CheckConstraint("free_minutes >= cut_off_minutes", name="ck_salon_free_minutes"),
        sa.CheckConstraint("late_fee_minor >= 0", name="ck_salon_late_fee_minor"),
        sa.CheckConstraint("max_wait_minutes BETWEEN 0 AND 60", name="ck_salon_max_wait_minutes"),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_salon_network_id_network"),
        sa.PrimaryKeyConstraint("id", name="pk_salon"),
        sa.UniqueConstraint("id", "network_id", name="uq_salon_id_network_id"),
        sa.UniqueConstraint("slug", name="uq_salon_slug"),
    )
    op.create_index("ix_salon_network_id", "salon", ["network_id"], unique=False)
    op.create_table(
        "skill",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh_hant", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("name_zh_hans", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_skill_network_id_network"),
        sa.PrimaryKeyConstraint("id", name="pk_skill"),
        sa.UniqueConstraint("id", "network_id", name="uq_skill_id_network_id"),
        sa.UniqueConstraint("network_id", "code", name="uq_skill_network_id_code"),
    )
    op.create_table(
        "card",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("customer_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "network_id"],
            ["customer.id", "customer.network_id"],
            name="fk_card_customer_id_network_id_customer",
        ),
        sa.ForeignKeyConstraint(
            ["salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_card_salon_id_network_id_salon",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_card"),
        sa.UniqueConstraint("customer_id", "salon_id", name="uq_card_customer_id_salon_id"),
    )
    op.create_index("ix_card_salon_id", "card", ["salon_id"], unique=False)
    op.create_table(
        "closure",
        sa.Column("id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_closure_starts_at_before_ends_at"),
        sa.ForeignKeyConstraint(["salon_id"], ["salon.id"], name="fk_closure_salon_id_salon"),
        sa.PrimaryKeyConstraint("id", name="pk_closure"),
    )
    op.create_index("ix_closure_salon_id_ends_at", "closure", ["salon_id", "ends_at"], unique=False)
    op.create_table(
        "salon_link",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("sister_id", BIG, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("salon_id <> sister_id", name="ck_salon_link_two_salons"),
        sa.ForeignKeyConstraint(
            ["salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_salon_link_salon_id_network_id_salon",
        ),
        sa.ForeignKeyConstraint(
            ["sister_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_salon_link_sister_id_network_id_salon",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_salon_link"),
        sa.UniqueConstraint("salon_id", "sister_id", name="uq_salon_link_salon_id_sister_id"),
    )
    op.create_index("ix_salon_link_sister_id", "salon_link", ["sister_id"], unique=False)
    op.create_table(
        "service",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("skill_id", BIG, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("length", sa.String(length=20), nullable=False),
        sa.Column("add_on", sa.Boolean(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("bookable", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length IN ('any', 'short', 'medium', 'long')", name="ck_service_length"),
        sa.CheckConstraint("price_minor >= 0", name="ck_service_price_minor"),
        sa.ForeignKeyConstraint(
            ["network_id", "code"],
            ["catalogue_entry.network_id", "catalogue_entry.code"],
            name="fk_service_network_id_code_catalogue_entry",
        ),
        sa.ForeignKeyConstraint(
            ["salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_service_salon_id_network_id_salon",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id", "network_id"],
            ["skill.id", "skill.network_id"],
            name="fk_service_skill_id_network_id_skill",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
        sa.UniqueConstraint("id", "network_id", name="uq_service_id_network_id"),
        sa.UniqueConstraint("id", "salon_id", name="uq_service_id_salon_id"),
        sa.UniqueConstraint("salon_id", "code", "length", name="uq_service_salon_id_code_length"),
    )
    op.create_table(
        "station",
        sa.Column("id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('chair', 'basin', 'machine')", name="ck_station_kind"),
        sa.ForeignKeyConstraint(["salon_id"], ["salon.id"], name="fk_station_salon_id_salon"),
        sa.PrimaryKeyConstraint("id", name="pk_station"),
        sa.UniqueConstraint("id", "salon_id", name="uq_station_id_salon_id"),
        sa.UniqueConstraint("salon_id", "kind", "position", name="uq_station_salon_id_kind_position"),
    )
    op.create_table(
        "stylist",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("home_salon_id", BIG, nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("pooled", sa.Boolean(), nullable=False),
        sa.Column("gender", sa.String(length=20), nullable=True),
        sa.Column("speaks", sa.JSON(), nullable=False),
        sa.Column("takes_second_guest", sa.Boolean(), nullable=False),
        sa.Column("x_km", sa.Double(), nullable=False),
        sa.Column("y_km", sa.Double(), nullable=False),
        sa.Column("max_travel_minutes", sa.Integer(), nullable=False),
        sa.Column("min_rest_minutes", sa.Integer(), nullable=False),
        sa.Column("max_day_minutes", sa.Integer(), nullable=False),
        sa.Column("max_week_minutes", sa.Integer(), nullable=False),
        sa.Column("wanted_week_minutes", sa.Integer(), nullable=False),
        sa.Column("hourly_pay_minor", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("gender IN ('woman', 'man')", name="ck_stylist_gender"),
        sa.CheckConstraint("hourly_pay_minor >= 0", name="ck_stylist_hourly_pay_minor"),
        sa.ForeignKeyConstraint(
            ["home_salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_stylist_home_salon_id_network_id_salon",
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_stylist_network_id_network"),
        sa.PrimaryKeyConstraint("id", name="pk_stylist"),
        sa.UniqueConstraint("id", "network_id", name="uq_stylist_id_network_id"),
    )
    op.create_index("ix_stylist_home_salon_id", "stylist", ["home_salon_id"], unique=False)
    op.create_index("ix_stylist_network_id", "stylist", ["network_id"], unique=False)
    op.create_table(
        "waitlist_entry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("customer_id", BIG, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("stylist_ids", sa.JSON(), nullable=False),
        sa.Column("guest_name", sa.String(length=80), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'offered', 'booked', 'left', 'expired')", name="ck_waitlist_entry_status"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "network_id"],
            ["customer.id", "customer.network_id"],
            name="fk_waitlist_entry_customer_id_network_id_customer",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_waitlist_entry"),
        sa.UniqueConstraint("id", "network_id", name="uq_waitlist_entry_id_network_id"),
        sa.UniqueConstraint("link_digest", name="uq_waitlist_entry_link_digest"),
    )
    op.create_index("ix_waitlist_entry_customer_id", "waitlist_entry", ["customer_id"], unique=False)
    op.create_index(
        "ix_waitlist_entry_network_id_status_created_at",
        "waitlist_entry",
        ["network_id", "status", "created_at"],
        unique=False,
    )
    op.create_table(
        "account",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("stylist_id", BIG, nullable=True),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_account_network_id_network"),
        sa.ForeignKeyConstraint(
            ["stylist_id", "network_id"],
            ["stylist.id", "stylist.network_id"],
            name="fk_account_stylist_id_network_id_stylist",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("id", "network_id", name="uq_account_id_network_id"),
        sa.UniqueConstraint("network_id", "phone", name="uq_account_network_id_phone"),
        sa.UniqueConstraint("stylist_id", name="uq_account_stylist_id"),
    )
    op.create_table(
        "availability",
        sa.Column("id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_availability_weekday"),
        sa.ForeignKeyConstraint(["stylist_id"], ["stylist.id"], name="fk_availability_stylist_id_stylist"),
        sa.PrimaryKeyConstraint("id", name="pk_availability"),
    )
    op.create_index("ix_availability_stylist_id", "availability", ["stylist_id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("customer_id", BIG, nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("held_until", INSTANT, nullable=True),
        sa.Column("answer_by", INSTANT, nullable=True),
        sa.Column("stylist_named", sa.Boolean(), nullable=False),
        sa.Column("parallel", sa.Boolean(), nullable=False),
        sa.Column("wanted_gender", sa.String(length=20), nullable=True),
        sa.Column("wanted_language", sa.String(length=8), nullable=True),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("client_ref", sa.String(length=255), nullable=True),
        sa.Column("no_sms_reason", sa.String(length=20), nullable=True),
        sa.Column("cancel_cause", sa.String(length=20), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("moved_at", INSTANT, nullable=True),
        sa.Column("will_come_at", INSTANT, nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancelled_late", sa.Boolean(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("told_sequence", sa.Integer(), nullable=True),
        sa.Column("fee_minor", sa.Integer(), nullable=False),
        sa.Column("series_id", BIG, nullable=True),
        sa.Column("waitlist_entry_id", BIG, nullable=True),
        sa.Column("link_digest", sa.String(length=64), nullable=True),
        sa.Column("hold_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "cancel_cause IN ('hold_expired', 'not_approved', 'guest', 'salon')",
            name="ck_booking_cancel_cause",
        ),
        sa.CheckConstraint(
            "no_sms_reason IN ('no_phone', 'opted_out', 'capped')", name="ck_booking_no_sms_reason"
        ),
        sa.CheckConstraint("status <> 'held' OR held_until IS NOT NULL", name="ck_booking_held_until"),
        sa.CheckConstraint(
            "status IN ('held', 'pending', 'confirmed', 'checked_in', 'completed', 'cancelled', 'no_show')",
            name="ck_booking_status",
        ),
        sa.CheckConstraint("wanted_gender IN ('woman', 'man')", name="ck_booking_wanted_gender"),
        sa.CheckConstraint("starts_at < ends_at", name="ck_booking_starts_at_before_ends_at"),
        sa.ForeignKeyConstraint(
            ["customer_id", "network_id"],
            ["customer.id", "customer.network_id"],
            name="fk_booking_customer_id_network_id_customer",
        ),
        sa.ForeignKeyConstraint(
            ["salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_booking_salon_id_network_id_salon",
        ),
        sa.ForeignKeyConstraint(["series_id"], ["booking.id"], name="fk_booking_series_id_booking"),
        sa.ForeignKeyConstraint(
            ["stylist_id", "network_id"],
            ["stylist.id", "stylist.network_id"],
            name="fk_booking_stylist_id_network_id_stylist",
        ),
        sa.ForeignKeyConstraint(
            ["waitlist_entry_id", "network_id"],
            ["waitlist_entry.id", "waitlist_entry.network_id"],
            name="fk_booking_waitlist_entry_id_network_id_waitlist_entry",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_booking"),
        sa.UniqueConstraint("client_ref", name="uq_booking_client_ref"),
        sa.UniqueConstraint("hold_digest", name="uq_booking_hold_digest"),
        sa.UniqueConstraint("id", "salon_id", name="uq_booking_id_salon_id"),
        sa.UniqueConstraint("link_digest", name="uq_booking_link_digest"),
    )
    op.create_index("ix_booking_customer_id_starts_at", "booking", ["customer_id", "starts_at"], unique=False)
    op.create_index("ix_booking_salon_id_starts_at", "booking", ["salon_id", "starts_at"], unique=False)
    op.create_index("ix_booking_series_id", "booking", ["series_id"], unique=False)
    op.create_index("ix_booking_status_held_until", "booking", ["status", "held_until"], unique=False)
    op.create_index("ix_booking_stylist_id_starts_at", "booking", ["stylist_id", "starts_at"], unique=False)
    op.create_index("ix_booking_waitlist_entry_id", "booking", ["waitlist_entry_id"], unique=False)
    op.create_table(
        "rota_pattern",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_rota_pattern_weekday"),
        sa.ForeignKeyConstraint(
            ["salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_rota_pattern_salon_id_network_id_salon",
        ),
        sa.ForeignKeyConstraint(
            ["stylist_id", "network_id"],
            ["stylist.id", "stylist.network_id"],
            name="fk_rota_pattern_stylist_id_network_id_stylist",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rota_pattern"),
        sa.UniqueConstraint("id", "salon_id", name="uq_rota_pattern_id_salon_id"),
    )
    op.create_index("ix_rota_pattern_salon_id", "rota_pattern", ["salon_id"], unique=False)
    op.create_index("ix_rota_pattern_stylist_id", "rota_pattern", ["stylist_id"], unique=False)
    op.create_table(
        "service_segment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("hands", sa.Boolean(), nullable=False),
        sa.Column("station", sa.String(length=20), nullable=False),
        sa.Column("skill_id", BIG, nullable=True),
        sa.CheckConstraint("station IN ('chair', 'basin', 'machine')", name="ck_service_segment_station"),
        sa.CheckConstraint("minutes > 0", name="ck_service_segment_minutes"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_service_segment_service_id_service"),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name="fk_service_segment_skill_id_skill"),
        sa.PrimaryKeyConstraint("id", name="pk_service_segment"),
        sa.UniqueConstraint("service_id", "position", name="uq_service_segment_service_id_position"),
    )
    op.create_table(
        "standing_yes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("least_hourly_pay_minor", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_standing_yes_weekday"),
        sa.ForeignKeyConstraint(
            ["salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_standing_yes_salon_id_network_id_salon",
        ),
        sa.ForeignKeyConstraint(
            ["stylist_id", "network_id"],
            ["stylist.id", "stylist.network_id"],
            name="fk_standing_yes_stylist_id_network_id_stylist",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_standing_yes"),
    )
    op.create_index("ix_standing_yes_stylist_id", "standing_yes", ["stylist_id"], unique=False)
    op.create_table(
        "stylist_service",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("price_minor >= 0", name="ck_stylist_service_price_minor"),
        sa.ForeignKeyConstraint(
            ["service_id", "network_id"],
            ["service.id", "service.network_id"],
            name="fk_stylist_service_service_id_network_id_service",
        ),
        sa.ForeignKeyConstraint(
            ["stylist_id", "network_id"],
            ["stylist.id", "stylist.network_id"],
            name="fk_stylist_service_stylist_id_network_id_stylist",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stylist_service"),
        sa.UniqueConstraint("stylist_id", "service_id", name="uq_stylist_service_stylist_id_service_id"),
    )
    op.create_index("ix_stylist_service_service_id", "stylist_service", ["service_id"], unique=False)
    op.create_table(
        "stylist_skill",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("skill_id", BIG, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["skill_id", "network_id"],
            ["skill.id", "skill.network_id"],
            name="fk_stylist_skill_skill_id_network_id_skill",
        ),
        sa.ForeignKeyConstraint(
            ["stylist_id", "network_id"],
            ["stylist.id", "stylist.network_id"],
            name="fk_stylist_skill_stylist_id_network_id_stylist",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stylist_skill"),
        sa.UniqueConstraint(
            "stylist_id", "skill_id", "valid_from", name="uq_stylist_skill_stylist_id_skill_id_valid_from"
        ),
    )
    op.create_index("ix_stylist_skill_skill_id", "stylist_skill", ["skill_id"], unique=False)
    op.create_table(
        "time_off",
        sa.Column("id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_time_off_starts_at_before_ends_at"),
        sa.ForeignKeyConstraint(["stylist_id"], ["stylist.id"], name="fk_time_off_stylist_id_stylist"),
        sa.PrimaryKeyConstraint("id", name="pk_time_off"),
    )
    op.create_index("ix_time_off_stylist_id", "time_off", ["stylist_id"], unique=False)
    op.create_table(
        "waitlist_salon",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id", "network_id"],
            ["waitlist_entry.id", "waitlist_entry.network_id"],
            name="fk_waitlist_salon_entry_id_network_id_waitlist_entry",
        ),
        sa.ForeignKeyConstraint(
            ["salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_waitlist_salon_salon_id_network_id_salon",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_waitlist_salon"),
        sa.UniqueConstraint("entry_id", "salon_id", name="uq_waitlist_salon_entry_id_salon_id"),
    )
    op.create_index("ix_waitlist_salon_salon_id", "waitlist_salon", ["salon_id"], unique=False)
    op.create_table(
        "waitlist_window",
        sa.Column("id", BIG, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_waitlist_window_starts_at_before_ends_at"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["waitlist_entry.id"], name="fk_waitlist_window_entry_id_waitlist_entry"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_waitlist_window"),
    )
    op.create_index("ix_waitlist_window_ends_at", "waitlist_window", ["ends_at"], unique=False)
    op.create_index("ix_waitlist_window_entry_id", "waitlist_window", ["entry_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_api_token_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("digest", name="uq_api_token_digest"),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"], unique=False)
    op.create_table(
        "asked_move",
        sa.Column("id", BIG, nullable=False),
        sa.Column("booking_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("answer_by", INSTANT, nullable=False),
        sa.Column("fee_minor", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_asked_move_booking_id_booking"),
        sa.ForeignKeyConstraint(["stylist_id"], ["stylist.id"], name="fk_asked_move_stylist_id_stylist"),
        sa.PrimaryKeyConstraint("id", name="pk_asked_move"),
        sa.UniqueConstraint("booking_id", name="uq_asked_move_booking_id"),
    )
    op.create_index("ix_asked_move_answer_by", "asked_move", ["answer_by"], unique=False)
    op.create_table(
        "booking_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("booking_id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("named_stylist_id", BIG, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("guest", sa.Integer(), nullable=False),
        sa.Column("guest_name", sa.String(length=80), nullable=True),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.CheckConstraint("guest >= 0", name="ck_booking_item_guest"),
        sa.ForeignKeyConstraint(
            ["booking_id", "salon_id"],
            ["booking.id", "booking.salon_id"],
            name="fk_booking_item_booking_id_salon_id_booking",
        ),
        sa.ForeignKeyConstraint(
            ["named_stylist_id"], ["stylist.id"], name="fk_booking_item_named_stylist_id_stylist"
        ),
        sa.ForeignKeyConstraint(
            ["service_id", "salon_id"],
            ["service.id", "service.salon_id"],
            name="fk_booking_item_service_id_salon_id_service",
        ),
        sa.ForeignKeyConstraint(["stylist_id"], ["stylist.id"], name="fk_booking_item_stylist_id_stylist"),
        sa.PrimaryKeyConstraint("id", name="pk_booking_item"),
        sa.UniqueConstraint("booking_id", "position", name="uq_booking_item_booking_id_position"),
        sa.UniqueConstraint("id", "booking_id", name="uq_booking_item_id_booking_id"),
    )
    op.create_index("ix_booking_item_service_id", "booking_item", ["service_id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("id", BIG, nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("body_digest", sa.String(length=64), nullable=False),
        sa.Column("booking_id", BIG, nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_idempotency_key_booking_id_booking"),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_key"),
        sa.UniqueConstraint("route", "key", name="uq_idempotency_key_route_key"),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "role",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.CheckConstraint("kind IN ('owner', 'receptionist', 'stylist', 'office')", name="ck_role_kind"),
        sa.ForeignKeyConstraint(
            ["account_id", "network_id"],
            ["account.id", "account.network_id"],
            name="fk_role_account_id_network_id_account",
        ),
        sa.ForeignKeyConstraint(
            ["salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_role_salon_id_network_id_salon",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_role"),
        sa.UniqueConstraint("account_id", "kind", "salon_id", name="uq_role_account_id_kind_salon_id"),
    )
    op.create_index("ix_role_salon_id", "role", ["salon_id"], unique=False)
    op.create_table(
        "rota_break",
        sa.Column("id", BIG, nullable=False),
        sa.Column("pattern_id", BIG, nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pattern_id"], ["rota_pattern.id"], name="fk_rota_break_pattern_id_rota_pattern"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rota_break"),
    )
    op.create_index("ix_rota_break_pattern_id", "rota_break", ["pattern_id"], unique=False)
    op.create_table(
        "shift",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("skill_id", BIG, nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("hourly_pay_minor", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("rota_pattern_id", BIG, nullable=True),
        sa.Column("works_on", sa.Date(), nullable=True),
        sa.Column("edited_at", INSTANT, nullable=True),
        sa.Column("posted_by_account_id", BIG, nullable=True),
        sa.Column("replaces_shift_id", BIG, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("source IN ('rota', 'post')", name="ck_shift_source"),
        sa.CheckConstraint(
            "status IN ('posted', 'offering', 'filled', 'unfilled', 'cancelled')", name="ck_shift_status"
        ),
        sa.CheckConstraint("priority BETWEEN 1 AND 3", name="ck_shift_priority"),
        sa.CheckConstraint("seats > 0", name="ck_shift_seats"),
        sa.CheckConstraint("starts_at < ends_at", name="ck_shift_starts_at_before_ends_at"),
        sa.ForeignKeyConstraint(
            ["posted_by_account_id"], ["account.id"], name="fk_shift_posted_by_account_id_account"
        ),
        sa.ForeignKeyConstraint(
            ["rota_pattern_id", "salon_id"],
            ["rota_pattern.id", "rota_pattern.salon_id"],
            name="fk_shift_rota_pattern_id_salon_id_rota_pattern",
        ),
        sa.ForeignKeyConstraint(
            ["replaces_shift_id", "salon_id"],
            ["shift.id", "shift.salon_id"],
            name="fk_shift_replaces_shift_id_salon_id_shift",
        ),
        sa.ForeignKeyConstraint(
            ["salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_shift_salon_id_network_id_salon",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id", "network_id"],
            ["skill.id", "skill.network_id"],
            name="fk_shift_skill_id_network_id_skill",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shift"),
        sa.UniqueConstraint("id", "network_id", name="uq_shift_id_network_id"),
        sa.UniqueConstraint("id", "salon_id", name="uq_shift_id_salon_id"),
        sa.UniqueConstraint("rota_pattern_id", "works_on", name="uq_shift_rota_pattern_id_works_on"),
    )
    op.create_index(
        "ix_shift_network_id_status_starts_at", "shift", ["network_id", "status", "starts_at"], unique=False
    )
    op.create_index("ix_shift_replaces_shift_id", "shift", ["replaces_shift_id"], unique=False)
    op.create_index("ix_shift_salon_id_starts_at", "shift", ["salon_id", "starts_at"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_sign_in_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("link_digest", name="uq_sign_in_link_digest"),
    )
    op.create_index("ix_sign_in_account_id", "sign_in", ["account_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=False),
        sa.Column("shift_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("hourly_pay_minor", sa.Integer(), nullable=False),
        sa.Column("override_reason", sa.String(length=200), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "source IN ('rota', 'offer', 'standing_yes', 'by_hand')", name="ck_assignment_source"
        ),
        sa.CheckConstraint(
            "status IN ('active', 'confirmed', 'completed', 'released', 'cancelled')",
            name="ck_assignment_status",
        ),
        sa.CheckConstraint("starts_at < ends_at", name="ck_assignment_starts_at_before_ends_at"),
        sa.ForeignKeyConstraint(
            ["salon_id", "network_id"],
            ["salon.id", "salon.network_id"],
            name="fk_assignment_salon_id_network_id_salon",
        ),
        sa.ForeignKeyConstraint(
            ["shift_id", "salon_id"],
            ["shift.id", "shift.salon_id"],
            name="fk_assignment_shift_id_salon_id_shift",
        ),
        sa.ForeignKeyConstraint(
            ["stylist_id", "network_id"],
            ["stylist.id", "stylist.network_id"],
            name="fk_assignment_stylist_id_network_id_stylist",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
        sa.UniqueConstraint("id", "salon_id", name="uq_assignment_id_salon_id"),
    )
    op.create_index("ix_assignment_salon_id_starts_at", "assignment", ["salon_id", "starts_at"], unique=False)
    op.create_index("ix_assignment_shift_id", "assignment", ["shift_id"], unique=False)
    op.create_index(
        "ix_assignment_stylist_id_starts_at", "assignment", ["stylist_id", "starts_at"], unique=False
    )
    op.create_table(
        "decision",
        sa.Column("id", BIG, nullable=False),
        sa.Column("planning_run_id", BIG, nullable=False),
        sa.Column("shift_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("stylist_id", BIG, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('assigned', 'offered', 'unfilled', 'dropped')", name="ck_decision_kind"),
        sa.ForeignKeyConstraint(
            ["planning_run_id"], ["planning_run.id"], name="fk_decision_planning_run_id_planning_run"
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name="fk_decision_shift_id_shift"),
        sa.ForeignKeyConstraint(["stylist_id"], ["stylist.id"], name="fk_decision_stylist_id_stylist"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_planning_run_id", "decision", ["planning_run_id"], unique=False)
    op.create_index("ix_decision_shift_id_id", "decision", ["shift_id", "id"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("shift_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("planning_run_id", BIG, nullable=True),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("hourly_pay_minor", sa.Integer(), nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "status IN ('offered', 'accepted', 'declined', 'expired', 'superseded', 'withdrawn')",
            name="ck_offer_status",
        ),
        sa.ForeignKeyConstraint(
            ["planning_run_id"], ["planning_run.id"], name="fk_offer_planning_run_id_planning_run"
        ),
        sa.ForeignKeyConstraint(
            ["shift_id", "network_id"],
            ["shift.id", "shift.network_id"],
            name="fk_offer_shift_id_network_id_shift",
        ),
        sa.ForeignKeyConstraint(
            ["stylist_id", "network_id"],
            ["stylist.id", "stylist.network_id"],
            name="fk_offer_stylist_id_network_id_stylist",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
        sa.UniqueConstraint("link_digest", name="uq_offer_link_digest"),
        sa.UniqueConstraint("shift_id", "stylist_id", name="uq_offer_shift_id_stylist_id"),
    )
    op.create_index("ix_offer_status_expires_at", "offer", ["status", "expires_at"], unique=False)
    op.create_index(
        "uq_offer_live_per_stylist",
        "offer",
        ["stylist_id"],
        unique=True,
        sqlite_where=sa.text("status = 'offered'"),
        postgresql_where=sa.text("status = 'offered'"),
    )
    op.create_table(
        "segment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("booking_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("hands", sa.Boolean(), nullable=False),
        sa.Column("station", sa.String(length=20), nullable=False),
        sa.CheckConstraint("station IN ('chair', 'basin', 'machine')", name="ck_segment_station"),
        sa.CheckConstraint("starts_at < ends_at", name="ck_segment_starts_at_before_ends_at"),
        sa.ForeignKeyConstraint(
            ["item_id", "booking_id"],
            ["booking_item.id", "booking_item.booking_id"],
            name="fk_segment_item_id_booking_id_booking_item",
        ),
        sa.ForeignKeyConstraint(["stylist_id"], ["stylist.id"], name="fk_segment_stylist_id_stylist"),
        sa.PrimaryKeyConstraint("id", name="pk_segment"),
    )
    op.create_index("ix_segment_booking_id", "segment", ["booking_id"], unique=False)
    op.create_index("ix_segment_stylist_id_starts_at", "segment", ["stylist_id", "starts_at"], unique=False)
    op.create_table(
        "inbound_message",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("body", sa.String(length=2000), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("handled_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("salon_id", BIG, nullable=True),
        sa.Column("desk_done_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["salon_id"], ["salon.id"], name="fk_inbound_message_salon_id_salon"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_message"),
        sa.UniqueConstraint("sid", name="uq_inbound_message_sid"),
    )
    op.create_index("ix_inbound_message_handled_at_id", "inbound_message", ["handled_at", "id"], unique=False)
    op.create_index(
        "ix_inbound_message_sender_received_at", "inbound_message", ["sender", "received_at"], unique=False
    )
    op.create_index(
        "ix_inbound_message_salon_id_received_at",
        "inbound_message",
        ["salon_id", "received_at"],
        unique=False,
    )
    op.create_table(
        "provider",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("probes", sa.Integer(), nullable=False),
        sa.Column("probe_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_provider"),
    )
    op.create_table(
        "receipt",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sid", sa.String(length=40), nullable=False),
        sa.Column("word", sa.String(length=20), nullable=False),
        sa.Column("error_code", sa.String(length=20), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
    )
    op.create_index("ix_receipt_sid", "receipt", ["sid"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("salon_id", BIG, nullable=True),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("text_id", sa.String(length=40), nullable=False),
        sa.Column("to", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("body", sa.String(length=480), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("booking_id", BIG, nullable=True),
        sa.Column("offer_id", BIG, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("sid", sa.String(length=40), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("error_code", sa.String(length=20), nullable=True),
        sa.Column("lookups", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("redeliveries", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=True),
        sa.Column("price_micro", BIG, nullable=True),
        sa.Column("price_currency", sa.String(length=3), nullable=True),
        sa.Column("desk_done_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'unknown', "
            "'expired', 'held')",
            name="ck_message_status",
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_message_booking_id_booking"),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_message_network_id_network"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_message_offer_id_offer"),
        sa.ForeignKeyConstraint(["salon_id"], ["salon.id"], name="fk_message_salon_id_salon"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("event_id", name="uq_message_event_id"),
    )
    op.create_index("ix_message_booking_id", "message", ["booking_id"], unique=False)
    op.create_index("ix_message_offer_id", "message", ["offer_id"], unique=False)
    op.create_index("ix_message_salon_id_created_at", "message", ["salon_id", "created_at"], unique=False)
    op.create_index("ix_message_sid", "message", ["sid"], unique=False)
    op.create_index("ix_message_status_due_at", "message", ["status", "due_at"], unique=False)
    op.create_index("ix_message_status_sent_at", "message", ["status", "sent_at"], unique=False)
    op.create_index("ix_message_to_created_at", "message", ["to", "created_at"], unique=False)
    op.create_index(
        "uq_message_unfinished_to_body",
        "message",
        ["to", "body"],
        unique=True,
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_table(
        "occupancy",
        sa.Column("id", BIG, nullable=False),
        sa.Column("resource", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("held_until", INSTANT, nullable=True),
        sa.Column("booking_id", BIG, nullable=True),
        sa.Column("assignment_id", BIG, nullable=True),
        sa.Column("closure_id", BIG, nullable=True),
        sa.CheckConstraint("ends_at - starts_at <= 1500", name="ck_occupancy_at_most_25_hours"),
        sa.CheckConstraint(
            "CASE WHEN booking_id IS NULL THEN 0 ELSE 1 END + CASE WHEN assignment_id IS NULL THEN 0 ELSE "
            "1 END + CASE WHEN closure_id IS NULL THEN 0 ELSE 1 END = 1",
            name="ck_occupancy_one_owner",
        ),
        sa.CheckConstraint("starts_at < ends_at", name="ck_occupancy_starts_at_before_ends_at"),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name="fk_occupancy_assignment_id_assignment"
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_occupancy_booking_id_booking"),
        sa.ForeignKeyConstraint(["closure_id"], ["closure.id"], name="fk_occupancy_closure_id_closure"),
        sa.PrimaryKeyConstraint("id", name="pk_occupancy"),
    )
    op.create_index("ix_occupancy_assignment_id", "occupancy", ["assignment_id"], unique=False)
    op.create_index("ix_occupancy_booking_id", "occupancy", ["booking_id"], unique=False)
    op.create_index("ix_occupancy_closure_id", "occupancy", ["closure_id"], unique=False)
    op.create_index(
        "ix_occupancy_resource_ends_at_starts_at",
        "occupancy",
        ["resource", "ends_at", "starts_at", "held_until", "booking_id"],
        unique=False,
    )
    op.create_table(
        "what_if",
        sa.Column("id", BIG, nullable=False),
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("shift_id", BIG, nullable=False),
        sa.Column("stylist_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.CheckConstraint("side IN ('stylist', 'owner')", name="ck_what_if_side"),
        sa.CheckConstraint("status IN ('requested', 'running', 'done', 'failed')", name="ck_what_if_status"),
        sa.ForeignKeyConstraint(
            ["account_id", "network_id"],
            ["account.id", "account.network_id"],
            name="fk_what_if_account_id_network_id_account",
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_what_if_network_id_network"),
        sa.ForeignKeyConstraint(
            ["shift_id", "network_id"],
            ["shift.id", "shift.network_id"],
            name="fk_what_if_shift_id_network_id_shift",
        ),
        sa.ForeignKeyConstraint(
            ["stylist_id", "network_id"],
            ["stylist.id", "stylist.network_id"],
            name="fk_what_if_stylist_id_network_id_stylist",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_what_if"),
    )
    op.create_index("ix_what_if_account_id_shift_id", "what_if", ["account_id", "shift_id"], unique=False)
    op.create_index("ix_what_if_expires_at", "what_if", ["expires_at"], unique=False)
    op.create_index("ix_what_if_status_id", "what_if", ["status", "id"], unique=False)
    op.create_index(
        "uq_what_if_waiting",
        "what_if",
        ["account_id", "side", "shift_id", "stylist_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('requested', 'running')"),
        postgresql_where=sa.text("status IN ('requested', 'running')"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_what_if_waiting",
        table_name="what_if",
        sqlite_where=sa.text("status IN ('requested', 'running')"),
        postgresql_where=sa.text("status IN ('requested', 'running')"),
    )
    op.drop_index("ix_what_if_status_id", table_name="what_if")
    op.drop_index("ix_what_if_expires_at", table_name="what_if")
    op.drop_index("ix_what_if_account_id_shift_id", table_name="what_if")
    op.drop_table("what_if")
    op.drop_index("ix_occupancy_resource_ends_at_starts_at", table_name="occupancy")
    op.drop_index("ix_occupancy_closure_id", table_name="occupancy")
    op.drop_index("ix_occupancy_booking_id", table_name="occupancy")
    op.drop_index("ix_occupancy_assignment_id", table_name="occupancy")
    op.drop_table("occupancy")
    op.drop_index(
        "uq_message_unfinished_to_body",
        table_name="message",
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.drop_index("ix_message_to_created_at", table_name="message")
    op.drop_index("ix_message_status_sent_at", table_name="message")
    op.drop_index("ix_message_status_due_at", table_name="message")
    op.drop_index("ix_message_sid", table_name="message")
    op.drop_index("ix_message_salon_id_created_at", table_name="message")
    op.drop_index("ix_message_offer_id", table_name="message")
    op.drop_index("ix_message_booking_id", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_receipt_sid", table_name="receipt")
    op.drop_table("receipt")
    op.drop_table("provider")
    op.drop_index("ix_inbound_message_salon_id_received_at", table_name="inbound_message")
    op.drop_index("ix_inbound_message_sender_received_at", table_name="inbound_message")
    op.drop_index("ix_inbound_message_handled_at_id", table_name="inbound_message")
    op.drop_table("inbound_message")
    op.drop_index("ix_segment_stylist_id_starts_at", table_name="segment")
    op.drop_index("ix_segment_booking_id", table_name="segment")
    op.drop_table("segment")
    op.drop_index(
        "uq_offer_live_per_stylist",
        table_name="offer",
        sqlite_where=sa.text("status = 'offered'"),
        postgresql_where=sa.text("status = 'offered'"),
    )
    op.drop_index("ix_offer_status_expires_at", table_name="offer")
    op.drop_table("offer")
    op.drop_index("ix_decision_shift_id_id", table_name="decision")
    op.drop_index("ix_decision_planning_run_id", table_name="decision")
    op.drop_table("decision")
    op.drop_index("ix_assignment_stylist_id_starts_at", table_name="assignment")
    op.drop_index("ix_assignment_shift_id", table_name="assignment")
    op.drop_index("ix_assignment_salon_id_starts_at", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index("ix_sign_in_account_id", table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index("ix_shift_salon_id_starts_at", table_name="shift")
    op.drop_index("ix_shift_replaces_shift_id", table_name="shift")
    op.drop_index("ix_shift_network_id_status_starts_at", table_name="shift")
    op.drop_table("shift")
    op.drop_index("ix_rota_break_pattern_id", table_name="rota_break")
    op.drop_table("rota_break")
    op.drop_index("ix_role_salon_id", table_name="role")
    op.drop_table("role")
    op.drop_index("ix_idempotency_key_created_at", table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index("ix_booking_item_service_id", table_name="booking_item")
    op.drop_table("booking_item")
    op.drop_index("ix_asked_move_answer_by", table_name="asked_move")
    op.drop_table("asked_move")
    op.drop_index("ix_api_token_account_id", table_name="api_token")
    op.drop_table("api_token")
    op.drop_index("ix_waitlist_window_entry_id", table_name="waitlist_window")
    op.drop_index("ix_waitlist_window_ends_at", table_name="waitlist_window")
    op.drop_table("waitlist_window")
    op.drop_index("ix_waitlist_salon_salon_id", table_name="waitlist_salon")
    op.drop_table("waitlist_salon")
    op.drop_index("ix_time_off_stylist_id", table_name="time_off")
    op.drop_table("time_off")
    op.drop_index("ix_stylist_skill_skill_id", table_name="stylist_skill")
    op.drop_table("stylist_skill")
    op.drop_index("ix_stylist_service_service_id", table_name="stylist_service")
    op.drop_table("stylist_service")
    op.drop_index("ix_standing_yes_stylist_id", table_name="standing_yes")
    op.drop_table("standing_yes")
    op.drop_table("service_segment")
    op.drop_index("ix_rota_pattern_stylist_id", table_name="rota_pattern")
    op.drop_index("ix_rota_pattern_salon_id", table_name="rota_pattern")
    op.drop_table("rota_pattern")
    op.drop_index("ix_booking_waitlist_entry_id", table_name="booking")
    op.drop_index("ix_booking_stylist_id_starts_at", table_name="booking")
    op.drop_index("ix_booking_status_held_until", table_name="booking")
    op.drop_index("ix_booking_series_id", table_name="booking")
    op.drop_index("ix_booking_salon_id_starts_at", table_name="booking")
    op.drop_index("ix_booking_customer_id_starts_at", table_name="booking")
    op.drop_table("booking")
    op.drop_index("ix_availability_stylist_id", table_name="availability")
    op.drop_table("availability")
    op.drop_table("account")
    op.drop_index("ix_waitlist_entry_network_id_status_created_at", table_name="waitlist_entry")
    op.drop_index("ix_waitlist_entry_customer_id", table_name="waitlist_entry")
    op.drop_table("waitlist_entry")
    op.drop_index("ix_stylist_network_id", table_name="stylist")
    op.drop_index("ix_stylist_home_salon_id", table_name="stylist")
    op.drop_table("stylist")
    op.drop_table("station")
    op.drop_table("service")
    op.drop_index("ix_salon_link_sister_id", table_name="salon_link")
    op.drop_table("salon_link")
    op.drop_index("ix_closure_salon_id_ends_at", table_name="closure")
    op.drop_table("closure")
    op.drop_index("ix_card_salon_id", table_name="card")
    op.drop_table("card")
    op.drop_table("skill")
    op.drop_index("ix_salon_network_id", table_name="salon")
    op.drop_table("salon")
    op.drop_index(
        "uq_planning_run_requested",
        table_name="planning_run",
        sqlite_where=sa.text("status = 'requested'"),
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.drop_index("ix_planning_run_network_id_status_id", table_name="planning_run")
    op.drop_index("ix_planning_run_network_id_requested_at", table_name="planning_run")
    op.drop_table("planning_run")
    op.drop_table("weights_version")
    op.drop_table("planning_input")
    op.drop_index("ix_phone_code_network_id_phone_created_at", table_name="phone_code")
    op.drop_table("phone_code")
    op.drop_table("customer")
    op.drop_table("catalogue_entry")
    op.drop_table("opt_out")
    op.drop_table("network")
    op.drop_table("lease")
    op.drop_table("demo_clock")
    op.drop_index("ix_counter_window_starts_at", table_name="counter")
    op.drop_table("counter")
    op.drop_table("clock_job")
    op.drop_index("ix_audit_entry_subject_subject_id", table_name="audit_entry")
    op.drop_table("audit_entry")
