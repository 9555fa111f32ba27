"""The race in short, and what each guard against double booking is worth."""

import pytest

from bench import race
from tests import databases

FOR_ONE_PLACE = {"same start": 6, "overlapping starts": 6, "expired holds": 3}


@pytest.mark.parametrize("kind", databases.KINDS)
def test_every_contested_round_has_one_winner(kind: databases.Kind) -> None:
    assert race.run(kind, race.SHORT, seed=7).correct()


@pytest.mark.parametrize("kind", databases.KINDS)
@pytest.mark.parametrize("left_out", [["lock", "recheck"], ["guards"]], ids=["guards-only", "lock-only"])
def test_either_layer_alone_keeps_overlaps_out(kind: databases.Kind, left_out: list[str]) -> None:
    outcome = race.run(kind, FOR_ONE_PLACE, seed=8, left_out=left_out)
    assert outcome.overlaps == 0
    assert all(201 in tally.statuses for tally in outcome.tallies.values())


@pytest.mark.parametrize("kind", databases.KINDS)
def test_with_every_layer_out_the_bench_sees_the_overlaps_and_fails(kind: databases.Kind) -> None:
    outcome = race.run(kind, FOR_ONE_PLACE, seed=9, left_out=["lock", "recheck", "guards"])
    assert outcome.overlaps > 0
    assert not outcome.correct()
