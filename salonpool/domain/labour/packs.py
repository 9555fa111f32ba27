"""Which labour-rule packs there are, each a file in `data/`, and which one holds where."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files

from salonpool.domain.labour.reading import read_book
from salonpool.domain.labour.rules import Book, Pack
from salonpool.domain.refusal import InvalidInput, Missing


def pack(code: str, on: date) -> Pack:
    """What the pack says on a day: its newest version not after it. Raises Missing, also for no such pack."""
    return book(code).on(on)


def book(code: str) -> Book:
    """The pack with all its versions. Raises Missing."""
    try:
        return books()[code]
    except KeyError:
        raise Missing from None


@cache
def books() -> dict[str, Book]:
    """Every pack there is, by code."""
    shelf = sorted(files(__package__).joinpath("data").iterdir(), key=lambda file: file.name)
    found = (read_book(file.read_text(encoding="utf-8"), file.name) for file in shelf)
    return {book.code: book for book in found}


def list_codes(region: str) -> list[str]:
    """The packs a salon of the region may choose from, the standard one first."""
    there = [book for book in books().values() if region in book.regions]
    return [book.code for book in sorted(there, key=lambda book: (not book.is_standard, book.code))]


def code_for(region: str, *chosen: str | None) -> str | None:
    """The first pack that was chosen, else the standard one of the region; None where we know no law."""
    return next((code for code in (*chosen, *list_codes(region)) if code is not None), None)


def check_choice(code: str, region: str) -> None:
    """Raises InvalidInput unknown_choice for a pack that is not law in the region."""
    if code not in list_codes(region):
        raise InvalidInput("unknown_choice", field="labour_pack")


def longest_days(packs: Iterable[Pack]) -> int:
    """The longest window of them all; 0 without one."""
    return max((pack.longest_days for pack in packs), default=0)
