"""Schedule expressions, checked as EventBridge Scheduler reads them.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

EXPRESSION = re.compile(r"(cron|rate|at)\((.+)\)")
RATE = re.compile(r"([1-9]\d*) (minute|hour|day)(s?)")
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class Field(NamedTuple):
    """One field of a cron expression.

    Attributes:
        name: the field's name.
        least: its least number.
        most: its greatest number.
        names: names for the numbers from 1.
        special: the other forms that it allows, as a pattern.
    """

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    special: str = r"(?!)"


FIELDS = (
    Field("minutes", 0, 59),
    Field("hours", 0, 23),
    Field("day-of-month", 1, 31, special=r"L|LW|([1-9]|[12]\d|3[01])W"),
    Field("month", 1, 12, MONTHS),
    Field("day-of-week", 1, 7, DAYS, special=rf"L|([1-7]|{'|'.join(DAYS)})(L|#[1-5])"),
    Field("year", 1970, 2199),
)
DAY_FIELDS = (2, 4)
"""The positions of day-of-month and day-of-week: one of them must be `?`."""


def fault(expression: str) -> str | None:
    """Return what is expected instead of an expression that Scheduler rejects; None if it is valid."""
    match = EXPRESSION.fullmatch(expression)
    if not match:
        return "expected cron(...), rate(...) or at(...)"
    kind, content = match.groups()
    return {"cron": _cron_fault, "rate": _rate_fault, "at": _at_fault}[kind](content)


def time_zone_fault(name: str) -> str | None:
    """Return what is expected instead of an unknown time zone; None if it is known."""
    if name == "UTC":
        return None
    known = zoneinfo.available_timezones()
    # Without a time zone database on this machine, AWS checks the name.
    return None if name in known or not known else "expected an IANA time zone, such as Europe/Berlin"


def _rate_fault(content: str) -> str | None:
    match = RATE.fullmatch(content)
    if match and (match[1] == "1") == (match[3] == ""):
        return None
    return "expected a positive number and its unit, such as rate(1 hour) or rate(5 minutes)"


def _at_fault(content: str) -> str | None:
    expected = "expected a date and time that exist, such as at(2030-01-31T09:30:00)"
    if not AT.fullmatch(content):
        return expected
    try:
        datetime.fromisoformat(content)
    except ValueError:
        return expected
    return None


def _cron_fault(content: str) -> str | None:
    values = content.split()
    if len(values) != len(FIELDS):
        names = ", ".join(field.name for field in FIELDS)
        return f"expected 6 fields ({names}), got {len(values)}"
    if sum(values[position] == "?" for position in DAY_FIELDS) != 1:
        return "expected ? in exactly one of day-of-month and day-of-week"
    for position, (field, value) in enumerate(zip(FIELDS, values, strict=True)):
        if value == "?" and position in DAY_FIELDS:
            continue
        for part in value.split(","):
            if not _is_valid(field, part):
                return f"{field.name} {part!r}: expected {_described(field)}"
    return _never(values)


def _is_valid(field: Field, part: str) -> bool:
    """Return whether one part of a field is `*`, a number, a range, or an allowed special form."""
    if re.fullmatch(field.special, part.upper()):
        return True
    spread, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdecimal() and 1 <= int(step) <= field.most):
        return False
    if spread == "*":
        return True
    ends = [_number(field, end) for end in spread.split("-")]
    return len(ends) <= 2 and all(end is not None for end in ends)


def _number(field: Field, text: str) -> int | None:
    names: Mapping[str, int] = {name: number for number, name in enumerate(field.names, 1)}
    if text.upper() in names:
        return names[text.upper()]
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else -1
    return number if field.least <= number <= field.most else None


def _described(field: Field) -> str:
    names = f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    return f"{field.least} to {field.most}{names}, with * , - /"


def _never(values: list[str]) -> str | None:
    """Return the fault of a day of the month that none of the months has."""
    days, months = values[2].split(","), values[3].split(",")
    numbers = [_number(FIELDS[3], month) for month in months]
    if not all(day.isdecimal() for day in days) or None in numbers:
        return None
    longest = max(29 if each == 2 else 30 if each in (4, 6, 9, 11) else 31 for each in numbers)
    if min(int(day) for day in days) <= longest:
        return None
    return f"day-of-month {values[2]!r}: expected a day that month {values[3]} has"
