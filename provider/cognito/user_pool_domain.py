"""A user pool's domain: where its hosted login stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.cognito.in_pool import GONE
from provider.shapes import told, unless_gone

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""The hosted zone of every CloudFront distribution, for an alias record (Route 53 documentation)."""

TOLD = {
    "domain": "Domain",
    "userPoolId": "UserPoolId",
    "managedLoginVersion": "ManagedLoginVersion",
    "awsAccountId": "AWSAccountId",
    "cloudfrontDistribution": "CloudFrontDistribution",
    "cloudfrontDistributionArn": "CloudFrontDistribution",
    "s3Bucket": "S3Bucket",
    "version": "Version",
}


class UserPoolDomain(ResourceType):
    """A prefix of amazoncognito.com, or a whole domain with a certificate. Its id is the domain."""

    token = "aws:cognito/userPoolDomain:UserPoolDomain"
    inputs = frozenset({"domain", "userPoolId", "certificateArn", "managedLoginVersion"})
    replace_on = frozenset({"domain", "userPoolId"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        cloud.client("cognito-idp").create_user_pool_domain(**_request(inputs))
        return inputs["domain"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        answer: Any = cloud.client("cognito-idp").describe_user_pool_domain(Domain=resource_id)
        # AWS describes a domain that nobody has as an empty one.
        domain = answer["DomainDescription"]
        if "UserPoolId" not in domain:
            return None
        return {
            **told(domain, TOLD),
            "certificateArn": domain["CustomDomainConfig"].get("CertificateArn", ""),
            "cloudfrontDistributionZoneId": CLOUDFRONT_ZONE,
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        cloud.client("cognito-idp").update_user_pool_domain(**_request(new))

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        delete = cloud.client("cognito-idp").delete_user_pool_domain
        unless_gone(delete, GONE, Domain=resource_id, UserPoolId=known["userPoolId"])

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        found = self.read(cloud, inputs["domain"], inputs)
        # Domains are one namespace for all pools: another's is not the one that was made.
        return inputs["domain"] if found and found["userPoolId"] == inputs["userPoolId"] else None


def _request(inputs: Properties) -> Properties:
    request: Properties = {
        "Domain": inputs["domain"],
        "UserPoolId": inputs["userPoolId"],
        "ManagedLoginVersion": inputs.get("managedLoginVersion", 1),
    }
    if inputs.get("certificateArn"):
        request["CustomDomainConfig"] = {"CertificateArn": inputs["certificateArn"]}
    return request
