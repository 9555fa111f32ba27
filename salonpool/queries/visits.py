"""A visit as a guest asks for it: the services of a salon, and the course they make for the search."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from salonpool.domain.availability import Opening, Placed
from salonpool.domain.booking import MAX_GUESTS, MAX_SERVICES, Companion, Wish
from salonpool.domain.closure import LONGEST_ROW_MINUTES
from salonpool.domain.course import Course, Part, Step, Track, total_minutes
from salonpool.domain.money import Money
from salonpool.domain.person import Gender
from salonpool.domain.refusal import InvalidInput
from salonpool.queries.salons import SalonRow, ServiceRow, list_chosen_services


@dataclass(frozen=True, slots=True)
class Piece:
    """The stretch of a service that lies in one part: its segments from `first` to before `last`."""

    item: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Item:
    """One service of a visit and whose it is; guest 0 is the one who books."""

    service: ServiceRow
    guest: int


@dataclass(frozen=True)
class Visit:
    """What is wanted at a salon. Its tracks and parts are numbered as in `course`."""

    salon: SalonRow
    wish: Wish
    items: tuple[Item, ...]
    pieces: tuple[tuple[tuple[Piece, ...], ...], ...]

    @cached_property
    def course(self) -> Course:
        """The question to put to the board."""
        named = [self.wish.stylist_id, *(companion.stylist_id for companion in self.wish.companions)]
        tracks = []
        for number, parts in enumerate(self.pieces):
            guest = self.items[parts[0][0].item].guest
            # Of services done at the same time, the stylist asked for does the first.
            asked = named[guest] if guest or number == 0 else None
            tracks.append(Track(guest, tuple(self._part(pieces) for pieces in parts), asked))
        return Course(tuple(tracks), self.salon.max_wait_minutes)

    @property
    def only_stylist_id(self) -> int | None:
        """The one stylist who can come into question, when one is asked for and does it all."""
        is_simple = len(self.pieces) == 1 and len(self.pieces[0]) == 1
        return self.wish.stylist_id if is_simple else None

    @property
    def services(self) -> tuple[ServiceRow, ...]:
        """Every service, in the order asked for."""
        return tuple(item.service for item in self.items)

    @property
    def own_services(self) -> tuple[ServiceRow, ...]:
        """Those of the guest who books."""
        return tuple(item.service for item in self.items if item.guest == 0)

    @property
    def minutes(self) -> int:
        """Length as most stylists do it, without waits."""
        return max(sum(total_minutes(part.steps) for part in track.parts) for track in self.course.tracks)

    @property
    def price(self) -> Money:
        """Sum of the services at the salon's own prices."""
        return Money(sum(s.price.amount_minor for s in self.services), self.salon.currency)

    @property
    def name(self) -> str:
        """The services' names, joined."""
        return " + ".join(service.name for service in self.services)

    def price_of(self, opening: Opening) -> Money:
        """What the visit costs with the stylists of this opening."""
        by_item = self.stylists_by_item(opening.placed)
        amounts = (item.service.price_by(by_item[n]).amount_minor for n, item in enumerate(self.items))
        return Money(sum(amounts), self.salon.currency)

    def stylists_by_item(self, placed: Iterable[Placed]) -> dict[int, int]:
        """Who begins each service, by its place in `items`."""
        found: dict[int, int] = {}
        for each in sorted(placed):
            for piece in self.pieces[each.track][each.part]:
                found.setdefault(piece.item, each.stylist_id)
        return found

    def _part(self, pieces: Sequence[Piece]) -> Part:
        services = [self.items[piece.item].service for piece in pieces]
        stretches = [
            (service, service.segments[p.first : p.last]) for service, p in zip(services, pieces, strict=True)
        ]
        own = {stylist_id for service in services for stylist_id in service.own_minutes}
        return Part(
            skill_ids=frozenset(segment.skill_id for _, found in stretches for segment in found),
            steps=tuple(segment.step for _, found in stretches for segment in found),
            own={stylist_id: self._steps_by(stylist_id, pieces) for stylist_id in own},
        )

    def _steps_by(self, stylist_id: int, pieces: Iterable[Piece]) -> tuple[Step, ...]:
        return tuple(
            step
            for piece in pieces
            for step in self.items[piece.item].service.steps_by(stylist_id)[piece.first : piece.last]
        )


def get_visit(salon: SalonRow, wish: Wish, language: str) -> Visit:
    """The visit wished for. Raises InvalidInput as visit_for()."""
    ids = {*wish.service_ids, *(each for one in wish.companions for each in one.service_ids)}
    return visit_for(salon, wish, list_chosen_services(salon, ids, language))


def visit_for(salon: SalonRow, wish: Wish, services: Iterable[ServiceRow]) -> Visit:
    """The visit wished for, of the salon's services, already read.

    Raises InvalidInput: no service, too many, a foreign one, an add-on alone, more than anybody can do in the
    25 hours that a visit may last.
    """
    guests = [wish.service_ids, *(companion.service_ids for companion in wish.companions)]
    if len(guests) > MAX_GUESTS:
        raise InvalidInput("too_many_guests", field="companions", limit=MAX_GUESTS - 1)
    if not all(guests):
        raise InvalidInput("missing", field="services", example="1")
    if sum(len(ids) for ids in guests) > MAX_SERVICES:
        raise InvalidInput("too_many_services", field="services", limit=MAX_SERVICES)
    known = {service.id: service for service in services}
    if any(service_id not in known for ids in guests for service_id in ids):
        raise InvalidInput("unknown_choice", field="services")
    alone = next((known[ids[0]] for ids in guests if known[ids[0]].add_on), None)
    if alone is not None:
        raise InvalidInput("add_on_alone", field="services", name=alone.name)
    visit = _visit(salon, wish, guests, known)
    if visit.course.shortest > LONGEST_ROW_MINUTES:
        raise InvalidInput("too_long_a_visit", field="services", hours=LONGEST_ROW_MINUTES // 60)
    return visit


def visit_of(
    salon: SalonRow,
    services: Sequence[ServiceRow],
    stylist_id: int | None = None,
    *,
    gender: Gender | None = None,
    speaks: str | None = None,
    guests: int = 1,
) -> Visit:
    """The visit of one guest, or of several who all have the same, of the salon's services, already read."""
    ids = tuple(service.id for service in services)
    companions = (Companion(ids),) * (guests - 1)
    wish = Wish(ids, stylist_id, companions, gender=gender, speaks=speaks)
    return _visit(salon, wish, [ids] * guests, {service.id: service for service in services})


def _visit(
    salon: SalonRow, wish: Wish, guests: Sequence[Sequence[int]], known: Mapping[int, ServiceRow]
) -> Visit:
    items: list[Item] = []
    tracks: list[list[tuple[Piece, ...]]] = []
    for guest, service_ids in enumerate(guests):
        begins_track = True
        for service_id in service_ids:
            service = known[service_id]
            parts = _parts(len(items), service)
            if begins_track or (wish.parallel and guest == 0 and not service.add_on):
                tracks.append(parts)
            elif service.add_on:
                tracks[-1][-1] += parts[0]
                tracks[-1] += parts[1:]
            else:
                tracks[-1] += parts
            items.append(Item(service, guest))
            begins_track = False
    return Visit(salon, wish, tuple(items), tuple(tuple(parts) for parts in tracks))


def _parts(item: int, service: ServiceRow) -> list[tuple[Piece, ...]]:
    """A service cut where its segments ask for another skill."""
    skills = [segment.skill_id for segment in service.segments]
    cuts = [n for n in range(len(skills)) if n == 0 or skills[n] != skills[n - 1]]
    return [(Piece(item, a, b),) for a, b in zip(cuts, [*cuts[1:], len(skills)], strict=True)]
