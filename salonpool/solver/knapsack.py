"""Rows that hold for every whole choice of lengths within a room, tighter than their sum of minutes.

Of shifts of 240 and 480 minutes in a room of 720, "one for each 240, two for each 480, three in all" holds
too, and cuts off halves that the minutes alone allow. Such a row begins as the sum divided and rounded down
(Chvátal 1973); then each length's factor is raised as far as the whole choices allow, one length after the
other (lifting: Balas 1975, Zemel 1989).
"""

import math
from collections.abc import Sequence
from functools import lru_cache

MOST_STATED = 12
# A longer room in steps of the lengths takes too long to try out; its rows stay as they are rounded.
LONGEST_TRIED = 200

Row = tuple[tuple[int, ...], int]


@lru_cache(maxsize=4096)
def tight_rows(room: int, lengths: tuple[int, ...]) -> tuple[Row, ...]:
    """(factor of each length, the most they add up to), for any number of each length that fits in the room.

    `lengths` differ and are above 0, `room` is 0 or more, in one unit. None of the rows follows from another.
    """
    step = math.gcd(*lengths)
    short, least = tuple(length // step for length in lengths), room // step
    rows = {
        (factors, most)
        for most in range(1, MOST_STATED + 1)
        for backwards in (False, True)
        if any(factors := _lifted(short, least, most, backwards=backwards))
    }
    return tuple(sorted(row for row in rows if not any(_follows(row, other) for other in rows - {row})))


def _lifted(lengths: tuple[int, ...], room: int, most: int, *, backwards: bool) -> tuple[int, ...]:
    factors = [length * (most + 1) // (room + 1) for length in lengths]
    if not any(factors) or room > LONGEST_TRIED:
        return tuple(factors)
    order = range(len(lengths))
    for index in reversed(order) if backwards else order:
        length = lengths[index]
        beside = _best(lengths, factors, room, but=index)
        spare = ((most - beside[room - times * length]) // times for times in range(1, room // length + 1))
        factors[index] = max(factors[index], min(spare, default=most + 1))  # one that never fits: never taken
    return tuple(factors)


def _best(lengths: Sequence[int], factors: Sequence[int], room: int, *, but: int) -> list[int]:
    """The most that the other lengths add up to in every room up to this one."""
    items = [
        (length, factor)
        for index, (length, factor) in enumerate(zip(lengths, factors, strict=True))
        if index != but and factor
    ]
    best = [0] * (room + 1)
    for within in range(1, room + 1):
        best[within] = max(
            (best[within - length] + factor for length, factor in items if length <= within),
            default=0,
        )
        best[within] = max(best[within], best[within - 1])
    return best


def _follows(row: Row, other: Row) -> bool:
    """The row asks for no more than the other, multiplied; of two that ask for the same, one follows."""
    (factors, most), (stronger, most_of_stronger) = row, other
    if any(a * most_of_stronger > b * most for a, b in zip(factors, stronger, strict=True)):
        return False
    same = all(a * most_of_stronger == b * most for a, b in zip(factors, stronger, strict=True))
    return not same or other < row
