"""How the plugin serializes properties."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.plugin.properties import FILES, SIGNATURE, UNKNOWNS, is_known, read, write
from provider.base import Properties, ProviderError
from tests.engine.memory import UNKNOWN, struct


def values() -> st.SearchStrategy[Any]:
    """Return a strategy for the property values that a program may have."""
    text = st.text().filter(lambda each: each not in UNKNOWNS)
    archives = st.fixed_dictionaries({"archive": st.fixed_dictionaries({"path": text, "hash": text})})
    plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text | st.just(UNKNOWN)
    keys = text.filter(lambda key: key not in (SIGNATURE, "archive"))
    return st.recursive(
        plain | archives, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=10
    )


@given(st.dictionaries(st.text(), values()))
def test_properties_survive_a_round_trip(properties: Properties) -> None:
    """Integers, archives and unknown values keep their types."""
    back = read(write(properties))

    assert back == properties
    assert is_known(back) is is_known(properties)


@pytest.mark.parametrize(("signature", "kind"), FILES.items())
def test_file_from_the_state_has_no_path(signature: str, kind: str) -> None:
    """The engine keeps only the hash, which is what is compared."""
    assert read(struct(code={SIGNATURE: signature, "hash": "00"})) == {
        "code": {kind: {"path": "", "hash": "00"}}
    }


def test_unknown_signature_is_refused() -> None:
    """Without the error the value would become a plain object."""
    with pytest.raises(ProviderError, match="unknown type: signature 5cf8f73096256a8f31e491e813e4eb8e"):
        read(struct(code={SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e"}))
