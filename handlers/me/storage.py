"""Storage of the codes that verify phone numbers, in a DynamoDB table that only this module accesses.

    id    code#<user id>            the digest of the user's code, its salt, the phone number that it was sent
                                    to, and the attempts that are left
          person#<user id>#<day>    the number of codes that the person requested on a day
          phone#<number>#<day>      the number of codes that were sent to the number on a day

Items expire at `expiresAt`. DynamoDB deletes them later, so conditions compare the time too.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from handlers.kit import dynamodb
from handlers.kit.environment import variable
from handlers.me.errors import PhoneCodeExpired, TooManyPhoneAttempts, TooManyPhoneCodes
from handlers.me.models import PhoneCode

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_DAY_SECONDS = 24 * 3600
CODES_A_DAY = 5
"""The codes that one person may request, and the codes that one number may receive, in a day (UTC)."""


def store(user_id: str, code: PhoneCode) -> None:
    """Store a user's code in place of an earlier one, and count it.

    Raises:
        TooManyPhoneAttempts: the earlier code has no attempts left and has not expired.
        TooManyPhoneCodes: the user or the number has had too many codes today.
    """
    now = int(time.time())
    try:
        dynamodb.transact(
            {
                "code": _put(user_id, code, now),
                "person": _count(f"person#{user_id}", now),
                "phone": _count(f"phone#{code.phone}", now),
            }
        )
    except dynamodb.TransactionCanceledError as canceled:
        if "code" in canceled.refused:
            raise _locked(canceled.refused["code"], now) from canceled
        raise TooManyPhoneCodes(
            f"at most {CODES_A_DAY} codes a day are sent to a person and to a number",
            _DAY_SECONDS - now % _DAY_SECONDS,
        ) from canceled


def use_attempt(user_id: str, phone: str) -> PhoneCode:
    """Use one attempt of a user's code for a number, and return the code with the attempts that are left.

    Raises:
        PhoneCodeExpired: the user has no code for this number, or it has expired.
        TooManyPhoneAttempts: no attempt was left.
    """
    now = int(time.time())
    try:
        response = dynamodb.call(
            dynamodb.client().update_item,
            TableName=variable("PHONE_CODES_TABLE"),
            Key=_code_key(user_id),
            UpdateExpression="SET attempts = attempts - :one",
            ConditionExpression="attempts > :none AND expiresAt > :now AND phone = :phone",
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":none": {"N": "0"},
                ":now": {"N": str(now)},
                ":phone": {"S": phone},
            },
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.ConditionFailedError as failed:
        raise _refused_attempt(failed.item, phone, now) from None
    return _code(response["Attributes"])


def delete(user_id: str) -> None:
    """Delete a user's code."""
    dynamodb.call(
        dynamodb.client().delete_item, TableName=variable("PHONE_CODES_TABLE"), Key=_code_key(user_id)
    )


def _put(user_id: str, code: PhoneCode, now: int) -> TransactWriteItemTypeDef:
    """Replace a code, unless its attempts are used up: a new code would give more of them at once."""
    return {
        "Put": {
            "TableName": variable("PHONE_CODES_TABLE"),
            "Item": {
                **_code_key(user_id),
                "phone": {"S": code.phone},
                "salt": {"B": code.salt},
                "digest": {"B": code.digest},
                "attempts": {"N": str(code.attempts)},
                "expiresAt": {"N": str(code.expires_at)},
            },
            "ConditionExpression": "attribute_not_exists(id) OR attempts > :none OR expiresAt <= :now",
            "ExpressionAttributeValues": {":none": {"N": "0"}, ":now": {"N": str(now)}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def _count(counted: str, now: int) -> TransactWriteItemTypeDef:
    day = now // _DAY_SECONDS
    return {
        "Update": {
            "TableName": variable("PHONE_CODES_TABLE"),
            "Key": {"id": {"S": f"{counted}#{day}"}},
            "UpdateExpression": "SET expiresAt = :end ADD codes :one",
            "ConditionExpression": "attribute_not_exists(id) OR codes < :limit",
            "ExpressionAttributeValues": {
                ":end": {"N": str((day + 1) * _DAY_SECONDS)},
                ":one": {"N": "1"},
                ":limit": {"N": str(CODES_A_DAY)},
            },
        }
    }


def _refused_attempt(item: Any, phone: str, now: int) -> PhoneCodeExpired | TooManyPhoneAttempts:
    """Return why the attempt was refused, by the stored code if there is one."""
    if item and item["phone"]["S"] == phone and int(item["expiresAt"]["N"]) > now:
        return _locked(item, now)
    return PhoneCodeExpired("this number has no valid code; request a new one")


def _locked(item: dynamodb.Item, now: int) -> TooManyPhoneAttempts:
    seconds = max(1, int(item["expiresAt"].get("N", "0")) - now)
    return TooManyPhoneAttempts("no attempt is left for the last code; request a new one later", seconds)


def _code_key(user_id: str) -> dict[str, Any]:
    return {"id": {"S": f"code#{user_id}"}}


def _code(item: Any) -> PhoneCode:
    return PhoneCode(
        phone=item["phone"]["S"],
        salt=item["salt"]["B"],
        digest=item["digest"]["B"],
        attempts=int(item["attempts"]["N"]),
        expires_at=int(item["expiresAt"]["N"]),
    )
