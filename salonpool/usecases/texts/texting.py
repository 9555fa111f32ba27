"""How texts are written here: which links they carry and whether people can answer them."""

from dataclasses import dataclass

from salonpool.domain.links import Links


@dataclass(frozen=True, slots=True)
class Texting:
    """Set once in app.py, passed to every use case that texts or makes links."""

    links: Links
    two_way: bool = True
    demo: bool = False
