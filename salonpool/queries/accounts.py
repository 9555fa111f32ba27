"""Logins as commands and the sign-in page need them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.links import digest, looks_like_token
from salonpool.domain.phone import mobile_number
from salonpool.domain.refusal import InvalidInput, Missing
from salonpool.models import Account, Network, SignIn

LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class SignInRow:
    """Whose link it is, and whether it can still be used."""

    name: str
    usable: bool


def get_sign_in(token: str, now: datetime) -> SignInRow:
    """What a sign-in link opens; looking does not spend it. Raises Missing for a token that never was."""
    row = None
    if looks_like_token(token):
        row = db.session.execute(
            sa.select(Account.name, Account.disabled_at, SignIn.used_at, SignIn.expires_at)
            .join(Account, Account.id == SignIn.account_id)
            .where(SignIn.link_digest == digest(token))
        ).first()
    if row is None:
        raise Missing
    name, disabled_at, used_at, expires_at = row
    return SignInRow(name, disabled_at is None and used_at is None and now < expires_at)


def get_account_id(typed: str, *, demo: bool = False) -> int:
    """The enabled account of an id or a phone number as typed. Raises Missing."""
    wanted: sa.ColumnElement[bool] = Account.phone.in_(_readings(typed, demo=demo))
    if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_ID:
        wanted = sa.or_(wanted, Account.id == int(typed))
    found = db.session.scalars(
        sa.select(Account.id).where(wanted, Account.disabled_at.is_(None)).order_by(Account.id).limit(1)
    ).first()
    if found is None:
        raise Missing
    return found


def list_regions() -> list[str]:
    """The regions (ISO 3166) of the networks, the first network's first."""
    regions = db.session.scalars(sa.select(Network.region).order_by(Network.id)).all()
    return list(dict.fromkeys(regions))


def _readings(typed: str, *, demo: bool) -> list[str]:
    """The number in E.164 as each network would read it."""
    found = []
    for region in list_regions():
        try:
            found.append(mobile_number(typed, region, demo=demo))
        except InvalidInput:
            continue
    return found
