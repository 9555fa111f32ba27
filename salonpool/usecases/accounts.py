"""The first network and its office; tokens for programs."""

import re
import secrets
from datetime import datetime

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import transaction
from salonpool.domain.links import digest
from salonpool.domain.local_time import zone as check_zone
from salonpool.domain.person import LANGUAGES, RoleKind
from salonpool.domain.phone import mobile_number
from salonpool.domain.refusal import InvalidInput, Missing
from salonpool.domain.text_input import name as clean_name
from salonpool.models import Account, ApiToken, Network, Role
from salonpool.usecases import audit
from salonpool.usecases.sign_ins import make_sign_in_link
from salonpool.usecases.texts.texting import Texting

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
CURRENCY = re.compile(r"[A-Z]{3}")
TOKEN_BYTES = 32


def init_network(
    *,
    slug: str,
    office_phone: str,
    now: datetime,
    texting: Texting,
    name: str | None = None,
    zone: str = "Asia/Taipei",
    region: str = "TW",
    currency: str = "TWD",
    language: str = "zh-Hant",
) -> str:
    """A new, empty network and its office account; a one-time sign-in link for the office.

    `zone` is an IANA zone, `region` an ISO 3166 code that says how phone numbers are typed and whose labour
    law holds, `currency` an ISO 4217 code. Raises InvalidInput naming the field, also for a slug that is
    taken.
    """
    _check(slug, zone, region, currency, language)
    phone = mobile_number(office_phone, region, field="office", demo=texting.demo)
    with transaction() as session:
        if session.scalar(sa.select(Network.id).where(Network.slug == slug)) is not None:
            raise InvalidInput("slug_taken", field="network", example=f"{slug}-2")
        network = Network(
            slug=slug,
            name=clean_name(name, field="name") or slug,
            zone=zone,
            region=region,
            currency=currency,
            language=language,
            created_at=now,
        )
        session.add(network)
        session.flush()
        account_id = _add_office(session, network, phone, now)
    return make_sign_in_link(account_id, now, texting)


def issue_token(account_id: int, now: datetime) -> str:
    """A new bearer token for the API; it is shown once, its digest is kept. Raises Missing."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction() as session:
        account = session.get(Account, account_id)
        if account is None or account.disabled_at is not None:
            raise Missing
        session.add(ApiToken(account_id=account_id, digest=digest(token), created_at=now))
        audit.record(
            session, now, actor="command", action="issue_token", subject="account", subject_id=account_id
        )
    return token


def _add_office(session: Session, network: Network, phone: str, now: datetime) -> int:
    account = Account(
        network_id=network.id, name="Office", phone=phone, language=network.language, created_at=now
    )
    session.add(account)
    session.flush()
    session.add(Role(network_id=network.id, account_id=account.id, kind=RoleKind.OFFICE))
    audit.record(session, now, actor="command", action="init", subject="network", subject_id=network.id)
    return account.id


def _check(slug: str, zone: str, region: str, currency: str, language: str) -> None:
    if not SLUG.fullmatch(slug):
        raise InvalidInput("slug_unreadable", field="network", example="yuanshan")
    check_zone(zone)
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidInput("region_unknown", field="region", example="TW")
    if not CURRENCY.fullmatch(currency):
        raise InvalidInput("currency_unknown", field="currency", example="TWD")
    if language not in LANGUAGES:
        raise InvalidInput("language_unknown", field="language", example=", ".join(LANGUAGES))
