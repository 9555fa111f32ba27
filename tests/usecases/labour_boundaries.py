"""Of every rule of every pack, the last that is allowed and the first that is refused, written by hand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Boundary:
    """`last` and `refused` are minutes, or worked days of the window; of rest the smaller is refused."""

    pack: str
    rule: str
    kind: str
    days: int
    last: int
    refused: int
    article: str

    def __str__(self) -> str:
        return f"{self.pack}: {self.rule}"


REST, DAY, MINUTES, DAYS = "rest", "day-minutes", "window-minutes", "window-days"

# A table is read by its rows.
# fmt: off
BOUNDARIES = (
    Boundary("tw-standard", "day", DAY, 0, 12 * 60, 12 * 60 + 1, "32 II"),
    Boundary("tw-standard", "long-day", DAY, 0, 10 * 60, 10 * 60 + 1, "32 II"),
    Boundary("tw-standard", "rest", REST, 0, 11 * 60, 11 * 60 - 1, "34 II"),
    Boundary("tw-standard", "leave", DAYS, 7, 6, 7, "36 I"),
    Boundary("tw-standard", "week", MINUTES, 7, 50 * 60, 50 * 60 + 1, "30 I"),
    Boundary("tw-2-week", "day", DAY, 0, 12 * 60, 12 * 60 + 1, "32 II"),
    Boundary("tw-2-week", "rest", REST, 0, 11 * 60, 11 * 60 - 1, "34 II"),
    Boundary("tw-2-week", "leave", DAYS, 7, 6, 7, "36 II 1"),
    Boundary("tw-2-week", "days-off", DAYS, 14, 10, 11, "36 II 1"),
    Boundary("tw-2-week", "week", MINUTES, 7, 58 * 60, 58 * 60 + 1, "30 II"),
    Boundary("tw-2-week", "two-weeks", MINUTES, 14, 100 * 60, 100 * 60 + 1, "30 II"),
    Boundary("tw-4-week", "day", DAY, 0, 12 * 60, 12 * 60 + 1, "32 II"),
    Boundary("tw-4-week", "rest", REST, 0, 11 * 60, 11 * 60 - 1, "34 II"),
    Boundary("tw-4-week", "leave", DAYS, 14, 12, 13, "36 II 3"),
    Boundary("tw-4-week", "days-off", DAYS, 28, 20, 21, "36 II 3"),
    Boundary("tw-4-week", "four-weeks", MINUTES, 28, 201 * 60, 201 * 60 + 1, "30-1"),
    Boundary("tw-8-week", "day", DAY, 0, 12 * 60, 12 * 60 + 1, "32 II"),
    Boundary("tw-8-week", "long-day", DAY, 0, 10 * 60, 10 * 60 + 1, "32 II"),
    Boundary("tw-8-week", "rest", REST, 0, 11 * 60, 11 * 60 - 1, "34 II"),
    Boundary("tw-8-week", "leave", DAYS, 7, 6, 7, "36 II 2"),
    Boundary("tw-8-week", "days-off", DAYS, 56, 40, 41, "36 II 2"),
    Boundary("tw-8-week", "week", MINUTES, 7, 58 * 60, 58 * 60 + 1, "30 III"),
    Boundary("tw-8-week", "eight-weeks", MINUTES, 56, 403 * 60, 403 * 60 + 1, "30 III"),
    Boundary("eu", "rest", REST, 0, 11 * 60, 11 * 60 - 1, "3"),
    Boundary("eu", "day", DAY, 0, 13 * 60, 13 * 60 + 1, "3"),
    Boundary("eu", "leave", DAYS, 7, 6, 7, "5"),
    Boundary("eu", "average", MINUTES, 119, 816 * 60, 816 * 60 + 1, "6, 16(b)"),
)
