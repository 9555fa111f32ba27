"""Two yeses at the same instant, in short."""

import pytest

from bench import yes
from tests import databases


@pytest.mark.parametrize("kind", databases.KINDS)
def test_of_two_yeses_at_once_one_wins_and_the_other_is_told(kind: databases.Kind) -> None:
    assert yes.run(kind, yes.SHORT_ROUNDS).holds(yes.SHORT_ROUNDS)
