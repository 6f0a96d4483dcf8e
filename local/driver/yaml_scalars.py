"""The scalars of YAML as the Pulumi CLI reads them, which is neither YAML 1.1 nor exactly YAML 1.2.

The rules are those of `resolve.go` in gopkg.in/yaml.v3 3.0.1, and of `unmarshalObject` in
`sdk/go/common/resource/config/object.go` of Pulumi 3.228.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from decimal import Decimal

Scalar = str | int | float | bool | None

CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}

INTEGER = re.compile(r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)"
                     r"|0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]*))")  # fmt: skip
BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")

TIMESTAMP = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:(?:(?P<t>[Tt])|\ )(?P<time>\d{1,2}:\d{1,2}:\d{1,2})(?:\.(?P<fraction>\d+))?"
    r"(?P<zone>(?(t)(?:Z|[-+]\d\d:\d\d))))?",
    re.ASCII,
)

INT64 = range(-(2**63), 2**63)
UINT64 = range(2**64)

PLAIN_LIMIT = 1e21
"""Go's JSON encoder writes larger numbers with an exponent."""

SMALLEST_PLAIN = 1e-6
"""Go's JSON encoder writes smaller numbers with an exponent."""


def scalar(text: str) -> Scalar:
    """Return the value of a plain scalar. A timestamp is text, in the format of Go's `time.Time.String`."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if (time := _timestamp(text)) is not None:
        return time
    if not text.isascii() or text.startswith("_"):
        return text
    plain = text.replace("_", "")
    if (integer := _integer(plain)) is not None:
        return integer
    if FLOAT.fullmatch(plain) and math.isfinite(value := float(plain)):
        return number(value)
    return text


def number(value: float) -> int | float:
    """Return a number as Go writes it to JSON: without a fraction if it has none."""
    if value.is_integer() and abs(value) < PLAIN_LIMIT:
        return int(Decimal(repr(value)))
    return value


def number_text(value: float) -> str:
    """Return the text that Go's JSON encoder writes for a number."""
    if isinstance(value, int):
        return str(value)
    if SMALLEST_PLAIN <= abs(value) < PLAIN_LIMIT:
        return format(Decimal(repr(value)), "f")
    return repr(value).replace("e-0", "e-")


def _integer(plain: str) -> int | None:
    match = INTEGER.fullmatch(plain)
    if match is None:
        return None
    digits, base = next((match[name], base) for name, base in BASES.items() if match[name] is not None)
    value = int(digits, base) * (-1 if match["sign"] == "-" else 1)
    return value if value in INT64 or (value in UINT64 and not match["sign"]) else None


def _timestamp(text: str) -> str | None:
    match = TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.strptime(f"{match['date']} {match['time'] or '0:0:0'}", "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the zone is text
    except ValueError:
        return None
    fraction = (match["fraction"] or "")[:9].rstrip("0")
    offset = (match["zone"] or "Z").replace(":", "")
    zone = "+0000 UTC" if offset in ("Z", "+0000", "-0000") else f"{offset} {offset}"
    return f"{moment:%Y-%m-%d %H:%M:%S}{'.' if fraction else ''}{fraction} {zone}"
