"""The phones of the example networks: whose they are, what was texted. A door of its own: demo only."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.demo import CAST, NETWORK_SLUG, NETWORK_SLUGS, Part
from salonpool.domain.message import MessageStatus
from salonpool.domain.person import RoleKind
from salonpool.domain.refusal import Missing
from salonpool.models import Account, Card, Customer, InboundMessage, Message, Network, Role, Salon, Stylist

# A text that was sent and is of unknown outcome was taken; only its end was never heard of.
ARRIVED = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNKNOWN)
PHONES, TEXTS_EACH, LOOK_BACK = 8, 12, 400


@dataclass(frozen=True, slots=True)
class PlayerRow:
    """Whom a visitor may be. The salon is named in the reader's language."""

    account_id: int
    name: str
    salon_name: str


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text on a phone; `mine`: sent from it."""

    at: datetime
    mine: bool
    body: str


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A phone and its newest texts, the oldest of them first. `role`: owner, stylist, office or guest."""

    number: str
    name: str
    role: str
    texts: tuple[TextRow, ...]


def get_player(part: Part, language: str, *, demo: bool) -> PlayerRow:
    """Who plays that part. Raises Missing outside the demo, or when the example is not there."""
    _door(demo)
    player = CAST[part]
    salon_name = Salon.name_en if language == "en" else Salon.name
    row = db.session.execute(
        sa.select(Account.id, Account.name, salon_name)
        .join(Network, Network.id == Account.network_id)
        .outerjoin(Salon, sa.and_(Salon.network_id == Network.id, Salon.slug == player.salon_slug))
        .where(Network.slug == NETWORK_SLUG, Account.phone == player.phone, Account.disabled_at.is_(None))
    ).one_or_none()
    if row is None:
        raise Missing
    return PlayerRow(row[0], row[1], row[2] or "")


def check_phone(number: str, *, demo: bool) -> None:
    """Raises Missing unless the number is somebody's in an example network."""
    _door(demo)
    if number not in _owners([number]):
        raise Missing


def list_phones(*, demo: bool) -> list[PhoneRow]:
    """The phones of the cast, then those with the newest texts. Raises Missing outside the demo."""
    _door(demo)
    texts = _texts()
    newest = sorted(texts, key=lambda number: texts[number][0].at, reverse=True)
    cast = [CAST[part].phone for part in (Part.OWNER, Part.STYLIST)]
    wanted = list(dict.fromkeys([*cast, *newest]))
    owners = _owners(wanted)
    return [
        PhoneRow(number, *owners[number], tuple(reversed(texts[number][:TEXTS_EACH])))
        for number in wanted
        if number in owners
    ][:PHONES]


def _door(demo: bool) -> None:
    if not demo:
        raise Missing


def _networks() -> sa.Select[int]:
    return sa.select(Network.id).where(Network.slug.in_(NETWORK_SLUGS))


def _texts() -> dict[str, list[TextRow]]:
    """Texts by number, the newest first."""
    found = [
        (number, TextRow(at or created_at, False, body))
        for number, at, created_at, body in db.session.execute(
            sa.select(Message.to, Message.sent_at, Message.created_at, Message.body)
            .where(
                Message.network_id.in_(_networks()), Message.status.in_(ARRIVED), Message.sent_at.is_not(None)
            )
            .order_by(Message.sent_at.desc(), Message.id.desc())
            .limit(LOOK_BACK)
        )
    ]
    found += [
        (number, TextRow(at, True, body))
        for number, at, body in db.session.execute(
            sa.select(InboundMessage.sender, InboundMessage.received_at, InboundMessage.body)
            .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
            .limit(LOOK_BACK)
        )
    ]
    texts: dict[str, list[TextRow]] = defaultdict(list)
    for number, text in sorted(found, key=lambda pair: pair[1].at, reverse=True):
        texts[number].append(text)
    return texts


def _owners(numbers: list[str]) -> dict[str, tuple[str, str]]:
    """(name, role) by number, of people in the example networks: staff before guests."""
    found: dict[str, tuple[str, str]] = {}
    for number, name in db.session.execute(
        sa.select(Customer.phone, Card.name)
        .outerjoin(Card, Card.customer_id == Customer.id)
        .where(Customer.network_id.in_(_networks()), Customer.phone.in_(numbers))
        .order_by(Customer.id, Card.id)
    ):
        if number:
            found[number] = (name or number, "guest")
    for number, stylist in db.session.execute(
        sa.select(Stylist.phone, Stylist.name).where(
            Stylist.network_id.in_(_networks()), Stylist.phone.in_(numbers)
        )
    ):
        if number:
            found[number] = (stylist, "stylist")
    for owner_number, owner, kind in db.session.execute(
        sa.select(Account.phone, Account.name, Role.kind)
        .join(Role, Role.account_id == Account.id)
        .where(
            Account.network_id.in_(_networks()),
            Account.phone.in_(numbers),
            Role.kind.in_([RoleKind.OWNER, RoleKind.OFFICE]),
        )
    ):
        found[owner_number] = (owner, kind)
    return found
