"""The texts around a seat: the question and its outcome to stylists, filled or still open to the owners."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.domain.local_time import local_day
from salonpool.domain.message import UNFINISHED, MessageStatus
from salonpool.domain.money import Money, pay_between
from salonpool.domain.offer import QUESTIONS, ask_at
from salonpool.domain.person import RoleKind
from salonpool.domain.phone import for_reading
from salonpool.domain.reminder import TOMORROW, tomorrow_event
from salonpool.domain.travel import walk_minutes
from salonpool.messaging import formats
from salonpool.models import Account, Assignment, Message, Network, Offer, Role, Salon, Shift, Skill, Stylist
from salonpool.queries.naming import name_of
from salonpool.usecases.texts import messages
from salonpool.usecases.texts.texting import Texting

Values = dict[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Scene:
    """A shift with what its texts say about it; read once for all of them."""

    session: Session
    shift: Shift
    salon: Salon
    skill: Skill
    network: Network
    texting: Texting

    @classmethod
    def of(cls, session: Session, shift: Shift, texting: Texting) -> "Scene":
        """Read what belongs to a posted shift."""
        salon = session.get_one(Salon, shift.salon_id)
        skill = session.get_one(Skill, shift.skill_id)
        network = session.get_one(Network, shift.network_id)
        return cls(session, shift, salon, skill, network, texting)

    def ask(self, offer: Offer, stylist: Stylist, now: datetime) -> None:
        """S2, or S3 on the day itself: will you come? Once for each wave the offer was made in."""
        today = local_day(offer.offered_at, self._tz) == local_day(self.shift.starts_at, self._tz)
        text_id = self.texting.capabilities.text_id("S3" if today else "S2")
        values: Values = {
            "v": name_of(self.skill, stylist.language),
            "w": self._walk(stylist),
            "h": formats.deadline(offer.expires_at, self._tz, stylist.language),
            "u": self._link(offer),
        }
        self._to_stylist(
            stylist,
            text_id,
            f"offer:{offer.id}:made:{offer.wave}",
            values,
            now,
            offer_id=offer.id,
            expires_at=offer.expires_at,
        )

    def yours(
        self, assignment: Assignment, stylist: Stylist, now: datetime, offer: Offer | None = None
    ) -> None:
        """S4: the seat is theirs. One-way texts link to the offer, or to the person's own page."""
        values: Values = {
            "a": self.salon.address,
            "tel": for_reading(self.salon.phone, self.network.region),
            "u": self._link(offer),
        }
        text_id = self.texting.capabilities.text_id("S4")
        event_id = f"assignment:{assignment.id}:made"
        self._to_stylist(stylist, text_id, event_id, values, now, offer_id=offer.id if offer else None)

    def tomorrow(
        self, assignment: Assignment, stylist: Stylist, guests: int, now: datetime, until: datetime
    ) -> None:
        """S7: where they work tomorrow, and how many guests they have so far; it may leave `until` then."""
        values: Values = {
            "a": self.salon.address,
            "k": guests,
            "tel": for_reading(self.salon.phone, self.network.region),
        }
        self._to_stylist(stylist, TOMORROW, tomorrow_event(assignment.id), values, now, expires_at=until)

    def taken(self, offer: Offer, stylist: Stylist, now: datetime) -> None:
        """S5: somebody else has it. Who has not heard the question is not told."""
        if not drop_question(self.session, offer, now):
            self._to_stylist(stylist, "S5", f"offer:{offer.id}:taken", {}, now, offer_id=offer.id)

    def changed(self, offer: Offer, stylist: Stylist, now: datetime) -> None:
        """S5T: they were asked for other terms than the shift has now. Who has not heard is not told."""
        if not drop_question(self.session, offer, now):
            self._to_stylist(stylist, "S5T", f"offer:{offer.id}:changed", {}, now, offer_id=offer.id)

    def filled(self, assignment: Assignment, stylist: Stylist, now: datetime, *, actor: str) -> None:
        """O3 to every owner of the salon but the one who did it (`account:7`): who comes."""
        home = self.session.get(Salon, stylist.home_salon_id) if stylist.home_salon_id else None
        for owner in self._owners():
            if actor == f"account:{owner.id}":
                continue
            values: Values = {
                "n": stylist.name,
                "x": _salon_name(home, owner.language) if home and home.id != self.salon.id else None,
                "p": self._pay(),
                "u": self._desk_link(),
            }
            self._to_owner(owner, "O3", f"shift:{self.shift.id}:filled:{assignment.id}", values, now)

    def taken_back(self, assignment: Assignment, stylist: Stylist, now: datetime, *, actor: str) -> None:
        """S6: the seat is theirs no more; O3T to the owners but the one who did it.

        What told of the yes and has not left is dropped, and an owner it was for is not told."""
        told = (f"assignment:{assignment.id}:made", tomorrow_event(assignment.id))
        _drop_unsent(self.session, Message.event_id.in_(told), now)
        tel = for_reading(self.salon.phone, self.network.region)
        self._to_stylist(stylist, "S6", f"assignment:{assignment.id}:taken_back", {"tel": tel}, now)
        for owner in self._owners():
            heard = f"shift:{self.shift.id}:filled:{assignment.id}:{owner.id}"
            dropped = _drop_unsent(self.session, Message.event_id == heard, now)
            if not dropped and actor != f"account:{owner.id}":
                values: Values = {"n": stylist.name, "u": self._desk_link()}
                self._to_owner(owner, "O3T", f"shift:{self.shift.id}:taken_back:{assignment.id}", values, now)

    def still_open(self, run_id: int, asked: int, declined: int, now: datetime) -> None:
        """O4 to every owner of the salon, outside the quiet hours: nobody is left to ask."""
        for owner in self._owners():
            values: Values = {"k": asked, "j": declined, "u": self._desk_link()}
            due_at = ask_at(now, self.shift.starts_at, self._tz, posted_at=self.shift.created_at)
            self._to_owner(owner, "O4", f"shift:{self.shift.id}:still_open:{run_id}", values, now, due_at)

    @property
    def _tz(self) -> ZoneInfo:
        return ZoneInfo(self.salon.zone)

    def _to_stylist(
        self,
        stylist: Stylist,
        text_id: str,
        event_id: str,
        values: Values,
        now: datetime,
        *,
        offer_id: int | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        if stylist.phone is None:
            return
        messages.enqueue(
            self.session,
            network_id=self.shift.network_id,
            salon_id=self.shift.salon_id,
            event_id=event_id,
            text_id=text_id,
            to=stylist.phone,
            language=stylist.language,
            values={**self._when_and_where(stylist.language), "p": self._pay(), **values},
            within=self.texting.capabilities,
            now=now,
            offer_id=offer_id,
            expires_at=expires_at or self.shift.starts_at,
        )

    def _to_owner(
        self,
        owner: Account,
        text_id: str,
        event_id: str,
        values: Values,
        now: datetime,
        due_at: datetime | None = None,
    ) -> None:
        """The event is told once per owner."""
        messages.enqueue(
            self.session,
            network_id=self.shift.network_id,
            salon_id=self.shift.salon_id,
            event_id=f"{event_id}:{owner.id}",
            text_id=text_id,
            to=owner.phone,
            language=owner.language,
            values={**self._when_and_where(owner.language), **values},
            within=self.texting.capabilities,
            now=now,
            due_at=due_at,
            expires_at=self.shift.ends_at,
        )

    def _when_and_where(self, language: str) -> Values:
        return {
            "s": _salon_name(self.salon, language),
            "d": formats.short_date(self.shift.starts_at, self._tz, language),
            "r": formats.hours(self.shift.starts_at, self.shift.ends_at, self._tz),
        }

    def _pay(self) -> str:
        """What one person earns with the whole shift."""
        hourly = Money(self.shift.hourly_pay_minor, self.network.currency)
        return formats.money(pay_between(hourly, self.shift.starts_at, self.shift.ends_at))

    def _walk(self, stylist: Stylist) -> int | None:
        """Minutes on foot from the home salon, or from the person's own position."""
        home = self.session.get(Salon, stylist.home_salon_id) if stylist.home_salon_id else None
        here = (home.x_km, home.y_km) if home else (stylist.x_km, stylist.y_km)
        if home and home.id == self.salon.id:
            return None
        return walk_minutes(here, (self.salon.x_km, self.salon.y_km))

    def _link(self, offer: Offer | None) -> str:
        links = self.texting.links
        return links.text_url(links.offer_path(offer.id, offer.link_version) if offer else "/me")

    def _desk_link(self) -> str:
        return self.texting.links.text_url(f"/desk/shift/{self.shift.id}")

    def _owners(self) -> list[Account]:
        return list(
            self.session.scalars(
                sa.select(Account)
                .join(Role, Role.account_id == Account.id)
                .where(
                    Role.salon_id == self.salon.id,
                    Role.kind == RoleKind.OWNER,
                    Account.disabled_at.is_(None),
                )
                .order_by(Account.id)
            )
        )


def drop_question(session: Session, offer: Offer, now: datetime) -> bool:
    """Let the question of an offer that is over not leave any more. Has it never left?

    One that is being sent is not sent a second time.
    """
    asks = sa.and_(Message.offer_id == offer.id, Message.text_id.in_(QUESTIONS))
    return _drop_unsent(session, asks, now)


def _drop_unsent(session: Session, which: sa.ColumnElement[bool], now: datetime) -> bool:
    waiting = Message.status == MessageStatus.PENDING
    session.execute(
        sa.update(Message)
        .where(which, Message.status.in_(UNFINISHED))
        .values(status=sa.case((waiting, MessageStatus.EXPIRED), else_=Message.status), expires_at=now),
        execution_options={"synchronize_session": False},
    )
    newest = sa.select(Message.status).where(which).order_by(Message.id.desc()).limit(1)
    return session.scalar(newest) == MessageStatus.EXPIRED


def _salon_name(salon: Salon, language: str) -> str:
    return salon.sms_name_en if language == "en" else salon.sms_name
