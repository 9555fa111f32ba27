"""Who asks at an outer door: the address, what a browser holds and has proved. Programs keep no cookies."""

from datetime import datetime

from flask import request, session

from salonpool.queries import proofs
from salonpool.queries.bookings import is_held
from salonpool.usecases import phone_codes
from salonpool.usecases.booking.caps import Asker
from salonpool.web.extensions import now, texting

HELD = "held"  # id of this browser's hold
PROOF = "proof"  # a spent code's id and instant; no number is kept in a cookie


def program(phone: str, code: str | None) -> Asker:
    """The sender of an API request, with the code it sent, if it did. Raises InvalidInput, Refusal."""
    return Asker(request.remote_addr, gave_code=bool(code), code_id=_tried(phone, code))


def browser(phone: str = "", code: str | None = None) -> Asker:
    """The reader of a page, with the code typed there, if one was. Raises InvalidInput, Refusal."""
    return Asker(
        request.remote_addr,
        proved_phone=find_proved_phone(),
        gave_code=bool(code),
        code_id=_tried(phone, code),
        hold_id=find_hold(),
    )


def find_hold() -> int | None:
    """The id of what this browser holds. Not of what has become a booking, though the answer was lost."""
    held = session.get(HELD)
    return held if isinstance(held, int) and is_held(held) else None


def forget_hold() -> None:
    """This browser's hold has become a booking."""
    session.pop(HELD, None)


def remember_hold(booking_id: int) -> None:
    """This browser holds that place."""
    session[HELD] = booking_id


def remember_proof(proof: phone_codes.Proof) -> None:
    """This browser's reader holds that phone; good for half an hour."""
    session[PROOF] = [proof.code_id, proof.used_at.isoformat()]


def remember_code(asker: Asker) -> None:
    """The code that was just spent proves the number for the next booking, too."""
    if asker.code_id is not None:
        remember_proof(phone_codes.Proof(asker.code_id, now()))


def forget_proof() -> None:
    """The next reader is another."""
    session.pop(PROOF, None)


def find_proved_phone() -> str | None:
    """The number (E.164) this browser's reader proved within half an hour."""
    kept = session.get(PROOF)
    if kept is None:
        return None
    code_id, used_at = kept
    return proofs.find_proved_phone(code_id, datetime.fromisoformat(used_at), now())


def _tried(phone: str, code: str | None) -> int | None:
    if not code:
        return None
    return phone_codes.try_code(phone, code, address=request.remote_addr, now=now(), texting=texting())
