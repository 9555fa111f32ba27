"""Skills, the network's catalogue of fourteen services, and which salon sells which."""

from dataclasses import dataclass

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
    """A catalogue entry. Steps are (minutes, hands needed); `weight` is how often it is asked for."""

    names: tuple[str, str, str]
    skill: str
    steps: tuple[tuple[int, bool], ...]
    price: int  # NT$
    weight: int


CATALOGUE = {
    "cut": ServiceSpec(("剪髮", "Cut", "剪发"), "cut", ((40, True),), 600, 10),
    "cut-style": ServiceSpec(("洗剪造型", "Wash, cut, style", "洗剪造型"), "cut", ((60, True),), 1000, 9),
    "cut-child": ServiceSpec(("兒童剪髮", "Child's cut", "儿童剪发"), "cut", ((30, True),), 500, 3),
    "fringe": ServiceSpec(("修瀏海", "Fringe trim", "修刘海"), "cut", ((15, True),), 200, 1),
    "wash": ServiceSpec(("洗髮吹整", "Wash and blow-dry", "洗发吹整"), "cut", ((30, True),), 350, 5),
    "treatment": ServiceSpec(("護髮", "Treatment", "护发"), "cut", ((45, True),), 900, 3),
    "cut-men": ServiceSpec(("男士剪髮", "Men's cut", "男士剪发"), "barber", ((40, True),), 550, 10),
    "shave": ServiceSpec(("修面", "Shave", "修面"), "barber", ((30, True),), 400, 4),
    "cut-shave": ServiceSpec(("剪髮修面", "Cut and shave", "剪发修面"), "barber", ((60, True),), 850, 5),
    "colour": ServiceSpec(
        ("染髮", "Colour", "染发"), "colour", ((45, True), (40, False), (35, True)), 2200, 5
    ),
    "roots": ServiceSpec(
        ("補染髮根", "Root touch-up", "补染发根"), "colour", ((30, True), (35, False), (25, True)), 1500, 4
    ),
    "highlights": ServiceSpec(
        ("挑染", "Highlights", "挑染"), "colour", ((75, True), (40, False), (35, True)), 3200, 2
    ),
    "perm": ServiceSpec(("燙髮", "Perm", "烫发"), "perm", ((60, True), (40, False), (50, True)), 2800, 4),
    "upstyle": ServiceSpec(("盤髮造型", "Upstyle", "盘发造型"), "upstyle", ((60, True),), 1200, 1),
}

# The first six are what a guest sees at once.
FAMILY_FIRST = ("cut-style", "cut", "colour", "perm", "treatment", "wash")
FAMILY = (*FAMILY_FIRST, "roots", "cut-child", "fringe", "upstyle")
COLOUR_HOUSE = ("colour", "highlights", "roots", "cut-style", "cut", "treatment")
STUDIO = ("cut-style", "cut", "wash", "colour", "treatment", "upstyle")
BARBER = ("cut-men", "cut-shave", "shave", "cut-child")
PERM_HOUSE = ("perm", "cut", "wash", "roots", "treatment", "cut-child")
