"""Codes that prove who holds a phone: sent by text, typed in, spent (NIST SP 800-63B-4, out-of-band).

A number nobody has booked with is answered alike, row for row, but for the text: it goes to guests only, so
that nobody can have strangers texted.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import lock, retried, transaction
from salonpool.domain.caps import Kind, Per, prefix_of
from salonpool.domain.phone_code import GOOD_FOR, TRIES, code_digest, is_code, new_code, read_code
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.messaging.texts import compose
from salonpool.models import Customer, Message, Network, PhoneCode
from salonpool.queries.accounts import list_regions
from salonpool.usecases import limits
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.switch import refuse_if_off
from salonpool.usecases.texts.texting import Texting

TEXT_ID = "C9"
MASKED = "******"
NO_REGION = "ZZ"


@dataclass(frozen=True, slots=True)
class Proof:
    """A code that was spent: what a session keeps. The number is looked up by it, in queries/proofs.py."""

    code_id: int
    used_at: datetime


@retried
def send(
    typed_phone: str,
    *,
    address: str | None,
    language: str,
    now: datetime,
    texting: Texting,
    field: str = "phone",
) -> None:
    """Text a code, good for 10 minutes and once; the codes before it are good no more.

    A code that was guessed at too often is not replaced before its time, so that asking again wins no tries.
    Raises InvalidInput; Refusal: too_many_codes with `retry_at`, texts_off.
    """
    phone = read_phone(typed_phone, texting, field=field)
    with transaction() as session:
        refuse_if_off(session)
        lock(session, f"code:{phone}")
        before = _live(session, phone, now)
        if before is not None and before.tries >= TRIES:
            raise Refusal("too_many_codes", retry_at=before.expires_at)
        code, row = new_code(), _new_row(session, phone, now, before)
        row.digest = code_digest(texting.links.key, phone, now, code)
        session.add(row)
        session.flush()
        messages.withdraw(session, Message.to == phone, Message.text_id == TEXT_ID)  # those that still wait
        if _is_known(session, phone):
            _text(session, row, code, language, now, texting)
        who = limits.at_address(address) | {Per.PHONE: phone, Per.PREFIX: prefix_of(phone)}
        limits.take(session, Kind.CODE, who, now)


@retried
def try_code(
    typed_phone: str, typed_code: str, *, address: str | None, now: datetime, texting: Texting
) -> int | None:
    """Count a try at the number's last code. Its id if this is the code, for redeem(); else None.

    The count is kept whatever happens next. Raises InvalidInput; Refusal too_many_tries with `retry_at`.
    """
    phone, code = read_phone(typed_phone, texting), read_code(typed_code)
    with transaction() as session:
        lock(session, f"code:{phone}")
        row = _live(session, phone, now)
        limits.take(session, Kind.TRY, limits.at_address(address), now)
        if row is None or row.tries >= TRIES:
            return None
        row.tries += 1
        return row.id if is_code(texting.links.key, phone, row.created_at, code, row.digest) else None


def redeem(session: Session, code_id: int | None, phone: str, now: datetime) -> None:
    """Spend the number's code in the caller's transaction; of several at once one does.

    Raises Refusal code_wrong.
    """
    spent = sa.update(PhoneCode).where(
        PhoneCode.id == code_id,
        PhoneCode.phone == phone,
        PhoneCode.used_at.is_(None),
        PhoneCode.expires_at > now,
    )
    if session.execute(spent.values(used_at=now).returning(PhoneCode.id)).scalar() is None:
        raise Refusal("code_wrong", field="code")


def prove(
    typed_phone: str, typed_code: str, *, address: str | None, now: datetime, texting: Texting
) -> Proof:
    """Try the code and spend it. Raises as try_code(), and Refusal code_wrong for any code that is not it."""
    phone = read_phone(typed_phone, texting)
    code_id = try_code(typed_phone, typed_code, address=address, now=now, texting=texting)
    if code_id is None:
        raise Refusal("code_wrong", field="code")
    with transaction() as session:
        redeem(session, code_id, phone, now)
    return Proof(code_id, now)


def read_phone(typed: str, texting: Texting, *, field: str = "phone") -> str:
    """E.164 of a number typed by a guest of whichever network. Raises InvalidInput."""
    refused: InvalidInput | None = None
    for region in list_regions() or [NO_REGION]:
        try:
            return texting.guest_phone(typed, region, field=field)
        except InvalidInput as error:
            refused = refused or error
    assert refused is not None
    raise refused


def forget_old(session: Session, now: datetime) -> None:
    """Drop codes a day after their end, and take the digits out of texts that are of no more use."""
    session.execute(sa.delete(PhoneCode).where(PhoneCode.expires_at < now - limits.LONGEST_WINDOW))
    for language in session.scalars(sa.select(Message.language).where(Message.text_id == TEXT_ID).distinct()):
        masked = compose(TEXT_ID, language, c=MASKED)
        over = (Message.text_id == TEXT_ID, Message.language == language, Message.expires_at <= now)
        session.execute(sa.update(Message).where(*over, Message.body != masked).values(body=masked))


def _live(session: Session, phone: str, now: datetime) -> PhoneCode | None:
    """The number's last code, if it is neither spent nor over."""
    networks = sa.select(Network.id)  # the index begins with them
    row = session.scalar(
        sa.select(PhoneCode)
        .where(PhoneCode.network_id.in_(networks), PhoneCode.phone == phone)
        .order_by(PhoneCode.created_at.desc(), PhoneCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    return row if row is not None and row.used_at is None and row.expires_at > now else None


def _new_row(session: Session, phone: str, now: datetime, before: PhoneCode | None) -> PhoneCode:
    network_id = session.scalars(sa.select(Network.id).order_by(Network.id).limit(1)).one()
    return PhoneCode(
        network_id=network_id,
        phone=phone,
        tries=before.tries if before else 0,
        created_at=now,
        expires_at=now + GOOD_FOR,
    )


def _is_known(session: Session, phone: str) -> bool:
    networks = sa.select(Network.id)
    known = sa.exists().where(Customer.network_id.in_(networks), Customer.phone == phone)
    return bool(session.scalar(sa.select(known)))


def _text(
    session: Session, row: PhoneCode, code: str, language: str, now: datetime, texting: Texting
) -> None:
    messages.enqueue(
        session,
        network_id=row.network_id,
        # Its instant is part of it: SQLite may give a deleted row's id again.
        event_id=f"phone_code:{row.id}:{int(now.timestamp())}",
        text_id=TEXT_ID,
        to=row.phone,
        language=language,
        values={"c": code},
        within=texting.capabilities,
        now=now,
        expires_at=row.expires_at,
    )
