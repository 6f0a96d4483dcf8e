"""Distributions."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, pascal_names
from provider.services.cloudfront.versioned import Configured, Items

HOSTED_ZONE = "Z2FDTNDATAQYW2"
"""The hosted zone of every distribution, for alias records in Route 53."""


class Behavior(Block):
    """A behavior; AWS has the methods that CloudFront caches inside those that it allows."""

    @override
    def to_aws(self, value: Any) -> Any:
        request = super().to_aws(value)
        cached = request.pop("CachedMethods")
        return {**request, "AllowedMethods": {**request["AllowedMethods"], "CachedMethods": cached}}

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return super().from_aws({**value, "CachedMethods": value["AllowedMethods"]["CachedMethods"]}, known)


class Origin(Block):
    """An origin; one in S3 has no origin access identity, which its access control replaces."""

    @override
    def to_aws(self, value: Any) -> Any:
        request = super().to_aws(value)
        return request if "CustomOriginConfig" in request else {**request, "S3OriginConfig": NO_IDENTITY}


NO_IDENTITY = {"OriginAccessIdentity": ""}
FUNCTION: Fields = {"eventType": "EventType", "functionArn": "FunctionARN"}
BEHAVIOR: Fields = {
    **pascal_names(
        "cachePolicyId",
        "compress",
        "originRequestPolicyId",
        "pathPattern",
        "responseHeadersPolicyId",
        "targetOriginId",
        "viewerProtocolPolicy",
    ),
    "allowedMethods": Items("AllowedMethods"),
    "cachedMethods": Items("CachedMethods"),
    "functionAssociations": Items("FunctionAssociations", Block("", FUNCTION)),
}
CUSTOM_ORIGIN: Fields = {
    **pascal_names("originKeepaliveTimeout", "originProtocolPolicy", "originReadTimeout"),
    "httpPort": "HTTPPort",
    "httpsPort": "HTTPSPort",
    "originSslProtocols": Items("OriginSslProtocols"),
}
ORIGIN: Fields = {
    **pascal_names("domainName", "originAccessControlId"),
    "originId": "Id",
    "customOriginConfig": Block("CustomOriginConfig", CUSTOM_ORIGIN),
}
CERTIFICATE: Fields = {
    "acmCertificateArn": "ACMCertificateArn",
    "cloudfrontDefaultCertificate": "CloudFrontDefaultCertificate",
    "minimumProtocolVersion": "MinimumProtocolVersion",
    "sslSupportMethod": "SSLSupportMethod",
}


class Countries(Items):
    """The countries that a distribution serves, or does not serve."""

    @override
    def to_aws(self, value: Any) -> Any:
        return {**super().to_aws(value.get("locations", [])), "RestrictionType": value["restrictionType"]}

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return {"restrictionType": value["RestrictionType"], "locations": super().from_aws(value, None)}


class Distribution(Configured):
    """A distribution, which the front door on this machine serves; AWS chooses its ID."""

    token = "aws:cloudfront/distribution:Distribution"
    noun = "distribution"
    create_call = "create_distribution_with_tags"
    member = "Distribution"
    absent = ("NoSuchDistribution",)
    configuration = "DistributionConfig"
    list_call = "list_distributions"
    list_member = "DistributionList"
    fields: ClassVar[Fields] = {
        **pascal_names("comment", "enabled", "httpVersion", "priceClass"),
        "aliases": Items("Aliases"),
        "defaultCacheBehavior": Behavior("DefaultCacheBehavior", BEHAVIOR),
        "isIpv6Enabled": "IsIPV6Enabled",
        "orderedCacheBehaviors": Items("CacheBehaviors", Behavior("", BEHAVIOR)),
        "origins": Items("Origins", Origin("", ORIGIN)),
        "restrictions": Block("Restrictions", {"geoRestriction": Countries("GeoRestriction")}),
        "viewerCertificate": Block("ViewerCertificate", CERTIFICATE),
        "webAclId": "WebACLId",
    }
    inputs = frozenset({*fields, "tags"})
    outputs: ClassVar[Fields] = {"arn": "ARN", "domainName": "DomainName", "status": "Status"}
    arn = "arn:aws:cloudfront::{account}:distribution/{id}"
    defaults: ClassVar[Properties] = {"aliases": [], "comment": "", "webAclId": ""}
    creates_with_defaults = True

    @override
    def create_request(self, inputs: Properties) -> Properties:
        request = super().create_request(inputs)
        request[self.configuration]["CallerReference"] = secrets.token_hex(16)
        return {"DistributionConfigWithTags": {"Tags": {"Items": []}, **request}}

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"hostedZoneId": HOSTED_ZONE}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self._configure(cloud, resource_id, self.to_aws(self.settings(old, new))[self.configuration])
        self.update_tags(cloud, resource_id, old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        """Disable the distribution, which AWS requires, and delete it."""
        found = self.describe(cloud, resource_id, known)
        if found is not None and found[self.configuration]["Enabled"]:
            self._configure(cloud, resource_id, {**found[self.configuration], "Enabled": False})
        super().delete(cloud, resource_id, known)

    def _configure(self, cloud: Cloud, resource_id: str, configuration: Properties) -> None:
        """Replace the configuration, except the reference with which it was created."""
        found = self.describe(cloud, resource_id, {})[self.configuration]
        request = {**configuration, "CallerReference": found["CallerReference"]}
        self.change(cloud, self.update_call, resource_id, {}, {self.configuration: request})
