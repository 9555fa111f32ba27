"""Names that are kept in three languages, in the reader's."""

from sqlalchemy.orm import InstrumentedAttribute

from salonpool.models import CatalogueEntry, Skill


def name_in(language: str, table: type[CatalogueEntry] | type[Skill]) -> InstrumentedAttribute[str]:
    """The column with the name in that language; zh-Hant for any other."""
    return {"en": table.name_en, "zh-Hans": table.name_zh_hans}.get(language, table.name_zh_hant)


def name_of(row: CatalogueEntry | Skill, language: str) -> str:
    """The name of one row in that language."""
    return {"en": row.name_en, "zh-Hans": row.name_zh_hans}.get(language, row.name_zh_hant)
