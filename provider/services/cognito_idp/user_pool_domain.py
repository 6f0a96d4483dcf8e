"""Domains of user pools."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.cognito_idp import SERVICE

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""The hosted zone ID of every CloudFront distribution, for an alias record (Route 53 documentation)."""


class UserPoolDomain(Resource):
    """The domain of a user pool's hosted sign-in; its ID is the domain."""

    token = "aws:cognito/userPoolDomain:UserPoolDomain"
    service = SERVICE
    noun = "user_pool_domain"
    read_call = "describe_{noun}"
    member = "DomainDescription"
    key: ClassVar[Names] = pascal_names("domain", "userPoolId")
    id_format = "{domain}"
    fields: ClassVar[Fields] = pascal_names("managedLoginVersion")
    outputs: ClassVar[Fields] = {
        **pascal_names("userPoolId", "s3Bucket", "version"),
        "awsAccountId": "AWSAccountId",
        "cloudfrontDistribution": "CloudFrontDistribution",
        "cloudfrontDistributionArn": "CloudFrontDistribution",
    }
    inputs = frozenset({*key, *fields, "certificateArn"})
    replace_on = frozenset(key)
    defaults: ClassVar[Properties] = {"managedLoginVersion": 1}
    creates_with_defaults = True

    @override
    def to_aws(self, inputs: Values) -> Properties:
        certificate = inputs.get("certificateArn")
        custom = {"CustomDomainConfig": {"CertificateArn": certificate}} if certificate else {}
        return {**super().to_aws(inputs), **custom}

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        domain = self.call(cloud, self.read_call, Domain=resource_id)["DomainDescription"]
        # AWS describes a domain that does not exist as an empty one.
        return domain if "UserPoolId" in domain else None

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {
            "certificateArn": found["CustomDomainConfig"].get("CertificateArn", ""),
            "cloudfrontDistributionZoneId": CLOUDFRONT_ZONE,
        }

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        domain = self.describe(cloud, inputs["domain"], inputs)
        # All pools share one namespace: the domain may be another pool's.
        return inputs["domain"] if domain and domain["UserPoolId"] == inputs["userPoolId"] else None
