"""Links that can be derived again: a token is an HMAC of what it opens, so only its digest is stored."""

import hashlib
import hmac
import string
from dataclasses import dataclass

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
TOKEN_LENGTH = 11  # 62**11 is about 2**65; short enough for one SMS


@dataclass(frozen=True, slots=True)
class Links:
    """Derives link tokens. `host` is what texts show, `public_url` what pages and e-mail show."""

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
        digest = hmac.new(self.key, f"{kind}:{subject_id}:{version}".encode(), hashlib.sha256).digest()
        number, characters = int.from_bytes(digest), []
        for _ in range(TOKEN_LENGTH):
            number, rest = divmod(number, 62)
            characters.append(ALPHABET[rest])
        return "".join(characters)

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
