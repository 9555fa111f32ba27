"""Free text people type: names and notes, cleaned or refused; hostile-looking text is kept as typed."""

import unicodedata

from salonpool.domain.refusal import InvalidInput

NAME_MAX = 80
NOTE_MAX = 2000
# Bidirectional overrides and zero-width characters let a name pose as another (Unicode TR 36).
INVISIBLE = frozenset("\u200b\u200e\u200f\u2060\ufeff\u061c") | {
    chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def name(typed: str | None, *, field: str = "name") -> str | None:
    """A name, at most 80 characters, on one line; None if blank. Raises InvalidInput."""
    return _clean(typed, field=field, limit=NAME_MAX, allowed_controls="")


def note(typed: str | None, *, field: str = "note") -> str | None:
    """A note, at most 2,000 characters, line breaks kept; None if blank. Raises InvalidInput."""
    return _clean(typed, field=field, limit=NOTE_MAX, allowed_controls="\n\r\t")


def _clean(typed: str | None, *, field: str, limit: int, allowed_controls: str) -> str | None:
    text = unicodedata.normalize("NFC", typed or "").strip()
    if len(text) > limit:
        raise InvalidInput("too_long", field=field, limit=limit, length=len(text))
    for character in text:
        if character in allowed_controls:
            continue
        if unicodedata.category(character) in {"Cc", "Cs"} or (
            character in INVISIBLE and not allowed_controls
        ):
            raise InvalidInput("unprintable", field=field, position=text.index(character) + 1)
    return text or None
