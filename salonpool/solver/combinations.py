"""What would fill a shift that no single small change fills: larger changes, and several at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

from salonpool.solver.changes import shaped
from salonpool.solver.problem import Shift, Stylist
from salonpool.solver.remedies import LIFTS, SHORTEST, STEP, Change, Tries, cheapest
from salonpool.solver.roster import Remedy

# What a change costs the owner, in steps of half an hour. Who travels further is not theirs to decide.
PRICES = {"home-travel": 3, "hourly-cost": 4, "skill": 6, "refused": 8}
PRICE_OF_LESS = 3
PRICE_OF_ANOTHER_DAY = 12
DAYS_AROUND = 6
HOURS_AROUND = (0, -1, 1, -2, 2, -3, 3)
NOT_THE_OWNERS = "home-travel"
NEVER = 10**9
ASK_AGAIN_SHARE = 10  # a tenth more pay for who said no before
HUNDRED = 100

Priced = tuple[int, Change]


def combined(tries: Tries) -> Iterator[Remedy]:
    """The cheapest that brings somebody, and if it asks people to travel, the cheapest that does not."""
    best: dict[bool, tuple[int, Remedy | None]] = {True: (NEVER, None), False: (NEVER, None)}
    for price, change in sorted(_shapes(tries), key=lambda priced: priced[0]):
        if price >= best[False][0]:
            break
        groups: dict[frozenset[str], list[Stylist]] = defaultdict(list)
        for rules, stylist in tries.reached(shaped(tries.shift, change)):
            groups[rules].append(stylist)
        for rules in sorted(groups, key=lambda rules: (_price(rules), sorted(rules))):
            total, asks_to_travel = price + _price(rules), NOT_THE_OWNERS in rules
            is_cheaper = total < min(best[asks_to_travel][0], best[False][0])
            if is_cheaper and (remedy := _first(tries, change, rules, groups[rules])):
                best[asks_to_travel] = total, remedy
    (further, asked), (owners, own) = best[True], best[False]
    yield from (remedy for remedy in (asked if further < owners else None, own) if remedy)


def _price(rules: Iterable[str]) -> int:
    return sum(PRICES[rule] for rule in rules)


def _first(tries: Tries, shape: Change, rules: frozenset[str], people: list[Stylist]) -> Remedy | None:
    """With the time of `shape`, for the cheapest of the people who need just these rules lifted."""
    for stylist in cheapest(people):
        change = {**shape, **_lifting(tries, stylist, rules)}
        if change and tries.fits(stylist, change, shaped(tries.shift, change)):
            return Remedy(change=change, fills=len(tries.fitting(change)))
    return None


def _lifting(tries: Tries, stylist: Stylist, rules: frozenset[str]) -> Change:
    """What brings this person, were it not for the time."""
    shift = tries.shift
    change: dict[str, int | str] = {}
    if "hourly-cost" in rules:
        change["max_hourly_cost"] = stylist.hourly_cost
    if "skill" in rules and stylist.skills:
        change["skill"] = stylist.skills[0]
    if "home-travel" in rules:
        change["max_travel_minutes"] = -(-tries.further(stylist) // 5) * 5
    if "refused" in rules:
        change["ask_again"] = 1
        if shift.max_hourly_cost is not None:
            change["max_hourly_cost"] = max(stylist.hourly_cost, _raised(shift.max_hourly_cost))
    return change


def _raised(cost: int) -> int:
    """A tenth more; a whole hundred stays one, because prices in hundredths are read as whole ones."""
    unit = HUNDRED if cost % HUNDRED == 0 else 1
    return cost + -(-cost // (ASK_AGAIN_SHARE * unit)) * unit


def _shapes(tries: Tries) -> Iterator[Priced]:
    """Times the shift could have instead, each with its price."""
    yield 0, {}
    shift = tries.shift
    for price, change in chain(_moves(tries), _shorter(shift), _half_as_long(tries), _other_days(tries)):
        start = shift.start + int(change.get("start_minutes", 0)) + int(change.get("later_start_minutes", 0))
        if tries.may_start(start):
            yield price, change


def _moves(tries: Tries) -> Iterator[Priced]:
    """Every half hour of the same day."""
    measures, start = tries.eligibility.measures, tries.shift.start
    day = measures.day_of(start)
    for steps in range(1, 2 * 25):
        for minutes in (-STEP * steps, STEP * steps):
            if measures.day_of(start + minutes) == day:
                yield steps, {"start_minutes": minutes}


def _shorter(shift: Shift) -> Iterator[Priced]:
    for minutes in range(STEP, shift.minutes - SHORTEST + 1, STEP):
        price = PRICE_OF_LESS + minutes // STEP
        yield price, {"later_start_minutes": minutes}
        yield price, {"earlier_end_minutes": minutes}


def _half_as_long(tries: Tries) -> Iterator[Priced]:
    """About half of it, at another hour of the day."""
    less = (tries.shift.minutes // 2) // STEP * STEP
    if less > 0 and tries.shift.minutes - less >= SHORTEST:
        for price, change in _moves(tries):
            yield (
                price + 2 * PRICE_OF_LESS + less // STEP,
                {**change, "earlier_end_minutes": less},
            )


def _other_days(tries: Tries) -> Iterator[Priced]:
    days, start = tries.eligibility.problem.day_starts, tries.shift.start
    day = tries.eligibility.measures.day_of(start)
    for away in range(1, DAYS_AROUND + 1):
        for other in (day - away, day + away):
            if 0 <= other < len(days) - 1:
                minutes = days[other] - days[day]
                for hours in HOURS_AROUND:
                    price = PRICE_OF_ANOTHER_DAY + 2 * away + abs(hours)
                    yield price, {"start_minutes": minutes + hours * 60}


assert set(PRICES) == set(LIFTS.values())
