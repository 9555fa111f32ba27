"""What the public may know of a salon: its name, services and the stylists one can ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.availability import Step, total_minutes
from salonpool.domain.booking import MAX_SERVICES
from salonpool.domain.money import Money
from salonpool.domain.person import LANGUAGES
from salonpool.domain.refusal import InvalidInput, Missing
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, CatalogueEntry, Network, Salon, Service, ServiceSegment, Stylist
from salonpool.queries.naming import name_in

# Built once: building a statement costs more than running it.
_SALONS = sa.select(Salon, Network).join(Network, Network.id == Salon.network_id)
_BY_SLUG = _SALONS.where(Salon.slug == sa.bindparam("slug"))
_BY_ID = _SALONS.where(Salon.id == sa.bindparam("id"))
_SERVICES = {
    language: sa.select(Service.id, Service.code, Service.price_minor, Service.skill_id)
    .add_columns(
        name_in(language, CatalogueEntry).label("name"), ServiceSegment.minutes, ServiceSegment.hands
    )
    .join(
        CatalogueEntry,
        sa.and_(CatalogueEntry.network_id == Service.network_id, CatalogueEntry.code == Service.code),
    )
    .join(ServiceSegment, ServiceSegment.service_id == Service.id)
    .where(Service.salon_id == sa.bindparam("salon_id"), Service.bookable.is_(True))
    .order_by(Service.position, Service.id, ServiceSegment.position)
    for language in LANGUAGES
}


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

    @property
    def zone(self) -> str:
        """The zone's IANA name."""
        return self.tz.key


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service of one salon, its name in the reader's language, its ordered steps."""

    id: int
    code: str
    name: str
    price: Money
    skill_id: int
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> int:
        """Length in minutes, processing included."""
        return total_minutes(self.steps)


@dataclass(frozen=True, slots=True)
class StylistRow:
    """A stylist as guests see them: the public name, and whether they visit from the pool."""

    id: int
    name: str
    visiting: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One or more services done in sequence by one stylist."""

    services: tuple[ServiceRow, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in order."""
        return tuple(step for service in self.services for step in service.steps)

    @property
    def minutes(self) -> int:
        """Length of the visit."""
        return total_minutes(self.steps)

    @property
    def price(self) -> Money:
        """Sum of the services."""
        return Money(sum(s.price.amount_minor for s in self.services), self.services[0].price.currency)

    @property
    def skill_ids(self) -> frozenset[int]:
        """Every skill the stylist needs."""
        return frozenset(service.skill_id for service in self.services)

    @property
    def name(self) -> str:
        """The services' names, joined."""
        return " + ".join(service.name for service in self.services)


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
    rows = db.session.execute(_SERVICES[language], {"salon_id": salon.id}).all()
    steps: dict[int, list[Step]] = {}
    for row in rows:
        steps.setdefault(row.id, []).append(Step(row.minutes, row.hands))
    firsts = {row.id: row for row in reversed(rows)}
    return [
        ServiceRow(
            id=service_id,
            code=firsts[service_id].code,
            name=firsts[service_id].name,
            price=Money(firsts[service_id].price_minor, salon.currency),
            skill_id=firsts[service_id].skill_id,
            steps=tuple(steps[service_id]),
        )
        for service_id in steps
    ]


def get_visit(salon: SalonRow, service_ids: Iterable[int], language: str) -> Visit:
    """The services wanted, in the order given. Raises InvalidInput for none, too many or a foreign one."""
    wanted = list(service_ids)
    if not wanted:
        raise InvalidInput("missing", field="services", example="1")
    if len(wanted) > MAX_SERVICES:
        raise InvalidInput("too_many_services", field="services", limit=MAX_SERVICES)
    found = {service.id: service for service in list_services(salon, language)}
    if any(service_id not in found for service_id in wanted):
        raise InvalidInput("unknown_choice", field="services")
    return Visit(tuple(found[service_id] for service_id in wanted))


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
    )
