"""An event of the catalogue, parsed from EventBridge's document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from handlers.events.catalogue import CATALOGUE, Timestamp, is_from

Identifier = Annotated[str, Meta(min_length=1, max_length=256)]


class InvalidEvent(Exception):  # noqa: N818 - the name describes the event, as a refusal's describes the request
    """The document is not an event of the catalogue; the text is the fault and its place."""


class Metadata(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The metadata of an event.

    Attributes:
        id: the same for every delivery of the event; consumers use it to detect duplicates.
        correlation_id: the id of the request that caused the event.
        occurred_at: the time of the change or action that the event describes.
        actor: the subject of the request's token, if it had one.
    """

    id: Identifier
    correlation_id: Identifier
    occurred_at: Timestamp
    actor: str | None = None


class Event(Struct, frozen=True, kw_only=True):
    """An event of the catalogue.

    Attributes:
        data: the data, in the catalogue's shape for `type`.
        detail: the whole detail as received.
        replay: the name of the replay that delivers the event, if any.
    """

    type: str
    source: str
    id: str
    correlation_id: str
    occurred_at: str
    actor: str | None
    data: Any
    detail: Mapping[str, Any]
    replay: str | None = None


def read(document: Mapping[str, Any]) -> Event:
    """Return the event in EventBridge's document.

    Raises:
        InvalidEvent: if its type is not in the catalogue, or its source or shape is not that of its type.
    """
    detail_type, source = document.get("detail-type"), document.get("source")
    event_type = CATALOGUE.get(detail_type) if isinstance(detail_type, str) else None
    if event_type is None:
        raise InvalidEvent(f"detail-type: {detail_type!r}: expected one of {', '.join(CATALOGUE)}")
    if not isinstance(source, str) or not is_from(source, event_type.source):
        raise InvalidEvent(f"source: {source!r}: expected {event_type.source} for {detail_type}")
    metadata: Metadata = _part(document, "metadata", Metadata)
    return Event(
        type=str(detail_type),
        source=source,
        id=metadata.id,
        correlation_id=metadata.correlation_id,
        occurred_at=metadata.occurred_at,
        actor=metadata.actor,
        data=_part(document, "data", event_type.data),
        detail=document["detail"],
        replay=document.get("replay-name"),
    )


def correlation_of(document: Mapping[str, Any]) -> str | None:
    """Return the correlation id of a document, which may not be an event; None if it has none."""
    try:
        found = document["detail"]["metadata"]["correlationId"]
    except (KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None


def fault(pointer: str, error: msgspec.ValidationError) -> str:
    """Return the fault of the value at a JSON pointer, or of a value nested in it, with its place."""
    text, _, place = str(error).partition(" - at `$")
    inner = place.rstrip("`").replace("[", ".").replace("]", "").replace(".", "/")
    return f"{pointer}{inner}: {text}"


def _part(document: Mapping[str, Any], name: str, shape: Any) -> Any:
    detail = document.get("detail")
    if not isinstance(detail, dict) or name not in detail:
        raise InvalidEvent(f"/detail/{name}: missing")
    try:
        return msgspec.convert(detail[name], shape)
    except msgspec.ValidationError as error:
        raise InvalidEvent(fault(f"/detail/{name}", error)) from None
