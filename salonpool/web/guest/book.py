"""G1: choose service, person and time, and hold it."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel import Locale
from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from salonpool.domain.booking import FreeStart, SlotTaken
from salonpool.domain.course import total_minutes
from salonpool.domain.money import Money
from salonpool.domain.person import Gender
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.queries import naming, salons
from salonpool.queries.outlook import Candidate
from salonpool.queries.salons import SalonRow, ServiceRow
from salonpool.usecases.booking import bookings
from salonpool.web import askers
from salonpool.web.errors import status_of, wait_as_told
from salonpool.web.extensions import LOCALES, language, now, texting
from salonpool.web.filters import day_name, minutes_long, money
from salonpool.web.guest import blueprint, elsewhere
from salonpool.web.guest.choices import (
    Choice,
    arguments,
    choose,
    given_arguments,
    instant,
    read_wish,
    visit_name,
)
from salonpool.web.guest.days import Stretch, months_beside, stretch_of
from salonpool.web.wording import in_words

FIRST_CARDS = 6
MORE_SERVICES = 2


@dataclass(frozen=True, slots=True)
class Offered:
    """A service in the reader's words; `detail` says minutes and price, and `name` the length of the hair."""

    id: int
    name: str
    length: str
    detail: str


@dataclass(frozen=True, slots=True)
class Card:
    """The services of one catalogue code, one for each length of hair."""

    name: str
    from_price: Money
    services: tuple[Offered, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A stylist one can ask for, and what is special about them."""

    row: Candidate
    detail: str


@blueprint.get("/s/<string:slug>")
def show_book(slug: str) -> Response:
    """The booking page, with everything chosen but the time."""
    return page("guest/book.html", salons.get_salon(slug, language()), request.args)


@blueprint.get("/s/<string:slug>/times")
def show_times(slug: str) -> Response:
    """The days and times of a choice: a fragment, with the address the page should now show."""
    salon = salons.get_salon(slug, language())
    if not request.headers.get("HX-Request"):
        return page("guest/book.html", salon, request.args)
    response = page("guest/times.html", salon, request.args)
    chosen: dict[str, Any] = given_arguments(request.args)
    response.headers["HX-Replace-Url"] = url_for("guest.show_book", slug=slug, **chosen)
    return response


@blueprint.post("/s/<string:slug>/hold")
def hold(slug: str) -> BaseResponse:
    """Keep the chosen time for 5 minutes and go on to the phone number."""
    salon = salons.get_salon(slug, language())
    chosen: dict[str, Any] = given_arguments(request.form)
    g.page_url = url_for("guest.show_book", slug=slug, **chosen)
    try:
        starts_at = instant(request.form.get("starts_at", ""))
        booked = bookings.hold(
            salon_slug=slug,
            wish=read_wish(request.form),
            starts_at=starts_at,
            language=language(),
            now=now(),
            texting=texting(),
            asker=askers.browser(),
        )
    except SlotTaken as taken:
        return page_taken(salon, request.form, taken, starts_at)
    except Refusal as refusal:
        if not isinstance(refusal, InvalidInput) and refusal.code != "too_many_places":
            raise
        problem = in_words(refusal)
        again = page("guest/book.html", salon, request.form, status=status_of(refusal), problem=problem)
        return wait_as_told(again, refusal)
    askers.remember_hold(booked.id)
    token = texting().links.hold_token(booked.id)
    return redirect(url_for("guest.show_confirm", slug=slug, hold=token), 303)


def page(
    template: str,
    salon: SalonRow,
    given: Any,
    *,
    status: int = 200,
    problem: str = "",
    nearest: tuple[FreeStart, ...] = (),
    taken_at: datetime | None = None,
) -> Response:
    """The booking page, or its times alone, for a choice in an address or a form.

    `problem` says why it comes back; `taken_at` is the start that somebody else has, `nearest` are those
    close to it.
    """
    services = salons.list_services(salon, language())
    if all(service.add_on for service in services):
        return _closed(template, salon, status)
    choice = choose(salon, services, given, now())
    stretch = stretch_of(choice)
    text = render_template(
        template,
        salon=salon,
        choice=choice,
        taken_at=taken_at,
        problem=problem or choice.problem,
        address=url_for("guest.show_book", slug=salon.slug, **arguments(choice.wish)),
        chosen_at=given.get("at", ""),
        **_when(stretch, nearest),
        **_what(choice),
        **_who(stretch, given.get("last", "")),
    )
    return make_response(text, 422 if choice.problem and status == 200 else status)


def _closed(template: str, salon: SalonRow, status: int) -> Response:
    """There is nothing to book: no dead form, and a page that still shows one is loaded again."""
    response = make_response(render_template("guest/book.html", salon=salon, cards=[]), status)
    if template != "guest/book.html":
        response.headers["HX-Refresh"] = "true"
    return response


def page_taken(salon: SalonRow, given: Any, taken: SlotTaken, taken_at: datetime) -> Response:
    """The booking page with the nearest times first, because somebody else was quicker."""
    return page("guest/book.html", salon, given, status=409, nearest=taken.nearest, taken_at=taken_at)


def _when(stretch: Stretch, nearest: tuple[FreeStart, ...]) -> dict[str, Any]:
    """The days and the times of one of them; where there are none, why, and what there is instead."""
    times = stretch.parts()
    before, after = months_beside(stretch.choice)
    return {
        "stretch": stretch,
        "times": times,
        "nearest": nearest or ([] if times else stretch.nearest()),
        "closed_because": "" if times else stretch.closed_because(),
        "elsewhere": elsewhere.look(
            stretch.choice,
            stretch.on,
            has_times=bool(times),
            has_stylist=stretch.outlook.visit.wish == stretch.choice.wish,
        ),
        "months": {"before": before, "after": after},
    }


def _what(choice: Choice) -> dict[str, Any]:
    """The salon's services as cards, those of one code on one card, and which of them are chosen."""
    main = [service for service in choice.services if not service.add_on]
    menu = [_offered(service, language()) for service in main]
    by_code: dict[str, list[tuple[ServiceRow, Offered]]] = {}
    for service, offered in zip(main, menu, strict=True):
        by_code.setdefault(service.code, []).append((service, offered))
    cards = [_card(group) for group in by_code.values()]
    chosen = [service.id for service in choice.chosen if not service.add_on]
    return {
        "cards": cards[:FIRST_CARDS],
        "more_cards": cards[FIRST_CARDS:],
        "is_more_chosen": any(one.id == chosen[0] for card in cards[FIRST_CARDS:] for one in card.services),
        "add_ons": [service for service in choice.services if service.add_on],
        "menu": menu,
        "chosen_ids": {service.id for service in choice.chosen},
        "first_id": chosen[0],
        "then_ids": (chosen[1:] + [None] * MORE_SERVICES)[:MORE_SERVICES],
    }


def _offered(service: ServiceRow, reader: str) -> Offered:
    name = naming.service_name(service.name, service.length, reader)
    detail = f"{minutes_long(service.minutes)} · {money(service.price)}"
    return Offered(service.id, name, naming.length_name(service.length, reader), detail)


def _card(group: Sequence[tuple[ServiceRow, Offered]]) -> Card:
    from_price = min((service.price for service, _ in group), key=lambda price: price.amount_minor)
    return Card(group[0][0].name, from_price, tuple(offered for _, offered in group))


def _who(stretch: Stretch, last: str) -> dict[str, Any]:
    """The stylists to ask for, who served last time first, the one chosen, and what the visit costs."""
    outlook, choice = stretch.outlook, stretch.choice
    candidates = sorted(outlook.candidates, key=lambda one: str(one.id) != last)
    wish = outlook.visit.wish
    stylist = next((one for one in outlook.candidates if one.id == wish.stylist_id), None)
    usual = choice.visit.price.amount_minor
    amounts = {one.id: usual + _difference(choice.chosen, one.id) for one in candidates}
    asked = {amounts[stylist.id]} if stylist else set(amounts.values()) or {usual}
    tags: list[set[str]] = [set(one.speaks) for one in outlook.everyone]
    return {
        "stylist": stylist,
        "candidates": [Asked(one, _detail(choice, one, last)) for one in candidates],
        "last": next((one.id for one in candidates if str(one.id) == last), None),
        "both_genders": {one.gender for one in outlook.everyone} >= set(Gender),
        "tongues": _tongues(set().union(*tags) - tags[0].intersection(*tags)) if tags else [],
        "wish": wish,
        "is_less": wish != choice.wish,
        "name": visit_name(choice.chosen, len(wish.companions) + 1),
        "price": Money(min(asked), choice.salon.currency),
        "is_least_price": len(asked) > 1,
    }


def _difference(services: Iterable[ServiceRow], stylist_id: int) -> int:
    """How much more the guest who books pays with this stylist, who may have prices of their own."""
    own = [service for service in services if stylist_id in service.own_prices]
    return sum(service.own_prices[stylist_id] - service.price.amount_minor for service in own)


def _detail(choice: Choice, one: Candidate, last: str) -> str:
    """What is special about a stylist: served last time, visits, own minutes, own price."""
    said = [_("as last time")] if str(one.id) == last else []
    if one.visiting and one.first_on == choice.today:
        said.append(_("visiting today"))
    elif one.visiting:
        said.append(_("visiting %(day)s", day=day_name(one.first_on, choice.today)))
    if any(one.id in service.own_minutes for service in choice.chosen):
        minutes = sum(total_minutes(service.steps_by(one.id)) for service in choice.chosen)
        if minutes != sum(service.minutes for service in choice.chosen):
            said.append(minutes_long(minutes))
    if more := _difference(choice.chosen, one.id):
        said.append(money(Money(choice.visit.price.amount_minor + more, choice.salon.currency)))
    return " · ".join(said)


def _tongues(tags: set[str]) -> list[tuple[str, str]]:
    """Languages that some speak and others do not, in the reader's words."""
    return sorted(((tag, _tongue(tag, language())) for tag in tags), key=lambda pair: pair[1])


@functools.cache
def _tongue(tag: str, reader: str) -> str:
    """The name of a language; its tag where the reader's language has no name for it."""
    return str(Locale.parse(LOCALES[reader]).languages.get(tag.replace("-", "_"), tag))
