"""Book, hold, confirm, move and cancel through the API."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import fields, validate

from salonpool.domain.booking import BookingStatus, SlotTaken
from salonpool.domain.money import Money
from salonpool.domain.phone_code import DIGITS
from salonpool.domain.refusal import Missing
from salonpool.domain.series import SeriesTaken
from salonpool.domain.text_input import NAME_MAX, NOTE_MAX
from salonpool.queries import access
from salonpool.usecases.booking import bookings, cancellations, moves, series
from salonpool.usecases.booking.booked import GUEST, Booked
from salonpool.usecases.booking.caps import Asker
from salonpool.web import askers
from salonpool.web.api.bearer import check_manages, get_bearer
from salonpool.web.api.description import idempotency_key
from salonpool.web.api.fields import ID, Id, Instant, InstantOut, MoneyOut, Out, Strict, Text, money, utc
from salonpool.web.api.salons import StylistOut, slot
from salonpool.web.api.wishes import Flag, RepeatIn, WishIn, repeat_of, wish_of
from salonpool.web.errors import answer
from salonpool.web.extensions import language, now, texting
from salonpool.web.links import opened
from salonpool.web.wording import in_words

CODE_PATTERN = f"^[0-9]{{{DIGITS}}}$"

blueprint = Blueprint("bookings", __name__, description="Bookings and holds")


class CustomerIn(Strict):
    phone = Text(longest=40, required=True)
    name = Text(longest=NAME_MAX)
    code = Text(longest=DIGITS, matching=CODE_PATTERN)


class HoldIn(WishIn):
    salon = Text(longest=40, required=True)
    starts_at = Instant(required=True)


class BookingIn(HoldIn):
    repeat = fields.Nested(RepeatIn)
    customer = fields.Nested(CustomerIn, required=True)
    note = Text(longest=NOTE_MAX)


class ConfirmIn(Strict):
    customer = fields.Nested(CustomerIn, required=True)
    note = Text(longest=NOTE_MAX)


class MoveIn(Strict):
    starts_at = Instant(required=True)
    stylist = Id(allow_none=True)


class CancelIn(Strict):
    later = Flag(load_default=False)


class VisitOut(Out):
    id = fields.Integer()
    status = fields.String(validate=validate.OneOf(list(BookingStatus)))
    starts_at = InstantOut()
    ends_at = InstantOut()
    manage_token = fields.String()


class ServingOut(Out):
    service = fields.Integer()
    guest = fields.Integer(metadata={"description": "0 is who books, then the companions in their order."})
    stylist = fields.Nested(StylistOut)


class BookingOut(Out):
    id = fields.Integer()
    status = fields.String(validate=validate.OneOf(list(BookingStatus)))
    salon = fields.String()
    services = fields.List(fields.Integer())
    stylist = fields.Nested(StylistOut)
    serving = fields.List(fields.Nested(ServingOut))
    starts_at = InstantOut()
    ends_at = InstantOut()
    answer_by = InstantOut(allow_none=True)
    asked_starts_at = InstantOut(allow_none=True)
    price = fields.Nested(MoneyOut)
    change_until = InstantOut()
    free_until = InstantOut()
    late_fee = fields.Nested(MoneyOut)
    fee = fields.Nested(MoneyOut)
    manage_token = fields.String()
    visits = fields.List(fields.Nested(VisitOut))


class HoldOut(BookingOut):
    hold_token = fields.String()
    held_until = InstantOut()

    class Meta:
        exclude = ("manage_token", "visits")


@blueprint.errorhandler(SlotTaken)
def answer_taken(taken: SlotTaken) -> Response:
    """409 with the three nearest openings for the same wish."""
    return answer(409, taken.code, detail=in_words(taken), nearest=[slot(start) for start in taken.nearest])


@blueprint.errorhandler(SeriesTaken)
def answer_series_taken(taken: SeriesTaken) -> Response:
    """409 with the dates that do not fit, why, and what is free near each."""
    dates = [
        {
            "starts_at": utc(unfit.starts_at),
            "code": unfit.refusal.code,
            "nearest": [slot(start) for start in unfit.nearest],
        }
        for unfit in taken.dates
    ]
    return answer(409, taken.code, detail=in_words(taken), dates=dates)


@blueprint.post("/bookings")
@blueprint.arguments(BookingIn())
@blueprint.response(201, BookingOut)
@blueprint.doc(parameters=[idempotency_key(required=True)])
def book(wanted: dict[str, Any]) -> dict[str, Any]:
    """Book in one step. Send an Idempotency-Key: a retry with the same key and body gets the same answer.

    With `companions` or `repeat` all are booked or nobody; `visits` lists what was booked.
    """
    repeat = repeat_of(wanted)
    asked: dict[str, Any] = {
        **_wish(wanted),
        "guest": _guest(wanted),
        "key": request.headers.get("Idempotency-Key"),
        "language": language(),
        "now": now(),
        "texting": texting(),
        "asker": _asker(wanted),
    }
    if repeat is None:
        return as_booking(bookings.book(**asked))
    return _bookings(series.book_series(repeat=repeat, **asked))


@blueprint.post("/holds")
@blueprint.arguments(HoldIn())
@blueprint.response(201, HoldOut)
def hold(wanted: dict[str, Any]) -> dict[str, Any]:
    """Keep a place for 5 minutes."""
    booked = bookings.hold(
        **_wish(wanted),
        language=language(),
        now=now(),
        texting=texting(),
        asker=askers.program("", None),
    )
    held = {"hold_token": texting().links.hold_token(booked.id), "held_until": booked.held_until}
    return _common(booked) | held


@blueprint.post(f"/holds/{ID % 'booking_id'}/confirm")
@blueprint.arguments(ConfirmIn())
@blueprint.response(201, BookingOut)
@blueprint.doc(parameters=[idempotency_key(required=False)])
def confirm(wanted: dict[str, Any], booking_id: int) -> dict[str, Any]:
    """Turn a hold into a booking; the bearer is the hold token. An expired hold is tried again."""
    if opened(access.booking_id_by_hold, get_bearer()) != booking_id:
        raise Missing
    booked = bookings.confirm(
        booking_id=booking_id,
        guest=_guest(wanted),
        key=request.headers.get("Idempotency-Key"),
        language=language(),
        now=now(),
        texting=texting(),
        asker=_asker(wanted),
    )
    return as_booking(booked)


@blueprint.post(f"/bookings/{ID % 'booking_id'}/move")
@blueprint.arguments(MoveIn())
@blueprint.response(200, BookingOut)
@blueprint.doc(parameters=[idempotency_key(required=False)])
def move(wanted: dict[str, Any], booking_id: int) -> dict[str, Any]:
    """Another time, until the salon's cut-off; the bearer is the manage token.

    The person stays as booked unless `stylist` says otherwise; null means anyone. What was booked is given up
    only when the new time is got. Moving to where it is already changes nothing.

    A salon that approves first moves what is confirmed only once it agrees: until `answer_by` the booking
    stays as it is, and `asked_starts_at` is what was asked for. Asking for the time it has takes that back.
    """
    check_manages(booking_id)
    moved = moves.move(
        booking_id=booking_id,
        starts_at=wanted["starts_at"],
        stylist_id=wanted.get("stylist", moves.KEEP),
        actor=GUEST,
        now=now(),
        texting=texting(),
        key=request.headers.get("Idempotency-Key"),
    )
    return as_booking(moved)


@blueprint.post(f"/bookings/{ID % 'booking_id'}/cancel")
@blueprint.arguments(CancelIn(), required=False)
@blueprint.response(200, BookingOut)
def cancel(wanted: dict[str, Any], booking_id: int) -> dict[str, Any]:
    """Cancel until the salon's cut-off; the bearer is the manage token. Repeating it changes nothing.

    After `free_until` it costs `late_fee`; `fee` in the answer is what it cost. `later`: the later visits of
    its series, too; `visits` lists what was given up.
    """
    check_manages(booking_id)
    asked: dict[str, Any] = {"booking_id": booking_id, "now": now(), "texting": texting()}
    given_up = series.cancel_later(**asked) if wanted["later"] else []
    return _bookings(given_up) if given_up else as_booking(cancellations.cancel(**asked))


def _wish(wanted: dict[str, Any]) -> dict[str, Any]:
    """What a booking and a hold ask for alike."""
    return {
        "salon_slug": wanted["salon"],
        "wish": wish_of(wanted),
        "starts_at": wanted["starts_at"],
    }


def _guest(wanted: dict[str, Any]) -> bookings.Guest:
    customer = wanted["customer"]
    return bookings.Guest(customer["phone"], customer.get("name"), wanted.get("note"))


def _asker(wanted: dict[str, Any]) -> Asker:
    return askers.program(wanted["customer"]["phone"], wanted["customer"].get("code"))


def as_booking(booked: Booked) -> dict[str, Any]:
    """A booking as the API writes it."""
    return _bookings([booked])


def _bookings(made: Sequence[Booked]) -> dict[str, Any]:
    """The first of them, all in `visits`, and what they cost in all to give up."""
    visits = [
        {
            "id": one.id,
            "status": one.status,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "manage_token": texting().links.booking_token(one.id, one.link_version),
        }
        for one in made
    ]
    fee = Money(sum(one.fee_minor for one in made), made[0].currency)
    return _common(made[0]) | {
        "fee": money(fee),
        "manage_token": visits[0]["manage_token"],
        "visits": visits,
    }


def _common(booked: Booked) -> dict[str, Any]:
    return {
        "id": booked.id,
        "status": booked.status,
        "salon": booked.salon,
        "services": booked.services,
        "stylist": {"id": booked.stylist_id, "name": booked.stylist_name},
        "serving": booked.serving,
        "starts_at": booked.starts_at,
        "ends_at": booked.ends_at,
        "answer_by": booked.answer_by,
        "asked_starts_at": booked.asked_starts_at,
        "price": money(Money(booked.price_minor, booked.currency)),
        "change_until": booked.change_until,
        "free_until": booked.free_until,
        "late_fee": money(Money(booked.late_fee_minor, booked.currency)),
        "fee": money(Money(booked.fee_minor, booked.currency)),
    }
