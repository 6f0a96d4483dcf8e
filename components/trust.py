"""Trust policies: which AWS service assumes a role, and on whose behalf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from components.iam import account_of, document


@dataclass(frozen=True)
class SourceArn:
    """The service assumes the role only on behalf of this resource, in its account."""

    arn: pulumi.Input[str]

    @property
    def condition(self) -> dict[str, Any]:
        """The trust policy's condition; both keys, because each has had gaps on its own."""
        return {
            "StringEquals": {"aws:SourceAccount": account_of(self.arn)},
            "ArnEquals": {"aws:SourceArn": self.arn},
        }


@dataclass(frozen=True)
class ExternalId:
    """The service passes this external id, as Firehose passes the account's id."""

    value: pulumi.Input[str]

    @property
    def condition(self) -> dict[str, Any]:
        """The trust policy's condition."""
        return {"StringEquals": {"sts:ExternalId": self.value}}


@dataclass(frozen=True)
class NoSource:
    """The service passes no source, for the reason given."""

    reason: str

    @property
    def condition(self) -> dict[str, Any]:
        """No condition."""
        return {}


Source = SourceArn | ExternalId | NoSource
"""On whose behalf a service assumes a role. Every role names one of these; there is no default."""


def trust(service: str, source: Source) -> pulumi.Output[str]:
    """Return the trust policy that allows one AWS service to assume a role on behalf of `source`."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": service},
    }
    return document([statement | ({"Condition": source.condition} if source.condition else {})])
