"""The twenty-four invented stylists: where they work, when, what they can do, and who helps out elsewhere."""

from dataclasses import dataclass

from salonpool.domain.demo import phone_of
from salonpool.domain.person import Gender

WOMAN, MAN = Gender.WOMAN, Gender.MAN
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
EVERY_DAY = (MON, TUE, WED, THU, FRI, SAT, SUN)

OFFICE_NAME = "圓山辦公室"


@dataclass(frozen=True, slots=True)
class Hours:
    """The same clock hours on several weekdays; a break if there is one."""

    weekdays: tuple[int, ...]
    starts: str
    ends: str
    pause: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class StylistSpec:
    """One stylist. `rota` at the home salon; `free` is when a pooled one can be asked; pay in NT$ an hour.

    `speaks` lists language tags.
    """

    name: str
    number: int
    home: str | None
    skills: tuple[str, ...]
    hourly_pay: int
    rota: tuple[Hours, ...] = ()
    free: tuple[Hours, ...] = ()
    owns: bool = False
    language: str = "zh-Hant"
    x_km: float = 0.0
    y_km: float = 0.0
    wanted_week_hours: int = 0
    gender: Gender | None = None
    speaks: tuple[str, ...] = ("zh",)
    takes_second_guest: bool = True

    @property
    def phone(self) -> str:
        """E.164, invented."""
        return phone_of(self.number)

    @property
    def pooled(self) -> bool:
        """Did they agree to work at other salons?"""
        return bool(self.free)


@dataclass(frozen=True, slots=True)
class OwnTermsSpec:
    """What a stylist does in their own time or for their own price, in per cent of the home salon's."""

    stylist: str
    code: str
    minutes: int = 100
    price: int = 100


@dataclass(frozen=True, slots=True)
class StandingYesSpec:
    """A yes given in advance; pay in NT$ an hour."""

    stylist: str
    salon: str
    weekday: int
    starts: str
    ends: str
    least_hourly_pay: int


def _day(*weekdays: int, at: str, lunch: str | None = None) -> Hours:
    starts, ends = at.split("-")
    pause = (lunch.split("-")[0], lunch.split("-")[1]) if lunch else None
    return Hours(weekdays, starts, ends, pause)


# A table is read by its rows.
# fmt: off
STYLISTS = (
    StylistSpec(
        "陳姐", 11, "qinghe", ("cut", "perm", "upstyle"), 400, owns=True,
        gender=WOMAN, speaks=("zh", "nan"),
        rota=(_day(WED, THU, FRI, SAT, at="10:00-15:00", lunch="12:30-13:00"),),
    ),
    StylistSpec(
        "以晴", 12, "qinghe", ("cut", "colour"), 350,
        gender=WOMAN, speaks=("zh", "en"),
        rota=(_day(TUE, THU, FRI, SAT, at="10:00-19:00", lunch="13:30-14:30"),),
    ),
    StylistSpec(
        "小雯", 13, "qinghe", ("cut", "colour", "perm"), 360,
        gender=WOMAN, speaks=("zh",),
        rota=(_day(TUE, WED, FRI, SAT, SUN, at="10:00-19:00", lunch="13:00-14:00"),),
    ),
    StylistSpec(
        "阿哲", 14, "qinghe", ("cut", "barber", "colour"), 330,
        gender=MAN, speaks=("zh", "en", "ja"),
        rota=(_day(THU, FRI, SAT, SUN, at="10:00-19:00", lunch="12:00-13:00"),),
        free=(_day(MON, TUE, WED, at="10:00-21:00"),),
    ),
    StylistSpec(
        "Mia", 15, "kapok", ("cut", "colour", "upstyle"), 380, language="en",
        gender=WOMAN, speaks=("zh", "en"),
        rota=(_day(WED, THU, FRI, SAT, at="11:00-20:00", lunch="14:00-15:00"),),
        free=(_day(SUN, MON, TUE, at="10:00-20:00"),), wanted_week_hours=44,
    ),
    StylistSpec(
        "阿雅", 16, "kapok", ("cut", "colour", "perm"), 370, owns=True,
        gender=WOMAN, speaks=("zh", "ja"),
        rota=(_day(MON, WED, THU, FRI, SUN, at="11:00-20:00", lunch="15:00-16:00"),),
    ),
    StylistSpec(
        "小蔡", 17, "kapok", ("cut", "colour"), 320,
        gender=WOMAN, speaks=("zh",), takes_second_guest=False,
        rota=(_day(MON, TUE, FRI, SAT, SUN, at="11:00-20:00", lunch="13:00-14:00"),),
    ),
    StylistSpec(
        "Jun", 18, "riverside", ("cut", "colour", "upstyle"), 380, owns=True, language="en",
        gender=MAN, speaks=("zh", "en", "ja"),
        rota=(_day(MON, TUE, WED, FRI, SAT, at="10:00-19:00", lunch="13:00-14:00"),),
    ),
    StylistSpec(
        "Vivi", 19, "riverside", ("cut", "colour"), 350, language="en",
        gender=WOMAN, speaks=("zh", "en"),
        rota=(_day(THU, FRI, SAT, SUN, at="11:00-20:00", lunch="14:00-15:00"),),
        free=(_day(MON, TUE, WED, at="10:00-20:00"),), wanted_week_hours=42,
    ),
    StylistSpec(
        "阿凱", 20, "little-tree", ("barber", "cut"), 340, owns=True,
        gender=MAN, speaks=("zh", "nan"),
        rota=(_day(TUE, WED, THU, FRI, SAT, at="12:00-21:00", lunch="16:00-17:00"),),
    ),
    StylistSpec(
        "大同", 21, "little-tree", ("barber", "cut"), 300,
        gender=MAN, speaks=("zh",),
        rota=(_day(MON, FRI, SAT, SUN, at="12:00-21:00", lunch="15:00-16:00"),),
        free=(_day(TUE, WED, THU, at="10:00-21:00"),), wanted_week_hours=42,
    ),
    StylistSpec(
        "秀琴姐", 22, "corner-window", ("cut", "perm", "colour"), 360, owns=True,
        gender=WOMAN, speaks=("zh", "nan"),
        rota=(_day(TUE, WED, THU, FRI, SAT, at="09:00-18:00", lunch="12:00-13:00"),),
    ),
    StylistSpec(
        "阿芬", 23, "corner-window", ("cut", "perm", "colour"), 330,
        gender=WOMAN, speaks=("zh",),
        rota=(_day(MON, THU, FRI, SAT, SUN, at="09:00-17:00", lunch="13:00-14:00"),),
    ),
    StylistSpec(
        "老張", 24, "lao-zhang", ("barber", "cut"), 350, owns=True,
        gender=MAN, speaks=("zh", "nan"), takes_second_guest=False,
        rota=(_day(MON, TUE, WED, THU, FRI, SAT, at="08:00-17:00", lunch="12:00-13:30"),),
    ),
    StylistSpec(
        "小張", 25, "lao-zhang", ("barber", "cut"), 330,
        gender=MAN, speaks=("zh",),
        rota=(_day(SAT, at="08:00-15:00", lunch="11:30-12:00"),),
    ),
    StylistSpec(
        "Kiki", 26, "night-owl", ("cut", "colour", "upstyle"), 370, owns=True,
        gender=WOMAN, speaks=("zh", "en"),
        rota=(_day(WED, THU, FRI, SAT, SUN, at="14:00-23:00", lunch="18:00-18:30"),),
    ),
    StylistSpec(
        "阿豪", 27, "night-owl", ("cut", "colour"), 340,
        gender=MAN, speaks=("zh",),
        rota=(_day(MON, TUE, THU, FRI, SAT, at="14:00-23:00", lunch="18:30-19:00"),),
    ),
    StylistSpec(
        "佩珊", 28, "half-day", ("cut", "colour"), 310,
        gender=WOMAN, speaks=("zh",),
        rota=(_day(MON, TUE, THU, at="10:00-16:00", lunch="12:30-13:00"),),
        free=(_day(WED, FRI, SAT, at="09:00-16:00"),), wanted_week_hours=24,
    ),
    StylistSpec(
        "靜宜", 29, "half-day", ("cut", "perm", "upstyle"), 340, owns=True,
        gender=WOMAN, speaks=("zh", "nan"),
        rota=(_day(TUE, WED, FRI, SAT, at="10:00-16:00", lunch="13:00-13:30"),),
    ),
    StylistSpec(
        "Tina", 30, "half-day", ("cut", "colour"), 330, language="en",
        gender=WOMAN, speaks=("zh", "en"),
        rota=(_day(MON, WED, THU, FRI, at="10:00-16:00", lunch="12:00-12:30"),),
    ),
    StylistSpec(
        "小琪", 31, None, ("cut", "colour"), 340, x_km=0.3, y_km=0.4,
        gender=WOMAN, speaks=("zh",),
        free=(_day(*EVERY_DAY, at="10:00-22:30"),), wanted_week_hours=20,
    ),
    StylistSpec(
        "阿倫", 32, None, ("cut", "barber"), 320, x_km=-0.6, y_km=-0.9,
        gender=MAN, speaks=("zh",),
        free=(_day(*EVERY_DAY, at="09:00-22:30"),), wanted_week_hours=24,
    ),
    StylistSpec(
        "Hana", 33, None, ("cut", "colour", "perm", "upstyle"), 380, language="en", x_km=0.8, y_km=-1.5,
        gender=WOMAN, speaks=("zh", "en", "ja"),
        free=(_day(*EVERY_DAY, at="10:00-22:30"),), wanted_week_hours=16,
    ),
    StylistSpec(
        "美惠", 34, None, ("cut", "perm"), 330, language="zh-Hans", x_km=-0.9, y_km=-1.2,
        gender=WOMAN, speaks=("zh", "nan"),
        free=(_day(*EVERY_DAY, at="09:00-22:30"),), wanted_week_hours=20,
    ),
)

# fmt: on

OWN_TERMS = (
    OwnTermsSpec("陳姐", "cut", price=130),
    OwnTermsSpec("陳姐", "cut-style", price=130),
    OwnTermsSpec("以晴", "cut", minutes=125),
    OwnTermsSpec("小雯", "colour", minutes=90, price=110),
    OwnTermsSpec("Mia", "highlights", minutes=90, price=115),
    OwnTermsSpec("老張", "shave", minutes=150, price=125),
)
STANDING_YES = (
    StandingYesSpec("佩珊", "qinghe", SAT, "09:30", "14:30", 350),
    StandingYesSpec("大同", "lao-zhang", WED, "10:00", "17:00", 320),
)
