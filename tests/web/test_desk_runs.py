"""How planning goes, as the owners of a network read it."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from salonpool.database import db, transaction
from salonpool.domain.quarantine import FAILURES
from salonpool.models import Decision
from salonpool.queries.runs import StepRow
from salonpool.usecases.planning import plan_claims, plan_process, problems, stored_runs
from salonpool.usecases.planning.plan_process import NoAnswer
from salonpool.usecases.planning.plan_progress import Step
from salonpool.web.desk.run_words import cause_words, curve_of, reason_words
from tests import builders as b
from tests.usecases import dying, pool
from tests.web.signing_in import sign_in

WIDE_GAP = Step(seconds=4.0, level=3, values=(0, 0, 10, 1000), bounds=(0, 0, 10, 996))


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two salons of one network with an open shift each, their owners, and a pool of two."""
    network = b.a_network()
    salon, other = b.a_salon(network, slug="qinghe"), b.a_salon(network, slug="kapok")
    for name in ("Mia", "阿凱"):
        b.a_pooled_stylist(network, name=name)
    return SimpleNamespace(
        network=network, salon=salon, other=other, owner=b.an_account(network, owns=(salon,)),
        rival=b.an_account(network, owns=(other,)), shift=b.a_shift(salon),
    )  # fmt: skip


def _fail(network: int, monkeypatch: pytest.MonkeyPatch, code: str = "out_of_memory") -> int:
    with monkeypatch.context() as patched:
        patched.setattr(plan_process, "solve", lambda *_, **__: NoAnswer("no plan", code))
        runs = [pool.plan(network).run_id for _ in range(FAILURES)]
    return runs[-1] or 0


def _try_again(client: Any) -> Any:
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/desk/runs").text)
    assert csrf
    return client.post("/desk/runs/again", data={"csrf_token": csrf[1]})


def _words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_an_owner_reads_when_and_why_it_was_planned_and_what_came_of_it(
    client: Any, shop: SimpleNamespace
) -> None:
    pool.plan(shop.network)
    sign_in(client, shop.owner)
    words = _words(client.get("/desk/runs"))
    assert "today 09:00 Because: the office asked for it · " in words
    assert "0 seats filled · 2 people asked · 0 shifts still open" in words


def test_one_run_tells_what_it_did_at_the_own_salon_and_how_good_it_can_get(
    client: Any, shop: SimpleNamespace
) -> None:
    run_id = pool.plan(shop.network).run_id
    sign_in(client, shop.owner)
    page = client.get(f"/desk/runs/{run_id}")
    words = _words(page)
    assert re.search(r"Asked: (Mia, 阿凱|阿凱, Mia)", words)
    assert "Seats filled As good as it can get." in words
    assert f'href="/desk/shift/{shop.shift}"' in page.text
    assert "hx-get" not in page.text, "what is over is not asked for again"


def test_a_run_that_had_no_memory_for_a_search_says_that_its_plan_is_the_quick_one(
    client: Any, shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_process, "_work", dying.short_of_memory_for_a_search)
    run_id = pool.plan(shop.network, memory_mb=300).run_id
    sign_in(client, shop.owner)
    words = _words(client.get(f"/desk/runs/{run_id}"))
    assert "It needed more memory than it may have. This is the quick plan it began with." in words
    assert re.search(r"Asked: (Mia, 阿凱|阿凱, Mia)", words)
    assert "No plan came out" not in words


def test_nothing_of_another_salons_people_is_told(client: Any, shop: SimpleNamespace) -> None:
    run_id = pool.plan(shop.network).run_id
    sign_in(client, shop.rival)
    words = _words(client.get(f"/desk/runs/{run_id}"))
    assert "Nothing changed at your salon." in words
    assert "Mia" not in words
    assert "阿凱" not in words


def test_the_run_of_another_network_is_missing(client: Any, shop: SimpleNamespace) -> None:
    foreign = b.a_network()
    run_id = pool.plan(foreign).run_id
    sign_in(client, shop.owner)
    assert client.get(f"/desk/runs/{run_id}").status_code == 404
    assert client.get("/desk/runs/999").status_code == 404


@pytest.mark.parametrize("path", ["/desk/runs", "/desk/runs/1"])
def test_strangers_sign_in_and_stylists_may_not_look(client: Any, shop: SimpleNamespace, path: str) -> None:
    assert client.get(path).location.startswith("/in?next=")
    sign_in(client, b.an_account(shop.network, stylist=b.a_stylist(shop.network, home=shop.salon)))
    assert client.get(path).status_code == 403


def test_while_it_plans_the_page_asks_again_and_works_without_scripts(
    client: Any, shop: SimpleNamespace
) -> None:
    pool.request(shop.network)
    claim = plan_claims.claim_next(b.NOW, b.NOW, pool.LIMIT)
    assert claim
    sign_in(client, shop.owner)
    address = f"/desk/runs/{claim.run_id}"
    began = client.get(address).text
    assert f'hx-get="{address}" hx-trigger="every 2s"' in began
    assert f'href="{address}">Look again</a>' in began
    reading = problems.read_network(db.session(), shop.network, b.NOW)
    plan_claims.note_input(claim, reading, stored_runs.pack(reading.problem), {}, b.NOW)
    plan_claims.note_progress(claim, [WIDE_GAP])
    words = _words(client.get(address))
    assert "Planning now" in words
    assert "4 seconds" in words
    assert "Pay, ways to work, wishes At most 0.4% better is possible." in words


def test_a_network_in_quarantine_is_told_wherever_an_owner_would_look(
    client: Any, shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = _fail(shop.network, monkeypatch)
    sign_in(client, shop.owner)
    for path in ("/desk", f"/desk/shift/{shop.shift}", "/desk/runs", f"/desk/runs/{run_id}"):
        words = _words(client.get(path))
        assert "We look for the best people now." not in words
        assert "Planning is paused for your network. The last 3 tries failed." in words
        assert "It needed more memory than it may have." in words
        assert "Who was asked can still answer" in words
        assert "The next try is today 10:00." in words
    assert "No plan came out." in _words(client.get(f"/desk/runs/{run_id}"))
    assert f"it is plan {run_id}." in _words(client.get("/desk/runs"))


def test_a_network_that_is_planned_as_ever_is_told_nothing(client: Any, shop: SimpleNamespace) -> None:
    pool.plan(shop.network)
    sign_in(client, shop.owner)
    for path in ("/desk", "/desk/runs"):
        page = client.get(path).text
        assert "paused" not in page
        assert "Try again now" not in page


def test_the_button_tries_at_once_and_leads_to_the_run(
    client: Any, shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail(shop.network, monkeypatch)
    sign_in(client, shop.owner)
    answer = _try_again(client)
    (run,) = pool.open_requests()
    assert (answer.status_code, answer.location) == (303, f"/desk/runs/{run.id}")
    assert run.cause == "by_hand"
    words = _words(client.get(answer.location))
    assert "Because: an owner asked for it" in words
    db.session.rollback()
    assert plan_claims.claim_next(b.NOW, b.NOW, pool.LIMIT) is not None


def test_only_owners_may_try_again_and_only_with_their_form(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    assert client.post("/desk/runs/again", data={}).status_code == 403
    assert pool.open_requests() == []


def test_dropped_and_open_parts_are_told_in_words(client: Any, shop: SimpleNamespace) -> None:
    run_id = pool.plan(shop.network).run_id
    with transaction() as session:
        for kind in ("unfilled", "dropped"):
            session.add(Decision(planning_run_id=run_id, shift_id=shop.shift, kind=kind, detail={}))
    sign_in(client, shop.owner)
    words = _words(client.get(f"/desk/runs/{run_id}"))
    assert "Nobody could be asked. The page of the shift says why." in words
    assert "Something had changed meanwhile, so it was planned anew." in words


def test_every_cause_and_every_reason_has_words_of_its_own(app: Any) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        causes = [
            "timetable",
            "nightly",
            "post",
            "taken_back",
            "decline",
            "expired",
            "dropped",
            "lost",
            "by_hand",
            "command",
        ]
        assert len({cause_words(cause) for cause in [*causes, "something else"]}) == len(causes) + 1
        reasons = ["out_of_time", "out_of_memory", "broken_rule", "unreadable", "died"]
        assert len({reason_words(code) for code in reasons}) == len(reasons)


def test_a_curve_goes_from_the_first_plan_down_and_from_what_is_possible_up() -> None:
    steps = [
        StepRow(seconds=0.0, level=0, values=(100,), bounds=()),
        StepRow(seconds=5.0, level=0, values=(60,), bounds=(20,)),
        StepRow(seconds=10.0, level=0, values=(40,), bounds=(40,)),
    ]
    curve = curve_of(steps, 0)
    assert curve
    assert curve.best == "3,3 120,3 120,30 237,30 237,44"
    assert curve.possible == "120,57 237,57 237,44"


@pytest.mark.parametrize(
    "steps",
    [
        [StepRow(0.0, 0, (5,), (5,))],
        [StepRow(0.0, 0, (5,), (5,)), StepRow(1.0, 0, (5,), (5,))],
        [StepRow(0.0, 0, (9,), ()), StepRow(1.0, 0, (5,), ())],
    ],
    ids=["one step", "nothing moved", "nothing known"],
)
def test_where_nothing_is_to_be_seen_there_is_no_curve(steps: list[StepRow]) -> None:
    assert curve_of(steps, 0) is None


def test_the_banner_says_the_time_of_the_next_try_as_people_say_it(
    client: Any, shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, stopped_clock: Any
) -> None:
    for _ in range(2):
        _fail(shop.network, monkeypatch)
    sign_in(client, shop.owner)
    assert "The next try is tomorrow 09:00." in _words(client.get("/desk/runs"))
    stopped_clock.now = b.NOW + timedelta(days=1)
    assert "The next try is today 09:00." in _words(client.get("/desk/runs"))
