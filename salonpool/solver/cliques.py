"""Sets of which at most one can be chosen, from conflicts between two; sets and neighbours are bit masks."""

from collections.abc import Iterable


def members(mask: int) -> list[int]:
    """The numbers of the bits that are set, ascending."""
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found


def mask_of(numbers: Iterable[int]) -> int:
    """The bit mask of these numbers."""
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def cover_conflicts(neighbours: list[int]) -> list[int]:
    """Cliques, none of them extendable, that contain every conflict at least once."""
    open_conflicts = list(neighbours)
    cliques = []
    for first in range(len(neighbours)):
        while open_conflicts[first]:
            second = (open_conflicts[first] & -open_conflicts[first]).bit_length() - 1
            clique = _grown((1 << first) | (1 << second), neighbours[first] & neighbours[second], neighbours)
            cliques.append(clique)
            for member in members(clique):
                open_conflicts[member] &= ~clique
    return cliques


def cover_members(chosen: int, neighbours: list[int]) -> list[int]:
    """Cliques among the chosen that contain each of the chosen once."""
    cliques = []
    while chosen:
        lowest = chosen & -chosen
        clique = _grown(lowest, neighbours[lowest.bit_length() - 1] & chosen, neighbours)
        cliques.append(clique)
        chosen &= ~clique
    return cliques


def _grown(clique: int, candidates: int, neighbours: list[int]) -> int:
    while candidates:
        lowest = candidates & -candidates
        clique |= lowest
        candidates &= neighbours[lowest.bit_length() - 1]
    return clique
