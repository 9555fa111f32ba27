"""The shape of the tables of texts: id -> language -> forms, from complete to compact."""

from collections.abc import Mapping

Texts = Mapping[str, Mapping[str, tuple[str, ...]]]
