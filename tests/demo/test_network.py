"""The example network: what its rows keep to, that its story is told, that it can be started over."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrations import guards
from salonpool import clock
from salonpool.app import create_app
from salonpool.database import db, transaction
from salonpool.demo import guests, network
from salonpool.demo.diary import Duty, Sold, fill
from salonpool.demo.people import STYLISTS
from salonpool.domain.booking import Wish
from salonpool.domain.course import StationKind, Step
from salonpool.domain.demo import EMPTY_SLUG
from salonpool.domain.desk_text import ENDED_BADLY
from salonpool.domain.labour import packs
from salonpool.domain.labour.rules import Kind
from salonpool.domain.local_time import from_minutes, local_day
from salonpool.domain.message import MessageStatus
from salonpool.domain.phone import is_invented
from salonpool.domain.refusal import Refusal
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import (
    Account,
    Assignment,
    AuditEntry,
    Booking,
    Customer,
    Decision,
    Message,
    Network,
    Occupancy,
    Offer,
    Salon,
    Segment,
    Shift,
    Stylist,
)
from salonpool.queries import availability, desk_tasks, doctor, messages
from salonpool.queries.salons import get_salon
from salonpool.queries.visits import get_visit
from salonpool.usecases.booking import cancellations, places
from tests import databases, example

ON_SQLITE = pytest.mark.parametrize("example_url", ["sqlite"], indirect=True)
CHAIRS = {StationKind.CHAIR: [1, 2]}
MORNING = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)  # 11:00 in Taipei


@pytest.fixture
def app(example_url: str) -> Iterator[Any]:
    """The demo app on a copy of the example."""
    with example.opened(example_url) as app:
        yield app


def _count(sql: str) -> int:
    """One number."""
    return int(db.session.execute(sa.text(sql)).scalar_one())


def _commands(app: Any, *words: str) -> Any:
    """Run `flask ...`."""
    return app.test_cli_runner().invoke(args=list(words))


def test_no_two_rows_take_the_same_stylist_or_chair_at_once(app: Any) -> None:
    overlaps = """SELECT count(*) FROM occupancy a JOIN occupancy b ON a.resource = b.resource AND a.id < b.id
                  AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"""
    assert _count(overlaps) == 0
    assert guards.missing(db.session.connection()) == []


def test_somebody_waits_for_an_hour_that_frees_when_the_new_guest_cancels(app: Any) -> None:
    texting = app.extensions["salonpool.texting"]
    booking_id = db.session.scalar(sa.select(Booking.id).where(Booking.client_ref == "demo-new-guest")) or 0
    now = clock.now()
    assert places.offer_freed(now, texting) == 0
    cancellations.cancel(booking_id=booking_id, now=now, texting=texting)
    assert places.offer_freed(now, texting) == 1
    newest = db.session.scalars(sa.select(Message).order_by(Message.id.desc()).limit(1)).one()
    assert (newest.text_id, newest.to) == ("C8", "+886900000721")


def test_every_visit_lies_within_the_stylists_hours_at_that_salon(app: Any) -> None:
    hands = """FROM booking b JOIN occupancy o ON o.booking_id = b.id AND o.resource LIKE 'stylist:%'
               WHERE b.status NOT IN ('cancelled', 'no_show')"""
    outside = """ AND NOT EXISTS (SELECT 1 FROM assignment a WHERE 'stylist:' || a.stylist_id = o.resource
                 AND a.salon_id = b.salon_id AND a.status = 'active'
                 AND a.starts_at <= o.starts_at AND a.ends_at >= o.ends_at)"""
    assert _count("SELECT count(*) " + hands) > 100
    assert _count("SELECT count(*) " + hands + outside) == 0


def test_every_visit_is_done_by_somebody_with_the_skill(app: Any) -> None:
    unskilled = """SELECT count(*) FROM booking_item i JOIN service s ON s.id = i.service_id
                   JOIN booking b ON b.id = i.booking_id WHERE NOT EXISTS (SELECT 1 FROM stylist_skill k
                   WHERE k.stylist_id = b.stylist_id AND k.skill_id = s.skill_id)"""
    assert _count(unskilled) == 0
    assert _count("SELECT count(*) FROM booking_item") == _count("SELECT count(*) FROM booking")


def test_a_visit_takes_one_chair_throughout_and_hands_and_basins_only_when_needed(app: Any) -> None:
    rows: dict[int, dict[str, Any]] = defaultdict(lambda: defaultdict(float))
    for booking_id, resource, starts_at, ends_at in db.session.execute(
        sa.select(Occupancy.booking_id, Occupancy.resource, Occupancy.starts_at, Occupancy.ends_at).where(
            Occupancy.booking_id.is_not(None)
        )
    ):
        rows[booking_id][resource.split(":")[0]] += (ends_at - starts_at).total_seconds() / 60
    wanted: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    whose = sa.select(Segment, Stylist.takes_second_guest).join(Stylist, Stylist.id == Segment.stylist_id)
    for segment, takes_second_guest in db.session.execute(whose):
        minutes = (segment.ends_at - segment.starts_at).total_seconds() / 60
        wanted[segment.booking_id]["chair"] += minutes
        if segment.hands or not takes_second_guest:
            wanted[segment.booking_id]["stylist"] += minutes
        if segment.station != "chair":
            wanted[segment.booking_id][segment.station] += minutes
    for booking in db.session.scalars(sa.select(Booking)):
        length = (booking.ends_at - booking.starts_at).total_seconds() / 60
        assert wanted[booking.id]["chair"] == length
        if booking.status in {"cancelled", "no_show"}:
            assert booking.id not in rows
        else:
            assert rows[booking.id] == wanted[booking.id]
    assert {"basin", "machine"} <= {kind for found in rows.values() for kind in found}


def test_what_was_cancelled_late_by_the_salons_rule_is_marked_so(app: Any) -> None:
    rows = db.session.execute(
        sa.select(Booking.starts_at, Booking.cancelled_at, Booking.cancelled_late, Salon.free_minutes)
        .join(Salon, Salon.id == Booking.salon_id)
        .where(Booking.cancelled_at.is_not(None))
    ).all()
    late = [cancelled_late for _, _, cancelled_late, _ in rows]
    assert late == [
        starts_at - cancelled_at < timedelta(minutes=free) for starts_at, cancelled_at, _, free in rows
    ]
    assert set(late) == {True, False}


def test_salons_sell_what_the_booking_page_can_show(app: Any) -> None:
    assert _count("SELECT count(DISTINCT salon_id) FROM service WHERE length <> 'any'") >= 2
    assert _count("SELECT count(*) FROM service WHERE add_on") >= 4
    assert _count("SELECT count(*) FROM salon WHERE late_fee_minor > 0") == 1
    assert _count("SELECT count(*) FROM salon WHERE approve_minutes > 0") == 1
    assert _count("SELECT count(*) FROM closure") == 1
    unanswered = """SELECT count(*) FROM salon_link a WHERE NOT EXISTS (SELECT 1 FROM salon_link b
                    WHERE b.salon_id = a.sister_id AND b.sister_id = a.salon_id)"""
    assert _count("SELECT count(*) FROM salon_link") > 0 == _count(unanswered)
    assert _count("SELECT count(*) FROM stylist_service WHERE price_minor IS NOT NULL") >= 3
    assert _count("SELECT count(*) FROM stylist_service WHERE minutes IS NOT NULL") >= 3
    assert _count("SELECT count(*) FROM stylist WHERE NOT takes_second_guest") == 2
    assert _count("SELECT count(*) FROM stylist WHERE gender IS NULL") == 0


def test_a_stylists_own_terms_are_those_of_their_visits(app: Any) -> None:
    unlike = """SELECT count(*) FROM booking_item i JOIN stylist_service t ON t.service_id = i.service_id
                AND t.stylist_id = i.stylist_id WHERE t.price_minor <> i.price_minor"""
    assert _count(unlike) == 0
    same = """SELECT count(*) FROM booking_item i JOIN stylist_service t ON t.service_id = i.service_id
              AND t.stylist_id = i.stylist_id WHERE t.price_minor = i.price_minor"""
    assert _count(same) > 0


def test_every_guest_with_a_number_has_their_texts_and_every_other_a_reason(app: Any) -> None:
    untold = """SELECT count(*) FROM booking b WHERE b.no_sms_reason IS NULL
                AND (SELECT count(*) FROM message m WHERE m.booking_id = b.id AND m.text_id = 'C1') <> 1"""
    assert _count(untold) == 0
    unaware = """SELECT count(*) FROM booking b WHERE b.no_sms_reason IS NULL AND b.status = 'cancelled'
                 AND NOT EXISTS (SELECT 1 FROM message m WHERE m.booking_id = b.id AND m.text_id = 'C4')"""
    assert _count(unaware) == 0
    unlike = """SELECT count(*) FROM booking
                WHERE (customer_id IS NULL) <> (coalesce(no_sms_reason, '') = 'no_phone')"""
    assert _count(unlike) == 0
    stopped = """SELECT count(*) FROM booking b JOIN customer c ON c.id = b.customer_id
                 JOIN opt_out o ON o.phone = c.phone WHERE b.no_sms_reason = 'opted_out'"""
    assert _count(stopped) == _count("SELECT count(*) FROM booking WHERE no_sms_reason = 'opted_out'") > 0


def test_the_desk_has_one_of_each_thing_to_see_to_and_a_text_of_each_lasting_state(app: Any) -> None:
    salon, now = get_salon("qinghe", "en"), clock.now()
    tasks = desk_tasks.list_tasks(salon.id, now)
    assert {task.kind for task in tasks} == set(desk_tasks.TaskKind)
    assert {task.state for task in tasks} >= ENDED_BADLY
    states = set(db.session.execute(sa.select(Message.status).where(Message.salon_id == salon.id)).scalars())
    passing = {MessageStatus.SENDING, MessageStatus.HELD}
    assert states == set(MessageStatus) - passing
    costs = messages.list_costs(salon.id, now - timedelta(days=30), now + timedelta(days=1))
    assert {row.currency for row in costs} == {None, "USD"}


def test_nobody_in_it_can_be_reached(app: Any) -> None:
    for column in (Customer.phone, Stylist.phone, Account.phone, Salon.phone, Message.to):
        assert all(is_invented(phone) for phone in db.session.scalars(sa.select(column)) if phone)


def test_nobody_employed_in_it_works_more_than_its_labour_rules_allow(app: Any) -> None:
    employed = {stylist.name for stylist in STYLISTS if not stylist.owns}
    code = db.session.scalars(sa.select(Network.labour_pack).where(Network.slug != EMPTY_SLUG)).one()
    assert code == "tw-4-week"
    rules = packs.pack(code, local_day(clock.now(), network.TZ)).rules
    worked: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for assignment in db.session.scalars(
        sa.select(Assignment)
        .join(Stylist)
        .where(Stylist.name.in_(employed), Assignment.status.in_(WORKING_STATES))
    ):
        minutes = int((assignment.ends_at - assignment.starts_at).total_seconds()) // 60
        worked[assignment.stylist_id].append((local_day(assignment.starts_at, network.TZ), minutes))
    assert len(worked) > 10
    for days in worked.values():
        for rule in rules:
            for first in {day for day, _ in days} if rule.days else ():
                inside = [(day, minutes) for day, minutes in days if 0 <= (day - first).days < rule.days]
                is_days = rule.kind is Kind.WINDOW_DAYS
                value = len({day for day, _ in inside}) if is_days else sum(minutes for _, minutes in inside)
                assert value <= rule.value


def test_the_doctor_finds_it_well(app: Any) -> None:
    # As of its last text: nobody sends here, so later the doctor would rightly miss `flask jobs`.
    built_at = db.session.scalars(sa.select(sa.func.max(Message.created_at))).one()
    findings = doctor.list_findings(built_at, clock.system_now())
    assert [finding.what for finding in findings if "did not arrive" not in finding.what] == []
    assert len(findings) == 1  # the story's lost texts


def test_it_is_as_large_as_promised_and_the_salons_are_open(app: Any) -> None:
    assert _count("SELECT count(*) FROM salon WHERE network_id = 1") == 8
    assert _count("SELECT count(*) FROM stylist") == 24
    assert _count("SELECT count(*) FROM stylist WHERE pooled") == 9
    assert _count("SELECT count(*) FROM catalogue_entry") == 14
    assert _count("SELECT count(*) FROM customer") >= guests.COUNT
    assert time(10) <= clock.now().astimezone(network.TZ).time() < time(16)
    past = _count("SELECT count(*) FROM booking WHERE status = 'completed'")
    ahead = _count("SELECT count(*) FROM booking WHERE status = 'confirmed'")
    assert past > 1000
    assert ahead > 800


def test_tuesdays_have_slack_and_saturdays_are_nearly_full(app: Any) -> None:
    worked: dict[int, float] = defaultdict(float)
    booked: dict[int, float] = defaultdict(float)
    today = local_day(clock.now(), network.TZ)
    for resource, starts_at, ends_at, booking_id in db.session.execute(
        sa.select(Occupancy.resource, Occupancy.starts_at, Occupancy.ends_at, Occupancy.booking_id)
    ):
        day = local_day(starts_at, network.TZ)
        minutes = (ends_at - starts_at).total_seconds() / 60
        if not today < day <= today + timedelta(days=7):
            continue
        if booking_id is None:
            worked[day.weekday()] += minutes if resource.startswith("presence:") else -minutes
        elif resource.startswith("stylist:"):
            booked[day.weekday()] += minutes
    assert booked[1] / worked[1] < 0.45
    assert booked[5] / worked[5] > 0.75


def test_the_story_is_told(app: Any) -> None:
    posted = db.session.scalars(sa.select(Shift).where(Shift.source == "post").order_by(Shift.id)).all()
    filled, urgent, for_mia, too_cheap = posted
    today = local_day(clock.now(), network.TZ)
    assert [shift.status for shift in posted] == ["filled", "offering", "offering", "posted"]
    assert local_day(urgent.starts_at, network.TZ) == today
    answers = db.session.execute(
        sa.select(Offer.status, sa.func.count()).where(Offer.shift_id == urgent.id).group_by(Offer.status)
    )
    found: dict[str, int] = dict(answers.all())  # type: ignore[arg-type]
    assert found["declined"] == 1
    assert found["offered"] >= 1
    assert "Mia" in db.session.scalars(
        sa.select(Stylist.name)
        .join(Offer, Offer.stylist_id == Stylist.id)
        .where(Offer.shift_id == for_mia.id, Offer.status == "offered")
    )
    why = db.session.scalars(sa.select(Decision).where(Decision.shift_id == too_cheap.id)).one()
    assert why.kind == "unfilled"
    assert why.detail["funnel"]
    told = {
        text
        for (text,) in db.session.execute(sa.text("SELECT text_id FROM message WHERE status = 'pending'"))
    }
    assert {"C1", "S3", "S2", "S4", "O3", "O4"} <= told
    assert filled.salon_id == for_mia.salon_id == too_cheap.salon_id


def test_a_visiting_stylist_is_on_sale_and_already_booked(app: Any) -> None:
    visiting = db.session.scalars(sa.select(Assignment).where(Assignment.source == "offer")).one()
    booked = db.session.scalars(sa.select(Booking).where(Booking.client_ref.is_not(None))).one()
    assert booked.stylist_id == visiting.stylist_id
    salon = get_salon("qinghe", "en")
    service_id = _count("SELECT min(service_id) FROM booking_item WHERE booking_id = " + str(booked.id))
    visit = get_visit(salon, Wish((service_id,), visiting.stylist_id), "en")
    free = availability.find_openings(visit, visiting.starts_at, visiting.ends_at, clock.now())
    assert free
    assert booked.starts_at not in {from_minutes(opening.start) for opening in free}


def test_the_second_network_is_empty(app: Any) -> None:
    empty = db.session.scalars(sa.select(Network.id).where(Network.slug == EMPTY_SLUG)).one()
    assert _count(f"SELECT count(*) FROM salon WHERE network_id = {empty}") == 1
    assert _count(f"SELECT count(*) FROM account WHERE network_id = {empty}") == 1
    assert _count(f"SELECT count(*) FROM booking WHERE network_id = {empty}") == 0


def test_starting_over_gives_the_same_network_again_with_its_guards(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "system_now", lambda: MORNING)
    texting = app.extensions["salonpool.texting"]
    wanted = sa.select(
        Booking.id,
        Booking.salon_id,
        Booking.stylist_id,
        Booking.starts_at,
        Booking.status,
        Booking.price_minor,
    ).order_by(Booking.id)
    before = _count("SELECT count(*) FROM audit_entry")
    network.build(texting)
    first = db.session.execute(wanted).all()
    network.build(texting)
    assert db.session.execute(wanted).all() == first
    assert guards.missing(db.session.connection()) == []
    assert _count("SELECT count(*) FROM audit_entry") == before
    with pytest.raises(sa.exc.DBAPIError), transaction() as session:
        session.execute(sa.delete(AuditEntry))


@ON_SQLITE
def test_the_command_leaves_what_is_there_alone_unless_told(app: Any) -> None:
    refused = _commands(app, "demo")
    assert refused.exit_code == 2
    assert len(refused.stderr.splitlines()) == 1
    before = _count("SELECT max(id) FROM booking")
    assert _commands(app, "demo", "--if-empty").exit_code == 0
    assert _count("SELECT max(id) FROM booking") == before


@ON_SQLITE
def test_the_command_writes_who_may_sign_in(app: Any, tmp_path: Path) -> None:
    out = tmp_path / "demo.json"
    assert _commands(app, "demo", "--json-out", str(out)).exit_code == 0
    found = json.loads(out.read_text())
    assert len(found["salons"]) == 8
    client = app.test_client()
    for part in ("owner", "stylist", "office"):
        assert client.get(found["accounts"][part]["sign_in"]).status_code == 200
    bearer = {"Authorization": f"Bearer {found['accounts']['owner']['token']}"}
    assert client.get("/api/v1/shifts", headers=bearer).status_code == 200
    assert client.get(found["pages"]["booking"]).status_code == 200
    assert client.get(found["pages"]["offers"][0]).status_code == 200


@ON_SQLITE
def test_every_service_the_command_names_can_be_booked_by_itself(app: Any, tmp_path: Path) -> None:
    out = tmp_path / "demo.json"
    assert _commands(app, "demo", "--json-out", str(out)).exit_code == 0
    client, tomorrow = app.test_client(), clock.now().date() + timedelta(days=1)
    for salon, services in json.loads(out.read_text())["services"].items():
        for service in services:
            asked = f"service={service['id']}&from={tomorrow}&days=1"
            answer = client.get(f"/api/v1/salons/{salon}/slots?{asked}")
            assert answer.status_code == 200, (salon, service)


@ON_SQLITE
def test_a_file_that_cannot_be_written_is_one_line(app: Any) -> None:
    refused = _commands(app, "demo", "--json-out", "/nowhere/accounts.json")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "/nowhere/accounts.json" in refused.stderr


@ON_SQLITE
def test_a_network_that_is_no_example_is_never_touched(app: Any) -> None:
    with transaction() as session:
        session.execute(sa.update(Network).where(Network.slug == EMPTY_SLUG).values(slug="real-circle"))
    refused = _commands(app, "demo", "--reset")
    assert refused.exit_code == 2
    assert "not_a_demo" in refused.stderr
    with pytest.raises(Refusal, match="not_a_demo"):
        network.build(app.extensions["salonpool.texting"])
    assert _count("SELECT count(*) FROM stylist") == 24


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_outside_the_demo_the_command_refuses(database_url: str) -> None:
    app = create_app(databases.config_for(database_url))
    with app.app_context():
        refused = _commands(app, "demo")
        db.engine.dispose()
    assert refused.exit_code == 2
    assert "demo_off" in refused.stderr


def test_a_day_fills_the_same_way_for_the_same_seed() -> None:
    duties = [
        Duty(1, (600, 1140), ((780, 840),), frozenset({1})),
        Duty(2, (600, 1140), (), frozenset({1, 2})),
    ]
    menu = [
        Sold(1, 1, (Step(40, True),), 60000, 5),
        Sold(2, 2, (Step(50, True), Step(40, False), Step(30, True)), 220000, 2),
    ]
    days = [fill(duties, CHAIRS, menu, 0, (0.9, 0.9), random.Random(seed)) for seed in (7, 7, 8)]
    assert days[0] == days[1]
    assert days[0] != days[2]
    assert len(days[0]) > 8


def test_a_colour_guest_waits_in_the_chair_while_the_stylist_serves_another() -> None:
    colour = Sold(1, 1, (Step(45, True), Step(40, False), Step(35, True)), 220000, 1)
    cut = Sold(2, 1, (Step(40, True),), 60000, 1)
    duty = Duty(1, (600, 720), (), frozenset({1}))
    days = [fill([duty], CHAIRS, [colour, cut], 0, (1, 1), random.Random(seed)) for seed in range(20)]
    both = next(day for day in days if len(day) == 2 and day[0].sold is colour)
    assert (both[0].start, both[1].start, both[1].end) == (600, 645, 685)
    assert both[0].seats[0].unit != both[1].seats[0].unit


def test_who_takes_no_second_guest_waits_for_the_colour() -> None:
    colour = Sold(1, 1, (Step(45, True), Step(40, False), Step(35, True)), 220000, 1)
    cut = Sold(2, 1, (Step(40, True),), 60000, 1)
    duty = Duty(1, (600, 720), (), frozenset({1}), takes_second_guest=False)
    days = [fill([duty], CHAIRS, [colour, cut], 0, (1, 1), random.Random(seed)) for seed in range(20)]
    coloured = [day for day in days if any(placed.sold is colour for placed in day)]
    assert coloured
    assert all(len(day) == 1 for day in coloured)


def test_one_basin_serves_one_guest_after_the_other() -> None:
    wash = Sold(1, 1, (Step(30, True, StationKind.BASIN),), 35000, 1)
    duties = [Duty(number, (600, 720), (), frozenset({1})) for number in (1, 2)]
    units = {**CHAIRS, StationKind.BASIN: [9]}
    day = fill(duties, units, [wash], 0, (1, 1), random.Random(3))
    assert len(day) > 1
    assert all(a.end <= b.start for a, b in zip(day, day[1:], strict=False))


def test_guests_are_the_same_for_the_same_seed_and_all_have_numbers_of_their_own() -> None:
    shares = {"qinghe": 0.6, "riverside": 0.4}
    first, again = (guests.invent(random.Random(1), shares) for _ in range(2))
    assert first == again
    everybody = [guest for found in first.values() for guest in found]
    assert len({guest.phone for guest in everybody}) == len(everybody) == guests.COUNT


# Most of the pool works at home from Thursday to Sunday; the salon of the story is closed on Mondays.
@pytest.mark.parametrize(
    "day", [date(2026, 10, n) for n in (18, 19, 24)], ids=["Sunday", "Monday", "Saturday"]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_story_can_be_told_whatever_day_it_is_and_begins_while_the_salon_is_open(
    database_url: str, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "system_now", lambda: datetime.combine(day, time(7, 40), tzinfo=UTC))
    with example.opened(database_url) as app:
        network.build(app.extensions["salonpool.texting"])
        assert network.find_state() == "whole"
        begun = clock.now().astimezone(network.TZ)
    tuesday = date(2026, 10, 20)
    expected = (day, time(15, 40)) if day.weekday() else (tuesday, time(10))
    assert (begun.date(), begun.time()) == expected
