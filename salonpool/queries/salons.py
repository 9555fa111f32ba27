"""What the public may know of a salon: its name, services and the stylists one can ask for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from salonpool.database import db, fetch
from salonpool.domain.course import StationKind, Step, total_minutes
from salonpool.domain.money import Money
from salonpool.domain.person import LANGUAGES
from salonpool.domain.refusal import InvalidInput, Missing
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import (
    Assignment,
    CatalogueEntry,
    Network,
    Salon,
    Service,
    ServiceSegment,
    Station,
    Stylist,
    StylistService,
)
from salonpool.queries.naming import name_in

# Built once: building a statement costs more than running it.
_UNITS = (
    sa.select(sa.func.aggregate_strings(Station.kind + ":" + sa.cast(Station.id, sa.String(20)), ","))
    .where(Station.salon_id == Salon.id)
    .scalar_subquery()
)


def _salons(language: str) -> Any:
    english = language == "en"
    return sa.select(
        Salon.id,
        Salon.network_id,
        Salon.slug,
        (Salon.name_en if english else Salon.name).label("name"),
        (Salon.sms_name_en if english else Salon.sms_name).label("sms_name"),
        (Salon.district_en if english else Salon.district).label("district"),
        (Salon.directions_en if english else Salon.directions).label("directions"),
        Salon.address,
        Salon.phone,
        Salon.zone,
        Network.region,
        Network.currency,
        Salon.cut_off_minutes,
        Salon.free_minutes,
        Salon.late_fee_minor,
        Salon.max_wait_minutes,
        Salon.approve_minutes,
        Salon.x_km,
        Salon.y_km,
        _UNITS.label("units"),
    ).join(Network, Network.id == Salon.network_id)


_SALONS = {language: _salons(language) for language in LANGUAGES}
_BY_SLUG = {language: _SALONS[language].where(Salon.slug == sa.bindparam("slug")) for language in LANGUAGES}
_BY_ID = {language: _SALONS[language].where(Salon.id == sa.bindparam("id")) for language in LANGUAGES}
# Of which network: of the salon one is near to, or the one that was made first.
_HOME_NETWORK = sa.select(Salon.network_id).where(Salon.slug == sa.bindparam("near")).scalar_subquery()
_FIRST_NETWORK = sa.select(sa.func.min(Network.id)).scalar_subquery()
_OF_NETWORK = {
    (language, is_near): _SALONS[language]
    .where(Salon.network_id == (_HOME_NETWORK if is_near else _FIRST_NETWORK))
    .order_by(Salon.district, Salon.name)
    for language in LANGUAGES
    for is_near in (True, False)
}
_ASKED_FOR = sa.and_(
    Service.salon_id.in_(sa.bindparam("salon_ids", expanding=True)),
    sa.or_(
        sa.bindparam("any_code", type_=sa.Boolean), Service.code.in_(sa.bindparam("codes", expanding=True))
    ),
)
_SERVICES = {
    language: sa.select(Service.id, Service.salon_id, Service.code, Service.price_minor, Service.skill_id)
    .add_columns(Service.length, Service.add_on, name_in(language, CatalogueEntry).label("name"))
    .add_columns(ServiceSegment.minutes, ServiceSegment.hands, ServiceSegment.station)
    .add_columns(ServiceSegment.skill_id.label("segment_skill_id"), ServiceSegment.position)
    .add_columns(StylistService.stylist_id, StylistService.minutes.label("own_minutes"))
    .add_columns(StylistService.price_minor.label("own_price_minor"))
    .join(
        CatalogueEntry,
        sa.and_(CatalogueEntry.network_id == Service.network_id, CatalogueEntry.code == Service.code),
    )
    .join(ServiceSegment, ServiceSegment.service_id == Service.id)
    .outerjoin(StylistService, StylistService.service_id == Service.id)
    .where(Service.bookable.is_(True))
    .order_by(Service.salon_id, Service.position, Service.id, ServiceSegment.position)
    for language in LANGUAGES
}
_ASKED = {language: statement.where(_ASKED_FOR) for language, statement in _SERVICES.items()}
_ALL = {
    language: statement.where(Service.salon_id == sa.bindparam("salon_id"))
    for language, statement in _SERVICES.items()
}
_CHOSEN = {
    language: statement.where(
        Service.salon_id == sa.bindparam("salon_id"), Service.id.in_(sa.bindparam("ids", expanding=True))
    )
    for language, statement in _SERVICES.items()
}


@dataclass(frozen=True, slots=True)
class SalonRow:
    """A salon as guests see it, and the ids of its chairs, basins and machines.

    `zone` is an IANA zone, `region` an ISO 3166 code.
    """

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
    units: Mapping[StationKind, tuple[int, ...]]

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
    return _one(_BY_SLUG[language], {"slug": slug})


def get_salon_by_id(salon_id: int, language: str) -> SalonRow:
    """The salon of that id. Raises Missing."""
    return _one(_BY_ID[language], {"id": salon_id})


def list_salons(language: str, network_id: int | None = None) -> list[SalonRow]:
    """Every member salon, by district and name."""
    statement = _SALONS[language].order_by(Salon.district, Salon.name)
    if network_id is not None:
        statement = statement.where(Salon.network_id == network_id)
    return [_row(row) for row in fetch(statement)]


def list_salons_among(
    condition: sa.ColumnElement[bool], wanted: dict[str, Any], language: str
) -> list[SalonRow]:
    """The salons a condition holds for, by district and name; `wanted` fills its parameters."""
    statement = _SALONS[language].where(condition).order_by(Salon.district, Salon.name)
    return [_row(row) for row in fetch(statement, wanted)]


def list_of_network(near: str | None, language: str) -> list[SalonRow]:
    """The salons of one network, by district and name: of the salon with slug `near`, or, without it, of the
    network made first. Networks on one database never mix. Raises InvalidInput for an unknown salon.
    """
    is_near = near is not None
    found = [_row(row) for row in fetch(_OF_NETWORK[language, is_near], {"near": near} if is_near else {})]
    if is_near and not found:
        raise InvalidInput("unknown_choice", field="near")
    return found


def list_services(salon: SalonRow, language: str) -> list[ServiceRow]:
    """The bookable services of a salon, in its own order."""
    return _services(fetch(_ALL[language], {"salon_id": salon.id}), salon.currency)


def list_services_of(
    salons: Collection[SalonRow], language: str, codes: Collection[str] = ()
) -> dict[int, list[ServiceRow]]:
    """The bookable services of several salons, all or those of some catalogue codes, by salon."""
    wanted = {"salon_ids": [salon.id for salon in salons], "codes": list(codes), "any_code": not codes}
    currencies = {salon.id: salon.currency for salon in salons}
    found: dict[int, list[ServiceRow]] = {salon.id: [] for salon in salons}
    for salon_id, rows in groupby(fetch(_ASKED[language], wanted), key=attrgetter("salon_id")):
        found[salon_id] = _services(rows, currencies[salon_id])
    return found


def list_chosen_services(salon: SalonRow, ids: Collection[int], language: str) -> list[ServiceRow]:
    """Those of these services that the salon has and guests can book."""
    rows = fetch(_CHOSEN[language], {"salon_id": salon.id, "ids": list(ids)})
    return _services(rows, salon.currency)


def _services(rows: Iterable[Any], currency: str) -> list[ServiceRow]:
    return [_service(list(of_one), currency) for _, of_one in groupby(rows, key=attrgetter("id"))]


def _service(rows: Sequence[Any], currency: str) -> ServiceRow:
    """One service of its rows: one a segment, times the stylists who have terms of their own."""
    first = rows[0]
    segments = {
        row.position: SegmentRow(
            Step(row.minutes, row.hands, StationKind(row.station)), row.segment_skill_id or row.skill_id
        )
        for row in rows
    }
    own = {row.stylist_id: row for row in rows if row.stylist_id is not None}
    return ServiceRow(
        id=first.id,
        code=first.code,
        name=first.name,
        length=first.length,
        add_on=first.add_on,
        price=Money(first.price_minor, currency),
        segments=tuple(segments.values()),
        own_minutes={who: tuple(row.own_minutes) for who, row in own.items() if row.own_minutes is not None},
        own_prices={who: row.own_price_minor for who, row in own.items() if row.own_price_minor is not None},
    )


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


def _one(statement: sa.Executable, wanted: dict[str, Any]) -> SalonRow:
    found = fetch(statement, wanted)
    if not found:
        raise Missing
    return _row(found[0])


def _row(row: Any) -> SalonRow:
    units: dict[StationKind, list[int]] = {}
    for kind, _, unit in (each.partition(":") for each in (row.units or "").split(",") if each):
        units.setdefault(StationKind(kind), []).append(int(unit))
    return SalonRow(
        id=row.id,
        network_id=row.network_id,
        slug=row.slug,
        name=row.name,
        sms_name=row.sms_name,
        district=row.district,
        directions=row.directions,
        address=row.address,
        phone=row.phone,
        tz=ZoneInfo(row.zone),
        region=row.region,
        currency=row.currency,
        cut_off_minutes=row.cut_off_minutes,
        free_minutes=row.free_minutes,
        late_fee_minor=row.late_fee_minor,
        max_wait_minutes=row.max_wait_minutes,
        approve_minutes=row.approve_minutes,
        position=(row.x_km, row.y_km),
        units={kind: tuple(sorted(ids)) for kind, ids in units.items()},
    )
