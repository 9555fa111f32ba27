"""Small builders of rows: `a_salon(...)`, `a_stylist(...)`; every value has a default, keywords override.

They write rows, not story: what a use case does is done by the use case.
"""

import itertools
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from salonpool.database import Base, db, transaction
from salonpool.domain.links import digest
from salonpool.domain.local_time import at_local
from salonpool.models import (
    Account,
    ApiToken,
    Availability,
    CatalogueEntry,
    Network,
    Offer,
    Role,
    Salon,
    Service,
    ServiceSegment,
    Shift,
    Skill,
    StandingYes,
    Station,
    Stylist,
    StylistSkill,
)
from salonpool.usecases.pool import rotas

TAIPEI = ZoneInfo("Asia/Taipei")
# A Monday morning, 09:00 in Taipei.
NOW = datetime(2026, 10, 19, 1, 0, tzinfo=ZoneInfo("UTC"))
TODAY = date(2026, 10, 19)
_numbers = itertools.count(1)


def at(clock: str, day: date = TODAY, tz: ZoneInfo = TAIPEI) -> datetime:
    """UTC instant of a wall time: at("14:00")."""
    return at_local(day, time.fromisoformat(clock), tz)


def add(row: Base) -> Any:
    """Write one row; returns its id."""
    with transaction() as session:
        session.add(row)
        session.flush()
        return row.id  # type: ignore[attr-defined]


def a_network(**changes: Any) -> int:
    """A network in Taipei."""
    number = next(_numbers)
    values = {
        "slug": f"circle-{number}",
        "name": "圓山互助",
        "zone": "Asia/Taipei",
        "region": "TW",
        "currency": "TWD",
        "language": "zh-Hant",
        "created_at": NOW,
    }
    return int(add(Network(**values | changes)))


def a_salon(network_id: int, *, chairs: int = 2, basins: int = 0, machines: int = 0, **changes: Any) -> int:
    """A salon with its stations."""
    number = next(_numbers)
    values = {
        "slug": f"salon-{number}",
        "name": "青禾髮室",
        "name_en": "Qinghe Hair",
        "sms_name": "青禾",
        "sms_name_en": "Qinghe",
        "district": "大同區",
        "district_en": "Datong",
        "address": "承德路三段 1 號",
        "phone": "+886225912345",
        "zone": "Asia/Taipei",
        "language": "zh-Hant",
        "x_km": 0.0,
        "y_km": 0.0,
        "cut_off_minutes": 180,
        "created_at": NOW,
    } | changes
    values.setdefault("free_minutes", values["cut_off_minutes"])
    salon_id = int(add(Salon(network_id=network_id, **values)))
    for kind, count in (("chair", chairs), ("basin", basins), ("machine", machines)):
        for position in range(count):
            add(Station(salon_id=salon_id, kind=kind, position=position))
    return salon_id


def a_skill(network_id: int, code: str = "cut") -> int:
    """The skill of that code, new if needed."""
    found = db.session.scalar(sa.select(Skill.id).where(Skill.network_id == network_id, Skill.code == code))
    if found is not None:
        return found
    names = {"name_zh_hant": code, "name_en": code, "name_zh_hans": code}
    return int(add(Skill(network_id=network_id, code=code, **names)))


def a_service(
    salon_id: int,
    *,
    code: str = "cut",
    segments: tuple[tuple[int, bool] | tuple[int, bool, str] | tuple[int, bool, str, str], ...] = (
        (60, True),
    ),
    skill: str = "cut",
    price_minor: int = 80000,
    length: str = "any",
    add_on: bool = False,
) -> int:
    """A service; segments are (minutes, hands needed, where, skill), the last two chair and the service's."""
    network_id = db.session.get_one(Salon, salon_id).network_id
    skill_id = a_skill(network_id, skill)
    known = db.session.scalar(
        sa.select(CatalogueEntry.id).where(
            CatalogueEntry.network_id == network_id, CatalogueEntry.code == code
        )
    )
    if known is None:
        names = {"name_zh_hant": f"{code}髮", "name_en": code.title(), "name_zh_hans": f"{code}发"}
        add(CatalogueEntry(network_id=network_id, code=code, **names))
    service = Service(
        network_id=network_id,
        salon_id=salon_id,
        skill_id=skill_id,
        code=code,
        price_minor=price_minor,
        length=length,
        add_on=add_on,
        segments=[_a_segment(network_id, position, *values) for position, values in enumerate(segments)],
    )
    return int(add(service))


def _a_segment(
    network_id: int, position: int, minutes: int, hands: bool, station: str = "chair", skill: str = ""
) -> ServiceSegment:
    skill_id = a_skill(network_id, skill) if skill else None
    return ServiceSegment(position=position, minutes=minutes, hands=hands, station=station, skill_id=skill_id)


def a_stylist(
    network_id: int, *, home: int | None = None, skills: tuple[str, ...] = ("cut",), **changes: Any
) -> int:
    """A stylist with skills; own staff of `home`."""
    number = next(_numbers)
    values = {
        "name": f"小雯{number}",
        "phone": f"+886900{number:06d}",
        "language": "zh-Hant",
        "pooled": False,
        "x_km": 0.0,
        "y_km": 0.0,
        "hourly_pay_minor": 30000,
        "joined_on": date(2020, 1, 1),
    }
    stylist_id = int(add(Stylist(network_id=network_id, home_salon_id=home, **values | changes)))
    for code in skills:
        add(
            StylistSkill(
                network_id=network_id,
                stylist_id=stylist_id,
                skill_id=a_skill(network_id, code),
                valid_from=date(2020, 1, 1),
            )
        )
    return stylist_id


def a_rota(
    stylist_id: int,
    salon_id: int,
    *,
    weekdays: tuple[int, ...] = (0, 1),
    starts: str = "10:00",
    ends: str = "19:00",
    breaks: tuple[tuple[str, str], ...] = (),
    now: datetime = NOW,
) -> None:
    """Weekly hours, materialised from the day of `now`."""
    for weekday in weekdays:
        rotas.set_pattern(
            stylist_id=stylist_id,
            salon_id=salon_id,
            weekday=weekday,
            starts=time.fromisoformat(starts),
            ends=time.fromisoformat(ends),
            breaks=[(time.fromisoformat(a), time.fromisoformat(b)) for a, b in breaks],
            valid_from=(now - timedelta(days=1)).date(),
            actor="command",
            now=now,
        )


def an_account(
    network_id: int, *, owns: tuple[int, ...] = (), stylist: int | None = None, **changes: Any
) -> int:
    """A login: owner of salons, or a stylist's."""
    number = next(_numbers)
    values = {"name": "陳姐", "phone": f"+886911{number:06d}", "language": "zh-Hant", "created_at": NOW}
    account_id = int(add(Account(network_id=network_id, stylist_id=stylist, **values | changes)))
    for salon_id in owns:
        add(Role(network_id=network_id, account_id=account_id, salon_id=salon_id, kind="owner"))
    if stylist is not None:
        add(Role(network_id=network_id, account_id=account_id, kind="stylist"))
    return account_id


def a_token(account_id: int, token: str = "") -> str:
    """A bearer token of the account."""
    token = token or f"token-{next(_numbers)}"
    add(ApiToken(account_id=account_id, digest=digest(token), created_at=NOW))
    return token


def a_pooled_stylist(
    network_id: int,
    *,
    free: tuple[str, str] = ("07:00", "23:00"),
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6),
    **changes: Any,
) -> int:
    """A stylist of the pool who can be asked for every day."""
    stylist_id = a_stylist(network_id, **{"pooled": True, **changes})
    starts, ends = (time.fromisoformat(clock) for clock in free)
    for weekday in weekdays:
        add(Availability(stylist_id=stylist_id, weekday=weekday, starts=starts, ends=ends))
    return stylist_id


def a_standing_yes(
    stylist_id: int, salon_id: int, weekday: int, starts: str, ends: str, least: int = 0
) -> int:
    """A yes given in advance."""
    network_id = db.session.get_one(Salon, salon_id).network_id
    hours = {"weekday": weekday, "starts": time.fromisoformat(starts), "ends": time.fromisoformat(ends)}
    who = {"network_id": network_id, "stylist_id": stylist_id, "salon_id": salon_id}
    return int(add(StandingYes(**who, **hours, least_hourly_pay_minor=least)))


def a_shift(
    salon_id: int,
    starts: str = "14:00",
    ends: str = "18:00",
    *,
    day: date = TODAY + timedelta(days=3),
    ends_day: date | None = None,
    skill: str = "cut",
    tz: ZoneInfo = TAIPEI,
    **changes: Any,
) -> int:
    """A posted shift, Thursday 14:00-18:00 unless said otherwise."""
    network_id = db.session.get_one(Salon, salon_id).network_id
    values = {
        "source": "post",
        "status": "posted",
        "starts_at": at(starts, day, tz),
        "ends_at": at(ends, ends_day or day, tz),
        "skill_id": a_skill(network_id, skill),
        "seats": 1,
        "hourly_pay_minor": 42000,
        "priority": 2,
        "created_at": NOW,
    }
    return int(add(Shift(network_id=network_id, salon_id=salon_id, **values | changes)))


def an_offer(shift_id: int, stylist_id: int, **changes: Any) -> int:
    """A live offer with half an hour left; the shift is offering."""
    with transaction() as session:
        shift = session.get_one(Shift, shift_id)
        shift.status = "offering"
        values = {
            "status": "offered",
            "wave": 1,
            "rank": 1,
            "hourly_pay_minor": shift.hourly_pay_minor,
            "offered_at": NOW,
            "expires_at": NOW + timedelta(minutes=30),
        }
        who = {"network_id": shift.network_id, "shift_id": shift_id, "stylist_id": stylist_id}
        offer = Offer(**who, **values | changes)
        session.add(offer)
        session.flush()
        return offer.id
