"""Signing in by a one-use link: asked for by phone, sent by text, spent by a POST."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import retried, transaction
from salonpool.domain.caps import key_of
from salonpool.domain.links import digest, looks_like_token
from salonpool.domain.person import SIGN_IN_MINUTES
from salonpool.domain.phone import mobile_number
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.models import Account, SignIn
from salonpool.queries import access
from salonpool.queries.accounts import list_regions
from salonpool.usecases import audit, limits
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.switch import refuse_if_off
from salonpool.usecases.texts.texting import Texting

GOOD_FOR = timedelta(minutes=SIGN_IN_MINUTES)
PER_PHONE, PHONE_WINDOW = 3, timedelta(minutes=10)
PER_ADDRESS, ADDRESS_WINDOW = 20, timedelta(hours=1)
NO_REGION = "ZZ"  # before the first network only numbers with a country code can be read


@retried
def ask(typed_phone: str, *, address: str | None, now: datetime, texting: Texting) -> None:
    """Text a sign-in link, or its token where links are refused, good for 10 minutes and once, to every
    account of that number.

    A number nobody has is treated the same, so that nobody learns whose is known. Raises InvalidInput for
    what cannot be a mobile number, Refusal too_many_tries after 3 requests for a number in 10 minutes or 20
    from an address in an hour, Refusal texts_off.
    """
    phone = _read(typed_phone, texting)
    with transaction() as session:
        refuse_if_off(session)
        limits.hit(session, key_of("sign_in", phone), PER_PHONE, PHONE_WINDOW, now)
        limits.hit(session, limits.address_key("sign_in", address), PER_ADDRESS, ADDRESS_WINDOW, now)
        accounts = session.scalars(
            sa.select(Account)
            .where(Account.phone == phone, Account.disabled_at.is_(None))
            .order_by(Account.id)
        )
        for account in accounts.all():
            sign_in = _add(session, account.id, now, GOOD_FOR, texting)
            messages.enqueue(
                session,
                network_id=account.network_id,
                event_id=f"sign_in:{sign_in.id}",
                text_id="S1",
                to=phone,
                language=account.language,
                values={
                    "u": texting.links.text_url(_path(sign_in, texting)),
                    "c": texting.links.sign_in_token(sign_in.id, sign_in.created_at),
                },
                within=texting.capabilities,
                now=now,
                expires_at=sign_in.expires_at,
            )


def make_sign_in_link(
    account_id: int, now: datetime, texting: Texting, *, good_for: timedelta = GOOD_FOR
) -> str:
    """A one-use sign-in link as a full URL, for commands to print; nobody is texted. Raises Missing."""
    with transaction() as session:
        if session.get(Account, account_id) is None:
            raise Missing
        sign_in = _add(session, account_id, now, good_for, texting)
        return texting.links.url(_path(sign_in, texting))


@retried
def use(token: str, now: datetime) -> access.AccountRow:
    """Spend a link; of several at once one wins. The account it signs in.

    Raises Missing for a token that never was, Refusal sign_in_used for one that is used or too old or whose
    account is disabled.
    """
    if not looks_like_token(token):
        raise Missing
    with transaction() as session:
        account_id = session.scalar(
            sa.update(SignIn)
            .where(SignIn.link_digest == digest(token), SignIn.used_at.is_(None), SignIn.expires_at > now)
            .values(used_at=now)
            .returning(SignIn.account_id)
        )
        if account_id is None:
            known = session.scalar(sa.select(SignIn.id).where(SignIn.link_digest == digest(token)))
            raise Refusal("sign_in_used") if known else Missing
        account = access.find_account(account_id)
        if account is None:
            raise Refusal("sign_in_used")
        audit.record(
            session,
            now,
            actor=f"account:{account_id}",
            action="sign_in",
            subject="account",
            subject_id=account_id,
        )
        return account


def end(account_id: int, now: datetime) -> None:
    """End every session of an account, copies of one among them; links already texted still work."""
    with transaction() as session:
        session.execute(
            sa.update(Account)
            .where(Account.id == account_id)
            .values(session_version=Account.session_version + 1)
        )
        audit.record(
            session,
            now,
            actor=f"account:{account_id}",
            action="sign_out",
            subject="account",
            subject_id=account_id,
        )


def _add(session: Session, account_id: int, now: datetime, good_for: timedelta, texting: Texting) -> SignIn:
    sign_in = SignIn(account_id=account_id, created_at=now, expires_at=now + good_for)
    session.add(sign_in)
    session.flush()
    sign_in.link_digest = digest(texting.links.sign_in_token(sign_in.id, sign_in.created_at))
    return sign_in


def _path(sign_in: SignIn, texting: Texting) -> str:
    return texting.links.sign_in_path(sign_in.id, sign_in.created_at)


def _read(typed: str, texting: Texting) -> str:
    """E.164 of a number typed by somebody of whichever network: each network's region is tried."""
    refused: InvalidInput | None = None
    for region in list_regions() or [NO_REGION]:
        try:
            return mobile_number(typed, region, demo=texting.demo)
        except InvalidInput as error:
            refused = refused or error
    assert refused is not None
    raise refused
