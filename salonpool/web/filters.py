"""How pages write times, money and numbers, per language, and what every page is given."""

import functools
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from salonpool.domain import phone as phones
from salonpool.domain.local_time import from_minutes, to_minutes, which_of_two
from salonpool.domain.money import Money, number
from salonpool.domain.person import LANGUAGES
from salonpool.domain.shift import MAX_SEATS
from salonpool.domain.text_input import NAME_MAX, NOTE_MAX, REASON_MAX
from salonpool.queries import naming
from salonpool.queries.salons import ServiceRow
from salonpool.web import text_trouble
from salonpool.web.extensions import LANGUAGE_TAGS, home_of, language

LANGUAGE_NAMES = {"zh-Hant": "繁體中文", "en": "English", "zh-Hans": "简体中文"}
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS_ZH = "一二三四五六日"
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# ISO 4217 currencies by how people of the network's languages write them; others by their code.
SYMBOLS = {"TWD": "NT$", "CNY": "¥", "EUR": "€", "GBP": "£", "USD": "US$"}
DEFAULT_REGION = "TW"
STAFFED = {"desk", "office"}  # blueprints whose pages say when texts do not leave


# What a field takes, as the rules have it; SHIFT_MINUTES is the grid `check_post` keeps to.
SHIFT_MINUTES = 5
LIMITS = {
    "phone": phones.MAX_TYPED,
    "name": NAME_MAX,
    "reason": REASON_MAX,
    "note": NOTE_MAX,
    "seats": MAX_SEATS,
    "shift_seconds": SHIFT_MINUTES * 60,
}


def init_app(app: Flask) -> None:
    """Give the templates their filters and frame."""
    app.jinja_env.filters.update(
        local_time=local_time,
        day_long=day_long,
        day_short=day_short,
        day_name=day_name,
        day_soon=day_soon,
        month_name=month_name,
        weekday_name=weekday_name,
        money=money,
        minutes_long=minutes_long,
        phone=phone,
        service_name=service_name,
        length_name=length_name,
    )
    app.jinja_env.globals["limits"] = LIMITS
    app.context_processor(frame)


def local_time(instant: datetime, zone: str) -> str:
    """`14:00`, salon time, 24 hours in every language; which one, where the clocks show it twice."""
    time, which = _wall_clock(to_minutes(instant), zone)
    if which is None:
        return time
    return str(_("%(time)s (second time)", time=time) if which else _("%(time)s (first time)", time=time))


@functools.lru_cache(maxsize=4096)  # a day's times stand on every page that offers them
def _wall_clock(minute: int, zone: str) -> tuple[str, int | None]:
    """The time on the salon's clock, and which of two it is."""
    local = from_minutes(minute).astimezone(ZoneInfo(zone))
    return local.strftime("%H:%M"), which_of_two(local, ZoneInfo(zone))


def day_long(moment: datetime | date, zone: str | None = None) -> str:
    """`Tue 20 Oct`, `10月20日（二）`, `10月20日（周二）`."""
    day = _day(moment, zone)
    if language() == "en":
        return f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]}"
    week = "周" if language() == "zh-Hans" else ""
    return f"{day.month}月{day.day}日（{week}{WEEKDAYS_ZH[day.weekday()]}）"


def day_short(moment: datetime | date, zone: str | None = None) -> str:
    """`20 Oct`, `10/20`."""
    day = _day(moment, zone)
    return f"{day.day} {MONTHS_EN[day.month - 1]}" if language() == "en" else f"{day.month}/{day.day}"


def day_name(day: date, today: date) -> str:
    """Today, tomorrow, then the short weekday."""
    if day == today:
        return str(_("Today"))
    reader = language()
    if reader == "en":
        return WEEKDAYS_EN[day.weekday()]
    if day == today + timedelta(days=1):
        return "明天"
    return ("周" if reader == "zh-Hans" else "週") + WEEKDAYS_ZH[day.weekday()]


def day_soon(moment: datetime | date, zone: str | None, today: date) -> str:
    """Today or tomorrow within a sentence, else the short date."""
    day = _day(moment, zone)
    if day == today:
        return str(_("today"))
    return str(_("tomorrow")) if day == today + timedelta(days=1) else day_short(day)


def month_name(day: date) -> str:
    """`Oct 2026`, `2026年10月`."""
    if language() == "en":
        return f"{MONTHS_EN[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月"


def weekday_name(day: date) -> str:
    """The head of a column of days: `Tue`, `二`."""
    return WEEKDAYS_EN[day.weekday()] if language() == "en" else WEEKDAYS_ZH[day.weekday()]


def money(amount: Money) -> str:
    """`NT$1,050`; minor units only when there are any."""
    return _sum_of(amount.amount_minor, amount.currency)


@functools.lru_cache(maxsize=1024)  # a menu has few prices, each of them on every page
def _sum_of(amount_minor: int, currency: str) -> str:
    sign = "-" if amount_minor < 0 else ""
    symbol = SYMBOLS.get(currency, currency + " ")
    return f"{sign}{symbol}{number(Money(amount_minor, currency))}"


def minutes_long(minutes: int) -> str:
    """`1 h 30 min`, `1 小時 30 分`."""
    return _minutes_in(language(), minutes)


@functools.cache  # a menu has a dozen lengths, each of them on every page
def _minutes_in(language: str, minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(num)s h", "%(num)s h", hours))
    if rest or not hours:
        parts.append(ngettext("%(num)s min", "%(num)s min", rest))
    return ("" if language == "zh-Hans" else " ").join(parts)


def phone(e164: str, region: str = DEFAULT_REGION) -> str:
    """A number as people of `region` (ISO 3166, a salon's) write it; frames without a salon say none."""
    return phones.for_reading(e164, region)


def service_name(service: ServiceRow) -> str:
    """A service with the hair length it is meant for."""
    return naming.service_name(service.name, service.length, language())


def length_name(length: str) -> str:
    """A hair length in the reader's language."""
    return naming.length_name(length, language())


def frame() -> dict[str, Any]:
    """What the layout shows on every page."""
    address, reader = _open_address(), language()
    signed_in = current_user.account if current_user.is_authenticated else None
    return {
        "page_language": LANGUAGE_TAGS[reader],
        "languages": [
            {"tag": LANGUAGE_TAGS[code], "name": LANGUAGE_NAMES[code], "url": f"{address}lang={code}"}
            for code in LANGUAGES
            if code != reader
        ],
        "demo": current_app.config["DEMO"],
        "text_trouble": text_trouble.find_for_staff() if signed_in and request.blueprint in STAFFED else None,
        "account": signed_in
        and {"name": signed_in.name, "home_url": home_of(signed_in), "is_office": signed_in.is_office},
    }


def _open_address() -> str:
    """This page's GET address, ready for one more argument; a POST that shows a page sets g.page_url."""
    path, arguments = g.get("page_url"), ""
    if path is None and request.method in {"GET", "HEAD"}:
        path = request.path
        given = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
        arguments = f"{urlencode(given)}&" if given else ""
    path = path or "/"
    return f"{path}{'&' if '?' in path else '?'}{arguments}"


def _day(moment: datetime | date, zone: str | None) -> date:
    if isinstance(moment, datetime) and zone is not None:
        return moment.astimezone(ZoneInfo(zone)).date()
    return moment
