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
