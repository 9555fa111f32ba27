"""Codes by text: sent to guests only, good once and for ten minutes, guessed at five times at most."""

import re
import statistics
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.models import Customer, Message, PhoneCode
from salonpool.queries.proofs import find_proved_phone
from salonpool.usecases import phone_codes, sign_ins, upkeep
from salonpool.usecases.phone_codes import Proof
from salonpool.usecases.texts import outbox, switch
from salonpool.usecases.texts.opt_outs import opt_out
from tests import builders as b

ADDRESS = "192.0.2.7"
PHONE = "+886912345678"
STRANGER = "0987 654 321"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def texting(app: Any) -> Any:
    """A network with one guest."""
    b.add(Customer(network_id=b.a_network(), phone=PHONE, language="en", created_at=b.NOW))
    return app.extensions["salonpool.texting"]


def _send(texting: Any, typed: str = "0912 345 678", *, now: Any = b.NOW, address: str = ADDRESS) -> None:
    phone_codes.send(typed, address=address, language="en", now=now, texting=texting)


def _texts() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Message).order_by(Message.id)))


def _code() -> str:
    """The code of the last text."""
    found = re.search(r"\b\d{6}\b", _texts()[-1].body)
    assert found
    return found[0]


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def _prove(
    texting: Any, code: str, typed: str = "0912 345 678", *, now: Any = b.NOW, address: str = ADDRESS
) -> Proof:
    return phone_codes.prove(typed, code, address=address, now=now, texting=texting)


def _refusal(texting: Any, code: str, **changes: Any) -> str:
    with pytest.raises(Refusal) as refused:
        _prove(texting, code, **changes)
    return refused.value.code


def test_a_guest_gets_a_code_that_proves_the_number_for_half_an_hour(texting: Any) -> None:
    _send(texting)
    (text,) = _texts()
    assert (text.to, text.text_id, text.expires_at) == (PHONE, "C9", b.NOW + 10 * MINUTE)
    assert text.body.endswith("is your code for 10 minutes. We never phone to ask for it.")
    proof = _prove(texting, _code(), now=b.NOW + 9 * MINUTE)
    for minutes, phone in ((0, PHONE), (29, PHONE), (30, None), (-1, None)):
        now = proof.used_at + minutes * MINUTE
        assert find_proved_phone(proof.code_id, proof.used_at, now) == phone
    assert find_proved_phone(proof.code_id, proof.used_at - MINUTE, proof.used_at) is None


def test_a_code_is_good_once_and_for_ten_minutes(texting: Any) -> None:
    _send(texting)
    code = _code()
    assert _refusal(texting, code, now=b.NOW + 10 * MINUTE) == "code_wrong"
    _prove(texting, code)
    assert _refusal(texting, code) == "code_wrong"


def test_of_two_who_spend_a_code_at_once_one_does(app: Any, texting: Any) -> None:
    _send(texting)
    code, start, results = _code(), threading.Barrier(2), []
    db.session.rollback()  # an open read keeps SQLite's writers out

    def spend() -> None:
        with app.app_context():
            start.wait(20)
            try:
                results.append(type(_prove(texting, code)).__name__)
            except Refusal as refusal:
                results.append(refusal.code)

    threads = [threading.Thread(target=spend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == ["Proof", "code_wrong"]


def test_five_tries_and_the_code_is_worth_nothing(texting: Any) -> None:
    _send(texting)
    code = _code()
    for _ in range(5):
        assert _refusal(texting, _wrong(code)) == "code_wrong"
    assert _refusal(texting, code) == "code_wrong"


def test_asking_again_wins_no_tries(texting: Any) -> None:
    _send(texting)
    for _ in range(3):
        _refusal(texting, _wrong(_code()))
    _send(texting, now=b.NOW + MINUTE)
    for _ in range(2):
        _refusal(texting, _wrong(_code()), now=b.NOW + MINUTE)
    assert _refusal(texting, _code(), now=b.NOW + MINUTE) == "code_wrong"
    with pytest.raises(Refusal) as refused:
        _send(texting, now=b.NOW + 2 * MINUTE)
    assert (refused.value.code, refused.value.values) == ("too_many_codes", {"retry_at": b.NOW + 11 * MINUTE})
    _send(texting, now=b.NOW + 11 * MINUTE)
    _prove(texting, _code(), now=b.NOW + 11 * MINUTE)


def test_the_code_before_is_good_no_more(texting: Any) -> None:
    _send(texting)
    first = _code()
    _send(texting, now=b.NOW + MINUTE)
    assert first != _code()
    assert _refusal(texting, first, now=b.NOW + MINUTE) == "code_wrong"
    _prove(texting, _code(), now=b.NOW + MINUTE)


def test_the_code_before_does_not_leave_any_more(texting: Any) -> None:
    _send(texting)
    _send(texting, now=b.NOW + MINUTE)
    assert [text.status for text in _texts()] == ["expired", "pending"]


def test_three_codes_in_ten_minutes_and_ten_in_a_day_go_to_one_number(texting: Any) -> None:
    for minutes in (0, 1, 2):
        _send(texting, now=b.NOW + minutes * MINUTE, address=f"198.51.100.{minutes}")
    with pytest.raises(Refusal, match="too_many_codes"):
        _send(texting, now=b.NOW + 3 * MINUTE, address="203.0.113.9")
    assert len(_texts()) == 3
    for number in range(7):
        _send(texting, now=b.NOW + (10 + 4 * number) * MINUTE, address=f"198.51.{number}.1")
    with pytest.raises(Refusal, match="too_many_codes"):
        _send(texting, now=b.NOW + 60 * MINUTE, address="203.0.113.9")
    assert len(_texts()) == 10


def test_a_thousand_hostile_requests_cost_at_most_fifty_texts(texting: Any) -> None:
    with transaction() as session:
        numbers = [f"+88691{number:07d}" for number in range(0, 1_000_000, 1000)]
        network = session.scalars(sa.select(Customer.network_id)).one()
        session.add_all(
            Customer(network_id=network, phone=phone, language="en", created_at=b.NOW) for phone in numbers
        )
    refused: list[str] = []
    for number, phone in enumerate(numbers):
        try:
            _send(texting, phone, address=f"198.51.100.{number % 250}")
        except Refusal as refusal:
            refused.append(refusal.code)
    assert refused == ["too_many_codes"] * 950
    assert len(_texts()) == 50


def test_nobody_is_texted_who_is_no_guest_or_said_stop(texting: Any) -> None:
    _send(texting, STRANGER)
    with transaction() as session:
        opt_out(session, PHONE, b.NOW)
    _send(texting)
    assert _texts() == []
    assert len(db.session.scalars(sa.select(PhoneCode.id)).all()) == 2


def test_a_strangers_number_is_counted_tried_and_timed_like_a_guests(texting: Any) -> None:
    took: dict[str, list[float]] = {"0912 345 678": [], STRANGER: []}
    answers: dict[str, list[str]] = {typed: [] for typed in took}
    for round_ in range(40):
        now = b.NOW + timedelta(days=round_)
        for typed in took:
            began = time.thread_time()  # what else the machine does counts for neither
            _send(texting, typed, now=now)
            answers[typed].append(_refusal(texting, "000000", typed=typed, now=now))
            took[typed].append(time.thread_time() - began)
    guest, stranger = (statistics.median(seconds) for seconds in took.values())
    assert abs(guest - stranger) < 0.010
    assert set(answers[STRANGER]) == {"code_wrong"}


def test_guesses_from_one_address_are_counted_over_all_numbers(texting: Any) -> None:
    for number in range(30):
        assert _refusal(texting, "000000", typed=f"0912 345 {number:03d}") == "code_wrong"
    assert _refusal(texting, "000000", typed="0912 345 999") == "too_many_tries"
    assert _refusal(texting, "000000", typed="0912 345 999", address="192.0.2.8") == "code_wrong"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("02 2591 2345", "phone_landline"), ("+44 7400 123456", "phone_country"), ("0912", "phone_invalid")],
)
def test_what_cannot_be_texted_is_refused_and_nothing_is_kept(texting: Any, typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _send(texting, typed)
    assert (refused.value.code, refused.value.field) == (code, "phone")
    assert db.session.scalars(sa.select(PhoneCode.id)).all() == []


def test_the_code_itself_is_kept_nowhere_but_in_the_text_and_not_for_long(texting: Any) -> None:
    _send(texting)
    code = _code()
    kept = db.session.scalars(sa.select(PhoneCode)).one()
    assert code not in f"{kept.digest} {kept.created_at} {kept.expires_at} {kept.phone}"
    upkeep.forget_old(b.NOW + 9 * MINUTE)
    assert _code() == code
    upkeep.forget_old(b.NOW + 10 * MINUTE)
    (text,) = _texts()
    assert text.body == "****** is your code for 10 minutes. We never phone to ask for it."
    upkeep.forget_old(b.NOW + timedelta(days=2))
    assert db.session.scalars(sa.select(PhoneCode.id)).all() == []


def test_with_the_kill_switch_on_nothing_leaves_and_nothing_is_promised(texting: Any) -> None:
    _send(texting)
    switch.turn_texts(on=False)
    switch.turn_texts(on=False)
    assert str(outbox.send_due(b.NOW, b.NOW, SimulatorGateway())).startswith("sent 0,")
    assert [text.status for text in _texts()] == ["pending"]
    with pytest.raises(Refusal, match="texts_off"):
        _send(texting)
    with pytest.raises(Refusal, match="texts_off"):
        sign_ins.ask("0912 345 678", address=ADDRESS, now=b.NOW, texting=texting)
    later = b.NOW + timedelta(days=400)
    upkeep.forget_old(later)
    assert switch.are_texts_off()
    switch.turn_texts(on=True)
    _send(texting, now=later)
    assert str(outbox.send_due(later, later, SimulatorGateway())).startswith("sent 1,")
    assert [text.status for text in _texts()] == ["expired", "sent"]


def test_without_its_counters_nothing_that_sends_a_text_is_done(texting: Any) -> None:
    with transaction() as session:
        session.execute(sa.text("DROP TABLE counter"))
    with pytest.raises(sa.exc.DBAPIError):
        _send(texting)
    db.session.rollback()
    assert _texts() == []
    assert db.session.scalars(sa.select(PhoneCode.id)).all() == []
