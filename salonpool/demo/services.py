"""Skills, the network's catalogue of fourteen services, and which salon sells which."""

from dataclasses import dataclass

from salonpool.domain.booking import Length
from salonpool.domain.course import StationKind, Step

# code: name in Traditional Chinese, English, Simplified Chinese
SKILLS = {
    "cut": ("剪髮", "cut", "剪发"),
    "barber": ("男士理容", "barber", "男士理容"),
    "colour": ("染髮", "colour", "染发"),
    "perm": ("燙髮", "perm", "烫发"),
    "upstyle": ("盤髮", "upstyle", "盘发"),
}


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A catalogue entry. Basins and machines are used where the salon has any.

    `weight` is how often it is asked for.
    """

    names: tuple[str, str, str]
    skill: str
    steps: tuple[Step, ...]
    price: int  # NT$
    weight: int


@dataclass(frozen=True, slots=True)
class LengthSpec:
    """What longer hair takes: minutes more in the first step, price in per cent, how often in ten."""

    length: Length
    more_minutes: int
    price: int
    share: int


def _work(minutes: int) -> Step:
    return Step(minutes, hands=True)


def _wash(minutes: int) -> Step:
    return Step(minutes, hands=True, station=StationKind.BASIN)


def _wait(minutes: int, station: StationKind = StationKind.CHAIR) -> Step:
    return Step(minutes, hands=False, station=station)


# A table is read by its rows.
# fmt: off
CATALOGUE = {
    "cut": ServiceSpec(("剪髮", "Cut", "剪发"), "cut", (_work(40),), 600, 10),
    "cut-style": ServiceSpec(
        ("洗剪造型", "Wash, cut, style", "洗剪造型"), "cut", (_wash(10), _work(50)), 1000, 9
    ),
    "cut-child": ServiceSpec(("兒童剪髮", "Child's cut", "儿童剪发"), "cut", (_work(30),), 500, 3),
    "fringe": ServiceSpec(("修瀏海", "Fringe trim", "修刘海"), "cut", (_work(15),), 200, 1),
    "wash": ServiceSpec(("洗髮吹整", "Wash and blow-dry", "洗发吹整"), "cut", (_wash(15), _work(15)), 350, 5),
    "treatment": ServiceSpec(("護髮", "Treatment", "护发"), "cut", (_wash(15), _work(30)), 900, 3),
    "cut-men": ServiceSpec(("男士剪髮", "Men's cut", "男士剪发"), "barber", (_work(40),), 550, 10),
    "shave": ServiceSpec(("修面", "Shave", "修面"), "barber", (_work(30),), 400, 4),
    "cut-shave": ServiceSpec(("剪髮修面", "Cut and shave", "剪发修面"), "barber", (_work(60),), 850, 5),
    "colour": ServiceSpec(
        ("染髮", "Colour", "染发"), "colour", (_work(45), _wait(40), _wash(10), _work(25)), 2200, 5
    ),
    "roots": ServiceSpec(
        ("補染髮根", "Root touch-up", "补染发根"), "colour",
        (_work(30), _wait(35), _wash(10), _work(15)), 1500, 4,
    ),
    "highlights": ServiceSpec(
        ("挑染", "Highlights", "挑染"), "colour", (_work(75), _wait(40), _wash(10), _work(25)), 3200, 2
    ),
    "perm": ServiceSpec(
        ("燙髮", "Perm", "烫发"), "perm",
        (_work(60), _wait(40, StationKind.MACHINE), _wash(10), _work(40)), 2800, 4,
    ),
    "upstyle": ServiceSpec(("盤髮造型", "Upstyle", "盘发造型"), "upstyle", (_work(60),), 1200, 1),
}
# fmt: on

ANY_LENGTH = LengthSpec(Length.ANY, 0, 100, 10)
LENGTHS = (
    LengthSpec(Length.SHORT, 0, 100, 5),
    LengthSpec(Length.MEDIUM, 15, 120, 3),
    LengthSpec(Length.LONG, 30, 145, 2),
)

# The first six are what a guest sees at once.
FAMILY_FIRST = ("cut-style", "cut", "colour", "perm", "wash", "roots")
FAMILY = (*FAMILY_FIRST, "cut-child", "upstyle")
COLOUR_HOUSE = ("colour", "highlights", "roots", "cut-style", "cut")
STUDIO = ("cut-style", "cut", "wash", "colour", "treatment", "upstyle")
BARBER = ("cut-men", "cut-shave", "shave", "cut-child")
PERM_HOUSE = ("perm", "cut", "wash", "roots", "cut-child")
