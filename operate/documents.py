"""JSON of which nothing is known: other programs' messages and lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast


def parsed(text: str) -> Any:
    """The text as JSON; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def as_object(value: Any) -> Mapping[str, Any]:
    """The value where it is a JSON object, else an empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def texts(document: Any, name: str) -> Iterator[str]:
    """The texts that stand under a name, plainly, in a list, or as DynamoDB writes them."""
    for value in values(document, name):
        for each in cast("list[Any]", value) if isinstance(value, list) else [value]:
            text = as_object(each).get("S", each)
            if isinstance(text, str):
                yield text


def values(document: Any, name: str) -> Iterator[Any]:
    """Whatever stands under a name, at any depth, also in JSON that is a string of the document."""
    if isinstance(document, str) and document.startswith("{"):
        document = parsed(document)
    if isinstance(document, list):
        for item in cast("list[Any]", document):
            yield from values(item, name)
    for key, value in as_object(document).items():
        if key == name:
            yield value
        yield from values(value, name)
