"""One sample of every state of every page, so that a template and what it expects cannot drift apart unseen.

The shapes are those named in the comment at the top of each template.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

from tests.web import (
    by_hand_samples,
    change_samples,
    desk_samples,
    my_samples,
    near_samples,
    remedy_samples,
    run_samples,
    text_samples,
    waitlist_samples,
    what_if_samples,
)

ZONE = "Asia/Taipei"
TODAY = date(2026, 10, 19)
TEN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)

WORDS: dict[str, tuple[str, str]] = {
    "salon": ("Qinghe Hair", "青禾髮室"),
    "kapok": ("Kapok Studio", "木棉造型"),
    "owl": ("Night Owl Hair", "夜貓子髮室"),
    "datong": ("Datong", "大同區"),
    "zhongshan": ("Zhongshan", "中山區"),
    "walk": ("4 minutes from Yuanshan MRT", "捷運圓山站走路 4 分鐘"),
    "address": ("12 Example Lane, Datong District", "大同區範例巷 12 號"),
    "cut": ("Wash & cut", "洗剪"),
    "colour": ("Colour", "染髮"),
    "perm": ("Perm", "燙髮"),
    "treatment": ("Treatment", "護髮"),
    "shave": ("Shave", "修面"),
    "upstyle": ("Upstyle", "盤髮"),
    "bleach": ("Bleach & tone", "漂髮調色"),
    "wen": ("Wen", "小雯"),
    "zhe": ("Zhe", "阿哲"),
    "chen": ("Mrs Chen", "陳姐"),
    "short": ("short hair", "短髮"),
    "long": ("long hair", "長髮"),
    "guest": ("Ms Lin", "林小姐"),
    "guest2": ("Mrs Wang", "王太太"),
    "fits": ("Fits your 40 h week", "在您每週 40 小時之內"),
    "pool": ("in the pool", "人在支援名單"),
    "skilled": ("can colour", "人會染髮"),
    "free": ("free then", "人那時有空"),
    "busy": ("busy at another salon", "人在別家上班"),
    "over": ("over their hours", "人時數已滿"),
    "later": ("Start 30 min later", "晚 30 分鐘開始"),
    "wrong": ("Enter a 10-digit mobile number, like 0912 345 678", "請輸入 10 碼手機號碼，例如 0912 345 678"),
    "text": (
        "Qinghe Hair needs colour Sat 24 Oct 10:00-14:00. Pay NT$1,680, 9 min walk. "
        "Reply 1 to take it, 2 to pass, by 12:30.",
        "青禾10/24六10:00-14:00缺染髮，$1,680，走路9分。12:30前回1接、回2不接。",
    ),
    "booked": (
        "Qinghe Hair: booked Tue 20 Oct 14:00, cut with Wen. Change or cancel: ",
        "【青禾】已預約10/20二14:00洗剪，小雯服務。改期或取消：",
    ),
    "missed": ("In the last 180 days: did not come 2 times.", "最近 180 天：未到 2 次。"),
    "role": ("Stylist", "設計師"),
    "role_guest": ("Guest", "客人"),
}


def twd(whole: int) -> Row:
    """A price in New Taiwan dollars."""
    return Row(amount_minor=whole * 100, currency="TWD")


def frame(page_language: str = "en", account: Row | None = None) -> dict[str, Any]:
    """What the context processor gives every page."""
    names = {"en": "English", "zh-Hant-TW": "繁體中文", "zh-Hans-CN": "简体中文"}
    return {
        "page_language": page_language,
        "languages": [
            Row(tag=tag, name=name, url=f"?lang={tag}") for tag, name in names.items() if tag != page_language
        ],
        "demo": True,
        "account": account,
        "text_trouble": None,
    }


def samples(language: str = "en") -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Template name -> [(state, variables without the frame)]; names of people and salons in `language`."""
    word = {key: pair[language != "en"] for key, pair in WORDS.items()}
    salon = Row(
        slug="qinghe",
        name=word["salon"],
        district=word["datong"],
        directions=word["walk"],
        address=word["address"],
        phone="+886225910000",
        region="TW",
        zone=ZONE,
        currency="TWD",
        map_url="https://maps.example/qinghe",
    )
    return {
        **_guest(word, salon),
        **_visit(word, salon),
        **change_samples.changes(word, salon),
        **_offer(word, salon),
        **_me(word),
        **_desk(word, salon),
        **desk_samples.bookings(word, salon),
        **text_samples.pages(word, salon, twd(300)),
        **near_samples.pages(word, salon),
        **_shift(word, salon),
        **by_hand_samples.pages(word, salon),
        **_others(word, salon),
        **my_samples.pages(word),
        **remedy_samples.pages(word, salon, twd),
        **run_samples.pages(word, salon),
        **what_if_samples.pages(word, salon),
        **waitlist_samples.pages(word, salon, TODAY, TEN, twd(800)),
    }


def _guest(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    def service(number: int, key: str, length: str = "") -> Row:
        return Row(id=number, name=word[key], length=length, detail="1 h · NT$1,200")

    menu = [
        service(1, "cut"),
        service(2, "colour", word["short"]),
        service(3, "colour", word["long"]),
        service(4, "perm"),
        service(5, "shave"),
        service(6, "upstyle"),
        service(7, "bleach"),
    ]
    cards = [Row(services=[one], name=one.name, from_price=twd(800)) for one in (menu[0], *menu[3:])]
    cards.insert(1, Row(services=menu[1:3], name=word["colour"], from_price=twd(2200)))
    treatment = Row(id=8, name=word["treatment"], minutes=30, price=twd(600), length="any")
    stylists = [
        Row(row=Row(id=1, name=word["wen"]), detail=""),
        Row(row=Row(id=2, name=word["zhe"]), detail="NT$900"),
        Row(row=Row(id=3, name="Mia"), detail=word["pool"]),
    ]
    slots = [Row(starts_at=TEN + timedelta(minutes=30 * step)) for step in (1, 2, 3, 6, 7, 8, 9, 11, 17, 18)]
    times = [
        Row(part="morning", slots=slots[:3]),
        Row(part="afternoon", slots=slots[3:8]),
        Row(part="evening", slots=slots[8:]),
    ]
    states = ["full", "free", "closed", "off", "free", "free", "free"]
    week = [Row(on=TODAY + timedelta(days=day), state=state) for day, state in enumerate(states)]
    wish = Row(service_ids=(1, 8), companions=(), gender=None, speaks=None)

    def stretch(state: str = "free", **over: Any) -> Row:
        weeks = [[None, *week[:6]], week, [*week[1:], None]]
        known = {
            "on": TODAY + timedelta(days=1),
            "state": state,
            "strip": lambda: week,
            "weeks": lambda: weeks,
        }
        return Row(**known | over)

    elsewhere = near_samples.elsewhere(word)
    book: dict[str, Any] = {
        "salon": salon,
        "choice": Row(month=None, today=TODAY),
        "stretch": stretch(),
        "times": times,
        "nearest": [],
        "chosen_at": "",
        "elsewhere": {},
        "closed_because": "",
        "taken_at": None,
        "problem": "",
        "is_less": False,
        "months": {"before": None, "after": TODAY.replace(month=11, day=1)},
        "address": "/s/qinghe?service=1",
        "cards": cards[:5],
        "more_cards": cards[5:],
        "is_more_chosen": False,
        "add_ons": [treatment],
        "menu": menu,
        "chosen_ids": {1, 8},
        "first_id": 1,
        "then_ids": [None, None],
        "stylist": None,
        "candidates": stylists,
        "both_genders": True,
        "tongues": [("en", word["free"])],
        "wish": wish,
        "name": word["cut"],
        "price": twd(1400),
        "is_least_price": True,
    }
    zhe = {"stylist": stylists[1].row, "is_least_price": False}
    several = {
        "first_id": 3,
        "chosen_ids": {3, 6},
        "then_ids": [6, None],
        "wish": Row(service_ids=(3, 6), companions=(Row(),), gender="woman", speaks="en"),
    }
    near = slots[2:5]
    return {
        "guest/book.html": [
            ("free", book),
            ("taken", {**book, **zhe, "nearest": near, "taken_at": TEN}),
            (
                "full",
                {
                    **book,
                    **zhe,
                    "times": [],
                    "nearest": near,
                    "stretch": stretch("full"),
                    "first_id": 7,
                    "is_more_chosen": True,
                },
            ),
            ("full, other places", {**book, "times": [], "stretch": stretch("full"), "elsewhere": elsewhere}),
            ("off", {**book, **zhe, "times": [], "nearest": near, "stretch": stretch("off")}),
            ("closed", {**book, "times": [], "stretch": stretch("closed"), "closed_because": word["wrong"]}),
            ("closed for no reason", {**book, "times": [], "stretch": stretch("closed")}),
            ("refused", {**book, "problem": word["wrong"]}),
            ("several", {**book, **several}),
            ("less", {**book, "is_less": True, "both_genders": False, "tongues": [], "add_ons": []}),
            ("month", {**book, "choice": Row(month=TODAY.replace(day=1), today=TODAY)}),
            ("not online", {"salon": salon, "cards": []}),
        ],
        "guest/who.html": [("anyone", book), ("zhe", {**book, **zhe})],
        "guest/times.html": [
            ("free", book),
            ("full", {**book, "times": [], "nearest": near, "stretch": stretch("full")}),
        ],
    }


def _visit(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    starts_at = TEN + timedelta(hours=4)
    visit: dict[str, Any] = {
        "starts_at": starts_at,
        "services_text": word["cut"],
        "minutes": 60,
        "price": twd(800),
    }

    def terms(**over: Any) -> Row:
        return Row(**dict.fromkeys(("change_until", "free_until", "late_fee", "answer_by")) | over)

    by_wen = {"stylist_name": word["wen"], "serving": ()}
    several = [Row(stylist_name=word[who], services=(word["cut"],)) for who in ("wen", "zhe")]
    hold = Row(token="h0LD", held_until=TEN + timedelta(minutes=5), **by_wen, **visit)
    confirm: dict[str, Any] = {
        "salon": salon,
        "hold": hold,
        "form": {"phone": "", "name": "", "note": ""},
        "terms": terms(change_until=TEN),
        "errors": {},
        "texts_late": False,
        "ask_code": False,
        "change_url": "/s/qinghe?service=1",
        "idempotency_key": "k1",
    }
    wrong = {
        **confirm,
        "form": {"phone": "0912 34", "name": "", "note": "x"},
        "errors": {"phone": word["wrong"], "note": word["wrong"]},
    }

    return {
        "guest/over.html": [("over", {"salon": salon})],
        "guest/confirm.html": [
            ("fresh", confirm),
            ("wrong", wrong),
            ("code asked for", {**wrong, "ask_code": True, "errors": {"code": word["wrong"]}}),
            ("late", {**confirm, "texts_late": True}),
            ("code late", {**wrong, "ask_code": True, "texts_late": True}),
            ("fee", {**confirm, "terms": terms(change_until=TEN, free_until=TEN, late_fee=twd(300))}),
            ("fee by now", {**confirm, "terms": terms(late_fee=twd(300))}),
            ("several serve", {**confirm, "hold": Row(**vars(hold) | {"serving": several})}),
            ("to be agreed", {**confirm, "terms": terms(change_until=TEN, answer_by=TEN)}),
            ("expired", {**confirm, "hold": Row(**vars(hold) | {"held_until": None}), "terms": terms()}),
        ],
    }


def _offer(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    def page(state: str) -> dict[str, Any]:
        offer = Row(
            starts_at=TEN + timedelta(minutes=90),
            ends_at=TEN + timedelta(hours=4),
            minutes=150,
            pay=twd(1050),
            hourly_pay=twd(420),
            skill_name=word["colour"],
            answer_by=TEN,
            urgent=True,
        )
        return {
            "salon": salon,
            "state": state,
            "offer": offer,
            "walk": Row(minutes=9, from_name=word["kapok"]),
            "checks": [word["fits"]],
            "today": TODAY,
            "token": "tok",
        }

    return {
        "stylist/offer.html": [
            (state, page(state))
            for state in ("open", "yours", "taken", "expired", "withdrawn", "declined", "not_eligible")
        ]
    }


def _bookings(word: dict[str, str]) -> list[Row]:
    def row(minutes: int, status: str, guest: str | None, service: str, stylist: str) -> Row:
        return Row(
            id=minutes,
            starts_at=TEN + timedelta(minutes=minutes),
            status=status,
            guest_name=guest,
            services_text=word[service],
            minutes=60,
            stylist_names=(stylist, "Mia") if minutes == 90 else (stylist,),
        )

    return [
        row(0, "completed", word["guest"], "cut", word["wen"]),
        row(30, "checked_in", word["guest2"], "colour", word["zhe"]),
        row(90, "confirmed", "Amy", "perm", word["zhe"]),
        row(150, "confirmed", None, "treatment", word["chen"]),
        row(210, "cancelled", word["guest"], "cut", word["wen"]),
        row(240, "no_show", word["guest2"], "cut", word["wen"]),
        row(300, "pending", "Ken", "shave", word["zhe"]),
    ]


def _me(word: dict[str, str]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    offer = Row(
        url="/o/tok",
        salon_name=word["salon"],
        starts_at=TEN,
        ends_at=TEN + timedelta(hours=4),
        pay=twd(1680),
        answer_by=TEN - timedelta(hours=2),
    )
    shifts = [
        Row(
            starts_at=TEN,
            ends_at=TEN + timedelta(hours=9),
            salon_name=word["kapok"],
            address=None,
            pay=None,
            pooled=False,
        ),
        Row(
            starts_at=TEN + timedelta(days=1),
            ends_at=TEN + timedelta(hours=28),
            salon_name=word["salon"],
            address=word["address"],
            pay=twd(1680),
            pooled=True,
        ),
    ]
    page: dict[str, Any] = {
        "stylist": Row(name="Mia"),
        "zone": ZONE,
        "today": TODAY,
        "offers": [offer],
        "shifts": shifts,
        "bookings": _bookings(word),
    }
    return {
        "stylist/me.html": [("full", page), ("empty", {**page, "offers": [], "shifts": [], "bookings": []})]
    }


def _shift_rows(word: dict[str, str]) -> list[Row]:
    return [
        Row(
            id=number,
            starts_at=TEN + timedelta(days=number),
            ends_at=TEN + timedelta(days=number, hours=4),
            skill_name=word["colour"],
            seats=2,
            filled=number % 3,
            status=status,
        )
        for number, status in enumerate(["offering", "unfilled", "filled", "posted", "cancelled"])
    ]


def _desk(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    day: dict[str, Any] = {
        "salon": salon,
        "on": TODAY + timedelta(days=1),
        "today": TODAY,
        "previous_on": TODAY,
        "next_on": TODAY + timedelta(days=2),
        "to_see_to": 2,
        "waiting": [
            {"row": desk_samples.row(word, number), "attendance": word["missed"] if number == 2 else ""}
            for number in (1, 2)
        ],
        "bookings": _bookings(word),
        "shifts": _shift_rows(word)[:2],
        "later_shifts": _shift_rows(word)[2:],
        "waitlist": [],
        "waitlist_order": "first_come",
        "paused": None,
    }
    skills = [Row(id=number, name=word[key]) for number, key in enumerate(["cut", "colour", "perm"], 1)]
    form = {
        "on": "2026-10-24",
        "starts": "10:00",
        "ends": "14:00",
        "skill": 2,
        "seats": 1,
        "hourly_pay": 420,
        "priority": 2,
    }
    post: dict[str, Any] = {
        "salon": salon, "skills": skills, "form": form, "errors": {}, "today": TODAY,
        "most_hourly_pay": 10_000, "idempotency_key": "k1",
    }  # fmt: skip
    wrong = dict.fromkeys(("on", "ends", "skill", "hourly_pay", "priority"), word["wrong"])
    return {
        "desk/today.html": [
            ("full", {**day, **waitlist_samples.at_the_desk(word, TEN)}),
            ("paused", {**day, "paused": run_samples.paused(word)}),
            ("best fit first", {**day, **waitlist_samples.at_the_desk(word, TEN, "best_fit")}),
            ("value first", {**day, **waitlist_samples.at_the_desk(word, TEN, "value")}),
            (
                "empty",
                {
                    **day,
                    "on": TODAY,
                    "to_see_to": 0,
                    "waiting": [],
                    "bookings": [],
                    "shifts": [],
                    "later_shifts": [],
                },
            ),
            (
                "past",
                {**day, "on": TODAY - timedelta(days=1), "bookings": [], "shifts": [], "later_shifts": []},
            ),
        ],
        "desk/shift_new.html": [
            ("fresh", post),
            ("wrong", {**post, "form": {**form, "skill": "", "ends": ""}, "errors": wrong}),
        ],
    }


def _shift(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    states = ["declined", "accepted", "offered", "expired", "superseded", "withdrawn", "queued"]
    asks = [
        Row(
            stylist_name="Mia",
            salon_name=word["kapok"] if number else None,
            asked_at=TEN + timedelta(minutes=number),
            answer_by=TEN + timedelta(hours=3),
            answered_at=TEN + timedelta(minutes=9) if state in ("declined", "accepted") else None,
            state=state,
        )
        for number, state in enumerate(states)
    ]

    def page(status: str, **over: Any) -> dict[str, Any]:
        shift = Row(
            id=1,
            status=status,
            starts_at=TEN,
            ends_at=TEN + timedelta(hours=4),
            minutes=240,
            skill_name=word["colour"],
            seats=2,
            filled=1,
            hourly_pay=twd(420),
            pay=twd(1680),
        )
        return {
            "salon": salon,
            "is_owner": True,
            "today": TODAY,
            "shift": shift,
            "paused": None,
            "people": [],
            "given": [],
            "asks": [],
            "asks_at": None,
            "funnel": [],
            "reasons": [],
            "lacking": [],
            "remedies": [],
            "nobody": "",
            "replaced_by": (),
            **over,
        }

    funnel = [
        Row(text=word["pool"], count=14, share=100),
        Row(text=word["skilled"], count=9, share=64),
        Row(text=word["free"], count=3, share=21),
    ]
    reasons = [Row(text=word["busy"], count=6), Row(text=word["over"], count=2)]
    people = [Row(id=3, stylist_name="Mia", salon_name=word["kapok"])]
    given = [Row(words=word["later"], path="/desk/shift/1/take-back/1"), Row(words=word["over"], path=None)]
    return {
        "desk/shift.html": [
            ("paused", page("posted", paused=run_samples.paused(word))),
            (
                "asking",
                page(
                    "offering",
                    people=people,
                    asks=asks,
                    funnel=funnel,
                    reasons=reasons,
                    lacking=[word["over"]],
                    remedies=[Row(text=word["later"], fits=3, is_split=False, path=None)],
                ),
            ),
            ("posted", page("posted")),
            ("office", page("posted", is_owner=False, paused=run_samples.paused(word))),
            ("nobody", page("posted", funnel=funnel, reasons=reasons, nobody=word["later"])),
            (
                "to be changed",
                page(
                    "offering",
                    funnel=funnel,
                    lacking=[word["over"], word["busy"]],
                    remedies=[
                        Row(text=word["later"], fits=1, is_split=False, path=None),
                        Row(text=word["later"], fits=3, is_split=True, path="/desk/shift/1/remedy/1/0"),
                    ],
                ),
            ),
            ("changed", page("cancelled", replaced_by=(2, 3))),
            ("posted_at_night", page("posted", asks_at=TEN)),
            ("unfilled", page("unfilled", asks=asks[:1])),
            ("filled", page("filled", people=people, asks=asks[:2], given=given)),
            ("cancelled", page("cancelled")),
        ]
    }


def _others(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    texts = [
        Row(at=TEN, mine=False, parts=[Row(text=word["text"], url=None)]),
        Row(at=TEN, mine=True, parts=[Row(text="1", url=None)]),
        Row(
            at=TEN,
            mine=False,
            parts=[
                Row(text=word["booked"], url=None),
                Row(text="s.example/b/3kD92jfLq0Z", url="/b/3kD92jfLq0Z"),
            ],
        ),
    ]
    phones = [
        Row(number="+886900000021", name="Mia", role_text=word["role"], messages=texts * 2),
        Row(number="+886900000022", name=word["guest"], role_text=word["role_guest"], messages=texts[2:]),
        Row(number="+886900000023", name=word["wen"], role_text=word["role"], messages=[]),
    ]
    choose = {
        "guest_url": "/s/qinghe",
        "owner": Row(name=word["chen"], salon_name=word["salon"]),
        "stylist": Row(name="Mia", salon_name=word["kapok"]),
    }
    errors: list[tuple[str, dict[str, Any]]] = [
        (str(status), {"status": status, "code": "", "message": ""})
        for status in (403, 404, 409, 410, 422, 429, 500, 503)
    ]
    return {
        "sign_in/ask.html": [
            ("fresh", {"form": {"phone": ""}, "errors": {}, "next_url": "", "by_code": False}),
            (
                "wrong",
                {
                    "form": {"phone": "091"},
                    "errors": {"phone": word["wrong"]},
                    "next_url": "/desk",
                    "by_code": True,
                },
            ),
        ],
        "sign_in/sent.html": [
            ("link", {"minutes": 10, "by_code": False, "errors": {}, "demo_url": "/demo/phones"}),
            ("code", {"minutes": 10, "by_code": True, "errors": {"code": word["wrong"]}, "demo_url": None}),
        ],
        "sign_in/enter.html": [
            ("open", {"token": "tok", "name": word["chen"], "usable": True}),
            ("used", {"token": "tok", "name": "", "usable": False}),
        ],
        "demo/choose.html": [("choose", choose)],
        "demo/reset.html": [("ask", {})],
        "demo/phones.html": [("phones", {"now": TEN, "zone": ZONE, "phones": phones})],
        "errors/error.html": [
            *errors,
            ("stale form", {"status": 403, "code": "bad_form", "message": word["wrong"]}),
            ("used link", {"status": 410, "code": "sign_in_used", "message": word["wrong"]}),
            ("salon", {"status": 404, "code": "not_found", "message": word["wrong"], "salon": salon}),
        ],
        "help.html": [("help", {})],
        "privacy.html": [("two-way", {"two_way": True}), ("one-way", {"two_way": False})],
    }
