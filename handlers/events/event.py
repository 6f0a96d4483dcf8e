"""An event as it travels: EventBridge's document around what the catalogue describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from handlers.events.catalogue import CATALOGUE, Timestamp, is_from

Identifier = Annotated[str, Meta(min_length=1, max_length=256)]


class InvalidEvent(Exception):  # noqa: N818 - it says what the event is, as refusals do
    """The document is no event of the catalogue; the text says what is wrong and where."""


class Metadata(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What an event says of itself.

    Attributes:
        id: the same however often the event is delivered: who has seen it does nothing again.
        correlation_id: the request that set it off.
        occurred_at: when what it tells of happened.
        actor: the subject of the token behind that request, where there was one.
    """

    id: Identifier
    correlation_id: Identifier
    occurred_at: Timestamp
    actor: str | None = None


class Event(Struct, frozen=True, kw_only=True):
    """An event of the catalogue.

    Attributes:
        data: of the shape that the catalogue has for `type`.
        detail: the whole detail as it came.
        replay: the name of the replay that delivers it again, if one does.
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
    """The event in EventBridge's document.

    Raises:
        InvalidEvent: where it is none of the catalogue, or not of the shape that its type has.
    """
    detail_type, source = document.get("detail-type"), document.get("source")
    kind = CATALOGUE.get(detail_type) if isinstance(detail_type, str) else None
    if kind is None:
        raise InvalidEvent(f"detail-type: {detail_type!r}: expected one of {', '.join(CATALOGUE)}")
    if not isinstance(source, str) or not is_from(source, kind.source):
        raise InvalidEvent(f"source: {source!r}: expected {kind.source} for {detail_type}")
    metadata: Metadata = _part(document, "metadata", Metadata)
    return Event(
        type=str(detail_type),
        source=source,
        id=metadata.id,
        correlation_id=metadata.correlation_id,
        occurred_at=metadata.occurred_at,
        actor=metadata.actor,
        data=_part(document, "data", kind.data),
        detail=document["detail"],
        replay=document.get("replay-name"),
    )


def correlation_of(document: Mapping[str, Any]) -> str | None:
    """The correlation id of a document that may be no event at all."""
    try:
        found = document["detail"]["metadata"]["correlationId"]
    except (KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None


def fault(pointer: str, error: msgspec.ValidationError) -> str:
    """What is wrong with the value at a JSON pointer, or with one inside of it."""
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
