"""Schedule expressions.

The rules are those of EventBridge Scheduler's documentation; these tests cannot show what AWS accepts.
"""

from __future__ import annotations

import zoneinfo

import pytest

from components.expression import fault, time_zone_fault


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(1 hour)",
        "rate(90 days)",
        "at(2030-01-01T00:00:00)",
        "at(2028-02-29T23:59:59)",
        "cron(0 3 * * ? *)",
        "cron(0/15 8-17 ? * MON-FRI 2030-2040)",
        "cron(*/5 0,12 L JAN,JUL ? *)",
        "cron(0 0 15W * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 0 ? * 6#3 *)",
        "cron(0 0 ? * FRIL *)",
        "cron(0 0 29 2 ? *)",
        "cron(0 0 30,31 2,3 ? *)",
    ],
)
def test_valid_expression_is_accepted(expression: str) -> None:
    """Scheduler documents each of these forms."""
    assert fault(expression) is None


RATE = "expected a positive number and its unit, such as rate(1 hour) or rate(5 minutes)"
AT = "expected a date and time that exist, such as at(2030-01-31T09:30:00)"
DAYS = "expected ? in exactly one of day-of-month and day-of-week"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 3 * * ? *", "expected cron(...), rate(...) or at(...)"),
        ("every(1 hour)", "expected cron(...), rate(...) or at(...)"),
        ("rate(0 minutes)", RATE),
        ("rate(1 hours)", RATE),
        ("rate(2 hour)", RATE),
        ("rate(-1 hours)", RATE),
        ("rate(1.5 hours)", RATE),
        ("rate(5 weeks)", RATE),
        ("rate(5 seconds)", RATE),
        ("rate(5  minutes)", RATE),
        ("at(2030-02-30T00:00:00)", AT),
        ("at(2030-02-29T00:00:00)", AT),
        ("at(2030-01-01T24:00:00)", AT),
        ("at(2030-01-01)", AT),
        ("at(2030-01-01T00:00:00Z)", AT),
        (
            "cron(0 3 * * *)",
            "expected 6 fields (minutes, hours, day-of-month, month, day-of-week, year), got 5",
        ),
        (
            "cron(0 0 3 * * ? *)",
            "expected 6 fields (minutes, hours, day-of-month, month, day-of-week, year), got 7",
        ),
        ("cron(0 3 * * * *)", DAYS),
        ("cron(0 3 1 * MON *)", DAYS),
        ("cron(0 3 ? * ? *)", DAYS),
        ("cron(60 3 * * ? *)", "minutes '60': expected 0 to 59, with * , - /"),
        ("cron(0 24 * * ? *)", "hours '24': expected 0 to 23, with * , - /"),
        ("cron(? 3 * * ? *)", "minutes '?': expected 0 to 59, with * , - /"),
        ("cron(0/0 3 * * ? *)", "minutes '0/0': expected 0 to 59, with * , - /"),
        ("cron(0,, 3 * * ? *)", "minutes '': expected 0 to 59, with * , - /"),
        ("cron(0 3 0 * ? *)", "day-of-month '0': expected 1 to 31, with * , - /"),
        ("cron(0 3 32W * ? *)", "day-of-month '32W': expected 1 to 31, with * , - /"),
        ("cron(0 3 1 13 ? *)", "month '13': expected 1 to 12 or JAN to DEC, with * , - /"),
        ("cron(0 3 1 JANUARY ? *)", "month 'JANUARY': expected 1 to 12 or JAN to DEC, with * , - /"),
        ("cron(0 3 ? * 0 *)", "day-of-week '0': expected 1 to 7 or SUN to SAT, with * , - /"),
        ("cron(0 3 ? * 2#6 *)", "day-of-week '2#6': expected 1 to 7 or SUN to SAT, with * , - /"),
        ("cron(0 3 1 * ? 1969)", "year '1969': expected 1970 to 2199, with * , - /"),
        ("cron(0 3 30 2 ? *)", "day-of-month '30': expected a day that month 2 has"),
        ("cron(0 3 31 APR,JUN ? *)", "day-of-month '31': expected a day that month APR,JUN has"),
    ],
)
def test_invalid_expression_is_explained(expression: str, expected: str) -> None:
    """Scheduler would reject it during the deployment, or never invoke the function."""
    assert fault(expression) == expected


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "UTC", "Etc/GMT+1"])
def test_known_time_zone_is_accepted(name: str) -> None:
    """The names are those of the IANA database."""
    assert time_zone_fault(name) is None


@pytest.mark.parametrize(
    "name", ["Europe/Bonn", "europe/berlin", "Europe", "CEST", "", "../etc", "/etc/localtime"]
)
def test_unknown_time_zone_is_explained(name: str) -> None:
    """Scheduler would reject it during the deployment."""
    assert time_zone_fault(name) == "expected an IANA time zone, such as Europe/Berlin"


def test_time_zone_is_not_checked_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a time zone database rejects no time zone."""
    monkeypatch.setattr(zoneinfo, "available_timezones", set[str])

    assert time_zone_fault("Europe/Berlin") is None
