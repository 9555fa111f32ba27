"""How many SMS segments a text costs (3GPP TS 23.038)."""

from collections.abc import Iterable

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")  # each costs an escape and itself
GSM_ALL = GSM_BASIC | GSM_EXTENSION

GSM_SINGLE, GSM_JOINED = 160, 153  # joined messages give 7 septets to the header
UCS2_SINGLE, UCS2_JOINED = 70, 67


def is_gsm(text: str) -> bool:
    """Can the text be sent in GSM-7? One character outside makes the whole text UCS-2."""
    return GSM_ALL.issuperset(text)


def width(text: str) -> int:
    """Length in the unit its own alphabet is counted in: septets (GSM-7) or UTF-16 units (UCS-2)."""
    return sum(_widths(text))


def fits_one(text: str, max_ucs2: int = UCS2_SINGLE) -> bool:
    """Is the text at most one segment, or, outside GSM-7, what a provider takes of one?"""
    return width(text) <= (GSM_SINGLE if is_gsm(text) else max_ucs2)


def segments(text: str) -> int:
    """Segments the text is billed as; 0 for an empty one. No character is split between two segments."""
    if not text:
        return 0
    if fits_one(text):
        return 1
    room = GSM_JOINED if is_gsm(text) else UCS2_JOINED
    count, used = 1, 0
    for cost in _widths(text):
        if used + cost > room:
            count, used = count + 1, 0
        used += cost
    return count


def _widths(text: str) -> Iterable[int]:
    if is_gsm(text):
        return (2 if character in GSM_EXTENSION else 1 for character in text)
    return (2 if ord(character) > 0xFFFF else 1 for character in text)
