"""Do what would fill a shift: post it anew on the terms of a remedy, in place of the one nobody took."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import lock, retried, transaction
from salonpool.domain.links import digest
from salonpool.domain.money import Money
from salonpool.domain.offer import OfferStatus
from salonpool.domain.refusal import Missing, Refusal
from salonpool.domain.shift import OPEN_STATES, ShiftSource, ShiftStatus, check_post
from salonpool.domain.shift_terms import Terms, changed, is_owners
from salonpool.models import Decision, Network, Offer, Shift, Skill, Stylist
from salonpool.queries.access import AccountRow, get_owned_shift_id
from salonpool.usecases import audit, idempotency
from salonpool.usecases.planning import plan_requests
from salonpool.usecases.pool import seats
from salonpool.usecases.pool.offer_texts import Scene
from salonpool.usecases.texts.texting import Texting


@retried
def apply(
    account: AccountRow,
    shift_id: int,
    *,
    decision_id: int,
    number: int,
    version: int,
    key: str,
    now: datetime,
    texting: Texting,
) -> list[int]:
    """Put one or two shifts on a remedy's terms in place of a shift; their ids, in order of time.

    The remedy is that of a run's `decision_id` with this `number`, from 0. The same `key` again gets the same
    answer. The shift must be as it was shown (`version`) and still look for people, and nobody may hold a
    seat: a yes is a contract, whose terms are frozen. Whoever was asked for the old terms is told that they
    changed, and the run is requested that asks for the new ones.

    Raises Missing; Refusal seat_held or shift_changed; InvalidInput naming the field.
    """
    asked = digest(json.dumps([shift_id, decision_id, number, version]))
    route = f"remedy:{account.id}"
    with transaction() as session:
        shift_id = get_owned_shift_id(account, shift_id)
        if kept := idempotency.replay(session, route, idempotency.check(key), asked):
            return list(kept["shift_ids"])
        change = _remedy(session, shift_id, decision_id, number)
        shift = _locked(session, shift_id)
        _check(session, shift, version)
        shift_ids = _post_anew(session, shift, change, account, now)
        _withdraw(session, shift, now, texting)
        answer = {"shift_ids": shift_ids}
        _audit(session, account, shift, answer | {"change": change}, now)
        plan_requests.request(session, shift.network_id, "remedy", now)
        idempotency.keep(session, route, key, asked, None, answer, now)
        return shift_ids


def _remedy(session: Session, shift_id: int, decision_id: int, number: int) -> dict[str, Any]:
    """What a run found would help; Missing if it is not for the owner to do."""
    found = session.get(Decision, decision_id)
    if found is None or found.shift_id != shift_id or found.kind != "unfilled":
        raise Missing
    known = found.detail["remedies"]
    if not 0 <= number < len(known) or not is_owners(known[number]["change"]):
        raise Missing
    change: dict[str, Any] = known[number]["change"]
    return change


def _locked(session: Session, shift_id: int) -> Shift:
    salon_id = session.scalars(sa.select(Shift.salon_id).where(Shift.id == shift_id)).one()
    lock(session, seats.staffing_key(salon_id))
    return seats.lock_shift(session, shift_id)


def _check(session: Session, shift: Shift, version: int) -> None:
    if seats.open_seats(session, shift) < shift.seats:
        raise Refusal("seat_held")
    if shift.version != version or shift.status not in OPEN_STATES:
        raise Refusal("shift_changed")


def _terms(session: Session, shift: Shift) -> Terms:
    currency = session.get_one(Network, shift.network_id).currency
    return Terms(
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        skill=session.get_one(Skill, shift.skill_id).code,
        hourly_pay=Money(shift.hourly_pay_minor, currency),
    )


def _post_anew(
    session: Session, shift: Shift, change: dict[str, Any], account: AccountRow, now: datetime
) -> list[int]:
    """The new terms keep the rules of any post. Raises InvalidInput."""
    posted = []
    for terms in changed(_terms(session, shift), change):
        check_post(
            terms.starts_at, terms.ends_at, seats=shift.seats, hourly_pay=terms.hourly_pay,
            priority=shift.priority, now=now,
        )  # fmt: skip
        posted.append(_post(session, shift, terms, account))
    session.flush()
    return [new.id for new in posted]


def _post(session: Session, shift: Shift, terms: Terms, account: AccountRow) -> Shift:
    """People are not woken sooner than for the old one, so it counts from when that was posted."""
    skill_id = session.scalar(
        sa.select(Skill.id).where(Skill.network_id == shift.network_id, Skill.code == terms.skill)
    )
    if skill_id is None:
        raise Missing
    posted = Shift(
        network_id=shift.network_id,
        salon_id=shift.salon_id,
        source=ShiftSource.POST,
        status=ShiftStatus.POSTED,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        skill_id=skill_id,
        seats=shift.seats,
        hourly_pay_minor=terms.hourly_pay.amount_minor,
        priority=shift.priority,
        posted_by_account_id=account.id,
        replaces_shift_id=shift.id,
        created_at=shift.created_at,
    )
    session.add(posted)
    return posted


def _withdraw(session: Session, shift: Shift, now: datetime, texting: Texting) -> None:
    scene = Scene.of(session, shift, texting)
    live = session.scalars(
        sa.select(Offer)
        .where(Offer.shift_id == shift.id, Offer.status == OfferStatus.OFFERED)
        .order_by(Offer.id)
    ).all()
    for offer in live:
        offer.status, offer.answered_at = OfferStatus.WITHDRAWN, now
        scene.changed(offer, session.get_one(Stylist, offer.stylist_id), now)
    shift.status, shift.version = ShiftStatus.CANCELLED, shift.version + 1
    session.flush()


def _audit(session: Session, account: AccountRow, shift: Shift, after: dict[str, Any], now: datetime) -> None:
    audit.record(
        session, now, actor=f"account:{account.id}", action="replace", subject="shift", subject_id=shift.id,
        before={"starts_at": str(shift.starts_at), "ends_at": str(shift.ends_at)}, after=after,
    )  # fmt: skip
