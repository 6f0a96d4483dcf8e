"""Conversion of properties between the engine's encoding and the provider's plain values.

The engine encodes values that JSON cannot represent: an unknown value as a fixed UUID, a file as an object
with a fixed key. The plugin receives no secrets, because it declares that it does not accept them:
the engine unwraps them, and marks the returned properties of the same names as secret.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from google.protobuf.struct_pb2 import Struct, Value

from provider.base import Properties, ProviderError

SIGNATURE = "4dabf18193072939515e22adb298388d"
FILES = {"0def7320c3a5731c473e5ecbe6d01bc7": "archive", "c44067f5952c0a294b673a41bacd8c17": "asset"}
"""The signatures of files."""
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the signature of a secret, not a secret
UNKNOWNS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # text
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
    }
)
"""Source: sdk/go/common/resource/plugin/rpc.go in github.com/pulumi/pulumi."""


class Unknown(str):
    """A value that is known only after AWS has created a resource; it is returned unchanged."""

    __slots__ = ()


def read(struct: Struct) -> Properties:
    """Decode the engine's properties."""
    return {key: _read(value) for key, value in struct.fields.items()}


def saved(properties: Mapping[str, Any]) -> Properties:
    """Decode the properties of an exported state with secrets in plain text."""
    struct = Struct()
    struct.update(dict(properties))
    return read(struct)


def write(properties: Mapping[str, Any]) -> Struct:
    """Encode properties for the engine."""
    struct = Struct()
    struct.update({key: _write(value) for key, value in properties.items()})
    return struct


def is_known(value: Any) -> bool:
    """Return whether a value contains no unknown value."""
    if isinstance(value, Mapping):
        return all(is_known(member) for member in cast("Mapping[str, Any]", value).values())
    if isinstance(value, list):
        return all(is_known(item) for item in cast("list[Any]", value))
    return not isinstance(value, Unknown)


def _read(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            text = value.string_value
            return Unknown(text) if text in UNKNOWNS else text
        case "number_value":
            number = value.number_value
            # Protobuf has no integers.
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return _decode_object(read(value.struct_value))
        case "list_value":
            return [_read(item) for item in value.list_value.values]
        case _:
            return None


def _decode_object(members: Properties) -> Any:
    """Return an object, or the value that it encodes."""
    signature = members.get(SIGNATURE)
    if signature is None:
        return members
    if signature in FILES:
        # The engine's state contains only the hash of a file.
        return {FILES[signature]: {"path": members.get("path", ""), "hash": members["hash"]}}
    if signature == SECRET and "plaintext" in members:
        return json.loads(members["plaintext"])
    raise ProviderError(f"the engine sent a value of an unknown type: signature {signature}")


def _write(value: Any) -> Any:
    if isinstance(value, Mapping):
        members = cast("Properties", value)
        for signature, kind in FILES.items():
            if members.keys() == {kind}:
                return {SIGNATURE: signature, **members[kind]}
        return {key: _write(member) for key, member in members.items()}
    if isinstance(value, list):
        return [_write(item) for item in cast("list[Any]", value)]
    return str(value) if isinstance(value, Unknown) else value
