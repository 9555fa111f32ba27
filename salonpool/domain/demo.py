"""What is fixed about the example network: which networks are examples, and who plays which part in them."""

from dataclasses import dataclass
from enum import StrEnum

NETWORK_SLUG = "yuanshan"
EMPTY_SLUG = "new-circle"
NETWORK_SLUGS = frozenset({NETWORK_SLUG, EMPTY_SLUG})
ZONE = "Asia/Taipei"
GUEST_SALON_SLUG = "qinghe"


class Part(StrEnum):
    """Whom a visitor of the demo may be, beside a guest."""

    OWNER = "owner"
    STYLIST = "stylist"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Player:
    """Who plays a part, found by phone; the salon is the one they are introduced with."""

    phone: str
    salon_slug: str | None


def phone_of(number: int) -> str:
    """The invented number 0900-000-NNN in E.164."""
    return f"+886900000{number:03d}"


CAST = {
    Part.OWNER: Player(phone_of(11), "qinghe"),
    Part.STYLIST: Player(phone_of(15), "kapok"),
    Part.OFFICE: Player(phone_of(10), None),
}
