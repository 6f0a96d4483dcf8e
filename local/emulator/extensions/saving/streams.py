"""The streams of DynamoDB tables as saved data: the emulator by itself saves only the read positions."""

from __future__ import annotations

from typing import Any

from ministack.services import dynamodb, lambda_svc

from local.emulator.extensions.patch import private, replace

KEY = "table_streams"
"""The name of the file with the streams, and the key of the positions in it."""

Scoped = tuple[str, str, str]
"""Account, region and name."""


def install() -> None:
    """Save the positions together with the streams instead of with the functions."""
    original = private(lambda_svc, "get_state")

    def without_positions() -> dict[str, Any]:
        return {**original(), "dynamodb_stream_positions": {}}

    replace(lambda_svc, "get_state", without_positions)


def get_state() -> dict[str, Any]:
    """Return the positions, and each stream's records that a consumer has not processed."""
    positions = _positions()
    first = _first_positions(positions)
    trimmed = _items(dynamodb, "_stream_trimmed")
    streams: list[Any] = []
    for table, records in _items(dynamodb, "_stream_records").items():
        start = trimmed.get(table, 0)
        position = max(start, first.get(table, start + len(records)))
        streams.append([*table, position, records[position - start :]])
    return {
        "positions": [[*mapping, position] for mapping, position in positions.items()],
        "streams": streams,
    }


def restore(state: dict[str, Any]) -> None:
    """Restore the streams; call it before the emulator starts to read them."""
    for account, region, mapping, position in state["positions"]:
        _positions()[account, region, mapping] = position
    for account, region, table, position, records in state["streams"]:
        _items(dynamodb, "_stream_records")[account, region, table] = records
        _items(dynamodb, "_stream_trimmed")[account, region, table] = position


def _first_positions(positions: dict[Scoped, int]) -> dict[Scoped, int]:
    """Return the lowest position of any consumer, by table."""
    first: dict[Scoped, int] = {}
    mappings = _items(lambda_svc, "_esms")
    for (account, region, mapping), position in positions.items():
        source = mappings.get((account, region, mapping), {}).get("EventSourceArn", "")
        table = (account, region, source.partition(":table/")[2].partition("/")[0])
        first[table] = min(position, first.get(table, position))
    return first


def _positions() -> dict[Scoped, int]:
    return _items(lambda_svc, "_dynamodb_stream_positions")


def _items(module: Any, name: str) -> dict[Scoped, Any]:
    """Return what a variable of the emulator contains, of all accounts and regions."""
    return private(private(module, name), "_data")
