"""The bound of fractions, with caps let in only when they are overstepped."""

from salonpool.solver.program import Goal, Program
from salonpool.solver.relaxation import Relaxation


def test_a_cap_that_is_overstepped_joins_and_raises_the_bound() -> None:
    program = Program()
    dear = [program.column() for _ in range(3)]
    cheap = [program.column() for _ in range(3)]
    for pair in zip(dear, cheap, strict=True):
        program.exactly_one(pair)
    program.at_most(dict.fromkeys(cheap, 240), 480)
    program.goals = [Goal(0, 0, {**dict.fromkeys(dear, 10), **dict.fromkeys(cheap, 1)})]
    found = Relaxation(program).solve(0, [], seconds=10, seed=0)
    assert found is not None
    assert found.bound == 12
    assert sum(found.values[column] for column in cheap) == 2


def test_the_goals_before_are_kept() -> None:
    program = Program()
    one, other = program.column(), program.column()
    program.exactly_one((one, other))
    program.goals = [Goal(0, 0, {one: 1}), Goal(1, 0, {other: 5})]
    relaxation = Relaxation(program)
    assert [found.bound for found in (relaxation.solve(1, [0], seconds=10, seed=0),) if found] == [5]
    assert [found.bound for found in (relaxation.solve(1, [1], seconds=10, seed=0),) if found] == [0]


def test_without_time_there_is_no_bound() -> None:
    program = Program()
    program.goals = [Goal(0, 0, {program.column(): 1})]
    assert Relaxation(program).solve(0, [], seconds=0, seed=0) is None
