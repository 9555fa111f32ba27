"""Who calls with a staff token."""

from salonpool.domain.refusal import Refusal
from salonpool.queries import access
from salonpool.web.api.bearer import find_bearer


def staff() -> access.AccountRow:
    """The account of the bearer token; not_signed_in (401) without a good one."""
    token = find_bearer()
    account = access.find_account_by_bearer(token) if token else None
    if account is None:
        raise Refusal("not_signed_in")
    return account
