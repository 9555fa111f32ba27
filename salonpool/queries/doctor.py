"""What must always be true of the rows, asked by SQL of its own rather than by the code that keeps it so."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from migrations import guards
from salonpool.database import engine
from salonpool.domain.booking import OCCUPYING_STATES, BookingStatus
from salonpool.domain.caps import CAPS, DAY, Per, key_of
from salonpool.domain.course import StationKind
from salonpool.domain.labour.packs import books
from salonpool.domain.shift import WORKING_STATES
from salonpool.domain.travel import ride_minutes
from salonpool.models import Assignment, Booking, Counter, Network, Occupancy, Salon
from salonpool.queries import text_checks
from salonpool.queries.health import free_bytes, has_room, in_short, newest_revision
from salonpool.queries.quarantines import list_quarantined
from salonpool.queries.text_checks import SHOWN, Finding

THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


def check_database() -> list[Finding]:
    """What keeps the database from being asked anything else; never raises for an absent one."""
    try:
        with engine().connect() as connection:
            return list(_schema(connection))
    except SQLAlchemyError as error:
        what = f"the database cannot be used: {in_short(error)}"
        return [Finding(what, "correct DATABASE_URL, or start the database")]


def list_findings(now: datetime, system_now: datetime, limits_scale: float = 1.0) -> list[Finding]:
    """Every row that is not as it must be, limits that are half used, and networks that are not planned.

    Raises SQLAlchemyError where check_database() finds something.
    """
    with engine().connect() as connection:
        return [
            *_guards(connection),
            *_room(),
            *_overlaps(connection),
            *_bookings_without_place(connection),
            *_places_without_booking(connection),
            *_assignments_without_presence(connection),
            *_impossible_ways(connection),
            *text_checks.list_findings(connection, now, system_now),
            *_half_used_limits(connection, now, limits_scale),
            *_quarantines(connection),
            *_unknown_packs(connection),
        ]


def check_proxy(public_url: str, trusted_proxy_hops: int, now: datetime) -> list[Finding]:
    """A proxy that nobody named: then all guests have its address, and share one set of limits.

    Our server speaks no TLS, so https is a proxy's; and guests of another host do not ask from this machine.
    """
    url = urlsplit(public_url)
    if trusted_proxy_hops or url.hostname in THIS_MACHINE:
        return []
    if url.scheme != "https" and not _asked_from_here(now):
        return []
    return [
        Finding(
            "a proxy stands before the app, but TRUSTED_PROXY_HOPS is 0: all guests count as one address",
            "set TRUSTED_PROXY_HOPS=1, or as many as there are",
        )
    ]


def _asked_from_here(now: datetime) -> bool:
    keys = [
        key_of(cap.name, address)
        for cap in CAPS
        if cap.per == Per.ADDRESS
        for address in ("127.0.0.1", "::/64")
    ]
    lately = sa.exists().where(Counter.key.in_(keys), Counter.window_starts_at > now - DAY)
    with engine().connect() as connection:
        return bool(connection.scalar(sa.select(lately)))


def _schema(connection: Connection) -> Iterator[Finding]:
    found = MigrationContext.configure(connection).get_current_revision()
    if found != newest_revision():
        yield Finding(f"schema is at {found}, this code needs {newest_revision()}", "run: flask db upgrade")
    if connection.dialect.name != "postgresql":
        return
    if connection.scalar(sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'")):
        return
    may = connection.scalar(sa.text("SELECT has_database_privilege(current_database(), 'CREATE')"))
    yield Finding(
        "extension btree_gist is not installed",
        "run: flask db upgrade"
        if may
        else "as the database's owner: CREATE EXTENSION btree_gist, or GRANT CREATE ON DATABASE to our role",
    )


def _guards(connection: Connection) -> Iterator[Finding]:
    for name in guards.missing(connection):
        yield Finding(f"guard {name} is missing", "run: flask db upgrade")


def _room() -> Iterator[Finding]:
    if not has_room():
        free = free_bytes()
        left = f", {free // 2**20} MB are left" if free is not None else ""
        yield Finding(f"the database's disk is full{left}", "make room; nothing has to be restarted")


def _overlaps(connection: Connection) -> Iterator[Finding]:
    one, other = aliased(Occupancy), aliased(Occupancy)
    rows = connection.execute(
        sa.select(one.resource, one.id, other.id)
        .join(other, sa.and_(other.resource == one.resource, other.id > one.id))
        .where(one.starts_at < other.ends_at, other.starts_at < one.ends_at)
        .limit(SHOWN)
    )
    for resource, first, second in rows:
        yield Finding(
            f"{resource} is taken twice: occupancy {first} and {second}", "cancel or move one of the two"
        )


def _bookings_without_place(connection: Connection) -> Iterator[Finding]:
    """A visit needs a chair or a basin, and its stylist's hands."""
    served = OCCUPYING_STATES - {BookingStatus.HELD}
    station = sa.exists().where(
        Occupancy.booking_id == Booking.id,
        sa.or_(*(Occupancy.resource.like(f"{kind}:%") for kind in StationKind)),
    )
    hands = sa.exists().where(
        Occupancy.booking_id == Booking.id,
        Occupancy.resource == sa.literal("stylist:") + sa.cast(Booking.stylist_id, sa.String(20)),
    )
    rows = connection.scalars(
        sa.select(Booking.id)
        .where(Booking.status.in_(served), ~(station & hands))
        .order_by(Booking.id)
        .limit(SHOWN)
    )
    for booking_id in rows:
        yield Finding(f"booking {booking_id} keeps no chair or no stylist", "cancel it and book again")


def _places_without_booking(connection: Connection) -> Iterator[Finding]:
    rows = connection.execute(
        sa.select(Occupancy.id, Booking.id, Booking.status)
        .join(Booking, Booking.id == Occupancy.booking_id)
        .where(Booking.status.not_in(OCCUPYING_STATES))
        .limit(SHOWN)
    )
    for occupancy_id, booking_id, status in rows:
        yield Finding(
            f"booking {booking_id} is {status} but occupancy {occupancy_id} is kept",
            "delete the occupancy row",
        )


def _assignments_without_presence(connection: Connection) -> Iterator[Finding]:
    presence = sa.and_(
        Occupancy.assignment_id == Assignment.id,
        Occupancy.resource == sa.literal("presence:") + sa.cast(Assignment.stylist_id, sa.String(20)),
    )
    rows = connection.execute(
        sa.select(
            Assignment.id, Assignment.starts_at, Assignment.ends_at, Occupancy.starts_at, Occupancy.ends_at
        )
        .outerjoin(Occupancy, presence)
        .where(Assignment.status.in_(WORKING_STATES))
        .order_by(Assignment.id)
    )
    missing = (row[0] for row in rows if row[3] is None or row[3] > row[1] or row[4] < row[2])
    for assignment_id in islice(missing, SHOWN):
        yield Finding(f"assignment {assignment_id} has no presence row", "release it and assign again")


def _impossible_ways(connection: Connection) -> Iterator[Finding]:
    """Two shifts of one stylist at two salons with too little time between them for the ride."""
    rows = connection.execute(
        sa.select(
            Assignment.stylist_id,
            Assignment.id,
            Assignment.salon_id,
            Assignment.starts_at,
            Assignment.ends_at,
            Salon.x_km,
            Salon.y_km,
        )
        .join(Salon, Salon.id == Assignment.salon_id)
        .where(Assignment.status.in_(WORKING_STATES))
        .order_by(Assignment.stylist_id, Assignment.starts_at)
    ).all()
    for one, other in pairwise(rows):
        if one.stylist_id != other.stylist_id or one.salon_id == other.salon_id:
            continue
        needed = timedelta(minutes=ride_minutes((one.x_km, one.y_km), (other.x_km, other.y_km)))
        if other.starts_at - one.ends_at < needed:
            yield Finding(
                f"stylist {one.stylist_id} cannot get from assignment {one.id} to {other.id} in time",
                "release one of the two",
            )


def _half_used_limits(connection: Connection, now: datetime, scale: float) -> Iterator[Finding]:
    """Limits on texts that many numbers share (a salon, a range of numbers, a block of addresses)."""
    slugs = {key_of("", str(row.id)): row.slug for row in connection.execute(sa.select(Salon.id, Salon.slug))}
    for cap in CAPS:
        if not cap.is_watched:
            continue
        rows = connection.execute(
            sa.select(Counter.key, Counter.hits)
            .where(Counter.key.like(f"{cap.name}:%"), Counter.window_starts_at > now - cap.window)
            .where(Counter.hits >= cap.half(scale))
            .order_by(Counter.hits.desc())
            .limit(SHOWN)
        )
        for key, hits in rows:
            who = slugs.get(key.removeprefix(cap.name), f"one {cap.per}")
            yield Finding(
                f"{hits} of at most {cap.scaled_by(scale)} {cap.kind}s for {who} (limit {cap.name})",
                "look at who asks for them; `flask texts off` stops all texts",
            )


def _quarantines(connection: Connection) -> Iterator[Finding]:
    for row in list_quarantined(connection):
        yield Finding(
            f"network {row.network_slug} is in quarantine: {row.quarantine.failures} planning runs failed "
            f"in a row, the last ({row.last_run_id}) because: {row.reason}; it is tried again at "
            f"{row.quarantine.retry_at:%Y-%m-%d %H:%M} UTC",
            f'see "Planning" in docs/operating.md; then: flask plan --network {row.network_slug}',
        )


def _unknown_packs(connection: Connection) -> Iterator[Finding]:
    """Without its pack no problem of the network can be read, so nobody is planned and no yes is heard."""
    for model in (Network, Salon):
        rows = connection.execute(
            sa.select(model.slug, model.labour_pack).where(model.labour_pack.not_in(list(books())))
        )
        for slug, code in rows:
            yield Finding(
                f"{model.__tablename__} {slug} has labour rules {code}, which are not there",
                "put their file back, or choose others (docs/labour-rules.md)",
            )
