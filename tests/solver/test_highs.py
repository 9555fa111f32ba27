"""What an engine answers about a program, in the numbers of the program."""

from salonpool.solver.highs import minimized
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


def test_of_a_relaxed_program_the_bound_is_in_whole_units_and_no_solution_is_claimed():
    program = Program()
    columns = [program.column() for _ in range(3)]
    for missing in columns:  # two at most of any three halves, so fractions reach 1.5
        program.at_least(dict.fromkeys(set(columns) - {missing}, 1), 1)
    program.goals = [Goal(0, 10, dict.fromkeys(columns, 30))]
    relaxed = minimized(program, 0, [], seconds=10, seed=0, relaxed=True)
    assert (relaxed.solution, relaxed.bound, relaxed.used) == (None, 70, frozenset(columns))
    assert minimized(program, 0, [], seconds=10, seed=0).bound == 70
