"""Every page in every state a visitor can meet: the list that the accessibility bench walks through."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Flask
from playwright.sync_api import Page

from bench import by_phone, not_asked, planned, remedies, texts, waiters
from bench.stage import Stage
from salonpool.domain.local_time import DAY

# Addresses that answer programs, and files.
NOT_PAGES = ("/api/", "/static/", "/healthz", "/readyz", "/metrics")
UNKNOWN = "AAAAAAAAAAA"
MISSES = 31


@dataclass(frozen=True)
class Scene:
    """One page in one state. `endpoint` is the route that is looked at, `ERRORS` for errors of any route.

    `path` may ask the stage for an address; `act` does the last steps on the page; `status` is what the
    last navigation answers; `who` is signed in (see Stage.accounts), or a guest.
    """

    name: str
    endpoint: str
    path: str | Callable[[Stage], str]
    status: int = 200
    who: str = "guest"
    act: Callable[[Page, Stage], None] | None = None


ERRORS = "errors"


def pages_of(app: Flask) -> set[str]:
    """Endpoints of all GET routes that answer people."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not (rule.rule.startswith(NOT_PAGES) or rule.rule.endswith(".ics"))
    }


def submit(page: Page, selector: str) -> None:
    """Press a button and wait for the page it leads to."""
    with page.expect_navigation():
        page.click(selector)


def _lose_the_time(page: Page, stage: Stage) -> None:
    time = page.locator("#hold input[name=starts_at]").first
    stage.take(time.get_attribute("value") or "")
    time.check()
    submit(page, "button[form=hold]")


def _choose_no_time(page: Page, stage: Stage) -> None:
    page.locator("#hold").evaluate("form => form.noValidate = true")
    submit(page, "button[form=hold]")


def _confirm_too_late(page: Page, stage: Stage) -> None:
    stage.lose(page.url)
    page.fill("#field-phone", "0912 345 678")
    submit(page, "button[form=confirm]")


def _book_once_more(page: Page, stage: Stage) -> None:
    page.fill("#field-phone", stage.regular(3))
    submit(page, "button[form=confirm]")


def _ask_for_a_code(page: Page, stage: Stage) -> None:
    page.fill("#field-phone", stage.regular(2))
    submit(page, "main button.primary")


def _type_a_wrong_code(page: Page, stage: Stage) -> None:
    _ask_for_a_code(page, stage)
    page.fill("#field-code", "000000" if stage.code() != "000000" else "000001")
    submit(page, "main button.primary")


def _type_the_code(page: Page, stage: Stage) -> None:
    _ask_for_a_code(page, stage)
    page.fill("#field-code", stage.code())
    submit(page, "main button.primary")


def _find_old_visits(page: Page, stage: Stage) -> None:
    if page.locator("form[action='/my/leave']").count():  # the scene before proved another number
        submit(page, "form[action='/my/leave'] button")
    phone = stage.regular(2)
    stage.age_visits(phone)
    page.fill("#field-phone", phone)
    submit(page, "main button.primary")
    page.fill("#field-code", stage.code())
    submit(page, "main button.primary")


def _take_the_number_off(page: Page, stage: Stage) -> None:
    _find_old_visits(page, stage)
    submit(page, "form[action='/my/not-mine'] button")


def _type_a_landline(page: Page, stage: Stage) -> None:
    page.fill("#field-phone", "02 2591 2345")
    submit(page, "button[form=confirm]")


def _cancel_what_is_over(page: Page, stage: Stage) -> None:
    stage.finish(page.url[page.url.index("/b/") :].removesuffix("/cancel"))
    submit(page, "main button.danger")


def _move_it(page: Page, stage: Stage) -> None:
    page.locator("#move input[name=starts_at]:not([disabled])").first.check()
    submit(page, "button[form=move]")


def _move_too_slowly(page: Page, stage: Stage) -> None:
    time = page.locator("#move input[name=starts_at]:not([disabled])").last
    stage.take(time.get_attribute("value") or "")
    time.check()
    submit(page, "button[form=move]")


def _pay_less(page: Page, stage: Stage) -> None:
    page.locator("main input[name=fee]").evaluate("input => input.value = '0'")
    submit(page, "main button.danger")


def _save_nobody(page: Page, stage: Stage) -> None:
    page.locator("#booking input[name=starts_at]").first.check()
    submit(page, "button[form=booking]")


def _move_nowhere(page: Page, stage: Stage) -> None:
    page.locator("#move").evaluate("form => form.noValidate = true")
    submit(page, "button[form=move]")


def _close_without_a_day(page: Page, stage: Stage) -> None:
    page.locator("#closure").evaluate("form => form.noValidate = true")
    submit(page, "#closure button.primary")


def _set_nonsense(page: Page, stage: Stage) -> None:
    page.locator("#settings").evaluate("form => form.noValidate = true")
    page.fill("#field-max_wait_minutes", "999")
    page.fill("#field-late_fee", "much")
    submit(page, "#settings button.primary")


def _choose_from_elsewhere(page: Page, stage: Stage) -> None:
    page.locator("#field-labour_pack").evaluate("radio => radio.value = 'eu'")
    submit(page, "#labour button.primary")


def _answer_too_late(page: Page, stage: Stage) -> None:
    stage.answered(page.url)
    submit(page, "form[action$='/approve'] button")


def _say_yes(page: Page, stage: Stage) -> None:
    submit(page, "form[action$='/accept'] button")


def _give_a_reason_of_blanks(page: Page, stage: Stage) -> None:
    page.fill("#field-reason", "  ")
    submit(page, "button[form=give]")


def _give_too_late(page: Page, stage: Stage) -> None:
    by_phone.be_faster(stage, page.url)
    submit(page, "button[form=give]")


def _change_too_late(page: Page, stage: Stage) -> None:
    remedies.answer(page.url)
    submit(page, "button[form=apply]")


def _post_nothing(page: Page, stage: Stage) -> None:
    page.locator("form#shift").evaluate("form => form.noValidate = true")
    page.fill("#field-on", "")
    submit(page, "button[form=shift]")


def _type_half_a_number(page: Page, stage: Stage) -> None:
    page.fill("#field-phone", "0912")
    submit(page, "main button.primary")


def _ask_for_a_link(page: Page, stage: Stage) -> None:
    page.fill("#field-phone", "0912 345 678")
    submit(page, "main button.primary")


def _enter_too_late(page: Page, stage: Stage) -> None:
    stage.use(page.url[page.url.index("/in/") :])
    submit(page, "main button.primary")


def _send_a_stale_form(page: Page, stage: Stage) -> None:
    page.locator("main input[name=csrf_token]").evaluate("input => input.value = 'stale'")
    submit(page, "main button.primary")


def _guess(page: Page, stage: Stage) -> None:
    for _ in range(MISSES):
        page.request.get(f"/b/{UNKNOWN}")
    page.goto(f"/b/{UNKNOWN}")


def _wait_without_a_number(page: Page, stage: Stage) -> None:
    page.check("input[name^=day-] >> nth=2")
    submit(page, "button[form=wait]")


def _wait_for_nothing(page: Page, stage: Stage) -> None:
    page.fill("#field-phone", "0912 345 678")
    submit(page, "button[form=wait]")


def _be_too_late(page: Page, stage: Stage) -> None:
    waiters.take_from(stage, page.url[page.url.index("/b/") :])
    submit(page, "form[action$='/take'] button")


def _send_too_late(page: Page, stage: Stage) -> None:
    texts.be_faster(stage)
    submit(page, "#tasks ~ ul form[action$='/again'] button")


def _ask_for_a_late_code(page: Page, stage: Stage) -> None:
    texts.stumble()
    _ask_for_a_code(page, stage)
    texts.recover(page, stage)


def _at(make: Callable[[Stage, str], str], status: str) -> Callable[[Stage], str]:
    return lambda stage: make(stage, status)


def _monday(stage: Stage) -> date:
    """The coming Monday, when the example's first salon is closed and its sisters are not."""
    return stage.today + (-stage.today.weekday() % 7 or 7) * DAY


GUEST = [
    Scene("salons", "guest.list_salons", "/"),
    Scene("salons, none found", "guest.list_salons", "/?q=zzz"),
    Scene("help", "guest.show_help", "/help"),
    Scene("privacy", "guest.show_privacy", "/privacy"),
    Scene("book", "guest.show_book", "/s/qinghe"),
    Scene("book, one day later", "guest.show_book", lambda s: f"/s/qinghe?on={s.today + 9 * DAY}"),
    Scene("book, nothing that day", "guest.show_book", lambda s: f"/s/lane?on={s.sunday()}"),
    Scene("book, nothing at all", "guest.show_book", "/s/nobody"),
    Scene("book, closed online", "guest.show_book", "/s/first-salon"),
    Scene("book, wrong choice", "guest.show_book", "/s/qinghe?service=999999999", 422),
    Scene("book, no time chosen", "guest.show_book", "/s/lane", 422, act=_choose_no_time),
    Scene("book, just taken", "guest.show_book", "/s/lane", 409, act=_lose_the_time),
    Scene("book, a day closed for a reason", "guest.show_book", lambda s: f"/s/lane?on={s.closed_day()}"),
    Scene("book, a month", "guest.show_book", lambda s: f"/s/qinghe?month={s.today + 30 * DAY:%Y-%m}"),
    Scene(
        "book, long hair and more", "guest.show_book",
        lambda s: s.choice("qinghe", ("colour", "long"), ("treatment", "any"), ("cut", "any")),
    ),
    Scene("book, together", "guest.show_book", "/s/qinghe?guests=2"),
    Scene("book, with wishes", "guest.show_book", "/s/qinghe?gender=man&speaks=en"),
    Scene("book, nobody like that", "guest.show_book", "/s/qinghe?speaks=fr"),
    Scene("book, an add-on alone", "guest.show_book", lambda s: s.choice("qinghe", ("fringe", "any")), 422),
    Scene("times", "guest.show_times", "/s/qinghe/times"),
    Scene("confirm", "guest.show_confirm", Stage.hold),
    Scene("confirm, for a fee", "guest.show_confirm", lambda s: s.hold("dear")),
    Scene("confirm, for good", "guest.show_confirm", lambda s: s.hold("strict")),
    Scene("confirm, to be agreed", "guest.show_confirm", lambda s: s.hold("asks")),
    Scene("confirm, lost by then", "guest.show_confirm", Stage.hold, 409, act=_confirm_too_late),
    Scene("confirm, landline", "guest.show_confirm", Stage.hold, 422, act=_type_a_landline),
    Scene("confirm, code asked for", "guest.show_confirm", Stage.hold, 403, act=_book_once_more),
    Scene("my bookings", "guest.ask_phone", "/my"),
    Scene("my bookings, half a number", "guest.ask_phone", "/my", 422, act=_type_half_a_number),
    Scene("my bookings, code sent", "guest.ask_phone", "/my", act=_ask_for_a_code),
    Scene("my bookings, wrong code", "guest.ask_phone", "/my", 403, act=_type_a_wrong_code),
    Scene("my bookings, shown", "guest.ask_phone", "/my", act=_type_the_code),
    Scene("my bookings, old ones", "guest.ask_phone", "/my", act=_find_old_visits),
    Scene("my bookings, taken off", "guest.ask_phone", "/my", act=_take_the_number_off),
    Scene("booking, just made", "guest.show_booking", lambda s: s.book() + "?done=booked"),
    Scene("booking", "guest.show_booking", Stage.book),
    Scene("booking, too late", "guest.show_booking", lambda s: s.book("strict")),
    Scene("booking, to be agreed", "guest.show_booking", lambda s: s.book(status="pending")),
    Scene("booking, another time asked for", "guest.show_booking", Stage.asking),
    Scene("move, to be agreed", "guest.show_move", lambda s: s.asking() + "/move"),
    Scene("booking, here", "guest.show_booking", lambda s: s.book(status="checked_in")),
    Scene("booking, cancelled", "guest.show_booking", lambda s: s.cancel(s.book()) + "?done=cancelled"),
    Scene("booking, done", "guest.show_booking", lambda s: s.book(status="completed", hours_ago=9)),
    Scene("booking, long past", "guest.show_booking", lambda s: s.book(hours_ago=48), 410),
    Scene("booking, past", "guest.show_booking", lambda s: s.book(hours_ago=9)),
    Scene("booking, missed", "guest.show_booking", lambda s: s.book(status="no_show", hours_ago=9)),
    Scene("booking, moved", "guest.show_booking", lambda s: s.book() + "/move", act=_move_it),
    Scene("booking, cancelling costs", "guest.show_booking", lambda s: s.book("dear")),
    Scene("booking, cancelled late", "guest.show_booking", lambda s: s.cancel(s.book("dear"))),
    Scene("move", "guest.show_move", lambda s: s.book() + "/move"),
    Scene("move, nothing that day", "guest.show_move", lambda s: f"{s.book()}/move?on={s.sunday()}"),
    Scene("move, a month", "guest.show_move", lambda s: f"{s.book()}/move?month={s.today + 30 * DAY:%Y-%m}"),
    Scene("move, a closed day", "guest.show_move", lambda s: f"{s.book()}/move?on={s.closed_day()}"),
    Scene("move, with anyone", "guest.show_move", lambda s: s.book() + "/move?who=anyone"),
    Scene("move, no such day", "guest.show_move", lambda s: s.book() + "/move?on=2026-02-30", 422),
    Scene(
        "move, just taken", "guest.show_move",
        lambda s: f"{s.book()}/move?on={s.quiet_day()}", 409, act=_move_too_slowly,
    ),
    Scene("move, too late", "guest.show_move", lambda s: s.book("strict") + "/move"),
    Scene("cancel, for a fee", "guest.ask_cancel", lambda s: s.book("dear") + "/cancel"),
    Scene("cancel, for more", "guest.ask_cancel", lambda s: s.book("dear") + "/cancel", 409, act=_pay_less),
    Scene("cancel", "guest.ask_cancel", lambda s: s.book() + "/cancel"),
    Scene("booking, series", "guest.show_booking", Stage.series),
    Scene("cancel, series", "guest.ask_cancel", lambda s: s.series() + "/cancel"),
    Scene("cancel, too late", "guest.ask_cancel", lambda s: s.book("strict") + "/cancel"),
    Scene("cancel, over", "guest.ask_cancel", lambda s: s.book() + "/cancel", 409, act=_cancel_what_is_over),
]  # fmt: skip
GUEST += [
    Scene("wait", "guest.show_wait", "/s/qinghe/wait"),
    Scene("wait, together and with wishes", "guest.show_wait", "/s/qinghe/wait?guests=2&speaks=en"),
    Scene("wait, no number", "guest.show_wait", "/s/lane/wait", 422, act=_wait_without_a_number),
    Scene("wait, no day", "guest.show_wait", "/s/lane/wait", 422, act=_wait_for_nothing),
    *(
        Scene(f"waitlist, {status}", "guest.show_waiting", _at(waiters.entry, status))
        for status in ("waiting", "offered", "booked", "left", "expired")
    ),
    *(
        Scene(f"place, {state}", "guest.show_booking", _at(waiters.place, state))
        for state in ("held", "ran out", "let go")
    ),
    Scene("place, no change", "guest.show_booking", lambda s: waiters.place(s, slug="strict")),
    Scene("place, taken", "guest.show_booking", waiters.place, 409, act=_be_too_late),
]  # fmt: skip
STYLIST = [
    *(
        Scene(f"offer, {status}", "stylist.show_offer", _at(Stage.offer, status))
        for status in ("offered", "accepted", "superseded", "expired", "withdrawn", "declined")
    ),
    Scene(
        "offer, does not fit", "stylist.show_offer", lambda s: s.offer(fits=False), 409, act=_say_yes
    ),
    Scene("me", "stylist.show_me", "/me", who="stylist"),
    Scene("me, nothing", "stylist.show_me", "/me", who="idle"),
]  # fmt: skip
DESK = [
    Scene("desk", "desk.show_today", "/desk", who="owner"),
    *(
        Scene(f"desk booking, {status}", "desk.show_booking", _at(Stage.desk_booking, status), who="owner")
        for status in ("pending", "confirmed", "checked_in", "completed", "cancelled", "no_show")
    ),
    Scene("desk booking, asked", "desk.show_booking", lambda s: s.asking(at_desk=True), who="owner"),
    Scene("desk booking, series", "desk.show_booking", Stage.desk_series, who="owner"),
    Scene(
        "desk booking, too late", "desk.show_booking", lambda s: s.desk_booking("pending"), 409, "owner",
        _answer_too_late,
    ),
    Scene("desk move", "desk.show_move", lambda s: s.desk_booking() + "/move", who="owner"),
    Scene(
        "desk move, no time chosen", "desk.show_move", lambda s: s.desk_booking() + "/move", 422, "owner",
        _move_nowhere,
    ),
    Scene("desk move, over", "desk.show_move", lambda s: s.desk_booking("completed") + "/move", 409, "owner"),
    Scene("new booking", "desk.show_new_booking", "/desk/booking/new", who="owner"),
    Scene("new booking, nobody", "desk.show_new_booking", "/desk/booking/new", 422, "owner", _save_nobody),
    Scene("new booking, no services", "desk.show_new_booking", "/desk/booking/new", who="newcomer"),
    Scene("labour rules", "desk.show_labour", "/desk/settings/labour", who="owner"),
    Scene(
        "labour rules, of elsewhere", "desk.show_labour", "/desk/settings/labour", 422, "owner",
        _choose_from_elsewhere,
    ),
    Scene("booking rules", "desk.show_settings", "/desk/settings/booking", who="owner"),
    Scene(
        "booking rules, wrong", "desk.show_settings", "/desk/settings/booking", 422, "owner", _set_nonsense
    ),
    Scene("closed days, none", "desk.show_closures", "/desk/closures", who="newcomer"),
    Scene("closed days, in the way", "desk.show_closures", Stage.close, who="owner"),
    Scene("closed days, no day", "desk.show_closures", "/desk/closures", 422, "owner", _close_without_a_day),
    Scene("desk, waiting for a yes", "desk.show_today", lambda s: s.waiting(), who="owner"),
    Scene("desk, empty", "desk.show_today", "/desk", who="newcomer"),
    Scene("desk, a past day", "desk.show_day", lambda s: f"/desk/{s.past_day()}", who="owner"),
    Scene("desk, a coming day", "desk.show_day", lambda s: f"/desk/{s.today + 9 * DAY}", who="owner"),
    Scene("post a shift", "desk.show_new", "/desk/shift/new", who="owner"),
    Scene("post, nothing filled in", "desk.show_new", "/desk/shift/new", 422, "owner", _post_nothing),
    *(
        Scene(f"shift, {status}", "desk.show_shift", _at(Stage.desk_shift, status), who="owner")
        for status in ("posted", "offering", "filled", "unfilled", "cancelled")
    ),
]  # fmt: skip
BY_PHONE = [
    Scene("by phone", "desk.choose_person", by_phone.choose, who="owner"),
    *(
        Scene(f"by phone, {kind}", "desk.show_person", by_phone.at(kind), who="owner")
        for kind in by_phone.KINDS
    ),
    Scene(
        "by phone, no reason", "desk.show_person", by_phone.at("for a reason"), 422, "owner",
        _give_a_reason_of_blanks,
    ),
    Scene("by phone, too late", "desk.show_person", by_phone.at("can"), 409, "owner", _give_too_late),
    Scene("shift, given by hand", "desk.show_shift", by_phone.given, who="owner"),
    Scene("take a shift back", "desk.ask_take_back", by_phone.take_back, who="owner"),
    Scene("take a shift back, no texts", "desk.ask_take_back", by_phone.take_back_untold, who="office"),
    Scene("shifts of all salons", "office.list_shifts", "/net", who="office"),
    Scene("by phone, at the office", "desk.choose_person", by_phone.choose, who="office"),
]  # fmt: skip
REMEDIES = [
    Scene("shift, what would help", "desk.show_shift", remedies.shift, who="owner"),
    Scene("shift, nobody could come", "desk.show_shift", remedies.nobody, who="owner"),
    Scene("shift, changed", "desk.show_shift", remedies.changed, who="owner"),
    *(
        Scene(f"remedy, {kind}", "desk.show_remedy", remedies.at(kind), who="owner")
        for kind in remedies.CHANGES
        if kind != "further"
    ),
    Scene(
        "remedy, changed meanwhile", "desk.show_remedy", remedies.at("moved"), 409, "owner",
        _change_too_late,
    ),
]  # fmt: skip
NEAR = [
    Scene("salons, by service", "guest.list_salons", "/?service=cut&order=distance&near=qinghe"),
    Scene("salons, no such service", "guest.list_salons", "/?service=nothing", 422),
    Scene("near", "guest.show_near", "/near?service=cut&from=qinghe"),
    Scene("near, no sisters", "guest.show_near", "/near?from=lane"),
    Scene("near, no such service", "guest.show_near", "/near?service=nothing&from=qinghe", 422),
    Scene("near, no services", "guest.show_near", "/near?from=first-salon"),
    Scene("near, nothing", "guest.show_near", "/near?from=nobody"),
    Scene("book, full, other places", "guest.show_book", lambda s: f"/s/qinghe?on={_monday(s)}"),
    Scene("book, full, together", "guest.show_book", lambda s: f"/s/qinghe?guests=2&on={_monday(s)}"),
    Scene("near, together", "guest.show_near", "/near?service=cut&from=qinghe&guests=2"),
    Scene("sister salons", "desk.show_sisters", "/desk/sisters", who="owner"),
    Scene("sister salons, none", "desk.show_sisters", "/desk/sisters", who="newcomer"),
    Scene("why not", "desk.show_why", "/desk/why", who="owner"),
    Scene(
        "why not, blocked", "desk.show_why",
        lambda s: f"/desk/why?starts_at={s.today + DAY}T03:00", who="owner",
    ),
    Scene("why not, no such time", "desk.show_why", "/desk/why?starts_at=never", 422, "owner"),
    Scene("why not, no services", "desk.show_why", "/desk/why", who="newcomer"),
]  # fmt: skip
NOT_ASKED = [
    Scene("not asked", "stylist.list_not_asked", not_asked.listed, who="idle"),
    Scene("not asked, none", "stylist.list_not_asked", not_asked.LIST, who="stylist"),
    *(
        Scene(f"why not me, {name}", "stylist.show_why_not_me", not_asked.mine(name), who="idle")
        for name in not_asked.ANSWERS
    ),
    Scene("why somebody else", "desk.show_others", not_asked.others, who="owner"),
    Scene("why somebody else, nobody", "desk.show_others", not_asked.nobody, who="owner"),
]
TEXTS = [
    Scene("messages", "desk.show_messages", "/desk/messages", who="owner"),
    Scene("messages, none", "desk.show_messages", "/desk/messages", who="newcomer"),
    Scene("messages, of one guest", "desk.show_messages", texts.of_one, who="owner"),
    Scene("messages, lost ones", "desk.show_messages", "/desk/messages?only=lost", who="owner"),
    Scene("messages, older ones", "desk.show_messages", "/desk/messages?page=2", who="owner"),
    Scene("messages, said again", "desk.show_messages", "/desk/messages?done=again", who="owner"),
    Scene(
        "messages, too late to say", "desk.show_messages", texts.a_lost_one, 409, "owner", _send_too_late
    ),
    *(
        Scene(f"messages, {kind}", "desk.show_messages", texts.while_(kind), who="owner", act=texts.recover)
        for kind in texts.TROUBLES
    ),
    Scene(
        "confirm, texts late", "guest.show_confirm", texts.while_("failing", Stage.hold), act=texts.recover
    ),
    Scene(
        "booking, texts late", "guest.show_booking",
        texts.while_("failing", lambda s: s.book() + "?done=booked"), act=texts.recover,
    ),
    Scene("my bookings, texts late", "guest.ask_phone", "/my", act=_ask_for_a_late_code),
]  # fmt: skip
PLANS = [
    Scene("plan, done", "desk.show_run", planned.done, who="owner"),
    Scene("plan, running", "desk.show_run", planned.running, who="owner"),
    Scene("plan, failed", "desk.show_run", planned.paused(), who="owner"),
    Scene("plans, paused", "desk.show_runs", planned.paused("/desk/runs"), who="owner"),
    Scene("desk, planning paused", "desk.show_today", planned.paused("/desk"), who="owner"),
    Scene("plans", "desk.show_runs", planned.listed, who="owner"),
    Scene("plans, none", "desk.show_runs", "/desk/runs", who="newcomer"),
]
OTHERS = [
    Scene("sign in", "sign_in.ask", "/in?next=/desk"),
    Scene("sign in, half a number", "sign_in.ask", "/in", 422, act=_type_half_a_number),
    Scene("sign in, sent", "sign_in.ask", "/in", act=_ask_for_a_link),
    Scene("sign in, by link", "sign_in.look", lambda s: s.sign_in("owner")),
    Scene("sign in, used link", "sign_in.look", lambda s: s.use(s.sign_in("owner")), 410),
    Scene("sign in, too late", "sign_in.look", lambda s: s.sign_in("owner"), 410, act=_enter_too_late),
    Scene("demo", "demo.choose", "/demo"),
    Scene("demo, phones", "demo_phones.phones", "/demo/phones"),
    Scene("demo, start over", "demo.ask_reset", "/demo/reset"),
    Scene("403", ERRORS, "/desk", 403, "stylist"),
    Scene("403, stale form", ERRORS, "/in", 403, act=_send_a_stale_form),
    Scene("404", ERRORS, "/nothing-here", 404),
    Scene("404, a link", ERRORS, f"/o/{UNKNOWN}", 404),
    Scene("405", ERRORS, "/demo/enter", 405),
    Scene("422", ERRORS, "/?q=1&q=2", 422),
    Scene("429", ERRORS, "/", 429, act=_guess),
    Scene("500", ERRORS, "/fails/500", 500),
    Scene("503", ERRORS, "/fails/503", 503),
]
SCENES = (*GUEST, *NEAR, *STYLIST, *DESK, *TEXTS, *BY_PHONE, *REMEDIES, *NOT_ASKED, *PLANS, *OTHERS)
