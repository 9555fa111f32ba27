"""Column kinds and constraints that many tables share."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import sqlalchemy as sa
from sqlalchemy.orm import mapped_column

from salonpool.database import UtcDateTime, WholeMinutes

Key = Annotated[int, mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)]
Big = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Ref = Annotated[int, mapped_column(Big)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
Minute = Annotated[datetime, mapped_column(WholeMinutes)]
Name = Annotated[str, mapped_column(sa.String(80))]
Code = Annotated[str, mapped_column(sa.String(40))]
Phone = Annotated[str, mapped_column(sa.String(16))]
Language = Annotated[str, mapped_column(sa.String(8))]
Status = Annotated[str, mapped_column(sa.String(20))]
Digest = Annotated[str, mapped_column(sa.String(64))]
Currency = Annotated[str, mapped_column(sa.String(3))]


def one_of(column: str, values: type[StrEnum]) -> sa.CheckConstraint:
    """Only the states of the enum may be stored."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def in_order(first: str = "starts_at", last: str = "ends_at") -> sa.CheckConstraint:
    """The end lies after the start."""
    return sa.CheckConstraint(f"{first} < {last}", name=f"{first}_before_{last}")


def same(*columns: str, of: str) -> sa.ForeignKeyConstraint:
    """A reference that keeps a row inside its salon or network: same('shift_id', 'salon_id', of='shift')."""
    return sa.ForeignKeyConstraint(columns, [f"{of}.id", *(f"{of}.{column}" for column in columns[1:])])
