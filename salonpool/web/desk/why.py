"""Why is this time not offered? The rules in the way of one visit at one instant, in the owner's words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import make_response, render_template, request
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.booking import HORIZON, Wish
from salonpool.domain.course import Span
from salonpool.domain.explain import Blocked, Rule
from salonpool.domain.local_time import DAY, from_minutes, local_day, typed_local
from salonpool.domain.person import Gender
from salonpool.domain.refusal import InvalidInput
from salonpool.queries import salons
from salonpool.queries.salons import SalonRow
from salonpool.queries.visits import get_visit
from salonpool.queries.why_not import Explained, explain
from salonpool.web.desk import blueprint
from salonpool.web.desk.salon import own_salon
from salonpool.web.desk.typed import read_id
from salonpool.web.extensions import language, now
from salonpool.web.filters import local_time
from salonpool.web.wording import in_words

FARTHEST = 2 * HORIZON
LONGEST_TAG = 35  # RFC 5646, 4.4.1


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence may name: spans and names in the reader's form."""

    blocked: Blocked
    explained: Explained
    salon: SalonRow

    @property
    def times(self) -> str:
        """When, for rules of the whole salon."""
        return self._spans(self.blocked.spans)

    @property
    def people(self) -> str:
        """Who, and when they are busy or at work, if that is the rule."""
        found = self.blocked.by_stylist.items()
        return _listed([f"{self.explained.names.get(who, '')} {self._spans(s)}".strip() for who, s in found])

    def _spans(self, spans: tuple[Span, ...]) -> str:
        return _listed(
            f"{local_time(from_minutes(a), self.salon.zone)}-{local_time(from_minutes(b), self.salon.zone)}"
            for a, b in spans
        )


# Functions, not strings: gettext must run for each reader.
_SENTENCES: dict[Rule, Callable[[Facts], str]] = {
    Rule.PAST: lambda f: _("That time has passed."),
    Rule.HORIZON: lambda f: _("Bookings open %(days)s days ahead, and this is later.", days=HORIZON.days),
    Rule.GRID: lambda f: _("Visits begin on the quarter of an hour."),
    Rule.CLOSED: lambda f: _("The salon is closed: %(times)s.", times=f.times),
    Rule.CHAIR: lambda f: (
        _("All chairs are taken: %(times)s.", times=f.times) if f.times else _("There are too few chairs.")
    ),
    Rule.BASIN: lambda f: (
        _("All basins are taken: %(times)s.", times=f.times) if f.times else _("There are too few basins.")
    ),
    Rule.MACHINE: lambda f: (
        _("All machines are taken: %(times)s.", times=f.times)
        if f.times
        else _("There are too few machines.")
    ),
    Rule.WAIT: lambda f: _(
        "The guest would wait longer than %(minutes)s minutes between two parts.",
        minutes=f.salon.max_wait_minutes,
    ),
    Rule.HANDS: lambda f: (
        _("Busy with a booking or on a break: %(people)s.", people=f.people)
        if f.people
        else _("There are too few hands for everything at once.")
    ),
    Rule.SKILL: lambda f: _("Does not have the skill: %(people)s.", people=f.people),
    Rule.WISH: lambda f: _("Not the kind of stylist the guest asks for: %(people)s.", people=f.people),
    Rule.DUTY: lambda f: (
        _("Not at work for all of it: %(people)s.", people=f.people)
        if f.people
        else _("Nobody who could do it is at work then.")
    ),
    Rule.PERSON: lambda f: _("Two guests ask for the same person at once."),
}


@blueprint.get("/why")
@login_required
def show_why() -> Response:
    """A form for a visit and a time, and why that time is not offered."""
    salon = own_salon()
    services = salons.list_services(salon, language())
    stylists = salons.list_stylists(salon, now(), now() + HORIZON)
    problem, reasons, explained, starts_at = "", None, None, None
    if services and request.args.get("starts_at"):
        try:
            visit = get_visit(salon, _wish(services[0].id, {one.id for one in stylists}), language())
            starts_at = _read_start(request.args["starts_at"], salon)
            explained = explain(visit, starts_at, now())
            reasons = [_SENTENCES[b.rule](Facts(b, explained, salon)) for b in explained.blocked]
        except InvalidInput as refusal:
            problem = in_words(refusal)
    page = render_template(
        "desk/why.html",
        salon=salon,
        services=services,
        stylists=stylists,
        form=_typed(starts_at, salon),
        starts_at=starts_at,
        reasons=reasons,
        at_work=explained.at_work if explained else (),
        problem=problem,
    )
    return make_response(page, 422 if problem else 200)


def _wish(usual: int, stylist_ids: set[int]) -> Wish:
    given = request.args
    service_ids = tuple(read_id(text, field="service") for text in given.getlist("service") if text) or (
        usual,
    )
    stylist_id = read_id(given["stylist"], field="stylist") if given.get("stylist") else None
    if stylist_id is not None and stylist_id not in stylist_ids:
        raise InvalidInput("unknown_choice", field="stylist")
    gender, speaks = given.get("gender", ""), given.get("speaks", "")
    if gender and gender not in set(Gender) or len(speaks) > LONGEST_TAG:
        raise InvalidInput("unknown_choice", field="gender" if gender else "speaks")
    return Wish(
        service_ids, stylist_id, gender=Gender(gender) if gender else None, speaks=speaks.strip() or None
    )


def _read_start(typed: str, salon: SalonRow) -> datetime:
    """An instant with its zone, or wall time at the salon as a browser's form sends it."""
    today = local_day(now(), salon.tz)
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        raise InvalidInput("time_unreadable", field="starts_at", example=f"{today}T14:00") from None
    if abs(found.date() - today) > FARTHEST:
        raise InvalidInput("too_far_ahead", field="starts_at", days=HORIZON.days)
    found = found.replace(second=0, microsecond=0)
    if found.tzinfo is None:
        return typed_local(found.date(), found.time(), salon.tz, field="starts_at")
    return found.astimezone(UTC)


def _typed(starts_at: datetime | None, salon: SalonRow) -> dict[str, Any]:
    given = request.args
    shown = starts_at.astimezone(salon.tz) if starts_at else _next_hour(salon)
    return {
        "service": given.get("service", ""),
        "stylist": given.get("stylist", ""),
        "gender": given.get("gender", ""),
        "speaks": given.get("speaks", ""),
        "starts_at": shown.strftime("%Y-%m-%dT%H:%M"),
    }


def _next_hour(salon: SalonRow) -> datetime:
    return (now() + DAY / 24).astimezone(salon.tz).replace(minute=0)


def _listed(parts: Any) -> str:
    return str(_(", ")).join(parts)
