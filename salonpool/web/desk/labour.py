"""The labour rules of a salon's people, as an owner reads and chooses them."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import g, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from salonpool.domain.labour.packs import book, code_for, list_codes
from salonpool.domain.labour.rules import Kind, Rule
from salonpool.domain.local_time import local_day
from salonpool.domain.refusal import InvalidInput
from salonpool.queries import access
from salonpool.queries.labour import LabourChoice, get_labour_choice
from salonpool.queries.salons import SalonRow, get_salon_by_id
from salonpool.usecases.salons import labour_rules
from salonpool.web.desk import blueprint
from salonpool.web.desk.labour_words import pack_name, read_in, sentence, where
from salonpool.web.desk.salon import own_salon
from salonpool.web.extensions import account, language, now
from salonpool.web.wording import in_words


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in words, and where it stands."""

    sentence: str
    where: str
    source: str
    since: date
    read_in: str


@dataclass(frozen=True, slots=True)
class PackCard:
    """A pack as it holds today; `coming_on` is the day its next version begins, if one is known."""

    code: str
    name: str
    holds: bool
    rules: list[RuleLine]
    not_checked: list[RuleLine]
    coming_on: date | None


@blueprint.get("/settings/labour")
@login_required
def show_labour() -> Response:
    """What holds, and what may be chosen."""
    return _page(own_salon(), "", 200)


@blueprint.post("/settings/labour")
@login_required
def change_labour() -> Response:
    """Choose a pack, or what the network has."""
    g.page_url = url_for("desk.show_labour")
    own_salon()  # who owns none is told so
    salon_id = access.get_owned_salon(account(), request.form.get("salon", "")).id
    try:
        labour_rules.choose(
            salon_id=salon_id,
            pack=request.form.get("labour_pack", "") or None,
            actor=f"account:{account().id}",
            now=now(),
        )
    except InvalidInput as refusal:
        return _page(get_salon_by_id(salon_id, language()), in_words(refusal), 422)
    return redirect(url_for("desk.show_labour", done="saved"), 303)


def _page(salon: SalonRow, problem: str, status: int) -> Response:
    choice = get_labour_choice(salon.id)
    default = code_for(choice.region, choice.of_network)
    page = render_template(
        "desk/labour.html",
        salon=salon,
        chosen=choice.of_salon or "",
        default=pack_name(default) if default else "",
        packs=_cards(choice, local_day(now(), ZoneInfo(salon.zone))),
        problem=problem,
        saved=request.args.get("done") == "saved" and not problem,
    )
    return make_response(page, status)


def _cards(choice: LabourChoice, today: date) -> list[PackCard]:
    holding = code_for(choice.region, choice.of_salon, choice.of_network)
    codes = [code for code in list_codes(choice.region) if book(code).between(today, today)]
    return [_card(code, code == holding, today) for code in codes]


def _card(code: str, holds: bool, today: date) -> PackCard:
    found = book(code)
    pack = found.on(today)
    return PackCard(
        code=code,
        name=pack_name(code),
        holds=holds,
        rules=[_line(rule) for rule in pack.rules if rule.kind is not Kind.NOT_CHECKED],
        not_checked=[_line(rule) for rule in pack.of_kind(Kind.NOT_CHECKED)],
        coming_on=next((version.since for version in found.versions if version.since > today), None),
    )


def _line(rule: Rule) -> RuleLine:
    return RuleLine(
        sentence=sentence(rule),
        where=where(rule),
        source=rule.source,
        since=rule.since,
        read_in=read_in(rule.certainty),
    )
