"""Cursors of a list."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.kit.errors import InvalidRequest
from handlers.kit.ids import new_id
from handlers.users.cursor import decode, encode

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_cursor_round_trip() -> None:
    """Decoding an encoded id returns the id."""
    user_id = new_id()

    assert decode(encode(user_id)) == user_id


def accepted(cursor: str) -> bool:
    try:
        return encode(decode(cursor)) == cursor
    except InvalidRequest:
        return False


@given(st.binary(min_size=16, max_size=16))
def test_only_ids_are_valid_positions(position: bytes) -> None:
    """Only bytes with the version and the variant of an id are accepted."""
    cursor = base64.urlsafe_b64encode(position).rstrip(b"=").decode()

    assert accepted(cursor) == (position[6] >> 4 == 7 and position[8] >> 6 == 2)


@pytest.mark.parametrize("last", ALPHABET)
def test_each_position_has_one_cursor(last: str) -> None:
    """A cursor with other values in its unused bits is refused."""
    cursor = encode("019c1a2b-3c4d-7e5f-8a6b-7c8d9e0f1a2b")

    assert accepted(cursor[:-1] + last) == (last in "AQgw")
