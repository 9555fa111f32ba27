"""How texts are written here: which links they carry, who may get them, whether people can answer them."""

from dataclasses import dataclass

from salonpool.domain.links import Links
from salonpool.domain.phone import guest_number


@dataclass(frozen=True, slots=True)
class Texting:
    """Set once in app.py, passed to every use case that texts or makes links.

    `countries` (ISO 3166) get texts beside a network's own; `own_numbers` (E.164) send them. `limits_scale`
    multiplies the caps a load test meets.
    """

    links: Links
    two_way: bool = True
    demo: bool = False
    countries: frozenset[str] = frozenset()
    own_numbers: frozenset[str] = frozenset()
    limits_scale: float = 1.0

    def guest_phone(self, typed: str, region: str, *, field: str = "phone") -> str:
        """E.164 of a guest's number as typed in `region`. Raises InvalidInput as domain guest_number()."""
        return guest_number(
            typed, region, field=field, demo=self.demo, countries=self.countries, ours=self.own_numbers
        )
