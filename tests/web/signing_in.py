"""A test client that is signed in, without the text and its link."""

from typing import Any

from salonpool.queries import access
from salonpool.web.extensions import SignedIn


def sign_in(client: Any, account_id: int) -> None:
    """From now on the client's requests are the account's."""
    account = access.find_account(account_id)
    assert account
    with client.session_transaction() as session:
        session["_user_id"] = SignedIn(account).get_id()
