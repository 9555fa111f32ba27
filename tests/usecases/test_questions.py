"""A question that has not left was never asked, and one whose offer is over never leaves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.message import LEASE, LOOK_AFTER
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.models import Message, Stylist
from salonpool.queries import shifts as shift_queries
from salonpool.usecases.pool import offers
from salonpool.usecases.texts import lookups, outbox
from tests.builders import NOW, a_network, a_pooled_stylist, a_salon, a_shift, an_account
from tests.usecases import pool

pytestmark = pytest.mark.usefixtures("app")
LATE = NOW + timedelta(minutes=40)


def _one_to_ask() -> tuple[int, int, int, list[int]]:
    """A network, its salon, a shift there, and who may be asked for it."""
    network = a_network()
    salon = a_salon(network)
    return network, salon, a_shift(salon), [a_pooled_stylist(network)]


def test_someone_whose_question_has_not_left_yet_hears_nothing() -> None:
    network = a_network()
    shift = a_shift(a_salon(network))
    stylists = [a_pooled_stylist(network) for _ in range(2)]
    pool.plan(network)
    first = pool.offer_of(shift, stylists[0])
    pool.accept(first.id, stylists[0])
    assert pool.texts("S5") == []
    waiting = {text.to: text.status for text in pool.texts("S2")}
    assert waiting[db.session.get_one(Stylist, stylists[1]).phone or ""] == "expired"


@pytest.mark.parametrize("answer", [pool.accept, pool.decline])
def test_a_question_that_waits_is_not_sent_after_its_answer(answer: Callable[[int, int], Any]) -> None:
    network = a_network()
    shift = a_shift(a_salon(network))
    stylist = a_pooled_stylist(network)
    pool.plan(network)
    answer(pool.offer_of(shift, stylist).id, stylist)
    assert [text.status for text in pool.texts("S2")] == ["expired"]


def test_a_question_whose_sending_fails_is_not_tried_again_after_its_answer() -> None:
    network = a_network()
    shift = a_shift(a_salon(network))
    stylist = a_pooled_stylist(network)
    pool.plan(network)
    with transaction() as session:
        being_sent = {"status": "sending", "claimed_at": NOW, "lease_until": NOW + LEASE, "attempts": 1}
        session.execute(sa.update(Message).values(being_sent))
    pool.decline(pool.offer_of(shift, stylist).id, stylist)
    assert [text.status for text in pool.texts("S2")] == ["sending"]
    lost = NOW + timedelta(minutes=5)
    for at in (lost, lost + 2 * LOOK_AFTER):
        lookups.settle_unknown(at, at, SimulatorGateway())
        assert outbox.send_due(at, at, SimulatorGateway()).sent == 0
    assert [text.status for text in pool.texts("S2")] == ["expired"]


def test_whose_question_never_left_is_asked_again_and_was_not_silent() -> None:
    network, salon, shift, (stylist,) = _one_to_ask()
    an_account(network, owns=(salon,))
    pool.plan(network)
    (ask,) = shift_queries.get_shift(shift, NOW, "en").asks
    assert ask.state == "queued"
    offers.sweep_expired(LATE)
    assert shift_queries.get_shift(shift, LATE, "en").asks == ()
    pool.plan(network, LATE)
    (offer,) = pool.all_offers(shift)
    assert (offer.status, offer.wave) == ("offered", 2)
    assert LATE <= offer.offered_at <= offer.expires_at - timedelta(minutes=30)
    assert [text.status for text in pool.texts("S2")] == ["expired", "pending"]
    assert pool.texts("O4") == []
    pool.accept(offer.id, stylist, LATE + timedelta(minutes=1))
    assert pool.holders(shift) == [stylist]


def test_a_question_the_outbox_gave_up_on_is_asked_again_too() -> None:
    network, _, shift, (stylist,) = _one_to_ask()
    pool.plan(network)
    assert outbox.send_due(LATE, LATE, SimulatorGateway()).expired == 1
    offers.sweep_expired(LATE)
    pool.plan(network, LATE)
    assert pool.asked(shift) == [stylist]


def test_who_heard_the_question_and_kept_silent_is_not_asked_again() -> None:
    network, salon, shift, _ = _one_to_ask()
    an_account(network, owns=(salon,))
    pool.plan(network)
    sent_at = NOW + timedelta(minutes=1)
    assert outbox.send_due(sent_at, sent_at, SimulatorGateway()).sent == 1
    (ask,) = shift_queries.get_shift(shift, NOW, "en").asks
    assert ask.state == "offered"
    offers.sweep_expired(LATE)
    pool.plan(network, LATE)
    assert pool.asked(shift) == []
    (ask,) = shift_queries.get_shift(shift, LATE, "en").asks
    assert ask.state == "expired"
    assert len(pool.texts("O4")) == 1
