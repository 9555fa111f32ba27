"""What an engine answers about a program, in the numbers of the program."""

from salonpool.solver.highs import minimized, relaxed
from salonpool.solver.program import Goal, Program


def test_an_earlier_goal_is_kept_to_the_last_unit_whatever_its_constant():
    program = Program()
    dear, cheap = program.column(), program.column()
    program.exactly_one((dear, cheap))
    program.goals = [Goal(0, 5 * 10**9, {dear: 2 * 10**9}), Goal(1, 4, {cheap: 3})]
    best = minimized(program, 1, [5 * 10**9], seconds=10, seed=0)
    assert (best.solution, best.bound) == ([0, 1], 7)
    looser = minimized(program, 1, [7 * 10**9], seconds=10, seed=0)
    assert (looser.solution, looser.bound) == ([1, 0], 4)
    assert minimized(program, 0, [], seconds=10, seed=0).bound == 5 * 10**9


def test_of_a_relaxed_program_the_bound_is_in_whole_units_and_halves_stay_halves():
    program = Program()
    columns = [program.column() for _ in range(3)]
    for missing in columns:  # two at most of any three halves, so fractions reach 1.5
        program.at_least(dict.fromkeys(set(columns) - {missing}, 1), 1)
    program.goals = [Goal(0, 10, dict.fromkeys(columns, 30))]
    found = relaxed(program, program.rows, 0, [], seconds=10, seed=0)
    assert found is not None
    assert found.bound == 70
    assert found.values == [0.5, 0.5, 0.5]
    assert minimized(program, 0, [], seconds=10, seed=0).bound == 70


def test_what_a_column_would_add_is_in_the_units_of_the_goal():
    program = Program()
    cheap, dear = program.column(2), program.column(2)
    program.exactly_one((cheap, dear))
    program.goals = [Goal(0, 0, {cheap: 300, dear: 900})]
    found = relaxed(program, program.rows, 0, [], seconds=10, seed=0)
    assert found is not None
    assert (found.bound, found.values) == (300, [1, 0])
    assert found.added[dear] == 600
