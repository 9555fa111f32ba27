"""Why not me, and why somebody else: asked by a button, answered in plain words, nobody's affairs told."""

import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.what_if import MOST_WAITING
from salonpool.models import Stylist, WhatIf
from salonpool.usecases.planning import what_if
from salonpool.web import what_if_words
from tests import builders as b
from tests.web.signing_in import sign_in

NOW = b.NOW
HUGE = 2**63


@pytest.fixture
def scene(app: Any) -> SimpleNamespace:
    """Ana is being asked for a shift at Qinghe; Ben, who asks for more pay, fits too."""
    network = b.a_network()
    salon, other = b.a_salon(network, chairs=5), b.a_salon(network, name_en="Kapok", chairs=5)
    ana = b.a_pooled_stylist(network, name="Ana", hourly_pay_minor=30000)
    ben = b.a_pooled_stylist(network, name="Ben", hourly_pay_minor=40000)
    shift = b.a_shift(salon)
    b.an_offer(shift, ana)
    return SimpleNamespace(
        network=network, salon=salon, other=other, ana=ana, ben=ben, shift=shift,
        me=b.an_account(network, stylist=ben), owner=b.an_account(network, owns=(salon,)),
        rival=b.an_account(network, owns=(other,)),
    )  # fmt: skip


def _press(client: Any, page: str, path: str) -> Any:
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert csrf
    return client.post(path, data={"csrf_token": csrf[1]})


def _ask(client: Any, page: str, path: str) -> str:
    """Press the button, let the clock answer, read the page."""
    sent = _press(client, page, path)
    assert sent.status_code == 303
    assert "hx-get" in client.get(sent.location).text
    assert what_if.run_asked(NOW, NOW) == 1
    text: str = client.get(sent.location).text
    assert "hx-get" not in text
    return text


def _mine(scene: SimpleNamespace, shift: int | None = None) -> str:
    return f"/me/why/{shift or scene.shift}"


def test_a_stylist_finds_the_shift_asks_and_reads_why(client: Any, scene: SimpleNamespace) -> None:
    sign_in(client, scene.me)
    assert 'href="/me/why"' in client.get("/me").text
    assert _mine(scene) in client.get("/me/why").text
    told = _ask(client, _mine(scene), _mine(scene))
    assert "The salons would pay more in all." in told
    assert "You fit. Somebody else comes first" in told
    assert "Answered" in client.get("/me/why").text


def test_a_stylist_reads_nobodys_name_pay_or_number(client: Any, scene: SimpleNamespace) -> None:
    sign_in(client, scene.me)
    told = _ask(client, _mine(scene), _mine(scene))
    for secret in ("Ana", "400", "300", "1,200", "1,600"):
        assert secret not in told
    assert "1,680" in told  # the shift's own pay, which everybody who fits may read


def test_what_must_be_is_told_alone(client: Any, scene: SimpleNamespace) -> None:
    sign_in(client, scene.me)
    _press(client, _mine(scene), _mine(scene))
    with transaction() as session:
        session.execute(
            sa.update(Stylist).where(Stylist.id == scene.ben).values(max_travel_minutes=0, x_km=9.0)
        )
    what_if.run_asked(NOW, NOW)
    told = client.get(_mine(scene)).text
    assert "It is further from home than you want to go." in told
    assert "The salons would pay" not in told


def test_an_owner_reads_what_somebody_else_would_cost(client: Any, scene: SimpleNamespace) -> None:
    sign_in(client, scene.owner)
    others = f"/desk/shift/{scene.shift}/others"
    assert others in client.get(f"/desk/shift/{scene.shift}").text
    assert "Ana" not in client.get(others).text
    told = _ask(client, others, f"{others}/{scene.ben}")
    assert re.search(r"The salons would pay NT\$400 more in all\.", told)
    assert "Ben fits. Somebody else comes first" in told


@pytest.mark.parametrize("at", ["salon", "other"])
def test_of_shifts_left_open_an_owner_reads_the_names_of_their_own_only(
    client: Any, scene: SimpleNamespace, at: str
) -> None:
    b.a_shift(getattr(scene, at), "13:00", "19:00", skill="colour", priority=1)
    both = b.a_pooled_stylist(scene.network, name="Cara", skills=("cut", "colour"))
    sign_in(client, scene.owner)
    others = f"/desk/shift/{scene.shift}/others"
    told = _ask(client, others, f"{others}/{both}")
    assert ("13:00–19:00" in told) == (at == "salon")
    assert ("guests are booked" in told) == (at == "salon")
    assert ("A shift somewhere else would have nobody." in told) == (at == "other")
    assert "Kapok" not in told


def test_somebody_just_as_good_reads_that_nothing_stands_against_them(
    client: Any, scene: SimpleNamespace
) -> None:
    twin = b.a_pooled_stylist(scene.network, hourly_pay_minor=30000)
    sign_in(client, b.an_account(scene.network, stylist=twin))
    told = _ask(client, _mine(scene), _mine(scene))
    assert "Nothing stands against you." in told
    assert "If they say no, you may be next." in told


@pytest.mark.parametrize("path", ["/me/why/{}", "/desk/shift/{}/others"])
def test_strangers_are_asked_to_sign_in(client: Any, scene: SimpleNamespace, path: str) -> None:
    answer = client.get(path.format(scene.shift))
    assert answer.status_code == 302
    assert "/in" in answer.location


def test_the_wrong_kind_of_account_is_refused(client: Any, scene: SimpleNamespace) -> None:
    sign_in(client, scene.owner)
    assert client.get("/me/why").status_code == client.get(_mine(scene)).status_code == 403


def _gets(client: Any, paths: list[str]) -> Iterator[tuple[int, str]]:
    for path in paths:
        answer = client.get(path)
        yield (
            answer.status_code,
            re.sub(r"lang=[\w-]+|/(me|desk)/[\w/]+|name=.csrf_token.[^>]+", "", answer.text),
        )


def test_foreign_shifts_answer_like_missing_ones(client: Any, scene: SimpleNamespace) -> None:
    asked = b.a_shift(scene.salon, day=b.TODAY + timedelta(days=5))
    b.an_offer(asked, scene.ben)
    foreign = b.a_shift(b.a_salon(b.a_network()))
    sign_in(client, scene.me)
    answers = set(_gets(client, [_mine(scene, shift) for shift in (asked, foreign, 10**9, HUGE, HUGE - 1)]))
    assert [status for status, _ in answers] == [404]
    sign_in(client, scene.rival)
    answers = set(
        _gets(client, [f"/desk/shift/{shift}/others" for shift in (scene.shift, foreign, 10**9, HUGE - 1)])
    )
    assert [status for status, _ in answers] == [404]


@pytest.mark.parametrize("who", ["ana", "nobody", "huge"])
def test_people_who_were_asked_or_are_not_there_cannot_be_asked_about(
    client: Any, scene: SimpleNamespace, who: str
) -> None:
    sign_in(client, scene.owner)
    others = f"/desk/shift/{scene.shift}/others"
    stylist = {"ana": scene.ana, "nobody": 10**9, "huge": HUGE}[who]
    assert _press(client, others, f"{others}/{stylist}").status_code == 404
    assert db.session.scalars(sa.select(WhatIf.id)).all() == []


def test_a_form_without_its_token_asks_nothing(client: Any, scene: SimpleNamespace) -> None:
    sign_in(client, scene.me)
    assert client.post(_mine(scene)).status_code == 403
    assert db.session.scalars(sa.select(WhatIf.id)).all() == []


def test_too_many_questions_at_once_are_refused(client: Any, scene: SimpleNamespace) -> None:
    sign_in(client, scene.me)
    for day in range(4, 4 + MOST_WAITING):
        shift = b.a_shift(scene.salon, day=b.TODAY + timedelta(days=day))
        assert _press(client, _mine(scene, shift), _mine(scene, shift)).status_code == 303
    refused = _press(client, _mine(scene), _mine(scene))
    assert refused.status_code == 429
    assert "wait a few minutes" in refused.text


def test_what_could_not_be_worked_out_is_said_so(
    client: Any, scene: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_if, "_work_out", lambda *_: ("failed", None))
    sign_in(client, scene.me)
    assert "We could not work it out this time." in _ask(client, _mine(scene), _mine(scene))
    sign_in(client, scene.owner)
    others = f"/desk/shift/{scene.shift}/others"
    assert "We could not work it out this time." in _ask(client, others, f"{others}/{scene.ben}")


def test_a_shift_that_is_over_is_said_so(client: Any, scene: SimpleNamespace) -> None:
    sign_in(client, scene.me)
    sent = _press(client, _mine(scene), _mine(scene))
    later = NOW + timedelta(days=4)
    what_if.run_asked(later, later)
    assert "This shift has begun" in client.get(sent.location).text


def test_every_rule_has_words_for_both_sides() -> None:
    from salonpool.solver.rules import RULES

    known = (set(RULES) | {"skill_dates", "no_text", "live_offer"}) - {"one-per-shift", "excluded", "pinned"}
    assert known <= set(what_if_words._MY_MUST)
    assert known <= set(what_if_words._THEIR_MUST)


def test_answers_in_chinese_are_chinese(client: Any, scene: SimpleNamespace) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-TW"
    sign_in(client, scene.me)
    told = _ask(client, _mine(scene), _mine(scene))
    main = re.sub(r"<[^>]+>", " ", told[told.index("<main") : told.index("</main>")])
    assert not re.search(r"[A-Za-z]{4,}", main), main
