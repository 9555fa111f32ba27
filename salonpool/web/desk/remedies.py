"""What would fill a shift, on its page; the step that shows what changes and what it costs; and doing it."""

import secrets
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.money import Money
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.domain.shift import OPEN_STATES
from salonpool.domain.shift_terms import Terms, changed, is_owners
from salonpool.queries import access, shifts
from salonpool.queries.shifts import Remedy, ShiftPage
from salonpool.usecases.pool import remedies
from salonpool.web.desk import blueprint
from salonpool.web.desk.reasons import remedy_words
from salonpool.web.errors import status_of
from salonpool.web.extensions import account, language, now, texting
from salonpool.web.wording import in_words

BIGGEST = 9223372036854775807
REMEDY = f"/shift/<int(max={BIGGEST}):shift_id>/remedy/<int(max={BIGGEST}):decision_id>/<int(max=99):number>"


@blueprint.get(REMEDY)
@login_required
def show_remedy(shift_id: int, decision_id: int, number: int) -> Response:
    """The shift as it is and as it would be, and what that costs."""
    return _page(access.get_owned_shift_id(account(), shift_id), decision_id, number)


@blueprint.post(REMEDY)
@login_required
def apply_remedy(shift_id: int, decision_id: int, number: int) -> Response:
    """Put the shift on these terms and go to the page of the new one."""
    shift_id = access.get_owned_shift_id(account(), shift_id)
    g.page_url = url_for("desk.show_remedy", shift_id=shift_id, decision_id=decision_id, number=number)
    try:
        first, *_ = remedies.apply(
            account(),
            shift_id,
            decision_id=decision_id,
            number=number,
            version=_version(request.form.get("version", "")),
            key=request.form.get("idempotency_key", ""),
            now=now(),
            texting=texting(),
        )
    except Missing:
        raise
    except Refusal as refusal:
        return _page(shift_id, decision_id, number, refusal)
    return redirect(url_for("desk.show_shift", shift_id=first), 303)


def list_remedies(page: ShiftPage, language: str) -> list[dict[str, Any]]:
    """For the shift's page: {text, fits, is_split, path}; no `path` where it is not the owner's to do."""
    if page.gap is None:
        return []
    names = _skill_names(page, language)
    return [
        {
            "text": remedy_words(remedy.change, page.shift, page.salon, names),
            "fits": remedy.fits,
            "is_split": "split_at" in remedy.change,
            "path": _path(page, number) if _may_apply(page, remedy) else None,
        }
        for number, remedy in enumerate(page.gap.remedies)
    ]


def _may_apply(page: ShiftPage, remedy: Remedy) -> bool:
    return page.shift.status in OPEN_STATES and not page.people and is_owners(remedy.change)


def _path(page: ShiftPage, number: int) -> str:
    assert page.gap
    return url_for(
        "desk.show_remedy", shift_id=page.shift.id, decision_id=page.gap.decision_id, number=number
    )


def _page(shift_id: int, decision_id: int, number: int, refusal: Refusal | None = None) -> Response:
    page = shifts.get_shift(shift_id, now(), language())
    remedy = shifts.find_remedy(shift_id, decision_id, number)
    if remedy is None or not is_owners(remedy.change):
        raise Missing
    names = _skill_names(page, language())
    before = Terms(page.shift.starts_at, page.shift.ends_at, page.shift.skill_code, page.shift.hourly_pay)
    after = changed(before, remedy.change)
    costs = sum(terms.pay.amount_minor for terms in after)
    body = render_template(
        "desk/remedy.html",
        salon=page.salon,
        shift=page.shift,
        text=remedy_words(remedy.change, page.shift, page.salon, names),
        fits=remedy.fits,
        before=_shown(before, names),
        after=[_shown(terms, names) for terms in after],
        costs=Money(costs, before.pay.currency),
        more=Money(costs - before.pay.amount_minor, before.pay.currency),
        asked=sum(1 for ask in page.asks if ask.state == "offered"),
        may_apply=_may_apply(page, remedy),
        problem=in_words(refusal) if refusal else "",
        idempotency_key=secrets.token_urlsafe(16),
    )
    return make_response(body, status_of(refusal) if refusal else 200)


def _shown(terms: Terms, skills: dict[str, str]) -> dict[str, Any]:
    return {
        "starts_at": terms.starts_at,
        "ends_at": terms.ends_at,
        "skill_name": skills.get(terms.skill, terms.skill),
        "hourly_pay": terms.hourly_pay,
        "pay": terms.pay,
    }


def _skill_names(page: ShiftPage, language: str) -> dict[str, str]:
    return {skill.code: skill.name for skill in shifts.list_skills(page.salon.network_id, language)}


def _version(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 9):
        raise InvalidInput("number_unreadable", field="version", example="1")
    return int(typed)
