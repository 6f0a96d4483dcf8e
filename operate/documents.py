"""Access to JSON documents of unknown shape, such as other services' messages and log lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast


def parse(text: str) -> Any:
    """Return the parsed JSON, or None if the text is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def as_object(value: Any) -> Mapping[str, Any]:
    """Return the value if it is a JSON object, else an empty object."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def find_strings(document: Any, name: str) -> Iterator[str]:
    """Yield the strings under a key at any depth: plain, in a list, or as a DynamoDB attribute value."""
    for value in find_values(document, name):
        for each in cast("list[Any]", value) if isinstance(value, list) else [value]:
            text = as_object(each).get("S", each)
            if isinstance(text, str):
                yield text


def find_values(document: Any, name: str) -> Iterator[Any]:
    """Yield the values under a key at any depth, also in JSON objects that the document holds as strings."""
    if isinstance(document, str) and document.startswith("{"):
        document = parse(document)
    if isinstance(document, list):
        for item in cast("list[Any]", document):
            yield from find_values(item, name)
    for key, value in as_object(document).items():
        if key == name:
            yield value
        yield from find_values(value, name)
