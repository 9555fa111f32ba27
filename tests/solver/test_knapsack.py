"""Rows that every whole choice of lengths keeps."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from salonpool.solver.knapsack import LONGEST_TRIED, tight_rows
from tests.thorough import examples

LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True).map(
    lambda each: tuple(sorted(each))
)


def _choices(room: int, lengths: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every number of each length that fits."""
    if not lengths:
        yield ()
        return
    for times in range(room // lengths[0] + 1):
        for rest in _choices(room - times * lengths[0], lengths[1:]):
            yield (times, *rest)


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(0, 40), LENGTHS, st.sampled_from([1, 15]))
def test_every_whole_choice_that_fits_keeps_every_row(room: int, lengths: tuple[int, ...], step: int) -> None:
    rows = tight_rows(room * step, tuple(length * step for length in lengths))
    for chosen in _choices(room, lengths):
        for factors, most in rows:
            assert sum(a * b for a, b in zip(factors, chosen, strict=True)) <= most


def test_of_a_room_of_720_minutes_a_row_counts_480_twice() -> None:
    assert ((1, 2, 3), 3) in tight_rows(720, (240, 480, 510))
    assert ((0, 1, 1), 1) in tight_rows(720, (240, 480, 510))


def test_a_length_that_never_fits_is_never_taken() -> None:
    assert all(factors[1] > most for factors, most in tight_rows(480, (240, 510)))


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(1, 40), LENGTHS)
def test_no_row_follows_from_another(room: int, lengths: tuple[int, ...]) -> None:
    shares = [[factor / most for factor in factors] for factors, most in tight_rows(room, lengths)]
    for index, one in enumerate(shares):
        for other in shares[:index] + shares[index + 1 :]:
            assert any(mine > theirs for mine, theirs in zip(one, other, strict=True))


def test_a_room_too_long_to_try_out_still_gives_rows_that_hold() -> None:
    room = LONGEST_TRIED + 41
    for factors, most in tight_rows(room, (7, 113)):
        for chosen in _choices(room, (7, 113)):
            assert sum(a * b for a, b in zip(factors, chosen, strict=True)) <= most
