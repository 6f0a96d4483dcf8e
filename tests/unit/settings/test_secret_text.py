"""Secrets in the stack config."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from settings import SecretText
from settings.secret_text import may_be_secret, secret_paths
from tests.unit.settings.config import delivery, google, load


class Inner(BaseModel):
    model_config = ConfigDict(strict=True)

    api_key: SecretText
    label: str = "x"


class Outer(BaseModel):
    direct: SecretText | None = None
    sections: dict[str, Inner] = {}
    items: tuple[Inner, ...] = ()
    open_text: str = "x"


def test_encrypted_secret_is_loaded_and_masked() -> None:
    """The value of a secret is available, and no text of the settings shows it."""
    settings = load(google(clientId="id", clientSecret="s3cr3t"), secrets=("strata:auth",))
    provider = settings.auth.identity_providers.google

    assert provider is not None
    assert provider.client_secret == "s3cr3t"
    assert "s3cr3t" not in repr(settings)


def test_key_of_a_delivery_is_masked() -> None:
    """A secret in a dict of sections is masked too."""
    settings = load(delivery(key="s3cr3t"), secrets=("strata:events",))

    assert settings.events.deliveries["crm"].key == "s3cr3t"
    assert "s3cr3t" not in repr(settings)


def test_secrets_are_found_at_any_depth() -> None:
    """The walk reaches fields, dicts and tuples, and names them as a stack file does."""
    inner = Inner(api_key=SecretText("k"))
    model = Outer(direct=SecretText("k"), sections={"one": inner}, items=(inner,))

    assert list(secret_paths(model)) == [
        ("direct",),
        ("sections", "one", "apiKey"),
        ("items", "0", "apiKey"),
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("direct",), True),
        (("openText",), True),
        (("sections",), True),
        (("sections", "one"), True),
        (("sections", "one", "label"), True),
        (("sections", "one", "unknown"), True),
        (("items",), True),
        (("unknown",), False),
        ((), False),
    ],
)
def test_possible_secrets_by_path(path: tuple[str, ...], *, expected: bool) -> None:
    """A value may be a secret if its section holds one; plain text under an unknown top-level key is not."""
    assert may_be_secret(Outer, path, "text") is expected


@pytest.mark.parametrize("value", ["", 3, None])
def test_invalid_secret_is_rejected(value: object) -> None:
    """A secret is text of at least one character."""
    with pytest.raises(ValidationError):
        Inner.model_validate({"api_key": value})
