"""Who calls with a staff token."""

from flask import request

from salonpool.domain.refusal import Refusal
from salonpool.queries import access


def staff() -> access.AccountRow:
    """The account of the bearer token; not_signed_in (401) without a good one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    account = access.find_account_by_bearer(token.strip()) if scheme.lower() == "bearer" else None
    if account is None:
        raise Refusal("not_signed_in")
    return account
