"""What a goal of a plan gave up for others, on the page of the run that planned it."""

import re
from typing import Any

from salonpool.web.desk.levels import gave_way_words
from tests import builders as b
from tests.usecases import pool
from tests.web.signing_in import sign_in


def _trade(gain: dict[str, int], **lost: int) -> dict[str, Any]:
    return {"level": 3, "gain": gain, "worth": -1, "lost": [[1, lost]], "is_proven": True}


def test_a_run_says_what_its_pay_gave_up_for_wishes(client: Any) -> None:
    network = b.a_network()
    salon = b.a_salon(network)
    b.a_pooled_stylist(network, hourly_pay_minor=30000)
    b.a_pooled_stylist(network, hourly_pay_minor=40000, wanted_week_minutes=2400)
    b.a_shift(salon)
    run_id = pool.plan(network).run_id
    sign_in(client, b.an_account(network, owns=(salon,)))
    words = " ".join(re.sub(r"<[^>]+>", " ", client.get(f"/desk/runs/{run_id}").text).split())
    assert (
        "The salons could pay NT$400 less, but then wishes for hours would be met less well, "
        "which counts more." in words
    )


def test_what_would_move_is_counted(app: Any) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        one = gave_way_words([_trade({"travel": -3, "cost": 0}, stability=1)], "TWD")
        two = gave_way_words([_trade({"preference": -3}, stability=2, fairness=4)], "TWD")
    assert one == {
        3: "There could be less travel, but then one shift would go to somebody else than was told, "
        "which counts more."
    }
    assert two[3].endswith(
        "2 shifts would go to somebody else than was told, wishes for hours would be met less well, "
        "which counts more."
    )


def test_what_lost_nothing_to_others_has_no_words(app: Any) -> None:
    with app.test_request_context():
        assert gave_way_words([_trade({"cost": -3})], "TWD") == {}
        assert gave_way_words([], "TWD") == {}
