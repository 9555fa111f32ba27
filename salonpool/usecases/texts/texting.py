"""How texts are written here: which links they carry, who may get them, what the provider lets them be."""

from dataclasses import dataclass

from salonpool.domain.links import Links
from salonpool.domain.phone import guest_number
from salonpool.domain.text_price import TextPrice
from salonpool.messaging.capabilities import DEFAULT, Capabilities


@dataclass(frozen=True, slots=True)
class Texting:
    """Set once in app.py, passed to every use case that texts or makes links.

    `countries` (ISO 3166) get texts beside a network's own; `own_numbers` (E.164) send them. `limits_scale`
    multiplies the caps a load test meets. `price`: of one segment, until the provider tells its own.
    """

    links: Links
    capabilities: Capabilities = DEFAULT
    demo: bool = False
    countries: frozenset[str] = frozenset()
    own_numbers: frozenset[str] = frozenset()
    limits_scale: float = 1.0
    price: TextPrice | None = None

    @property
    def two_way(self) -> bool:
        """Can people answer a text by replying?"""
        return self.capabilities.two_way

    def guest_phone(self, typed: str, region: str, *, field: str = "phone") -> str:
        """E.164 of a guest's number as typed in `region`. Raises InvalidInput as domain guest_number()."""
        return guest_number(
            typed, region, field=field, demo=self.demo, countries=self.countries, ours=self.own_numbers
        )
