"""Partner keys, and the webhook signing secret."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import pytest

from handlers.partners import keys
from tests.local.operate.conftest import Stack

DAY = 24 * 3600


@pytest.fixture
def partners(stack: Stack) -> Stack:
    """A stack with an empty partner key table."""
    stack.cloud.client("dynamodb").create_table(
        TableName=f"{stack.name}-partners",
        AttributeDefinitions=[
            {"AttributeName": "partner", "AttributeType": "S"},
            {"AttributeName": "keyId", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "partner", "KeyType": "HASH"},
            {"AttributeName": "keyId", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    stack.outputs["partnersTable"] = f"{stack.name}-partners"
    return stack


def items(stack: Stack) -> list[dict[str, Any]]:
    return stack.cloud.client("dynamodb").scan(TableName=stack.outputs["partnersTable"])["Items"]


def created(stack: Stack, capsys: pytest.CaptureFixture[str], *arguments: str) -> keys.Key:
    """Run a command that creates a key, and return the printed key."""
    capsys.readouterr()
    assert stack.operate("partners", *arguments) == 0
    key = keys.parse(capsys.readouterr().out.strip())
    assert key is not None
    return key


def test_key_is_stored_as_a_hash(partners: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The table has the key's digest, not the key."""
    key = created(partners, capsys, "add", "acme")
    (item,) = items(partners)

    assert {name: item[name] for name in item if name != "createdAt"} == {
        "partner": {"S": "acme"},
        "keyId": {"S": key.key_id},
        "hash": {"S": keys.digest(key.text)},
    }
    assert key.text not in json.dumps(item)


def test_rotation_keeps_two_keys_valid(partners: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The previous key expires, the new one does not, and a third key is refused."""
    first = created(partners, capsys, "add", "acme")
    second = created(partners, capsys, "rotate", "acme", "--keep", "1d")
    kept = {item["keyId"]["S"]: item for item in items(partners)}
    third = partners.operate("partners", "rotate", "acme")

    assert kept.keys() == {first.key_id, second.key_id}
    assert 0 <= time.time() + DAY - int(kept[first.key_id]["expiresAt"]["N"]) < 60
    assert "expiresAt" not in kept[second.key_id]
    assert (third, len(items(partners))) == (1, 2)


def test_revoked_key_is_invalid(partners: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The key is marked as revoked and listed as invalid; the list does not have the key itself."""
    key = created(partners, capsys, "add", "acme")
    code = partners.operate("partners", "revoke", "acme", key.key_id)
    (item,) = items(partners)
    capsys.readouterr()
    partners.operate("partners", "list", "--json")
    (listed,) = json.loads(capsys.readouterr().out)

    assert (code, item["revoked"]) == (0, {"BOOL": True})
    assert {name: listed[name] for name in listed if name != "createdAt"} == {
        "partner": "acme",
        "keyId": key.key_id,
        "expiresAt": None,
        "revoked": True,
        "valid": False,
    }


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["add", "Acme!"], 2, "partner 'Acme!': expected 2 to 32 characters of a-z"),
        (["add", "known"], 1, "known already has a valid key: use partners rotate to create the next one"),
        (["rotate", "unknown"], 1, "unknown has no valid key: use partners add to create the first one"),
        (["revoke", "unknown", "0badcafe"], 1, "unknown has no key '0badcafe'; existing: none"),
    ],
    ids=["name", "known", "unknown", "no such key"],
)
def test_invalid_key_command_is_rejected(
    partners: Stack, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, expected: str
) -> None:
    """The error is one line, and the table is unchanged."""
    created(partners, capsys, "add", "known")
    before = items(partners)
    status = partners.operate("partners", *arguments)

    assert (status, items(partners)) == (code, before)
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"error: {expected}")


def test_webhook_secret_is_replaced_and_the_previous_one_is_kept(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The value is read from standard input without its newline; the previous one is AWSPREVIOUS."""
    secrets = stack.cloud.client("secretsmanager")
    arn = secrets.create_secret(Name=stack.name)["ARN"]
    stack.outputs["webhookSecret"] = arn
    codes: list[int] = []
    for value in ("whsec_first\n", "whsec_second\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(value))
        codes.append(stack.operate("webhooks", "secret"))

    assert codes == [0, 0]
    assert [
        secrets.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]
        for stage in ("AWSCURRENT", "AWSPREVIOUS")
    ] == ["whsec_second", "whsec_first"]


def test_empty_webhook_secret_is_rejected(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With an empty secret anyone could sign a webhook."""
    stack.outputs["webhookSecret"] = "unused"
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    code = stack.operate("webhooks", "secret")

    assert (code, capsys.readouterr().err) == (
        2,
        "error: the secret is empty: pass it on standard input\n",
    )
