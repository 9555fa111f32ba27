"""What the public may know of a salon: its name, services and the stylists one can ask for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.course import StationKind, Step, total_minutes
from salonpool.domain.money import Money
from salonpool.domain.person import LANGUAGES
from salonpool.domain.refusal import Missing
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import (
    Assignment,
    CatalogueEntry,
    Network,
    Salon,
    Service,
    ServiceSegment,
    Stylist,
    StylistService,
)
from salonpool.queries.naming import name_in

# Built once: building a statement costs more than running it.
_SALONS = sa.select(Salon, Network).join(Network, Network.id == Salon.network_id)
_BY_SLUG = _SALONS.where(Salon.slug == sa.bindparam("slug"))
_BY_ID = _SALONS.where(Salon.id == sa.bindparam("id"))
_ASKED_FOR = sa.and_(
    Service.salon_id.in_(sa.bindparam("salon_ids", expanding=True)),
    sa.or_(
        sa.bindparam("any_code", type_=sa.Boolean), Service.code.in_(sa.bindparam("codes", expanding=True))
    ),
    Service.bookable.is_(True),
)
_SERVICES = {
    language: sa.select(Service.id, Service.salon_id, Service.code, Service.price_minor, Service.skill_id)
    .add_columns(Service.length, Service.add_on, name_in(language, CatalogueEntry).label("name"))
    .add_columns(ServiceSegment.minutes, ServiceSegment.hands, ServiceSegment.station)
    .add_columns(ServiceSegment.skill_id.label("segment_skill_id"))
    .join(
        CatalogueEntry,
        sa.and_(CatalogueEntry.network_id == Service.network_id, CatalogueEntry.code == Service.code),
    )
    .join(ServiceSegment, ServiceSegment.service_id == Service.id)
    .where(_ASKED_FOR)
    .order_by(Service.salon_id, Service.position, Service.id, ServiceSegment.position)
    for language in LANGUAGES
}
_OWN_TERMS = (
    sa.select(StylistService.service_id, StylistService.stylist_id)
    .add_columns(StylistService.minutes, StylistService.price_minor)
    .join(Service, Service.id == StylistService.service_id)
    .where(_ASKED_FOR)
)


@dataclass(frozen=True, slots=True)
class SalonRow:
    """A salon as guests see it. `zone` is an IANA zone, `region` an ISO 3166 code."""

    id: int
    network_id: int
    slug: str
    name: str
    sms_name: str
    district: str
    directions: str | None
    address: str
    phone: str
    tz: ZoneInfo
    region: str
    currency: str
    cut_off_minutes: int
    free_minutes: int
    late_fee_minor: int
    max_wait_minutes: int
    approve_minutes: int | None
    position: tuple[float, float]

    @property
    def zone(self) -> str:
        """The zone's IANA name."""
        return self.tz.key


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A stretch of a service and the skill it needs."""

    step: Step
    skill_id: int


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service of one salon, its name in the reader's language, its ordered segments.

    `own_minutes` and `own_prices` are those of stylists who differ, by stylist.
    """

    id: int
    code: str
    name: str
    length: str
    add_on: bool
    price: Money
    segments: tuple[SegmentRow, ...]
    own_minutes: Mapping[int, tuple[int, ...]]
    own_prices: Mapping[int, int]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps as most stylists do them."""
        return tuple(segment.step for segment in self.segments)

    @property
    def minutes(self) -> int:
        """Length in minutes, processing included."""
        return total_minutes(self.steps)

    def steps_by(self, stylist_id: int) -> tuple[Step, ...]:
        """The steps as this stylist does them."""
        minutes = self.own_minutes.get(stylist_id)
        if minutes is None:
            return self.steps
        return tuple(replace(step, minutes=m) for step, m in zip(self.steps, minutes, strict=True))

    def price_by(self, stylist_id: int) -> Money:
        """What it costs with this stylist."""
        return Money(self.own_prices.get(stylist_id, self.price.amount_minor), self.price.currency)


@dataclass(frozen=True, slots=True)
class StylistRow:
    """A stylist as guests see them: the public name, and whether they visit from the pool."""

    id: int
    name: str
    visiting: bool


def get_salon(slug: str, language: str) -> SalonRow:
    """The salon of that slug. Raises Missing."""
    return _one(_BY_SLUG, {"slug": slug}, language)


def get_salon_by_id(salon_id: int, language: str) -> SalonRow:
    """The salon of that id. Raises Missing."""
    return _one(_BY_ID, {"id": salon_id}, language)


def list_salons(language: str, network_id: int | None = None) -> list[SalonRow]:
    """Every member salon, by district and name."""
    statement = _SALONS.order_by(Salon.district, Salon.name)
    if network_id is not None:
        statement = statement.where(Salon.network_id == network_id)
    return [_row(salon, network, language) for salon, network in db.session.execute(statement)]


def list_services(salon: SalonRow, language: str) -> list[ServiceRow]:
    """The bookable services of a salon, in its own order."""
    return list_services_of([salon], language)[salon.id]


def list_services_of(
    salons: Collection[SalonRow], language: str, codes: Collection[str] = ()
) -> dict[int, list[ServiceRow]]:
    """The bookable services of several salons, all or those of some catalogue codes. Two statements."""
    wanted = {"salon_ids": [salon.id for salon in salons], "codes": list(codes), "any_code": not codes}
    segments: dict[int, list[SegmentRow]] = {}
    firsts: dict[int, Any] = {}
    for row in db.session.execute(_SERVICES[language], wanted):
        firsts.setdefault(row.id, row)
        step = Step(row.minutes, row.hands, StationKind(row.station))
        segments.setdefault(row.id, []).append(SegmentRow(step, row.segment_skill_id or row.skill_id))
    own_minutes, own_prices = _own_terms(wanted)
    currencies = {salon.id: salon.currency for salon in salons}
    found: dict[int, list[ServiceRow]] = {salon.id: [] for salon in salons}
    for service_id, row in firsts.items():
        found[row.salon_id].append(
            ServiceRow(
                id=service_id,
                code=row.code,
                name=row.name,
                length=row.length,
                add_on=row.add_on,
                price=Money(row.price_minor, currencies[row.salon_id]),
                segments=tuple(segments[service_id]),
                own_minutes=own_minutes.get(service_id, {}),
                own_prices=own_prices.get(service_id, {}),
            )
        )
    return found


def _own_terms(
    wanted: dict[str, Any],
) -> tuple[dict[int, dict[int, tuple[int, ...]]], dict[int, dict[int, int]]]:
    own_minutes: dict[int, dict[int, tuple[int, ...]]] = {}
    own_prices: dict[int, dict[int, int]] = {}
    for service_id, stylist_id, minutes, price_minor in db.session.execute(_OWN_TERMS, wanted):
        if minutes is not None:
            own_minutes.setdefault(service_id, {})[stylist_id] = tuple(minutes)
        if price_minor is not None:
            own_prices.setdefault(service_id, {})[stylist_id] = price_minor
    return own_minutes, own_prices


def list_stylists(salon: SalonRow, now: datetime, until: datetime) -> list[StylistRow]:
    """Who is on duty there between now and `until`, own staff first."""
    rows = db.session.execute(
        sa.select(Stylist.id, Stylist.name, Stylist.home_salon_id)
        .where(
            Stylist.id.in_(
                sa.select(Assignment.stylist_id).where(
                    Assignment.salon_id == salon.id,
                    Assignment.starts_at < until,
                    Assignment.ends_at > now,
                    Assignment.status.in_(WORKING_STATES),
                )
            )
        )
        .order_by(Stylist.id)
    )
    stylists = [StylistRow(id, name, home != salon.id) for id, name, home in rows]
    return sorted(stylists, key=lambda s: (s.visiting, s.id))


def _one(statement: sa.Select[Salon, Network], wanted: dict[str, Any], language: str) -> SalonRow:
    found = db.session.execute(statement, wanted).one_or_none()
    if found is None:
        raise Missing
    return _row(found[0], found[1], language)


def _row(salon: Salon, network: Network, language: str) -> SalonRow:
    english = language == "en"
    return SalonRow(
        id=salon.id,
        network_id=salon.network_id,
        slug=salon.slug,
        name=salon.name_en if english else salon.name,
        sms_name=salon.sms_name_en if english else salon.sms_name,
        district=salon.district_en if english else salon.district,
        directions=salon.directions_en if english else salon.directions,
        address=salon.address,
        phone=salon.phone,
        tz=ZoneInfo(salon.zone),
        region=network.region,
        currency=network.currency,
        cut_off_minutes=salon.cut_off_minutes,
        free_minutes=salon.free_minutes,
        late_fee_minor=salon.late_fee_minor,
        max_wait_minutes=salon.max_wait_minutes,
        approve_minutes=salon.approve_minutes,
        position=(salon.x_km, salon.y_km),
    )
