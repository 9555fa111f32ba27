"""The table of texts, and the one function that writes a text.

Fields: s salon · d date · t time · r hours (11:30-14:00) · h deadline · p money · v service or skill ·
n stylist · x the stylist's home salon · a address · u link · w minutes on foot · k asked · j said no ·
y reason · c code · tel phone number. All but the names come formatted (formats.py).

Every text is one segment: 160 GSM-7 septets, or 70 UTF-16 units (capabilities.py: fewer with some providers)
as soon as one character, such as a Chinese name in an English text, is outside GSM-7. Each text has forms,
from complete to compact, and last the ones without a link. The first form is taken that fits when every name
keeps what is needed to recognise it; then the longest name gives up one character at a time until the text
fits. Names are s, n, x, v, a; every other field is shown whole or, where a compact form lacks it, not at all.
A form with an empty field is passed over, so a stylist without a home salon has no x. A form without a link
is for texts that have none to show, because nobody gave one or the provider lets none through: a link, or
else the number to call, is never dropped for room. If no form fits, names in the last one may shrink to
nothing. Only fixed fields beyond their usual width (link 32 with its scheme, phone 16, money 7 characters)
can make a text longer than one segment: it is then sent so, because a cut link is worth less than a second
segment.
"""

from collections.abc import Mapping, Set
from functools import cache
from string import Formatter

from salonpool.domain.message import OPENS_ALONE
from salonpool.messaging import (
    texts_guest,
    texts_owner,
    texts_reminder,
    texts_salon,
    texts_stylist,
    texts_waitlist,
)
from salonpool.messaging.capabilities import DEFAULT, Capabilities
from salonpool.messaging.clipping import Name, name
from salonpool.messaging.segments import fits_one, width
from salonpool.messaging.text_table import Texts

LANGUAGES = ("zh-Hant", "en", "zh-Hans")
NAMES = frozenset({"s", "n", "x", "v", "a"})
FIELDS = NAMES | {"d", "t", "r", "h", "p", "u", "w", "k", "j", "y", "c", "tel"}
TEXTS: Texts = {
    **texts_guest.TEXTS,
    **texts_reminder.TEXTS,
    **texts_salon.TEXTS,
    **texts_waitlist.TEXTS,
    **texts_stylist.TEXTS,
    **texts_owner.TEXTS,
}
CONTACTS = ("u", "tel")  # how people get further, the better one first
TAIL = 3  # digits of the number a text is for
WITHOUT_TAIL = OPENS_ALONE  # the digits would be read as part of the code


def compose(
    text_id: str, language: str, *, within: Capabilities = DEFAULT, to: str = "", **values: str | int | None
) -> str:
    """The text in that language, one segment long, as `within` lets it be. Values may be given that no form
    uses; `u` is a link without scheme, `to` the number the text is for (E.164).

    Raises KeyError for an unknown text or language, ValueError for an unknown field or when no form of the
    text can do without a missing one, or without a link where `within` lets none through.
    """
    if unknown := values.keys() - FIELDS:
        raise ValueError(f"text {text_id}: unknown field {', '.join(sorted(unknown))}")
    given = {field: str(value) for field, value in values.items() if value is not None}
    for field in CONTACTS:
        if not given.get(field) or (field == "u" and not within.links):
            given.pop(field, None)
    if "u" in given:
        given["u"] = within.link_scheme + given["u"]
    names = {field: name(given[field], language) for field in given.keys() & NAMES}
    fixed = {field: given[field] for field in given.keys() - NAMES}
    filled = {field for field, text in fixed.items() if text} | {f for f, n in names.items() if n.clusters}
    forms = _forms(text_id, language, filled, given.keys())
    if within.tail_prefix and to and text_id not in WITHOUT_TAIL:
        forms = [f"{to[-TAIL:]} {form}" for form in forms]
    readable = {field: names[field].readable for field in names}
    for form in forms:
        text = _fit(form, fixed, names, readable, within.max_ucs2)
        if fits_one(text, within.max_ucs2):
            return text
    return _fit(forms[-1], fixed, names, dict.fromkeys(names, 0), within.max_ucs2)


def reason(rule: str, language: str) -> str:
    """Half a sentence for field y: why a stylist may not take a shift, by the planner's rule name."""
    words = texts_stylist.REASONS.get(rule, texts_stylist.OTHER_REASON)
    return words[("en", "zh-Hant", "zh-Hans").index(language)]


@cache  # of a form of the table: reading it each time costs more than filling it in
def fields(form: str) -> frozenset[str]:
    """The fields a form shows."""
    return frozenset(field for _, field, _, _ in Formatter().parse(form) if field)


def _forms(text_id: str, language: str, filled: Set[str], given: Set[str]) -> list[str]:
    """The forms that say how people get further, as far as that is given; those with nothing empty if there
    are any."""
    every = TEXTS[text_id][language]
    forms = [form for form in every if fields(form) <= given]
    if not forms:
        missing = sorted(fields(every[-1]) - given)
        raise ValueError(f"text {text_id}: missing field {', '.join(missing)}")
    for contact in CONTACTS:
        if reaching := [form for form in forms if contact in fields(form)]:
            forms = reaching
            break
    return [form for form in forms if fields(form) <= filled] or forms


def _fit(
    form: str,
    fixed: Mapping[str, str],
    names: Mapping[str, Name],
    least: Mapping[str, int],
    max_ucs2: int,
) -> str:
    """The form with its names as long as fit, none below `least`; it may then still be too long."""
    keep = {field: len(names[field].clusters) for field in names.keys() & fields(form)}
    while True:
        shown = {field: names[field].shown(count) for field, count in keep.items()}
        text = form.format(**fixed, **shown).strip()
        cuttable = sorted(field for field in keep if keep[field] > least[field])
        if fits_one(text, max_ucs2) or not cuttable:
            return text
        keep[max(cuttable, key=lambda field: width(shown[field]))] -= 1
