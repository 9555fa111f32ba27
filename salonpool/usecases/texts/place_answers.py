"""A yes or no to a place that is held for a guest who waits."""

from dataclasses import replace

from salonpool.domain.booking import SlotTaken
from salonpool.domain.inbound import InboundOutcome, told_refusal
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.messaging.replies import ReplyKind
from salonpool.queries.waitlist import PlaceQuestion
from salonpool.usecases.booking import places
from salonpool.usecases.texts.said import Handled, Said, about
from salonpool.usecases.texts.texting import Texting


def answer_place(place: PlaceQuestion, said: Said) -> Handled:
    """A yes books it, a no lets it go; what cannot be done by text is answered with a link."""
    if said.kind is ReplyKind.NO:
        try:
            places.let_go(place.booking_id, now=said.now)
        except Refusal:  # they have just booked it on its page
            return told_of_place(replace(place, is_booked=True), said.texting)
        path = said.texting.links.waitlist_path(place.entry_id, place.entry_link_version)
        return Handled(InboundOutcome.LET_GO, about(place, "C8N", u=said.texting.links.text_url(path)))
    try:
        places.take(place.booking_id, now=said.now, texting=said.texting)
    except (SlotTaken, InvalidInput):
        return told_of_place(place, said.texting)
    except Refusal as refusal:  # still theirs, but there is more to say than fits a text
        path = said.texting.links.booking_path(place.booking_id, place.link_version)
        answer = about(place, "C8H", u=said.texting.links.text_url(path))
        return Handled(told_refusal(refusal.code), answer)
    return Handled(InboundOutcome.BOOKED)  # booking texts the guest itself


def told_of_place(place: PlaceQuestion, texting: Texting) -> Handled:
    """It is theirs, with the link that says what is booked, or no longer held."""
    if place.is_booked:
        path = texting.links.booking_path(place.booking_id, place.link_version)
        return Handled(InboundOutcome.TOLD_BOOKED, about(place, "C8B", u=texting.links.text_url(path)))
    url = texting.links.text_url(f"/s/{place.slug}")
    return Handled(InboundOutcome.TOLD_PLACE_GONE, about(place, "C8E", u=url))
