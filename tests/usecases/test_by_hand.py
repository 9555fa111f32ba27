"""A yes by phone: what is law stops it, what is policy needs a reason that is kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salonpool.database import db, transaction
from salonpool.domain.refusal import Missing
from salonpool.models import (
    Assignment,
    AuditEntry,
    Network,
    Occupancy,
    OptOut,
    Role,
    Shift,
    Stylist,
    StylistSkill,
    TimeOff,
)
from salonpool.queries import by_hand as given
from salonpool.solver.rules import RULES
from salonpool.usecases import upkeep
from salonpool.usecases.pool import by_hand, offers
from salonpool.usecases.pool.by_hand import Candidate, Obstacle
from tests.builders import (
    NOW,
    TODAY,
    a_network,
    a_pooled_stylist,
    a_rota,
    a_salon,
    a_shift,
    a_stylist,
    add,
    an_account,
    an_offer,
    at,
)
from tests.usecases import pool
from tests.usecases.contenders import race
from tests.usecases.house import LATER, THURSDAY, House, account_of, an_office, open_house, refusal_code

pytestmark = pytest.mark.usefixtures("app")
WHY = "She offered it herself."


@pytest.fixture
def house() -> House:
    return open_house()


def _candidates(house: House) -> dict[int, Candidate]:
    found = by_hand.list_candidates(house.owner, house.shift, NOW, "en")
    return {one.person.id: one for one in found}


def _rules(house: House, stylist: int) -> list[tuple[str, bool]]:
    """What is in the way, asked for one; the list of all must say the same."""
    one = by_hand.get_candidate(house.owner, house.shift, stylist, NOW, "en")
    assert _candidates(house)[stylist] == one
    return [(obstacle.rule, obstacle.is_law) for obstacle in one.obstacles]


def _trail(*actions: str) -> list[AuditEntry]:
    db.session.rollback()
    entries = sa.select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.id)
    return list(db.session.scalars(entries))


def _unchanged(house: House) -> bool:
    shift = pool.shift(house.shift)
    nothing_kept = not _trail("assign", "override", "accept") and not pool.texts("S4")
    return pool.holders(house.shift) == [] and shift.version == 1 and nothing_kept


def test_a_yes_by_phone_is_kept_and_told_like_any_other(house: House) -> None:
    partner = an_account(house.network, owns=(house.salon,))
    person, other = a_pooled_stylist(house.network), a_pooled_stylist(house.network)
    asked = an_offer(house.shift, other)
    held = db.session.get_one(Assignment, house.give(person))
    assert (held.stylist_id, held.status, held.source) == (person, "active", "by_hand")
    assert (held.salon_id, held.hourly_pay_minor) == (house.salon, 42000)
    assert db.session.scalars(sa.select(Occupancy.resource)).one() == f"presence:{person}"
    assert (pool.shift(house.shift).status, pool.shift(house.shift).version) == ("filled", 2)
    assert db.session.get_one(Stylist, person).version == 2
    assert [text.event_id for text in pool.texts("S4")] == [f"assignment:{held.id}:made"]
    assert [text.event_id for text in pool.texts("S5")] == [f"offer:{asked}:taken"]
    # the one who did it knows; the other owner is told
    assert [text.event_id for text in pool.texts("O3")] == [f"shift:{house.shift}:filled:{held.id}:{partner}"]
    (entry,) = _trail("assign", "override")
    assert (entry.actor, entry.action) == (f"account:{house.owner_id}", "assign")
    assert given.list_given(house.shift)[0].rules == ()


def test_the_office_notes_a_yes_at_every_salon_of_its_network_and_the_owner_is_told(house: House) -> None:
    person = a_pooled_stylist(house.network, x_km=30.0)
    office = an_office(house.network)
    assert by_hand.list_candidates(office, house.shift, NOW, "en")[0].policy == ("home-travel",)
    held = house.give(person, "home-travel", reason=WHY, account=office)
    assert {entry.actor for entry in _trail("assign", "override")} == {f"account:{office.id}"}
    assert [text.event_id for text in pool.texts("O3")] == [
        f"shift:{house.shift}:filled:{held}:{house.owner_id}"
    ]
    assert given.list_given(house.shift)[0].by == "辦公室"


def test_who_was_asked_and_says_yes_by_phone_has_accepted_the_offer(house: House) -> None:
    person = a_pooled_stylist(house.network)
    offer = an_offer(house.shift, person)
    assignment = house.give(person)
    assert pool.offer_of(house.shift, person).status == "accepted"
    assert pool.texts("S5") == []
    (entry,) = _trail("accept")
    assert (entry.subject_id, entry.actor) == (offer, f"account:{house.owner_id}")
    assert pool.accept(offer, person, LATER).assignment_id == assignment


def test_a_double_click_gives_one_seat(house: House) -> None:
    with transaction() as session:
        session.get_one(Shift, house.shift).seats = 2
    person = a_pooled_stylist(house.network, hourly_pay_minor=50000)
    first = house.give(person, "hourly-cost", reason=WHY)
    assert house.give(person, "hourly-cost", reason=WHY) == first
    assert house.give(person) == first
    assert (len(_trail("override")), len(pool.texts("S4"))) == (1, 1)
    assert pool.shift(house.shift).status == "posted"


@pytest.mark.parametrize(
    ("person", "rule"),
    [
        ({"free": ("07:00", "17:00")}, "available"),
        ({"x_km": 30.0}, "home-travel"),
        ({"hourly_pay_minor": 42001}, "hourly-cost"),
        ({"max_day_minutes": 239}, "day-minutes"),
        ({"max_week_minutes": 239}, "window-minutes"),
    ],
)
def test_policy_gives_way_to_an_owners_reason_which_is_kept(
    house: House, person: dict[str, Any], rule: str
) -> None:
    stylist = a_pooled_stylist(house.network, **person)
    assert _rules(house, stylist) == [(rule, False)]
    assert refusal_code(lambda: house.give(stylist)) == "agree_anew"
    assert refusal_code(lambda: house.give(stylist, reason=WHY)) == "agree_anew"
    assert refusal_code(lambda: house.give(stylist, "rest", reason=WHY)) == "agree_anew"
    for blank in (None, "", "  ", "\u3000"):
        assert refusal_code(lambda: house.give(stylist, rule, reason=blank)) == "reason_missing"  # noqa: B023
    assert _unchanged(house)
    assignment = house.give(stylist, rule, reason=f" {WHY}\n")
    (entry,) = _trail("override")
    assert (entry.actor, entry.subject, entry.subject_id) == (
        f"account:{house.owner_id}", "assignment", assignment,
    )  # fmt: skip
    assert entry.after == {"shift_id": house.shift, "stylist_id": stylist, "rules": [rule]}
    (row,) = given.list_given(house.shift)
    assert (row.by, row.rules, row.reason) == ("陳姐", (rule,), WHY)


def test_the_reason_goes_a_year_after_the_shift_and_what_was_set_aside_stays(house: House) -> None:
    person = a_pooled_stylist(house.network, x_km=30.0)
    assignment = house.give(person, "home-travel", reason=WHY)
    trail = db.session.scalars(sa.select(AuditEntry)).all()
    assert not [entry for entry in trail if WHY in f"{entry.before} {entry.after}"]
    ends_at = pool.shift(house.shift).ends_at
    for now, reason in ((ends_at + timedelta(days=365), WHY), (ends_at + timedelta(days=366), None)):
        db.session.rollback()
        upkeep.forget_old(now)
        (row,) = given.list_given(house.shift)
        assert (row.by, row.rules, row.reason) == ("陳姐", ("home-travel",), reason)
    assert _trail("override")[0].subject_id == assignment


def test_rest_is_policy_above_the_laws_eleven_hours_and_law_below(house: House) -> None:
    other = a_salon(house.network)
    for ends, is_law in (("02:30", False), ("04:00", True)):
        person = a_pooled_stylist(house.network, home=other, min_rest_minutes=900)
        with transaction() as session:
            night = Shift(
                network_id=house.network, salon_id=other, source="rota", status="filled", created_at=NOW,
                starts_at=at("22:00", THURSDAY - timedelta(days=1)), ends_at=at(ends, THURSDAY),
            )  # fmt: skip
            session.add(night)
            session.flush()
            session.add(
                Assignment(
                    network_id=house.network, salon_id=other, shift_id=night.id, stylist_id=person,
                    status="active", source="rota", starts_at=night.starts_at, ends_at=night.ends_at,
                    created_at=NOW,
                )
            )  # fmt: skip
        assert _rules(house, person) == [("rest", is_law)]


@pytest.mark.parametrize(("pack", "is_law"), [("tw-standard", True), ("tw-4-week", False)])
def test_a_seventh_day_in_a_row_is_policy_where_the_law_allows_it(
    house: House, pack: str, is_law: bool
) -> None:
    with transaction() as session:
        session.get_one(Network, house.network).labour_pack = pack
    person, other = a_pooled_stylist(house.network, max_week_minutes=6000), a_salon(house.network)
    for days in (1, 2, 4, 5, 6, 7):
        worked = a_shift(other, "14:00", "16:00", day=TODAY + timedelta(days=days))
        with transaction() as session:
            session.get_one(Shift, worked).status = "filled"
            row = session.get_one(Shift, worked)
            session.add(
                Assignment(
                    network_id=house.network, salon_id=other, shift_id=worked, stylist_id=person,
                    status="active", source="offer", starts_at=row.starts_at, ends_at=row.ends_at,
                    created_at=NOW,
                )
            )  # fmt: skip
    assert _rules(house, person) == [("window-days", is_law)]


def _without_the_skill(house: House) -> int:
    return a_pooled_stylist(house.network, skills=("perm",))


def _at_work_elsewhere(house: House) -> int:
    person = a_pooled_stylist(house.network, home=house.salon)
    a_rota(person, a_salon(house.network), weekdays=(3,), starts="16:00", ends="20:00")
    return person


def _on_the_way(house: House) -> int:
    person = a_pooled_stylist(house.network, home=house.salon)
    a_rota(person, a_salon(house.network, x_km=10.0), weekdays=(3,), starts="09:00", ends="13:45")
    return person


def _twelve_hours_already(house: House) -> int:
    person = a_pooled_stylist(house.network, home=house.salon, max_day_minutes=1000)
    a_rota(person, a_salon(house.network), weekdays=(3,), starts="05:00", ends="13:30")
    return person


def _nowhere_to_stand(house: House) -> int:
    for _ in range(2):
        a_rota(a_stylist(house.network, home=house.salon), house.salon, weekdays=(3,))
    return a_pooled_stylist(house.network)


@pytest.mark.parametrize(
    ("person", "rule"),
    [
        (_without_the_skill, "skill"),
        (_at_work_elsewhere, "overlap"),
        (_on_the_way, "travel-gap"),
        (_twelve_hours_already, "day-minutes"),
        (_nowhere_to_stand, "chairs"),
    ],
)
def test_law_skill_and_physics_give_way_to_nothing(
    house: House, person: Callable[[House], int], rule: str
) -> None:
    stylist = person(house)
    assert (rule, True) in _rules(house, stylist)
    everything = (*RULES, "skill_dates", "live_offer", "no_text")
    before = _trail("assign", "override")
    for set_aside in ((), (rule,), everything):
        code = refusal_code(lambda: house.give(stylist, *set_aside, reason=WHY))  # noqa: B023
        assert code == "never_allowed"
    assert pool.holders(house.shift) == []
    assert [entry.id for entry in _trail("assign", "override")] == [entry.id for entry in before]


def test_a_skill_that_ended_is_law_and_named_by_its_reason(house: House) -> None:
    person = a_pooled_stylist(house.network)
    with transaction() as session:
        session.execute(sa.update(StylistSkill).values(valid_to=THURSDAY - timedelta(days=1)))
    assert _rules(house, person) == [("skill_dates", True)]
    assert refusal_code(lambda: house.give(person, "skill_dates", reason=WHY)) == "never_allowed"


def test_who_said_no_before_is_given_it_only_for_a_reason(house: House) -> None:
    person = a_pooled_stylist(house.network)
    pool.decline(an_offer(house.shift, person), person)
    assert _rules(house, person) == [("refused", False)]
    assert refusal_code(lambda: house.give(person)) == "agree_anew"
    house.give(person, "refused", reason="She called back: her evening is free now.")
    assert pool.offer_of(house.shift, person).status == "declined"
    assert pool.holders(house.shift) == [person]


def test_silence_and_an_offer_that_ran_out_stand_in_nobodys_way(house: House) -> None:
    person = a_pooled_stylist(house.network)
    an_offer(house.shift, person)
    offers.sweep_expired(NOW + timedelta(hours=1))
    assert _rules(house, person) == []
    house.give(person, now=NOW + timedelta(hours=2))
    assert pool.holders(house.shift) == [person]


def test_own_staff_outside_the_pool_can_be_given_a_shift_at_home_for_a_reason(house: House) -> None:
    own = a_stylist(house.network, home=house.salon)
    theirs = a_stylist(house.network, home=a_salon(house.network))
    assert _rules(house, own) == [("available", False)]
    assert list(_candidates(house)) == [own]
    assert refusal_code(lambda: house.give(theirs, "available", reason=WHY)) == "not_found"
    house.give(own, "available", reason=WHY)
    assert pool.holders(house.shift) == [own]


def test_the_list_begins_with_who_can_the_nearest_first_and_ends_with_who_never_may(house: House) -> None:
    far = a_pooled_stylist(house.network, x_km=5.0)
    never = _without_the_skill(house)
    dear = a_pooled_stylist(house.network, hourly_pay_minor=50000)
    dear_and_far = a_pooled_stylist(house.network, hourly_pay_minor=50000, x_km=30.0)
    near = a_pooled_stylist(house.network, x_km=1.0)
    assert list(_candidates(house)) == [near, far, dear, dear_and_far, never]
    assert _candidates(house)[never].obstacles == (Obstacle("skill", is_law=True),)


def test_who_holds_a_seat_has_left_or_not_joined_is_not_in_the_list(house: House) -> None:
    with transaction() as session:
        session.get_one(Shift, house.shift).seats = 2
    holder = a_pooled_stylist(house.network)
    gone = a_pooled_stylist(house.network, left_on=THURSDAY - timedelta(days=1))
    early = a_pooled_stylist(house.network, joined_on=THURSDAY + timedelta(days=1))
    last_day = a_pooled_stylist(house.network, left_on=THURSDAY)
    house.give(holder)
    assert list(_candidates(house)) == [last_day]
    for person in (gone, early):
        assert refusal_code(lambda: house.give(person, "available", reason=WHY)) == "not_found"  # noqa: B023


def test_the_list_says_who_gets_no_texts_and_who_is_being_asked(house: House) -> None:
    silent = a_pooled_stylist(house.network, phone=None)
    stopped, asked = a_pooled_stylist(house.network), a_pooled_stylist(house.network)
    phone = db.session.get_one(Stylist, stopped).phone
    add(OptOut(phone=phone, opted_out_at=NOW))
    an_offer(house.shift, asked)
    people = {one.person.id: one.person for one in _candidates(house).values()}
    assert [people[person].gets_texts for person in (silent, stopped, asked)] == [False, False, True]
    assert (people[asked].offer, people[silent].offer) == ("offered", None)
    house.give(silent)
    assert pool.holders(house.shift) == [silent]


def test_a_day_off_is_policy(house: House) -> None:
    person = a_pooled_stylist(house.network)
    add(TimeOff(stylist_id=person, starts_at=at("00:00", THURSDAY), ends_at=at("23:00", THURSDAY)))
    assert _rules(house, person) == [("available", False)]


def test_a_shift_of_somebody_else_and_a_stylist_of_another_network_answer_like_missing_ones(
    house: House,
) -> None:
    person = a_pooled_stylist(house.network)
    stranger = a_pooled_stylist(a_network())
    rival = account_of(an_account(house.network, owns=(a_salon(house.network),)))
    stylist = account_of(an_account(house.network, stylist=person))
    desk = an_account(house.network)
    add(Role(network_id=house.network, account_id=desk, salon_id=house.salon, kind="receptionist"))
    for account in (rival, stylist, account_of(desk), an_office(a_network())):
        with pytest.raises(Missing):
            house.give(person, account=account)
        with pytest.raises(Missing):
            by_hand.list_candidates(account, house.shift, NOW, "en")
        with pytest.raises(Missing):
            by_hand.get_candidate(account, house.shift, person, NOW, "en")
    for stylist_id in (stranger, 999_999):
        with pytest.raises(Missing):
            house.give(stylist_id)
        with pytest.raises(Missing):
            by_hand.get_candidate(house.owner, house.shift, stylist_id, NOW, "en")
    assert _unchanged(house)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "cancelled"}, "not_looking"),
        ({"status": "unfilled"}, "not_looking"),
        ({"status": "filled"}, "no_free_seat"),
        ({"starts_at": LATER, "ends_at": LATER + timedelta(hours=2)}, "not_looking"),
    ],
)
def test_a_shift_that_looks_for_nobody_is_given_to_nobody(
    house: House, change: dict[str, Any], code: str
) -> None:
    person = a_pooled_stylist(house.network)
    with transaction() as session:
        session.execute(sa.update(Shift).where(Shift.id == house.shift).values(**change))
    assert refusal_code(lambda: house.give(person)) == code
    assert refusal_code(lambda: by_hand.list_candidates(house.owner, house.shift, LATER, "en")) == code
    assert refusal_code(lambda: by_hand.get_candidate(house.owner, house.shift, person, LATER, "en")) == code
    assert _unchanged(house)


@pytest.mark.parametrize(
    ("reason", "code"), [("x" * 201, "too_long"), ("a\x00b", "unprintable"), ("one\ntwo", "unprintable")]
)
def test_a_reason_that_cannot_be_kept_is_refused(house: House, reason: str, code: str) -> None:
    person = a_pooled_stylist(house.network, x_km=30.0)
    assert refusal_code(lambda: house.give(person, "home-travel", reason=reason)) == code
    assert _unchanged(house)


def test_the_database_has_the_last_word_on_an_overlap(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person = _at_work_elsewhere(house)
    monkeypatch.setattr(by_hand._Judge, "obstacles", lambda *_: ())
    assert refusal_code(lambda: house.give(person)) == "never_allowed"
    assert pool.holders(house.shift) == []
    assert pool.texts("S4") == []


def test_a_yes_by_phone_and_a_yes_by_text_for_one_seat_have_one_winner(app: Flask, house: House) -> None:
    asked, called = a_pooled_stylist(house.network), a_pooled_stylist(house.network)
    offer = an_offer(house.shift, asked)
    owner = house.owner
    results = race(app, lambda: pool.accept(offer, asked), lambda: house.give(called, account=owner))
    (winner,) = pool.holders(house.shift)
    assert winner in {asked, called}
    assert [result for result in results if isinstance(result, str)] == [
        "no_free_seat" if winner == asked else "taken"
    ]
    assert len(pool.texts("S4")) == 1


def test_one_person_who_says_yes_twice_at_once_has_one_seat(app: Flask, house: House) -> None:
    with transaction() as session:
        session.get_one(Shift, house.shift).seats = 2
    person = a_pooled_stylist(house.network)
    offer = an_offer(house.shift, person)
    owner = house.owner
    by_text, *by_phone = race(
        app,
        lambda: pool.accept(offer, person).assignment_id,
        lambda: house.give(person, account=owner),
        lambda: house.give(person, account=owner),
    )
    assert by_phone == [by_text, by_text]
    assert pool.holders(house.shift) == [person]
    assert len(pool.texts("S4")) == 1


def test_two_owners_who_give_the_last_seat_at_once_agree_on_one(app: Flask, house: House) -> None:
    people = [a_pooled_stylist(house.network, hourly_pay_minor=50000) for _ in range(3)]
    owner = house.owner
    results = race(
        app,
        *[lambda p=p: house.give(p, "hourly-cost", reason=WHY, account=owner) for p in people],
    )
    assert sorted(result for result in results if isinstance(result, str)) == ["no_free_seat"] * 2
    (entry,) = _trail("override")
    assert entry.after
    assert pool.holders(house.shift) == [entry.after["stylist_id"]]


def test_the_list_takes_as_many_statements_for_ten_people_as_for_two(house: House) -> None:
    statements: list[str] = []
    counts: list[int] = []
    owner = house.owner
    for people in (2, 8):
        for _ in range(people):
            a_rota(a_pooled_stylist(house.network, home=house.salon), house.salon, weekdays=(0,))
        db.session.rollback()
        db.session.expunge_all()
        if not counts:
            sa.event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        statements.clear()
        found = by_hand.list_candidates(owner, house.shift, NOW, "en")
        counts.append(len(statements))
    assert len(found) == 10
    assert counts[0] == counts[1] <= 45
