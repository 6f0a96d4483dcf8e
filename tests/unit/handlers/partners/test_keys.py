"""Partners' keys."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from handlers.partners import keys

SECRET = "A" * 43


def test_parsing_returns_the_created_key() -> None:
    """The text contains partner, key id and secret, which is 32 bytes in base64url."""
    key = keys.new("acme-2")

    assert keys.parse(key.text) == key
    assert [len(part) for part in key.text.split(".")] == [6, 8, 43]
    assert key.text.split(".")[:2] == ["acme-2", key.key_id]


def test_keys_are_unique() -> None:
    """Key id and secret are random."""
    made = [keys.new("acme") for _ in range(50)]

    assert len({key.key_id for key in made}) == len({key.text[-43:] for key in made}) == 50


def test_digest_is_of_the_whole_key() -> None:
    """The digest covers partner, key id and secret."""
    text = f"acme.00000001.{SECRET}"

    assert keys.digest(text) == "7d74890c61d668bb891fb7414c5764d32f6b20f4cec51a8a9dceaa5a1fe5b7d5"
    assert keys.digest(text) != keys.digest(f"acme.00000002.{SECRET}")


@pytest.mark.parametrize(
    "name", ["", "a", "Acme", "1acme", "-acme", "a.b", "a b", "acme\n", "é" * 3, "a" * 33]
)
def test_invalid_name_is_rejected(name: str) -> None:
    """The name is part of sources and ids, and must not contain their separators."""
    with pytest.raises(keys.PartnerNameError, match="expected 2 to 32 characters of a-z"):
        keys.new(name)


def test_name_of_a_webhook_is_reserved() -> None:
    """The ids of a webhook's events begin with its name, so no partner may publish under it."""
    with pytest.raises(keys.PartnerNameError, match="and not stripe"):
        keys.new("stripe")

    assert keys.parse(f"stripe.00000001.{SECRET}") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme",
        f"acme.00000001.{SECRET}A",
        f"acme.00000001.{SECRET[1:]}",
        f"acme.00000001.{SECRET}\n",
        f"acme.0000000G.{SECRET}",
        f"Acme.00000001.{SECRET}",
        f"acme.00000001.{SECRET}.x",
        f" acme.00000001.{SECRET}",
        f"acme..{SECRET}",
        f"acme.00000001.{'é' * 43}",
    ],
)
def test_text_in_another_format_is_not_a_key(text: str) -> None:
    """Parsing returns None."""
    assert keys.parse(text) is None


def test_module_imports_only_the_standard_library() -> None:
    """The operators' tool imports the module without loading the SDK or other code of the platform."""
    script = (
        "import sys; before = set(sys.modules); import handlers.partners.keys; "
        "loaded = sorted(set(sys.modules) - before); "
        "print(*(name for name in loaded if name.partition('.')[0] not in sys.stdlib_module_names))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["handlers", "handlers.partners", "handlers.partners.keys"]
