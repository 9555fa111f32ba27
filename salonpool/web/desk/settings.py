"""The rules for bookings, as an owner reads and sets them."""

import re
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.booking_rules import (
    BOUNDS,
    BookingRules,
    faults,
    fee_fault,
    is_within,
    out_of_bounds,
)
from salonpool.domain.money import Money, minor_units, number
from salonpool.domain.refusal import InvalidInput
from salonpool.domain.waitlist import WaitlistOrder
from salonpool.queries import access
from salonpool.queries.booking_rules import get_booking_rules
from salonpool.queries.salons import SalonRow, get_salon_by_id
from salonpool.usecases.salons import booking_rules
from salonpool.web.desk import blueprint
from salonpool.web.desk.salon import own_salon
from salonpool.web.extensions import account, language, now
from salonpool.web.wording import in_words

# In the order of the page.
FIELDS = (
    "cut_off_minutes",
    "free_minutes",
    "late_fee",
    "approve_minutes",
    "max_wait_minutes",
    "waitlist_order",
)
MAY_BE_EMPTY = {"approve_minutes"}


@blueprint.get("/settings/booking")
@login_required
def show_settings() -> Response:
    """The rules as they are."""
    salon = own_salon()
    return _page(salon, _typed(get_booking_rules(salon.id), salon.currency), {}, 200)


@blueprint.post("/settings/booking")
@login_required
def change_settings() -> Response:
    """Set them; what cannot be comes back with every fault at its field."""
    g.page_url = url_for("desk.show_settings")
    own_salon()  # who owns none is told so
    salon_id = access.get_owned_salon(account(), request.form.get("salon", "")).id
    salon = get_salon_by_id(salon_id, language())
    typed = {name: request.form.get(name, "").strip()[:40] for name in FIELDS}
    rules, wrong = _read(typed, salon.currency)
    if rules is None:
        return _page(salon, typed, wrong, 422)
    booking_rules.change(salon_id=salon.id, rules=rules, actor=f"account:{account().id}", now=now())
    return redirect(url_for("desk.show_settings", done="saved"), 303)


def _page(salon: SalonRow, form: dict[str, str], errors: dict[str, str], status: int) -> Response:
    page = render_template(
        "desk/settings.html",
        salon=salon,
        form=form,
        errors=errors,
        bounds=BOUNDS,
        saved=request.args.get("done") == "saved" and not errors,
    )
    return make_response(page, status)


def _typed(rules: BookingRules, currency: str) -> dict[str, str]:
    """The rules as one would type them."""
    minutes = {name: getattr(rules, name) for name in BOUNDS}
    return {
        **{name: "" if value is None else str(value) for name, value in minutes.items()},
        "late_fee": number(Money(rules.late_fee_minor, currency)).replace(",", ""),
        "waitlist_order": rules.waitlist_order,
    }


def _read(typed: dict[str, str], currency: str) -> tuple[BookingRules | None, dict[str, str]]:
    """The rules, or a sentence for each field that is wrong."""
    values: dict[str, Any] = {}
    wrong: list[InvalidInput] = []
    for name in BOUNDS:
        if not typed[name] and name in MAY_BE_EMPTY:
            values[name] = None
        elif re.fullmatch("[0-9]{1,9}", typed[name]) and is_within(name, int(typed[name])):
            values[name] = int(typed[name])
        else:
            wrong.append(out_of_bounds(name))
    for name, field, read in (
        ("late_fee_minor", "late_fee", lambda amount: _amount(amount, currency)),
        ("waitlist_order", "waitlist_order", _order),
    ):
        try:
            values[name] = read(typed[field])
        except InvalidInput as refusal:
            wrong.append(refusal)
    rules = None if wrong else BookingRules(**values)
    wrong += faults(rules, currency) if rules else []
    said = {refusal.field: in_words(refusal) for refusal in reversed(wrong)}
    return (None if wrong else rules), {field: said[field] for field in FIELDS if field in said}


def _amount(typed: str, currency: str) -> int:
    """Whole units with as many decimals as the currency has, in minor units. Raises InvalidInput."""
    units = minor_units(currency)
    found = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]+))?", typed)
    decimals = len(str(units)) - 1
    if found is None or len(found[2] or "") > decimals:
        raise fee_fault(currency)
    return int(found[1]) * units + int((found[2] or "").ljust(decimals, "0") or 0)


def _order(typed: str) -> WaitlistOrder:
    try:
        return WaitlistOrder(typed)
    except ValueError:
        raise InvalidInput("unknown_choice", field="waitlist_order") from None
