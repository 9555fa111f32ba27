"""Sister salons: shown only where both said yes, noted in the audit, never across networks."""

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.refusal import InvalidInput
from salonpool.models import AuditEntry, SalonLink
from salonpool.queries.salons import get_salon
from salonpool.queries.sisters import list_neighbours, list_sisters
from salonpool.usecases.salons import sisters
from tests import builders as b


@pytest.fixture
def town(app: Any) -> SimpleNamespace:
    """Two salons of one network and one of another."""
    network = b.a_network()
    ids = {slug: b.a_salon(network, slug=slug, name_en=slug) for slug in ("qinghe", "kapok")}
    b.a_salon(b.a_network(), slug="stranger")
    return SimpleNamespace(network=network, **ids)


def _say(change: Any, salon_id: int, sister: str) -> None:
    change(salon_id=salon_id, sister_slug=sister, actor="account:1", now=b.NOW)


def _shown(slug: str) -> list[str]:
    return [salon.slug for salon in list_sisters(get_salon(slug, "en"), "en")]


def test_nothing_is_shown_until_both_said_yes_and_nothing_after_one_takes_it_back(
    town: SimpleNamespace,
) -> None:
    _say(sisters.link, town.qinghe, "kapok")
    assert (_shown("qinghe"), _shown("kapok")) == ([], [])
    [neighbour] = list_neighbours(get_salon("kapok", "en"), "en")
    assert (neighbour.slug, neighbour.is_shown, neighbour.shows_us) == ("qinghe", False, True)
    _say(sisters.link, town.kapok, "qinghe")
    assert (_shown("qinghe"), _shown("kapok")) == (["kapok"], ["qinghe"])
    _say(sisters.unlink, town.qinghe, "kapok")
    assert (_shown("qinghe"), _shown("kapok")) == ([], [])


def test_saying_it_twice_changes_nothing_and_is_noted_once(town: SimpleNamespace) -> None:
    for change in (sisters.link, sisters.link, sisters.unlink, sisters.unlink):
        _say(change, town.qinghe, "kapok")
    noted = db.session.execute(sa.select(AuditEntry.action, AuditEntry.subject_id, AuditEntry.after)).all()
    after = {"sister": town.kapok}
    assert noted == [("link", town.qinghe, after), ("unlink", town.qinghe, after)]


@pytest.mark.parametrize("sister", ["qinghe", "stranger", "nowhere", ""])
def test_only_another_salon_of_the_network_can_be_a_sister(town: SimpleNamespace, sister: str) -> None:
    for change in (sisters.link, sisters.unlink):
        with pytest.raises(InvalidInput) as refused:
            _say(change, town.qinghe, sister)
        assert refused.value.field == "salon"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SalonLink)) == 0
