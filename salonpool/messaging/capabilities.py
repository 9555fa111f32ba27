"""What the texts of a network can do on the way its provider sends them; that chooses their form."""

from dataclasses import dataclass

from salonpool.messaging.segments import UCS2_SINGLE


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Set once for the app, from the SMS_* settings.

    `max_ucs2`: UTF-16 units of one text outside GSM-7, where a provider takes less than the standard's 70.
    `link_scheme`: what links begin with where bare ones are refused, such as `https://`. `tail_prefix`: a
    text begins with the last three digits of the number it is for.
    """

    two_way: bool = True
    max_ucs2: int = UCS2_SINGLE
    links: bool = True
    link_scheme: str = ""
    tail_prefix: bool = False

    def text_id(self, asked: str) -> str:
        """The id of a text that wants an answer, S2 as an example, in a form that can be answered here: by a
        reply, or, with L behind it, by its link alone."""
        return asked if self.two_way else f"{asked}L"


DEFAULT = Capabilities()
