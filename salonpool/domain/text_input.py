"""Free text people type: names, reasons, notes, cleaned or refused; hostile-looking text is kept as typed."""

import unicodedata

from salonpool.domain.refusal import InvalidInput

NAME_MAX = 80
REASON_MAX = 200
NOTE_MAX = 2000
BLANKS = " \t\r\n\u00a0\u3000"
# Bidirectional overrides and zero-width characters (category Cf) let a name pose as another (Unicode TR 36);
# the two joiners make emoji and the letters of some scripts.
JOINERS = "\u200c\u200d"
CONTROLS = frozenset({"Cc", "Cs"})
NOT_IN_NAMES = CONTROLS | {"Cf", "Zl", "Zp"}
NOT_VISIBLE = frozenset({"Cf", "Zl", "Zp", "Zs"})


def name(typed: str | None, *, field: str = "name") -> str | None:
    """A name, at most 80 characters, on one line; None if blank. Raises InvalidInput."""
    return _clean(typed, field=field, limit=NAME_MAX, refused=NOT_IN_NAMES, except_for=JOINERS)


def reason(typed: str | None, *, field: str = "reason") -> str | None:
    """Why somebody decided so, at most 200 characters, on one line; None if blank. Raises InvalidInput."""
    return _clean(typed, field=field, limit=REASON_MAX, refused=NOT_IN_NAMES, except_for=JOINERS)


def note(typed: str | None, *, field: str = "note") -> str | None:
    """A note, at most 2,000 characters, line breaks kept; None if blank. Raises InvalidInput.

    Directional marks stay: a note may quote right-to-left text, and nobody is recognised by it.
    """
    return _clean(typed, field=field, limit=NOTE_MAX, refused=CONTROLS, except_for="\n\r\t")


def _clean(
    typed: str | None, *, field: str, limit: int, refused: frozenset[str], except_for: str
) -> str | None:
    text = unicodedata.normalize("NFC", (typed or "").strip(BLANKS))
    if len(text) > limit:
        raise InvalidInput("too_long", field=field, limit=limit, length=len(text))
    for position, character in enumerate(text, 1):
        if unicodedata.category(character) in refused and character not in except_for:
            raise InvalidInput("unprintable", field=field, position=position)
    return None if all(unicodedata.category(c) in NOT_VISIBLE or c.isspace() for c in text) else text
