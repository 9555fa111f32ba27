"""The reader: rows become a Problem."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.labour import packs
from salonpool.domain.labour.rules import Kind, Pack
from salonpool.domain.local_time import at_local
from salonpool.domain.refusal import Missing
from salonpool.models import OptOut, StylistSkill, TimeOff
from salonpool.solver import problem as puzzle
from salonpool.solver.eligibility import reasons, why_not
from salonpool.usecases.planning.problems import Reading, read_network, read_people, read_person, seat_id
from tests.builders import (
    NOW,
    TAIPEI,
    TODAY,
    a_network,
    a_pooled_stylist,
    a_rota,
    a_salon,
    a_shift,
    a_skill,
    a_standing_yes,
    a_stylist,
    add,
    an_offer,
    at,
)

pytestmark = pytest.mark.usefixtures("app")
THURSDAY = TODAY + timedelta(days=3)


def _read(network_id: int, now: datetime = NOW) -> Reading:
    return read_network(db.session(), network_id, now)


def _person(reading: Reading, stylist_id: int) -> puzzle.Stylist:
    return reading.problem.stylists_by_id[str(stylist_id)]


def _minute(clock: str, day: date = TODAY) -> int:
    return int((at(clock, day) - at("00:00")).total_seconds()) // 60


@pytest.mark.parametrize(("currency", "units"), [("TWD", 100), ("JPY", 1), ("KWD", 1000)])
def test_a_point_of_travel_weighs_a_whole_unit_of_the_networks_money(currency: str, units: int) -> None:
    network = a_network(currency=currency)
    a_shift(a_salon(network))
    assert _read(network).problem.objective[-1] == {"cost": 1, "travel": units, "preference": units}


def test_minutes_count_from_local_midnight_and_a_shift_has_one_entry_for_each_seat() -> None:
    network = a_network()
    salon = a_salon(network, chairs=4)
    shift = a_shift(salon, "14:00", "18:00", seats=3, hourly_pay_minor=42000, priority=1)
    reading = _read(network)
    assert [seat.id for seat in reading.problem.shifts] == [seat_id(shift, n) for n in (1, 2, 3)]
    seat = reading.problem.shifts[0]
    assert (seat.start, seat.end) == (_minute("14:00", THURSDAY), _minute("18:00", THURSDAY))
    assert (seat.skill, seat.priority, seat.max_hourly_cost) == ("cut", 1, 42000)
    assert reading.problem.day_starts == tuple(range(0, 15 * 1440, 1440))
    assert reading.problem.salons[0].chairs == 4


def test_a_filled_seat_and_a_seat_with_a_live_offer_are_no_longer_open() -> None:
    network = a_network()
    salon = a_salon(network)
    shift = a_shift(salon, seats=2)
    an_offer(shift, a_pooled_stylist(network))
    (opening,) = _read(network).open_seats
    assert opening.seats == 1
    an_offer(shift, a_pooled_stylist(network))
    assert _read(network).open_seats == ()


def test_rota_days_are_busy_and_days_before_today_are_history() -> None:
    network = a_network()
    salon = a_salon(network)
    stylist = a_pooled_stylist(network, home=salon)
    a_rota(stylist, salon, weekdays=(0, 4), now=NOW - timedelta(days=10))
    person = _person(_read(network), stylist)
    assert person.busy[0] == puzzle.Busy(start=_minute("10:00"), end=_minute("19:00"), salon=str(salon))
    assert [(day.start, day.end) for day in person.history] == [
        (_minute("10:00", TODAY - timedelta(days=n)), _minute("19:00", TODAY - timedelta(days=n)))
        for n in (10, 7, 3)
    ]


def test_time_off_is_cut_out_of_the_weekly_hours() -> None:
    network = a_network()
    a_salon(network)
    stylist = a_pooled_stylist(network, free=("09:00", "17:00"), weekdays=(3,))
    add(TimeOff(stylist_id=stylist, starts_at=at("12:00", THURSDAY), ends_at=at("13:00", THURSDAY)))
    spans = [(span.start, span.end) for span in _person(_read(network), stylist).available]
    assert spans[:2] == [
        (_minute("09:00", THURSDAY), _minute("12:00", THURSDAY)),
        (_minute("13:00", THURSDAY), _minute("17:00", THURSDAY)),
    ]


def test_someone_without_weekly_hours_cannot_be_asked() -> None:
    network = a_network()
    a_salon(network)
    stylist = a_stylist(network, pooled=True)
    assert _person(_read(network), stylist).available == ()


def test_nobody_is_available_before_joining_or_after_leaving() -> None:
    network = a_network()
    a_salon(network)
    joins, leaves = TODAY + timedelta(days=2), TODAY + timedelta(days=4)
    stylist = a_pooled_stylist(network, joined_on=joins, left_on=leaves)
    spans = _person(_read(network), stylist).available
    assert (spans[0].start, spans[-1].end) == (_minute("07:00", joins), _minute("23:00", leaves))
    assert len(spans) == 3


def test_a_day_with_a_clock_change_has_its_real_length() -> None:
    network = a_network(zone="Europe/Paris")
    a_salon(network, zone="Europe/Paris")
    now = datetime(2026, 10, 23, 8, 0, tzinfo=UTC)
    starts = _read(network, now).problem.day_starts
    assert [later - earlier for earlier, later in zip(starts, starts[1:4], strict=False)] == [
        1440,
        1440,
        1500,
    ]


def test_a_shift_past_midnight_lies_on_the_day_it_starts() -> None:
    network = a_network()
    salon = a_salon(network)
    stylist = a_pooled_stylist(network, free=("18:00", "03:00"))
    shift = a_shift(salon, "20:00", "02:00", ends_day=THURSDAY + timedelta(days=1))
    problem = _read(network).problem
    assert problem.shifts[0].minutes == 360
    assert why_not(problem, str(stylist), seat_id(shift, 1)) is None


def test_only_posted_shifts_ahead_within_fourteen_days_are_in_the_problem() -> None:
    network = a_network()
    salon = a_salon(network)
    a_shift(salon, "08:00", "08:45", day=TODAY)
    a_shift(salon, day=TODAY + timedelta(days=14))
    a_shift(salon, status="cancelled")
    inside = a_shift(salon, day=TODAY + timedelta(days=13))
    a_rota(a_stylist(network, home=salon), salon)
    assert [opening.shift_id for opening in _read(network).open_seats] == [inside]


def test_nobody_is_asked_twice_for_a_shift_or_while_owing_another_an_answer() -> None:
    network = a_network()
    salon = a_salon(network)
    first, second = a_shift(salon), a_shift(salon, day=TODAY + timedelta(days=4))
    declined, busy = a_pooled_stylist(network), a_pooled_stylist(network)
    an_offer(first, declined, status="declined")
    an_offer(second, busy)
    a_shift(salon, day=TODAY + timedelta(days=5))
    problem = _read(network).problem
    assert problem.shifts_by_id[seat_id(first, 1)].refused_by == (str(declined),)
    assert why_not(problem, str(declined), seat_id(first, 1)) == "refused"
    assert why_not(problem, str(busy), seat_id(first, 1)) == "excluded"
    assert problem.shifts[0].excluded == {str(busy): "live_offer"}


def test_who_cannot_be_texted_is_not_asked_but_may_answer() -> None:
    network = a_network()
    shift = a_shift(a_salon(network))
    stopped, silent, reached = (
        a_pooled_stylist(network, phone=phone) for phone in ("+886912000001", None, "+886912000002")
    )
    add(OptOut(phone="+886912000001", opted_out_at=NOW))
    problem = _read(network).problem
    assert problem.shifts[0].excluded == {str(stopped): "no_text", str(silent): "no_text"}
    assert why_not(problem, str(reached), seat_id(shift, 1)) is None
    claim = read_person(db.session(), stopped, shift, NOW).problem
    assert why_not(claim, str(stopped), seat_id(shift, 1)) is None


def test_a_skill_counts_only_within_its_dates() -> None:
    network = a_network()
    salon = a_salon(network)
    stylist = a_pooled_stylist(network, skills=())
    skill = a_skill(network)
    add(
        StylistSkill(
            network_id=network,
            stylist_id=stylist,
            skill_id=skill,
            valid_from=date(2020, 1, 1),
            valid_to=THURSDAY,
        )
    )
    valid, too_late = a_shift(salon), a_shift(salon, day=THURSDAY + timedelta(days=1))
    problem = _read(network).problem
    assert why_not(problem, str(stylist), seat_id(valid, 1)) is None
    assert why_not(problem, str(stylist), seat_id(too_late, 1)) == "excluded"


def test_someone_who_asks_more_than_the_shift_pays_is_not_asked() -> None:
    network = a_network()
    shift = a_shift(a_salon(network), hourly_pay_minor=42000)
    dear, fair = (a_pooled_stylist(network, hourly_pay_minor=pay) for pay in (42001, 42000))
    problem = _read(network).problem
    assert why_not(problem, str(dear), seat_id(shift, 1)) == "hourly-cost"
    assert why_not(problem, str(fair), seat_id(shift, 1)) is None


def test_people_outside_the_pool_only_take_up_chairs() -> None:
    network = a_network()
    salon = a_salon(network, chairs=1)
    own = a_stylist(network, home=salon)
    a_rota(own, salon, weekdays=(3,))
    pooled = a_pooled_stylist(network)
    shift = a_shift(salon)
    reading = _read(network)
    assert reading.bystanders == 1
    assert why_not(reading.problem, str(pooled), seat_id(shift, 1)) == "chairs"
    assert why_not(reading.problem, str(own), seat_id(shift, 1)) == "skill"


def test_someone_without_a_home_salon_travels_from_their_own_position() -> None:
    network = a_network()
    salon = a_salon(network, x_km=0.0)
    near = a_pooled_stylist(network, x_km=1.0, max_travel_minutes=9)
    far = a_pooled_stylist(network, x_km=2.0, max_travel_minutes=9)
    shift = a_shift(salon)
    problem = _read(network).problem
    assert why_not(problem, str(near), seat_id(shift, 1)) is None
    assert why_not(problem, str(far), seat_id(shift, 1)) == "home-travel"


def test_weekly_hours_are_counted_from_monday_and_no_seventh_day_is_worked() -> None:
    network = a_network()
    salon = a_salon(network)
    wednesday = TODAY + timedelta(days=2)
    stylist = a_pooled_stylist(network, max_week_minutes=2400)
    now = at("09:00", wednesday)
    person = _person(_read(network, now), stylist)
    assert person.limits[0] == puzzle.Limit(days=7, step="fixed", first_day=-2, max_minutes=2400)
    worker = a_pooled_stylist(network, home=salon)
    a_rota(worker, salon, weekdays=(0, 1, 2, 4, 5, 6), starts="10:00", ends="14:00")
    shift = a_shift(salon)
    assert why_not(_read(network).problem, str(worker), seat_id(shift, 1)) == "window-days"


def test_read_by_the_law_alone_a_persons_own_numbers_do_not_count() -> None:
    network = a_network()
    salon = a_salon(network)
    own = {"min_rest_minutes": 900, "max_day_minutes": 240, "max_week_minutes": 300}
    stylist = a_pooled_stylist(network, **own)
    shift = a_shift(salon, "10:00", "18:00")
    mine = read_person(db.session(), stylist, shift, NOW)
    assert reasons(mine.problem, str(stylist), seat_id(shift, 1)) == ("day-minutes", "window-minutes")
    law = read_person(db.session(), stylist, shift, NOW, law_only=True)
    assert reasons(law.problem, str(stylist), seat_id(shift, 1)) == ()
    assert _person(law, stylist).min_rest_minutes == 660


def test_a_standing_yes_needs_the_salon_the_weekday_the_hours_and_the_pay() -> None:
    network = a_network()
    salon, other = a_salon(network), a_salon(network)
    yes = a_pooled_stylist(network)
    a_standing_yes(yes, salon, 3, "13:00", "19:00", least=42000)
    for place, weekday, ends, least in (
        (other, 3, "19:00", 0),
        (salon, 2, "19:00", 0),
        (salon, 3, "17:30", 0),
    ):
        a_standing_yes(a_pooled_stylist(network), place, weekday, "13:00", ends, least)
    a_standing_yes(a_pooled_stylist(network), salon, 3, "13:00", "19:00", least=42001)
    a_shift(salon)
    (opening,) = _read(network).open_seats
    assert opening.said_yes == {yes}


def test_wishes_shrink_by_the_work_already_agreed_on() -> None:
    network = a_network()
    salon = a_salon(network)
    stylist = a_pooled_stylist(network, home=salon, wanted_week_minutes=1200)
    a_rota(stylist, salon, weekdays=(1,), starts="10:00", ends="15:00")
    assert _person(_read(network), stylist).wanted_minutes == 2 * 1200 - 2 * 300


def test_reading_takes_the_same_few_queries_for_ten_people_and_for_two() -> None:
    network = a_network()
    salon = a_salon(network)
    statements: list[str] = []
    counts = []
    for people in (2, 8):
        for _ in range(people):
            a_rota(a_pooled_stylist(network, home=salon), salon, weekdays=(0,))
            a_shift(salon)
        db.session.rollback()
        db.session.expunge_all()
        if not counts:
            sa.event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        statements.clear()
        _read(network)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 17


def test_a_claim_counts_other_work_but_not_the_offer_itself() -> None:
    network = a_network()
    salon = a_salon(network)
    stylist = a_pooled_stylist(network)
    shift = a_shift(salon, seats=2)
    an_offer(shift, stylist)
    problem = read_person(db.session(), stylist, shift, NOW).problem
    assert [seat.id for seat in problem.shifts] == [seat_id(shift, 1)]
    assert why_not(problem, str(stylist), seat_id(shift, 1)) is None


def _reasons_of(reading: Reading, stylist: int, shift: int) -> tuple[str, ...]:
    return reasons(reading.problem, str(stylist), seat_id(shift, 1))


@pytest.mark.parametrize("law_only", [False, True])
def test_everybody_read_at_once_is_told_the_same_as_one_by_one(law_only: bool) -> None:
    network = a_network()
    salon, other = a_salon(network, chairs=1), a_salon(network, x_km=3.0)
    shift = a_shift(salon, "18:00", "23:00")
    free, late = (a_pooled_stylist(network, home=other, max_day_minutes=600) for _ in range(2))
    a_rota(late, other, weekdays=(3, 4), starts="09:00", ends="16:00")
    people = [free, late, a_pooled_stylist(network, home=other, skills=("perm",))]
    people += [a_pooled_stylist(network, home=other, free=("10:00", "20:00"), hourly_pay_minor=50000)]
    people += [a_stylist(network, home=salon), a_stylist(network, home=other)]
    a_rota(people[4], salon, weekdays=(3,), starts="12:00", ends="20:00")
    everybody = read_people(db.session(), shift, NOW)[law_only]
    told = {person: _reasons_of(everybody, person, shift) for person in people}
    assert told == {
        person: _reasons_of(read_person(db.session(), person, shift, NOW, law_only=law_only), person, shift)
        for person in people
    }
    assert told[free] == ("chairs",)
    assert ("day-minutes" in told[late]) is not law_only
    assert ("rest" in told[late]) is True  # 23:00 to 09:00 is less than the law's eleven hours


def test_everybody_is_read_for_one_shift_in_the_same_few_statements() -> None:
    network = a_network()
    salon = a_salon(network)
    shift = a_shift(salon)
    statements: list[str] = []
    counts = []
    for people in (2, 8):
        for _ in range(people):
            a_rota(a_pooled_stylist(network, home=salon), salon, weekdays=(0,))
        db.session.rollback()
        db.session.expunge_all()
        if not counts:
            sa.event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        statements.clear()
        read_people(db.session(), shift, NOW)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 17


def test_own_staff_may_be_given_a_shift_at_home_without_being_in_the_pool() -> None:
    network = a_network()
    salon, other = a_salon(network), a_salon(network)
    stylist = a_stylist(network, home=salon)
    at_home, away = a_shift(salon), a_shift(other)
    assert _reasons_of(read_person(db.session(), stylist, at_home, NOW), stylist, at_home) == ("available",)
    assert "skill" in _reasons_of(read_person(db.session(), stylist, away, NOW), stylist, away)
    assert str(stylist) not in _read(network).problem.stylists_by_id  # nobody else asks them


def test_a_claim_sees_who_takes_up_the_chairs() -> None:
    network = a_network()
    salon = a_salon(network, chairs=1)
    a_rota(a_stylist(network, home=salon), salon, weekdays=(3,))
    stylist = a_pooled_stylist(network)
    shift = a_shift(salon)
    problem = read_person(db.session(), stylist, shift, NOW).problem
    assert why_not(problem, str(stylist), seat_id(shift, 1)) == "chairs"


def test_a_claim_beyond_the_horizon_is_read_up_to_its_day() -> None:
    network = a_network()
    salon = a_salon(network)
    stylist = a_pooled_stylist(network)
    shift = a_shift(salon, day=TODAY + timedelta(days=60))
    problem = read_person(db.session(), stylist, shift, NOW).problem
    assert why_not(problem, str(stylist), seat_id(shift, 1)) is None


def test_a_claim_by_someone_of_another_network_finds_nothing() -> None:
    shift = a_shift(a_salon(a_network()))
    with pytest.raises(Missing):
        read_person(db.session(), a_pooled_stylist(a_network()), shift, NOW)


def test_the_first_day_starts_at_the_networks_midnight() -> None:
    network = a_network()
    a_salon(network)
    evening = datetime(2026, 10, 19, 17, 0, tzinfo=UTC)  # 01:00 on the 20th in Taipei
    reading = _read(network, evening)
    midnight = at_local(TODAY + timedelta(days=1), time(), TAIPEI)
    assert (reading.starts_at, reading.ends_at - reading.starts_at) == (midnight, timedelta(days=14))


def _limits(person: puzzle.Stylist) -> set[tuple[int, str, int | None, int | None]]:
    return {(limit.days, limit.step, limit.max_minutes, limit.max_worked_days) for limit in person.limits}


STANDARD = {(7, "fixed", 2880, None), (7, "rolling", 3000, 6)}
FOUR_WEEKS = {(7, "fixed", 2880, None), (7, "rolling", None, 6), (14, "rolling", None, 12)} | {
    (28, "rolling", 12060, 20)
}


def test_a_person_has_the_law_of_their_home_salon_else_of_the_network_else_of_the_region() -> None:
    network = a_network(region="TW")
    plain, flexible = a_salon(network), a_salon(network, labour_pack="tw-4-week")
    at_plain, at_flexible = a_pooled_stylist(network, home=plain), a_pooled_stylist(network, home=flexible)
    free = a_pooled_stylist(network)
    reading = _read(network)
    assert _limits(_person(reading, at_plain)) == _limits(_person(reading, free)) == STANDARD
    assert _limits(_person(reading, at_flexible)) == FOUR_WEEKS
    chosen = a_network(region="TW", labour_pack="tw-4-week")
    a_salon(chosen)
    theirs = a_pooled_stylist(chosen)
    assert _limits(_person(_read(chosen), theirs)) == FOUR_WEEKS
    abroad = a_network(region="JP")
    a_salon(abroad)
    theirs = a_pooled_stylist(abroad)
    assert _limits(_person(_read(abroad), theirs)) == {(7, "fixed", 2880, None), (7, "rolling", None, 6)}


def test_the_stricter_of_the_law_and_the_persons_own_numbers_holds() -> None:
    network = a_network(region="TW")
    a_salon(network)
    hard = a_pooled_stylist(network, min_rest_minutes=0, max_day_minutes=1440, max_week_minutes=9999)
    soft = a_pooled_stylist(network, min_rest_minutes=800, max_day_minutes=300)
    reading = _read(network)
    assert (_person(reading, hard).min_rest_minutes, _person(reading, hard).max_day_minutes) == (660, 600)
    assert (_person(reading, soft).min_rest_minutes, _person(reading, soft).max_day_minutes) == (800, 300)


def test_by_the_law_alone_where_no_law_is_known_nothing_is_capped() -> None:
    network = a_network(region="JP")
    salon = a_salon(network)
    stylist = a_pooled_stylist(network)
    reading = read_person(db.session(), stylist, a_shift(salon), NOW, law_only=True)
    person = _person(reading, stylist)
    assert (person.min_rest_minutes, person.max_day_minutes, person.limits) == (0, 1440, ())


def test_work_is_read_as_far_back_and_ahead_as_the_longest_window_of_the_law() -> None:
    network = a_network(region="TW")
    salon = a_salon(network, labour_pack="tw-8-week")
    stylist, other = (a_pooled_stylist(network, home=salon) for _ in range(2))
    a_rota(stylist, salon, weekdays=(0,), now=NOW - timedelta(days=80))
    a_rota(other, salon, weekdays=(0,))
    history = _person(_read(network), stylist).history
    assert min(day.start for day in history) == _minute("10:00", TODAY - timedelta(days=56))
    busy = _person(_read(network), other).busy
    assert max(day.start for day in busy) == _minute("10:00", TODAY + timedelta(days=63))


def test_hours_at_other_salons_count_against_the_law_of_the_home_salon() -> None:
    network = a_network(region="TW")
    home, other = a_salon(network), a_salon(network)
    stylist = a_pooled_stylist(network, home=home, max_week_minutes=9999)
    a_rota(stylist, home, weekdays=(0, 1), starts="09:00", ends="21:00")
    a_rota(stylist, other, weekdays=(2, 4), starts="09:00", ends="21:00")
    shift = a_shift(other, "10:00", "12:00")
    problem = read_person(db.session(), stylist, shift, NOW, law_only=True).problem
    assert reasons(problem, str(stylist), seat_id(shift, 1)) == ()
    longer = a_shift(other, "10:00", "12:01")
    problem = read_person(db.session(), stylist, longer, NOW, law_only=True).problem
    assert reasons(problem, str(stylist), seat_id(longer, 1)) == ("window-minutes",)


def test_a_law_that_begins_within_the_days_planned_holds_for_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_law = packs.pack("tw-standard", TODAY)
    day = replace(now_law.of_kind(Kind.DAY_MINUTES)[0], value=500)
    coming = Pack(code="tw-standard", since=TODAY + timedelta(days=13), rules=(day,))
    book = replace(packs.book("tw-standard"), versions=(now_law, coming))
    monkeypatch.setattr(packs, "books", lambda: {"tw-standard": book})
    network = a_network(region="TW")
    a_salon(network)
    stylist = a_pooled_stylist(network)
    assert _person(_read(network), stylist).max_day_minutes == 500
    assert _person(_read(network, NOW - timedelta(days=1)), stylist).max_day_minutes == 600
    gone = _person(_read(network, NOW + timedelta(days=13)), stylist)
    assert _limits(gone) == {(7, "fixed", 2880, None), (7, "rolling", None, 6)}


def test_days_of_leave_take_their_share_off_the_european_average() -> None:
    network = a_network(region="DE", zone="Europe/Berlin")
    a_salon(network, zone="Europe/Berlin")
    stylist = a_pooled_stylist(network)
    tz = ZoneInfo("Europe/Berlin")
    since, until = TODAY - timedelta(days=30), TODAY - timedelta(days=16)
    add(
        TimeOff(
            stylist_id=stylist,
            starts_at=at_local(since, time(12), tz),
            ends_at=at_local(until, time(12), tz),
        )
    )
    law = {limit.days: limit.max_minutes for limit in _person(_read(network), stylist).limits}
    assert law[119] == 48960 * (119 - 13) // 119
