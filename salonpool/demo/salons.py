"""The eight invented salons: where they are, how large, and what they are known for."""

from dataclasses import dataclass
from datetime import date

from salonpool.demo.services import BARBER, COLOUR_HOUSE, FAMILY, PERM_HOUSE, STUDIO
from salonpool.domain.demo import phone_of
from salonpool.domain.local_time import DAY


@dataclass(frozen=True, slots=True)
class SalonSpec:
    """One salon. `x_km`, `y_km`: east and north of the Yuanshan station. `prices`: per cent of the usual.

    `sized`: what is priced by hair length; `add_ons`: what is only sold beside something else. A late
    cancellation costs `late_fee` (NT$) from `free_hours` before the start. Who has `approve_hours` says yes
    to each booking first.
    """

    slug: str
    name: str
    name_en: str
    sms_name: str
    sms_name_en: str
    district: str
    district_en: str
    directions: str
    directions_en: str
    address: str
    phone: str
    x_km: float
    y_km: float
    chairs: int
    menu: tuple[str, ...]
    prices: int
    basins: int = 1
    machines: int = 0
    sized: tuple[str, ...] = ()
    add_ons: tuple[str, ...] = ()
    free_hours: int = 3
    late_fee: int = 0
    approve_hours: int | None = None


# A table is read by its rows.
# fmt: off
SALONS = (
    SalonSpec(
        "qinghe", "青禾髮室", "Qinghe Hair", "青禾", "Qinghe",
        "大同區", "Datong", "捷運圓山站走路 4 分鐘", "4 min walk from Yuanshan MRT",
        "承德路三段998號", phone_of(1), 0.0, 0.0, 5, FAMILY, 100,
        basins=2, sized=("colour",), add_ons=("treatment", "fringe"),
    ),
    SalonSpec(
        "kapok", "木棉造型", "Kapok Studio", "木棉", "Kapok",
        "大同區", "Datong", "捷運圓山站走路 7 分鐘", "7 min walk from Yuanshan MRT",
        "酒泉街997號", phone_of(2), -0.2, -0.4, 4, COLOUR_HOUSE, 120,
        basins=2, sized=("colour", "highlights"), add_ons=("treatment",), free_hours=24, late_fee=300,
    ),
    SalonSpec(
        "riverside", "河岸髮廊", "Riverside Hair", "河岸", "Riverside",
        "大稻埕", "Dadaocheng", "捷運大橋頭站走路 9 分鐘", "9 min walk from Daqiaotou MRT",
        "民樂街996號", phone_of(3), -1.0, -1.6, 4, STUDIO, 125,
        add_ons=("fringe",),
    ),
    SalonSpec(
        "little-tree", "小樹理髮", "Little Tree Barbers", "小樹", "Little Tree",
        "雙連", "Shuanglian", "捷運雙連站走路 3 分鐘", "3 min walk from Shuanglian MRT",
        "萬全街995號", phone_of(4), 0.1, -1.4, 3, BARBER, 105,
    ),
    SalonSpec(
        "corner-window", "三角窗美髮", "Corner Window", "三角窗", "Corner Window",
        "民生西路", "Minsheng W Rd", "捷運雙連站走路 6 分鐘", "6 min walk from Shuanglian MRT",
        "民生西路994號", phone_of(5), -0.4, -1.5, 3, PERM_HOUSE, 90,
        machines=1, sized=("perm",), add_ons=("treatment",),
    ),
    SalonSpec(
        "lao-zhang", "晴光老張理髮", "Lao Zhang Barber", "老張", "Lao Zhang",
        "晴光市場", "Qingguang",
        "捷運中山國小站走路 6 分鐘", "6 min walk from Zhongshan Elementary School MRT",
        "農安街993號", phone_of(6), 0.6, -0.7, 2, BARBER, 80,
        basins=0, approve_hours=4,
    ),
    SalonSpec(
        "night-owl", "夜貓子髮室", "Night Owl Hair", "夜貓子", "Night Owl",
        "中山區", "Zhongshan", "捷運中山站走路 9 分鐘", "9 min walk from Zhongshan MRT",
        "林森北路992號", phone_of(7), 0.5, -1.8, 4, STUDIO, 115,
    ),
    SalonSpec(
        "half-day", "半日髮學", "Half-Day Hair", "半日", "Half-Day",
        "中山區", "Zhongshan", "捷運民權西路站走路 3 分鐘", "3 min walk from Minquan W Rd MRT",
        "民權西路991號", phone_of(8), 0.2, -0.8, 3, FAMILY, 95,
        add_ons=("treatment", "fringe"),
    ),
)
# fmt: on

# Those who agreed to show each other's times to guests who find none.
SISTERS = (
    ("qinghe", "kapok"),
    ("qinghe", "half-day"),
    ("little-tree", "lao-zhang"),
    ("riverside", "corner-window"),
    ("riverside", "night-owl"),
)

CLOSING, CLOSED_BECAUSE = "half-day", "員工旅遊"
BUSIEST = (4, 5)  # Friday, Saturday


def closed_on(today: date) -> date:
    """The day of this week on which one salon takes nobody: one it can spare."""
    return next(day for day in (today + n * DAY for n in (4, 5, 6)) if day.weekday() not in BUSIEST)
