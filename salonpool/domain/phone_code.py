"""Six digits that prove who holds a phone (NIST SP 800-63B-4, out-of-band): made, read, kept as a digest."""

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta

from salonpool.domain.refusal import InvalidInput

DIGITS = 6
CODE_MINUTES = 10
GOOD_FOR = timedelta(minutes=CODE_MINUTES)
TRIES = 5
PROOF_GOOD_FOR = timedelta(minutes=30)
EXAMPLE = "482913"
MAX_TYPED = 20


def new_code() -> str:
    """A code from the system's random source."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def read_code(typed: str, *, field: str = "code") -> str:
    """Six digits as people type them: full-width ones and spaces are fine. Raises InvalidInput."""
    text = "".join(unicodedata.normalize("NFKC", typed).split()).replace("-", "")
    if not text:
        raise InvalidInput("code_missing", field=field, example=EXAMPLE)
    if len(typed) > MAX_TYPED or len(text) != DIGITS or not (text.isascii() and text.isdigit()):
        raise InvalidInput("code_unreadable", field=field, example=EXAMPLE)
    return text


def code_digest(key: bytes, phone: str, sent_at: datetime, code: str) -> str:
    """What the database keeps: HMAC-SHA256 over the number, the instant and the code, hex.

    Without the key the million codes cannot be tried on a stolen table.
    """
    message = f"code:{phone}:{sent_at.isoformat()}:{code}"
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


def is_code(key: bytes, phone: str, sent_at: datetime, code: str, digest: str) -> bool:
    """Is this the code that was sent? Takes the same time for any answer."""
    return hmac.compare_digest(code_digest(key, phone, sent_at, code), digest)
