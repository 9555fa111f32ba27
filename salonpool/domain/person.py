"""People: the roles an account may hold and the languages we speak."""

from enum import StrEnum

LANGUAGES = ("zh-Hant", "en", "zh-Hans")
SIGN_IN_MINUTES = 10


class Gender(StrEnum):
    """What a guest may ask for: a woman or a man. A stylist may leave it open and is then not found by it."""

    WOMAN = "woman"
    MAN = "man"


class RoleKind(StrEnum):
    """What an account may do; at one salon, or network-wide for the office."""

    OWNER = "owner"
    RECEPTIONIST = "receptionist"
    STYLIST = "stylist"
    OFFICE = "office"


def initials(name: str) -> str:
    """As little of a name as tells people of one family apart: A. L.; 林 of 林太太."""
    words = name.split()
    if not words:
        return ""
    if words[0][0].isascii():
        return " ".join(f"{word[0].upper()}." for word in words)
    return words[0][0]
