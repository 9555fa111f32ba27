"""Every refusal in plain words: what is wrong, what to do, an example. Pages and API read the same table."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from salonpool.domain.refusal import Refusal


def in_words(refusal: Refusal) -> str:
    """One or two sentences for the reader, in their language."""
    return sentence(refusal.code, refusal.values)


def sentence(code: str, values: Mapping[str, Any]) -> str:
    """The sentence of a refusal code, filled with its values."""
    build = _SENTENCES.get(code)
    if build is None:
        raise KeyError(f"no words for refusal {code!r}")
    return build(values)


# Functions, not strings: gettext must run for each reader.
_SENTENCES: dict[str, Any] = {
    # what somebody typed
    "missing": lambda v: _("This is needed, for example %(example)s.", example=v["example"]),
    "too_long": lambda v: _("This is too long: at most %(limit)s characters.", limit=v["limit"]),
    "unprintable": lambda v: _(
        "Character %(position)s cannot be shown. Type the text again without special characters.",
        position=v["position"],
    ),
    "out_of_range": lambda v: _("Choose from %(least)s to %(most)s.", least=v["least"], most=v["most"]),
    "phone_missing": lambda v: _("Enter a mobile number, like %(example)s.", example=v["example"]),
    "phone_unreadable": lambda v: _(
        "We could not read that number. Enter a mobile number, like %(example)s.", example=v["example"]
    ),
    "phone_invalid": lambda v: _(
        "That number is too short, too long or not in use. Enter a mobile number, like %(example)s.",
        example=v["example"],
    ),
    "phone_landline": lambda v: _(
        "This is a landline. Enter a mobile number for the text, like %(example)s, or call us.",
        example=v["example"],
    ),
    "phone_country": lambda v: _(
        "We cannot text numbers of that country. Enter another mobile number, like %(example)s, or call us.",
        example=v["example"],
    ),
    "phone_ours": lambda v: _(
        "This number is ours. Enter your own mobile number, like %(example)s.", example=v["example"]
    ),
    "code_missing": lambda v: _("Enter the code from our text, like %(example)s.", example=v["example"]),
    "code_unreadable": lambda v: _(
        "We could not read that code. Enter the 6 digits of our text, like %(example)s.", example=v["example"]
    ),
    "code_wrong": lambda v: _(
        "This is not the code of our last text, or it is older than 10 minutes. Try again, ask for another "
        "code, or call the salon."
    ),
    "date_unreadable": lambda v: _("Enter a date, like %(example)s.", example=v["example"]),
    "time_unreadable": lambda v: _("Enter a time, like %(example)s.", example=v["example"]),
    "number_unreadable": lambda v: _("Enter a whole number, like %(example)s.", example=v["example"]),
    "minutes_out_of_range": lambda v: _(
        "Enter whole minutes from %(least)s to %(most)s, for example %(example)s.",
        least=v["least"],
        most=v["most"],
        example=v["example"],
    ),
    "fee_out_of_range": lambda v: _(
        "Enter an amount from 0 to %(most)s %(currency)s, for example %(example)s.",
        most=v["most"],
        currency=v["currency"],
        example=v["example"],
    ),
    "free_before_cut_off": lambda v: _(
        "Guests cannot cancel by themselves later than %(minutes)s minutes before. Enter at least that many, "
        "for example %(minutes)s.",
        minutes=v["minutes"],
    ),
    "time_skipped": lambda v: _(
        "The clocks go forward then, so this time does not exist. The next one is %(next)s.", next=v["next"]
    ),
    "time_twice": lambda v: _(
        "The clocks go back then, so this time comes twice. Choose a time an hour off."
    ),
    "zone_unknown": lambda v: _("Use a time zone name like %(example)s.", example=v["example"]),
    "repeated": lambda v: _("%(name)s is given twice. Give it once.", name=v["name"]),
    "unknown_choice": lambda v: _("That is not one of the choices here. Choose again."),
    "time_missing": lambda v: _("Choose a time first."),
    "leave_empty": lambda v: _("Leave the last field empty."),
    "too_many_services": lambda v: _("Choose at most %(limit)s services for one visit.", limit=v["limit"]),
    "too_long_a_visit": lambda v: _(
        "A visit can last at most %(hours)s hours. Choose fewer services, or ask the salon.", hours=v["hours"]
    ),
    "too_many_guests": lambda v: _(
        "Choose at most %(limit)s people for one visit.", limit=int(v["limit"]) + 1
    ),
    "add_on_alone": lambda v: _(
        "%(name)s is only done beside another service. Choose that one too.", name=v["name"]
    ),
    # time
    "in_the_past": lambda v: _("That time has passed. Choose a later one."),
    "too_far_ahead": lambda v: _("That is too far ahead. Choose a day within %(days)s days.", days=v["days"]),
    "off_the_grid": lambda v: _("Choose a time that is offered, like %(example)s.", example=v["example"]),
    "outside_hours": lambda v: _("Nobody works then. Choose one of the times offered."),
    "closed": lambda v: _(
        "The salon is closed then, until %(until)s. Choose a later time.", until=v["until"]
    ),
    "already_closed": lambda v: _("The salon is closed then already."),
    "ends_before_start": lambda v: _(
        "The end must come after the start, for example %(example)s.", example=v["example"]
    ),
    "too_long_a_shift": lambda v: _("A shift can last at most %(hours)s hours.", hours=v["hours"]),
    "too_short_a_shift": lambda v: _("A shift lasts at least %(minutes)s minutes.", minutes=v["minutes"]),
    "weekday_unknown": lambda v: _(
        "Choose a day of the week, for example %(example)s.", example=v["example"]
    ),
    "break_outside_hours": lambda v: _(
        "A break must lie inside the hours and beside the others, for example %(example)s.",
        example=v["example"],
    ),
    # bookings
    "slot_taken": lambda v: _("Just taken. Nothing was booked; please choose another time."),
    "series_taken": lambda v: _(
        "Nothing was booked, because these times do not fit: %(dates)s. Choose others.", dates=v["dates"]
    ),
    "not_open": lambda v: _("This booking can no longer be changed."),
    "too_early": lambda v: _("It is too early to say so. Wait until the visit begins."),
    "too_late": lambda v: _("This could be taken back until the end of the day after the visit."),
    "past_cut_off": lambda v: _("It is too close to your time to change this online. Please call the salon."),
    "fee_changed": lambda v: _("Cancelling costs something by now. Look at the fee, then say so again."),
    "phone_unproved": lambda v: _(
        "This number has %(open)s visits ahead already. To book another, enter the code we text to it, or "
        "call the salon.",
        open=v["open"],
    ),
    "waits_already": lambda v: _(
        "This number waits for that already. We text it when a time opens, with a link. To leave the list, "
        "call the salon."
    ),
    "too_many_waits": lambda v: _(
        "This number is on the list for %(limit)s things already. Leave one of them first.", limit=v["limit"]
    ),
    "too_many_windows": lambda v: _(
        "These are too many separate times. Choose at most %(limit)s days.", limit=v["limit"]
    ),
    "windows_too_far_apart": lambda v: _("Choose days within %(days)s days of each other.", days=v["days"]),
    "too_many_open": lambda v: _(
        "A number can have %(limit)s visits ahead at one salon, and this one has. Cancel or move one of "
        "them, or call the salon.",
        limit=v["limit"],
    ),
    "too_many_places": lambda v: _(
        "Many times were taken from your connection. Please call the salon, or try again later."
    ),
    "too_many_codes": lambda v: _(
        "We have sent several codes already. Use the last one, wait a few minutes, or call the salon."
    ),
    "texts_off": lambda v: _("We cannot send texts right now. Please call the salon, or try again later."),
    "nothing_to_send": lambda v: _(
        "There is nothing to say once more: the visit has begun or is off, or we have said something newer."
    ),
    "still_on_its_way": lambda v: _("This text is on its way, or it has arrived. Look again in a minute."),
    "wants_no_texts": lambda v: _("This number wants no texts. Please call."),
    "too_many_texts": lambda v: _(
        "This number, or your salon, has had so many texts that no more may leave for now. Please call."
    ),
    "asked_anew": lambda v: _("The guest no longer asks for that. Look again at what they ask for."),
    "already_confirmed": lambda v: _("This hold is already a booking."),
    "idempotency_key_missing": lambda v: _(
        "Send an Idempotency-Key header, for example %(example)s.", example=v["example"]
    ),
    "idempotency_key_bad": lambda v: _("The Idempotency-Key may have 1 to 255 printable characters."),
    "idempotency_key_reused": lambda v: _(
        "This Idempotency-Key was used with another request. Use a new one."
    ),
    # offers
    "taken": lambda v: _(
        "Somebody else has taken this shift. Thank you for answering, there is nothing to do."
    ),
    "expired": lambda v: _("The time to answer is over."),
    "withdrawn": lambda v: _("The salon changed this shift or called it off."),
    "declined": lambda v: _("You already said no to this shift."),
    "accepted": lambda v: _("You already said yes to this shift."),
    "not_eligible": lambda v: _(
        "This shift no longer fits your other work, so it cannot be yours. Thank you for answering."
    ),
    # a shift on other terms
    "seat_held": lambda v: _(
        "Somebody said yes to this shift by now, and a yes is kept as it was given. Nothing was changed."
    ),
    "shift_changed": lambda v: _(
        "Something happened to this shift meanwhile, such as an answer. Nothing was changed; look again."
    ),
    # a yes by phone
    "no_free_seat": lambda v: _("Somebody holds every seat of this shift by now. Nothing was changed."),
    "not_looking": lambda v: _(
        "This shift has begun or was called off, so nobody can be given it. Nothing was changed."
    ),
    "shift_begun": lambda v: _("This shift has begun, so who works it stays. Nothing was changed."),
    "never_allowed": lambda v: _(
        "This cannot be: law, skill, place or time stands in the way, and nobody may set that aside. Choose "
        "somebody else, or post another shift with other hours."
    ),
    "agree_anew": lambda v: _("Something else speaks against it by now. Nothing was changed; look again."),
    "reason_missing": lambda v: _(
        "Say in a few words why it is all right, for example: they offered it themselves."
    ),
    # doors
    "not_found": lambda v: _("There is nothing here. Check the link, or ask the salon for a new one."),
    "not_a_demo": lambda v: _("There is a real network here, so the time cannot be moved."),
    "link_over": lambda v: _("This visit is over, and its link no longer opens it."),
    "sign_in_used": lambda v: _("This link was used or is too old. Ask for a new one."),
    "too_many_tries": lambda v: _("That was tried too often. Please wait a few minutes."),
    "not_signed_in": lambda v: _("Sign in first."),
    "not_allowed": lambda v: _("You may not do this here."),
    "bad_form": lambda v: _("The page was open for too long. Please send it again."),
    "busy": lambda v: _("Busy right now. Nothing was changed; please try again in a moment."),
    "broken": lambda v: _("Something went wrong on our side. Nothing was lost; please try again or call."),
    "too_large": lambda v: _("That is too much at once: at most 256 KB."),
    "wrong_method": lambda v: _("This address does not do that."),
    "wrong_type": lambda v: _("Send JSON with the header Content-Type: application/json."),
    "unreadable": lambda v: _("We could not read the request."),
}
