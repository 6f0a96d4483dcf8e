"""The wording of errors in the stack config: `KEY: VALUE: expected ...`, one line a problem."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Mapping
from typing import Any

import pulumi
from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from settings.annotations import member, section_of
from settings.secret_text import HIDDEN, may_be_secret

NAMESPACE = "strata"
NOT_IN_NAMESPACE = ("region", "endpoint")
"""Fields of the config that a stack file gives under `aws:`."""
UNSUPPORTED: Mapping[tuple[str, ...], str] = {
    ("auth", "identityProviders", "facebook"): (
        "not supported: Facebook does not state whether an email address is verified, so a person who signs "
        "in with it could never get a profile"
    ),
}
"""The reasons for which the config lacks keys that people may expect."""
REGION_MISSING = "aws:region: missing: expected an AWS region, such as us-east-1"


class SettingsError(pulumi.RunError):
    """The stack config cannot be used.

    Attributes:
        problems: one line a problem.
    """

    def __init__(self, problems: Collection[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def problem(key: str, value: Any, expectation: str, *, namespace: str = NAMESPACE) -> str:
    """Return the line of a problem: the key, its value, and the expectation."""
    shown = "missing" if value is None else json.dumps(value, default=str)
    return f"{namespace}:{key}: {shown}: {expectation}"


def one_of(given: str | None, known: Collection[str]) -> str:
    """Return the expectation of one of the known names, with the nearest to what was given."""
    expected = f"expected one of {', '.join(sorted(known))}"
    if given is None:
        return expected
    near = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    return f"unknown; did you mean {near[0]}? {expected}" if near else f"unknown; {expected}"


def validation_problem(model: type[BaseModel], detail: ErrorDetails) -> str:
    """Return the line of a validation error; a value that may be a secret is not shown."""
    path = tuple(str(part) for part in detail["loc"])
    if path == ("region",):
        return REGION_MISSING
    value = detail["input"]
    shown = HIDDEN if may_be_secret(model, path, value) else value
    missing = detail["type"] == "missing"
    return problem(".".join(path), None if missing else shown, _expectation(model, path, detail))


def _expectation(model: type[BaseModel], path: tuple[str, ...], detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return UNSUPPORTED.get(path) or one_of(path[-1], _known_keys(model, path[:-1]))
        case "missing":
            return "expected a value"
        case "string_pattern_mismatch":
            return f"expected text that matches {context.get('pattern')}"
        case "string_too_short":
            return f"expected at least {_count(context.get('min_length'), 'character')}"
        case "too_short":
            return f"expected at least {_count(context.get('min_length'), 'item')}"
        case "string_too_long":
            return f"expected at most {_count(context.get('max_length'), 'character')}"
        case "too_long":
            return f"expected at most {_count(context.get('max_length'), 'item')}"
        case _:
            return detail["msg"].replace("Input should be", "expected")


def _count(number: Any, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _known_keys(model: type[BaseModel], path: tuple[str, ...]) -> list[str]:
    """Return the keys of the section at a path, as a stack file spells them."""
    annotation: Any = model
    for part in path:
        annotation = member(annotation, part)
    section = section_of(annotation)
    names = section.model_fields if section else ()
    hidden = NOT_IN_NAMESPACE if section is model else ()
    return [to_camel(name) for name in names if name not in hidden]
