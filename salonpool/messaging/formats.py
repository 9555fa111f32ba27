"""How dates, times and money are written inside a text; pages have longer forms."""

from datetime import datetime
from zoneinfo import ZoneInfo

from salonpool.domain.money import Money, number

WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh-Hant": ("一", "二", "三", "四", "五", "六", "日"),
    "zh-Hans": ("一", "二", "三", "四", "五", "六", "日"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SYMBOLS = {"TWD": "$", "CNY": "¥", "HKD": "$", "USD": "$", "GBP": "£", "EUR": "€"}


def short_date(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """The local date: `Tue 20 Oct`, `10/20二`. Raises ValueError on a naive datetime."""
    local = _local(instant, zone)
    weekday = WEEKDAYS[language][local.weekday()]
    if language == "en":
        return f"{weekday} {local.day} {MONTHS[local.month - 1]}"
    return f"{local.month}/{local.day}{weekday}"


def clock_time(instant: datetime, zone: ZoneInfo) -> str:
    """The local time on a 24 hour clock: `14:00`, in every language."""
    return f"{_local(instant, zone):%H:%M}"


def hours(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """From-to in local time: `11:30-14:00`, with a plain hyphen (an en dash is not in GSM-7)."""
    return f"{clock_time(starts_at, zone)}-{clock_time(ends_at, zone)}"


def deadline(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """Weekday and time, clear for anything less than a week away: `Tue 15:00`, `週二15:00`."""
    weekday = WEEKDAYS[language][_local(instant, zone).weekday()]
    before, after = {"en": ("", " "), "zh-Hant": ("週", ""), "zh-Hans": ("周", "")}[language]
    return f"{before}{weekday}{after}{clock_time(instant, zone)}"


def money(amount: Money) -> str:
    """An amount as short as a text needs: `$1,050`, `¥168.50`; `THB 80` where no sign is known."""
    sign = "-" if amount.amount_minor < 0 else ""
    return f"{sign}{SYMBOLS.get(amount.currency, amount.currency + ' ')}{number(amount)}"


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("an aware datetime is needed")
    return instant.astimezone(zone)
