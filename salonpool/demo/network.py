"""Builds the example network, and starts it over: the one entrance to this room."""

from dataclasses import dataclass
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool import clock
from salonpool.database import db, transaction
from salonpool.demo import emptying, guests, history, lost_texts, rows
from salonpool.demo.rows import TZ
from salonpool.demo.salons import CLOSED_BECAUSE, CLOSING, closed_on
from salonpool.demo.story import QINGHE_CLOSED_ON, Story
from salonpool.domain.closure import LocalSpan
from salonpool.domain.demo import EMPTY_SLUG, GUEST_SALON_SLUG, ZONE, phone_of
from salonpool.domain.local_time import local_day
from salonpool.domain.person import RoleKind
from salonpool.domain.refusal import Refusal
from salonpool.models import Account, Network, Role, Salon, Station
from salonpool.usecases import demo_clock
from salonpool.usecases.salons import closures
from salonpool.usecases.texts.texting import Texting

OPENS, CLOSES = time(10), time(16)
EMPTY_OWNER = phone_of(90)


@dataclass(frozen=True, slots=True)
class Built:
    """What there is now."""

    salons: int
    stylists: int
    guests: int
    bookings: int

    def __str__(self) -> str:
        people = f"{self.stylists} stylists, {self.guests} guests"
        return f"{self.salons} salons, {people}, {self.bookings} bookings"


def find_state() -> str:
    """`empty`, `whole`, or `broken` if building was interrupted. Raises Refusal no_tables, not_a_demo."""
    if not sa.inspect(db.engine).has_table(Network.__tablename__):
        raise Refusal("no_tables", remedy="flask db upgrade")
    emptying.check_only_demo()
    slugs = set(db.session.scalars(sa.select(Network.slug)))
    db.session.rollback()
    if not slugs:
        return "empty"
    return "whole" if EMPTY_SLUG in slugs else "broken"  # the empty network is written last


def build(texting: Texting) -> Built:
    """Empty the database and write the example: its rows first, then its story.

    Raises Refusal demo_off outside the demo, not_a_demo when another network is there.
    """
    if not texting.demo:
        raise Refusal("demo_off", remedy="DEMO=1")
    emptying.empty()
    now = _set_clock()
    today = local_day(now, TZ)
    world = rows.write(today, now)
    booked = history.write(world, today, now, texting)
    day = closed_on(today)
    closures.close(
        salon_ids=[world.salons[CLOSING]],
        span=LocalSpan(day, day),
        reason=CLOSED_BECAUSE,
        actor="command",
        now=now,
    )
    Story(world, now, clock.system_now(), texting).tell()
    lost_texts.write(world.salons[GUEST_SALON_SLUG], now, texting)
    _write_empty_network(now)
    return Built(len(world.salons), len(world.stylists), guests.COUNT, booked)


def _set_clock() -> datetime:
    """The story's salon is open when people first look: the clock goes forward to its next 10:00-16:00."""
    now = clock.system_now()
    until = now
    while not _is_open(until):
        until = demo_clock.next_at(OPENS, until, TZ)
    if until > now:
        demo_clock.jump_to(until, now)
    return clock.now()


def _is_open(instant: datetime) -> bool:
    local = instant.astimezone(TZ)
    return OPENS <= local.time() < CLOSES and local.weekday() != QINGHE_CLOSED_ON


def _write_empty_network(now: datetime) -> None:
    """One salon, one owner, nothing else: what a newcomer sees."""
    with transaction() as session:
        network = Network(
            slug=EMPTY_SLUG, name="新的互助網", zone=ZONE, region="TW", currency="TWD", language="zh-Hant",
            created_at=now,
        )  # fmt: skip
        session.add(network)
        session.flush()
        salon = Salon(
            network_id=network.id, slug="first-salon", name="第一間髮廊", name_en="First Salon",
            sms_name="第一間", sms_name_en="First", district="大同區", district_en="Datong",
            address="延平北路990號",
            phone=phone_of(9), zone=ZONE, language="zh-Hant", x_km=0.0, y_km=0.0, created_at=now,
        )  # fmt: skip
        session.add(salon)
        session.flush()
        session.add(Station(salon_id=salon.id, position=1))
        _write_owner(session, network.id, salon.id, now)


def _write_owner(session: Session, network_id: int, salon_id: int, now: datetime) -> None:
    account = Account(
        network_id=network_id, name="新老闆", phone=EMPTY_OWNER, language="zh-Hant", created_at=now
    )
    session.add(account)
    session.flush()
    session.add(Role(network_id=network_id, account_id=account.id, kind=RoleKind.OWNER, salon_id=salon_id))
