"""What outsiders show to be let in: partners' keys, and the secret that webhooks are signed with."""

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
    """A stack with an empty table of partners' keys."""
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


def given(stack: Stack, capsys: pytest.CaptureFixture[str], *arguments: str) -> keys.Key:
    """The key that a command prints."""
    capsys.readouterr()
    assert stack.operate("partners", *arguments) == 0
    key = keys.parse(capsys.readouterr().out.strip())
    assert key is not None
    return key


def test_key_is_told_once_and_kept_as_a_hash(partners: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The table holds the key's digest and nothing that lets anybody in."""
    key = given(partners, capsys, "add", "acme")
    (item,) = items(partners)

    assert {name: item[name] for name in item if name != "createdAt"} == {
        "partner": {"S": "acme"},
        "keyId": {"S": key.key_id},
        "hash": {"S": keys.digest(key.text)},
    }
    assert key.text not in json.dumps(item)


def test_rotation_lets_two_keys_count_for_a_while(
    partners: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """The key before gets an end, the new one has none, and a third is not given out."""
    first = given(partners, capsys, "add", "acme")
    second = given(partners, capsys, "rotate", "acme", "--keep", "1d")
    kept = {item["keyId"]["S"]: item for item in items(partners)}
    third = partners.operate("partners", "rotate", "acme")

    assert kept.keys() == {first.key_id, second.key_id}
    assert 0 <= time.time() + DAY - int(kept[first.key_id]["expiresAt"]["N"]) < 60
    assert "expiresAt" not in kept[second.key_id]
    assert (third, len(items(partners))) == (1, 2)


def test_revoked_key_counts_no_longer(partners: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """It is marked as such, and listed; what is listed lets nobody in."""
    key = given(partners, capsys, "add", "acme")
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
    ("arguments", "code", "told"),
    [
        (["add", "Acme!"], 2, "partner 'Acme!': expected 2 to 32 characters of a-z"),
        (["add", "known"], 1, "known has a key already: partners rotate gives out the next one"),
        (["rotate", "unknown"], 1, "unknown has no key that counts: partners add gives out the first one"),
        (["revoke", "unknown", "0badcafe"], 1, "unknown has no key '0badcafe'; there are: none"),
    ],
    ids=["name", "known", "unknown", "no such key"],
)
def test_key_that_cannot_be_is_refused(
    partners: Stack, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, told: str
) -> None:
    """One line says why, and the table stays as it is."""
    given(partners, capsys, "add", "known")
    before = items(partners)
    status = partners.operate("partners", *arguments)

    assert (status, items(partners)) == (code, before)
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"error: {told}")


def test_webhook_secret_is_replaced_and_the_one_before_stays_good(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The value comes from standard input, without the end of its line; the old one is AWSPREVIOUS."""
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


def test_empty_webhook_secret_is_refused(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty line would let everybody sign."""
    stack.outputs["webhookSecret"] = "never asked for"
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    code = stack.operate("webhooks", "secret")

    assert (code, capsys.readouterr().err) == (
        2,
        "error: the secret is empty: expected it on standard input\n",
    )
