"""Identities: the addresses and domains that mail may come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.ses.tags import read_tags, update_tags
from provider.shapes import arguments, camel, tag_list, told, unless_gone

GONE = "NotFoundException"

ARGUMENTS = {"emailIdentity": "EmailIdentity", "configurationSetName": "ConfigurationSetName"}
TOLD = {
    "configurationSetName": "ConfigurationSetName",
    "identityType": "IdentityType",
    "verificationStatus": "VerificationStatus",
    "verifiedForSendingStatus": "VerifiedForSendingStatus",
}


class EmailIdentity(ResourceType):
    """An address or a domain to send from; the embedded cloud verifies it at once. Its id is itself."""

    token = "aws:sesv2/emailIdentity:EmailIdentity"
    inputs = frozenset({*ARGUMENTS, "tags"})
    replace_on = frozenset({"emailIdentity"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        request = arguments(inputs, ARGUMENTS)
        cloud.client("sesv2").create_email_identity(**request, Tags=tag_list(inputs.get("tags")))
        return inputs["emailIdentity"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        answer: Any = _identity(cloud, resource_id)
        if answer is None:
            return None
        arn = _arn(cloud, resource_id)
        return {
            **told(answer, TOLD),
            "emailIdentity": resource_id,
            # Among them the tokens that a domain's DNS must carry.
            "dkimSigningAttributes": camel(answer["DkimAttributes"]),
            "arn": arn,
            "tags": read_tags(cloud, arn),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        # The embedded cloud neither keeps nor changes the configuration set that mail takes by default.
        update_tags(cloud, _arn(cloud, resource_id), old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("sesv2").delete_email_identity, GONE, EmailIdentity=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["emailIdentity"] if _identity(cloud, inputs["emailIdentity"]) else None


def _identity(cloud: Cloud, name: str) -> Any:
    return unless_gone(cloud.client("sesv2").get_email_identity, GONE, EmailIdentity=name)


def _arn(cloud: Cloud, identity: str) -> str:
    return cloud.arn("ses", f"identity/{identity}")
