"""A salon with a shift to be given by hand, and who may give it: for the tests of giving and taking back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from salonpool.database import db
from salonpool.domain.refusal import Refusal
from salonpool.models import Role
from salonpool.queries import access
from salonpool.queries.access import AccountRow
from salonpool.usecases.pool import by_hand
from tests.builders import NOW, TODAY, a_network, a_salon, a_shift, add, an_account
from tests.usecases import pool

THURSDAY = TODAY + timedelta(days=3)
LATER = NOW + timedelta(minutes=1)


@dataclass(frozen=True)
class House:
    """A salon with its owner, and a shift there on Thursday from 14:00 to 18:00."""

    network: int
    salon: int
    owner_id: int
    shift: int

    @property
    def owner(self) -> AccountRow:
        """The owner as the pages know them now."""
        return account_of(self.owner_id)

    def give(self, stylist: int, *set_aside: str, **changes: Any) -> int:
        """The owner, or another account, gives the shift LATER or when told; the assignment's id."""
        account = changes.pop("account", None) or self.owner
        asked: dict[str, Any] = {"set_aside": set_aside, "now": LATER, "texting": pool.texting()}
        return by_hand.give(account, self.shift, stylist, **asked | changes)


def open_house() -> House:
    """The house in a network of its own, with the shift still open; its slug is "qinghe"."""
    network = a_network()
    salon = a_salon(network, slug="qinghe")
    return House(network, salon, an_account(network, owns=(salon,)), a_shift(salon))


def account_of(account_id: int) -> AccountRow:
    """The account as the pages know it."""
    found = access.find_account(account_id)
    assert found
    db.session.rollback()
    return found


def an_office(network: int) -> AccountRow:
    """Somebody of the network's office."""
    account_id = an_account(network, name="辦公室")
    add(Role(network_id=network, account_id=account_id, kind="office"))
    return account_of(account_id)


def refusal_code(call: Callable[[], object]) -> str:
    """The code the call is refused with; one that is not refused fails the test."""
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code
