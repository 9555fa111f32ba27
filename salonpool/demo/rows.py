"""The network's standing rows: salons, what they sell, who works there, who may sign in."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from salonpool.database import transaction
from salonpool.demo.diary import Sold
from salonpool.demo.people import OFFICE_NAME, STANDING_YES, STYLISTS, Hours, StylistSpec
from salonpool.demo.salons import SALONS, SalonSpec
from salonpool.demo.services import CATALOGUE, SKILLS
from salonpool.domain.course import Step
from salonpool.domain.demo import CAST, NETWORK_SLUG, ZONE, Part
from salonpool.domain.person import RoleKind
from salonpool.models import (
    Account,
    Availability,
    CatalogueEntry,
    Network,
    Role,
    Salon,
    Service,
    ServiceSegment,
    Skill,
    StandingYes,
    Station,
    Stylist,
    StylistSkill,
)
from salonpool.usecases.pool import rotas

BACK = timedelta(weeks=3)
AHEAD = timedelta(weeks=3)
JOINED_BEFORE = timedelta(days=400)
TZ = ZoneInfo(ZONE)


@dataclass
class World:
    """The ids of what was written, by the names the data tables use."""

    network_id: int = 0
    salons: dict[str, int] = field(default_factory=dict)
    chairs: dict[str, list[int]] = field(default_factory=dict)
    skills: dict[str, int] = field(default_factory=dict)
    menus: dict[str, list[Sold]] = field(default_factory=dict)
    stylists: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)  # by phone

    def stylist_of(self, stylist_id: int) -> StylistSpec:
        """What the data table says of a stylist."""
        name = next(name for name, found in self.stylists.items() if found == stylist_id)
        return next(stylist for stylist in STYLISTS if stylist.name == name)


def write(today: date, now: datetime) -> World:
    """The network with its salons and people, its weekly patterns filled from three weeks ago on."""
    world = World()
    founded_at = now - JOINED_BEFORE
    with transaction() as session:
        network = Network(
            slug=NETWORK_SLUG, name="圓山互助髮廊網", zone=ZONE, region="TW", currency="TWD",
            language="zh-Hant", created_at=founded_at,
        )  # fmt: skip
        session.add(network)
        session.flush()
        world.network_id = network.id
        _write_catalogue(session, world)
        for salon in SALONS:
            _write_salon(session, world, salon, founded_at)
        for stylist in STYLISTS:
            _write_stylist(session, world, stylist, today - JOINED_BEFORE, founded_at)
        _write_standing(session, world)
        _write_office(session, world, founded_at)
    _write_rotas(world, today - BACK, now)
    return world


def _write_catalogue(session: Session, world: World) -> None:
    for code, (hant, english, hans) in SKILLS.items():
        skill = Skill(
            network_id=world.network_id, code=code, name_zh_hant=hant, name_en=english, name_zh_hans=hans
        )
        session.add(skill)
        session.flush()
        world.skills[code] = skill.id
    for code, spec in CATALOGUE.items():
        hant, english, hans = spec.names
        session.add(
            CatalogueEntry(
                network_id=world.network_id, code=code, name_zh_hant=hant, name_en=english, name_zh_hans=hans
            )
        )
    session.flush()


def _write_salon(session: Session, world: World, spec: SalonSpec, at: datetime) -> None:
    salon = Salon(
        network_id=world.network_id, slug=spec.slug, name=spec.name, name_en=spec.name_en, 
        sms_name=spec.sms_name, sms_name_en=spec.sms_name_en, district=spec.district,
        district_en=spec.district_en, directions=spec.directions,
        directions_en=spec.directions_en, address=spec.address, phone=spec.phone, zone=ZONE,
        language="zh-Hant", x_km=spec.x_km, y_km=spec.y_km, created_at=at,
    )  # fmt: skip
    session.add(salon)
    session.flush()
    world.salons[spec.slug] = salon.id
    chairs = [Station(salon_id=salon.id, position=position) for position in range(1, spec.chairs + 1)]
    session.add_all(chairs)
    session.flush()
    world.chairs[spec.slug] = [chair.id for chair in chairs]
    world.menus[spec.slug] = [
        _write_service(session, world, salon.id, spec, code, position)
        for position, code in enumerate(spec.menu)
    ]


def _write_service(
    session: Session, world: World, salon_id: int, salon: SalonSpec, code: str, position: int
) -> Sold:
    spec = CATALOGUE[code]
    price_minor = round(spec.price * salon.prices / 1000) * 10 * 100  # whole tens of dollars
    service = Service(
        network_id=world.network_id, salon_id=salon_id, skill_id=world.skills[spec.skill], code=code,
        price_minor=price_minor, position=position,
        segments=[ServiceSegment(position=n, minutes=m, hands=h) for n, (m, h) in enumerate(spec.steps)],
    )  # fmt: skip
    session.add(service)
    session.flush()
    steps = tuple(Step(minutes, hands) for minutes, hands in spec.steps)
    return Sold(service.id, service.skill_id, steps, price_minor, spec.weight, spec.names)


def _write_stylist(session: Session, world: World, spec: StylistSpec, joined_on: date, at: datetime) -> None:
    home = next((salon for salon in SALONS if salon.slug == spec.home), None)
    stylist = Stylist(
        network_id=world.network_id, home_salon_id=world.salons[home.slug] if home else None, name=spec.name,
        phone=spec.phone, language=spec.language, pooled=spec.pooled, x_km=home.x_km if home else spec.x_km,
        y_km=home.y_km if home else spec.y_km, hourly_pay_minor=spec.hourly_pay * 100,
        wanted_week_minutes=spec.wanted_week_hours * 60, joined_on=joined_on,
    )  # fmt: skip
    session.add(stylist)
    session.flush()
    world.stylists[spec.name] = stylist.id
    session.add_all(
        StylistSkill(
            network_id=world.network_id,
            stylist_id=stylist.id,
            skill_id=world.skills[code],
            valid_from=joined_on,
        )
        for code in spec.skills
    )
    session.add_all(
        Availability(stylist_id=stylist.id, weekday=day, starts=_clock(hours.starts), ends=_clock(hours.ends))
        for hours in spec.free
        for day in hours.weekdays
    )
    kinds: list[tuple[RoleKind, int | None]] = [(RoleKind.STYLIST, None)]
    if spec.owns and home:
        kinds.append((RoleKind.OWNER, world.salons[home.slug]))
    account = Account(
        network_id=world.network_id, name=spec.name, phone=spec.phone, language=spec.language,
        stylist_id=stylist.id, created_at=at,
    )  # fmt: skip
    _write_account(session, world, account, kinds)


def _write_office(session: Session, world: World, at: datetime) -> None:
    account = Account(
        network_id=world.network_id, name=OFFICE_NAME, phone=CAST[Part.OFFICE].phone, language="zh-Hant",
        created_at=at,
    )  # fmt: skip
    _write_account(session, world, account, [(RoleKind.OFFICE, None)])


def _write_account(
    session: Session, world: World, account: Account, kinds: list[tuple[RoleKind, int | None]]
) -> None:
    session.add(account)
    session.flush()
    world.accounts[account.phone] = account.id
    session.add_all(
        Role(network_id=world.network_id, account_id=account.id, kind=kind, salon_id=salon_id)
        for kind, salon_id in kinds
    )


def _write_standing(session: Session, world: World) -> None:
    session.add_all(
        StandingYes(
            network_id=world.network_id, stylist_id=world.stylists[spec.stylist],
            salon_id=world.salons[spec.salon], weekday=spec.weekday, starts=_clock(spec.starts),
            ends=_clock(spec.ends), least_hourly_pay_minor=spec.least_hourly_pay * 100,
        )
        for spec in STANDING_YES
    )  # fmt: skip


def _write_rotas(world: World, valid_from: date, now: datetime) -> None:
    for spec in STYLISTS:
        for hours in spec.rota:
            for weekday in hours.weekdays:
                rotas.set_pattern(
                    stylist_id=world.stylists[spec.name],
                    salon_id=world.salons[spec.home or ""],
                    weekday=weekday,
                    starts=_clock(hours.starts),
                    ends=_clock(hours.ends),
                    breaks=_breaks(hours),
                    valid_from=valid_from,
                    actor="command",
                    now=now,
                )


def _breaks(hours: Hours) -> list[tuple[time, time]]:
    return [(_clock(hours.pause[0]), _clock(hours.pause[1]))] if hours.pause else []


def _clock(typed: str) -> time:
    return time.fromisoformat(typed)
