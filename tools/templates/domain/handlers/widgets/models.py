"""The API's models of widgets; the OpenAPI document is generated from them, limits included."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from handlers.kit.ids import Id

Name = Annotated[str, Meta(min_length=1, max_length=100, description="1 to 100 characters")]
Timestamp = Annotated[str, Meta(description="RFC 3339, UTC", extra_json_schema={"format": "date-time"})]


class Widget(Struct, frozen=True, kw_only=True, rename="camel"):
    """A widget."""

    id: Id
    name: Name
    status: Literal["new", "confirmed"] = "new"
    created_at: Timestamp


class CreateWidget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new widget."""

    name: Name


class WidgetPath(Struct, frozen=True):
    """The path of one widget."""

    widget_id: Id = field(name="widgetId")
