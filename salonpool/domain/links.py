"""Links that can be derived again: a token is an HMAC of what it opens, so only its digest is stored."""

import hashlib
import hmac
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from salonpool.domain.refusal import Refusal

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
TOKEN_LENGTH = 11  # 62**11 is about 2**65; short enough for one SMS
OUTLIVES_THE_VISIT = timedelta(hours=24)  # old texts are read by whoever has the phone next


class LinkOver(Refusal):
    """The link of a visit that was over a day ago. `salon_id` is where it was: whom to call."""

    def __init__(self, salon_id: int) -> None:
        super().__init__("link_over")
        self.salon_id = salon_id


@dataclass(frozen=True, slots=True)
class Links:
    """Derives link tokens. `host` is what texts show, `public_url` the address pages are opened at."""

    key: bytes
    host: str
    public_url: str

    @classmethod
    def from_secret(cls, secret: str, *, host: str, public_url: str) -> "Links":
        """Derive the link key from the app's secret, so that it differs from the session key."""
        key = hashlib.sha256(b"salonpool links:" + secret.encode()).digest()
        return cls(key=key, host=host, public_url=public_url.rstrip("/"))

    def token(self, kind: str, subject_id: int, version: int) -> str:
        """First 11 base62 characters of HMAC-SHA256(key, kind:id:version)."""
        digest = hmac.digest(self.key, f"{kind}:{subject_id}:{version}".encode(), "sha256")
        number, characters = int.from_bytes(digest), []
        for _ in range(TOKEN_LENGTH):
            number, rest = divmod(number, 62)
            characters.append(ALPHABET[rest])
        return "".join(characters)

    def booking_token(self, booking_id: int, version: int) -> str:
        """Opens one booking; a greater `version` makes the link before it useless."""
        return self.token("booking", booking_id, version)

    def booking_path(self, booking_id: int, version: int) -> str:
        """The guest's page of a booking."""
        return f"/b/{self.booking_token(booking_id, version)}"

    def hold_token(self, booking_id: int) -> str:
        """Confirms a hold; no link leads there."""
        return self.token("hold", booking_id, 1)

    def offer_token(self, offer_id: int, version: int) -> str:
        """Opens one offer."""
        return self.token("offer", offer_id, version)

    def offer_path(self, offer_id: int, version: int) -> str:
        """The stylist's page of an offer; the same link for as long as its version stays."""
        return f"/o/{self.offer_token(offer_id, version)}"

    def waitlist_token(self, entry_id: int, version: int) -> str:
        """Opens one entry of the waitlist."""
        return self.token("waitlist", entry_id, version)

    def waitlist_path(self, entry_id: int, version: int) -> str:
        """The guest's page of what they wait for."""
        return f"/w/{self.waitlist_token(entry_id, version)}"

    def sign_in_token(self, sign_in_id: int, created_at: datetime) -> str:
        """The token of /in/TOKEN. Its instant is part of it: SQLite may give a deleted row's id again."""
        return self.token("sign_in", sign_in_id, int(created_at.timestamp() * 1_000_000))

    def sign_in_path(self, sign_in_id: int, created_at: datetime) -> str:
        """The page that signs in, once."""
        return f"/in/{self.sign_in_token(sign_in_id, created_at)}"

    def text_url(self, path: str) -> str:
        """The bare link a text shows: host/path without a scheme."""
        return self.host + path

    def url(self, path: str) -> str:
        """The full link of a page."""
        return self.public_url + path


def digest(token: str) -> str:
    """What the database keeps of a token: SHA-256, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def looks_like_token(text: str) -> bool:
    """Could this be a token at all? Saves a query on obvious noise."""
    return len(text) == TOKEN_LENGTH and all(character in ALPHABET for character in text)
