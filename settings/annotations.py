"""Navigation of the config's models by the type annotations of their fields."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.alias_generators import to_camel


def member(annotation: Any, part: str) -> Any:
    """Return the type of a section's field or of a dict's values; None if there is no such name."""
    section = section_of(annotation)
    if section:
        fields = {to_camel(name): field for name, field in section.model_fields.items()}
        return fields[part].annotation if part in fields else None
    return get_args(annotation)[1] if get_origin(annotation) is dict else None


def section_of(annotation: Any) -> type[BaseModel] | None:
    """Return the section that an annotation names, such as `Section | None`; None if there is none."""
    options = (annotation, *(() if get_origin(annotation) in (dict, tuple) else get_args(annotation)))
    return next((each for each in options if isinstance(each, type) and issubclass(each, BaseModel)), None)
