"""The network's standing rows: salons, what they sell, who works there, who may sign in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from salonpool.database import transaction
from salonpool.demo.diary import Sold
from salonpool.demo.people import OFFICE_NAME, OWN_TERMS, STANDING_YES, STYLISTS, Hours, StylistSpec
from salonpool.demo.salons import SALONS, SISTERS, SalonSpec
from salonpool.demo.services import ANY_LENGTH, CATALOGUE, LENGTHS, SKILLS, LengthSpec
from salonpool.domain.course import StationKind, Step
from salonpool.domain.demo import CAST, NETWORK_SLUG, ZONE, Part
from salonpool.domain.person import RoleKind
from salonpool.models import (
    Account,
    Availability,
    CatalogueEntry,
    Network,
    Role,
    Salon,
    SalonLink,
    Service,
    ServiceSegment,
    Skill,
    StandingYes,
    Station,
    Stylist,
    StylistService,
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
    units: dict[str, dict[StationKind, list[int]]] = field(default_factory=dict)
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
            language="zh-Hant", labour_pack="tw-4-week", created_at=founded_at,
        )  # fmt: skip
        session.add(network)
        session.flush()
        world.network_id = network.id
        _write_catalogue(session, world)
        for salon in SALONS:
            _write_salon(session, world, salon, founded_at)
        session.add_all(
            SalonLink(
                network_id=network.id,
                salon_id=world.salons[one],
                sister_id=world.salons[other],
                created_at=founded_at,
            )
            for pair in SISTERS
            for one, other in (pair, pair[::-1])
        )
        for stylist in STYLISTS:
            _write_stylist(session, world, stylist, today - JOINED_BEFORE, founded_at)
        _write_own_terms(session, world)
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
        free_minutes=spec.free_hours * 60, late_fee_minor=spec.late_fee * 100,
        approve_minutes=spec.approve_hours and spec.approve_hours * 60,
    )  # fmt: skip
    session.add(salon)
    session.flush()
    world.salons[spec.slug] = salon.id
    world.units[spec.slug] = {}
    for kind, count in zip(StationKind, (spec.chairs, spec.basins, spec.machines), strict=True):
        units = [Station(salon_id=salon.id, kind=kind, position=n) for n in range(1, count + 1)]
        session.add_all(units)
        session.flush()
        world.units[spec.slug][kind] = [unit.id for unit in units]
    menu = [(code, size) for code in spec.menu for size in (LENGTHS if code in spec.sized else (ANY_LENGTH,))]
    menu += [(code, ANY_LENGTH) for code in spec.add_ons]
    world.menus[spec.slug] = [
        _write_service(session, world, salon.id, spec, code, size, position)
        for position, (code, size) in enumerate(menu)
    ]


def _write_service(
    session: Session,
    world: World,
    salon_id: int,
    salon: SalonSpec,
    code: str,
    size: LengthSpec,
    position: int,
) -> Sold:
    spec = CATALOGUE[code]
    price_minor = _whole_tens(spec.price * salon.prices * size.price / 10_000)
    first, *others = (_at_hand(step, world.units[salon.slug]) for step in spec.steps)
    steps = (replace(first, minutes=first.minutes + size.more_minutes), *others)
    add_on = code in salon.add_ons
    service = Service(
        network_id=world.network_id, salon_id=salon_id, skill_id=world.skills[spec.skill], code=code,
        price_minor=price_minor, position=position, length=size.length, add_on=add_on,
        segments=[
            ServiceSegment(position=n, minutes=step.minutes, hands=step.hands, station=step.station)
            for n, step in enumerate(steps)
        ],
    )  # fmt: skip
    session.add(service)
    session.flush()
    return Sold(
        service.id, service.skill_id, steps, price_minor, spec.weight * size.share, spec.names, add_on, code
    )


def _at_hand(step: Step, units: Mapping[StationKind, Sequence[int]]) -> Step:
    """The step in the chair, where the salon has no such basin or machine."""
    return step if units[step.station] else replace(step, station=StationKind.CHAIR)


def _write_own_terms(session: Session, world: World) -> None:
    """What some stylists do in their own time or for their own price, at their home salon."""
    for spec in OWN_TERMS:
        stylist_id = world.stylists[spec.stylist]
        home = next(stylist.home for stylist in STYLISTS if stylist.name == spec.stylist) or ""
        menu = world.menus[home]
        for number, sold in enumerate(menu):
            if sold.code != spec.code:
                continue
            steps = tuple(_in_own_time(step, spec.minutes) for step in sold.steps)
            price_minor = _whole_tens(sold.price_minor / 100 * spec.price / 100)
            session.add(
                StylistService(
                    network_id=world.network_id, stylist_id=stylist_id, service_id=sold.service_id,
                    price_minor=price_minor if spec.price != 100 else None,
                    minutes=[step.minutes for step in steps] if spec.minutes != 100 else None,
                )
            )  # fmt: skip
            menu[number] = replace(
                sold,
                own_steps={**sold.own_steps, stylist_id: steps},
                own_prices={**sold.own_prices, stylist_id: price_minor},
            )


def _in_own_time(step: Step, per_cent: int) -> Step:
    """Only work is faster or slower, in steps of five minutes; colour takes as long with everybody."""
    return replace(step, minutes=round(step.minutes * per_cent / 500) * 5) if step.hands else step


def _whole_tens(dollars: float) -> int:
    """A price in minor units, in whole tens of dollars."""
    return round(dollars / 10) * 10 * 100


def _write_stylist(session: Session, world: World, spec: StylistSpec, joined_on: date, at: datetime) -> None:
    home = next((salon for salon in SALONS if salon.slug == spec.home), None)
    stylist = Stylist(
        network_id=world.network_id, home_salon_id=world.salons[home.slug] if home else None, name=spec.name,
        phone=spec.phone, language=spec.language, pooled=spec.pooled, x_km=home.x_km if home else spec.x_km,
        y_km=home.y_km if home else spec.y_km, hourly_pay_minor=spec.hourly_pay * 100,
        wanted_week_minutes=spec.wanted_week_hours * 60, joined_on=joined_on, gender=spec.gender,
        speaks=list(spec.speaks), takes_second_guest=spec.takes_second_guest,
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
