"""`flask labour-rules`: the rules of everybody whose salon has chosen none of its own."""

from typing import Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import AuditEntry, Network, Stylist
from tests.builders import a_network, a_salon, a_stylist

ALL = "(of: tw-standard, tw-2-week, tw-4-week, tw-8-week)"


def _run(app: Any, *words: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["labour-rules", *words])
    db.session.rollback()
    return done.exit_code, done.output.strip()


def test_rules_are_said_and_chosen_for_a_network(app: Any) -> None:
    network = a_network(slug="yuanshan", region="TW")
    other = a_network(region="TW")
    person, stranger = a_stylist(network, home=a_salon(network)), a_stylist(other)
    assert _run(app, "--network", "yuanshan") == (0, f"tw-standard {ALL}")
    assert _run(app, "--network", "yuanshan", "tw-4-week") == (0, f"tw-4-week {ALL}")
    assert _run(app, "--network", "yuanshan", "tw-4-week") == (0, f"tw-4-week {ALL}")
    assert _run(app, "--network", "yuanshan") == (0, f"tw-4-week {ALL}")
    packs = [db.session.get_one(Network, id).labour_pack for id in (network, other)]
    assert packs == ["tw-4-week", None]
    assert [db.session.get_one(Stylist, id).version for id in (person, stranger)] == [2, 1]
    (entry,) = db.session.scalars(sa.select(AuditEntry)).all()
    assert (entry.action, entry.subject, entry.subject_id, entry.after) == (
        "change_labour_rules",
        "network",
        network,
        {"labour_pack": "tw-4-week"},
    )


def test_where_no_law_is_known_there_is_none_to_choose(app: Any) -> None:
    a_network(slug="tokyo", region="JP")
    assert _run(app, "--network", "tokyo") == (0, "none (of: no pack of the region JP)")
    code, said = _run(app, "--network", "tokyo", "tw-4-week")
    assert (code, len(said.splitlines())) == (2, 1)


def test_a_network_or_pack_that_is_not_there_is_refused_on_one_line(app: Any) -> None:
    network = a_network(slug="yuanshan", region="TW")
    for words in (("--network", "nowhere"), ("--network", "yuanshan", "eu"), ()):
        code, said = _run(app, *words)
        assert (code, len(said.splitlines())) == (2, 1)
    assert db.session.get_one(Network, network).labour_pack is None
