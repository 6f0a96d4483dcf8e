"""The site component: bucket, distribution, functions, key-value store and the objects of a release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from components.api import STAGE as API
from components.api import Api
from components.base import Component
from components.bucket import Bucket
from components.realtime import STAGE as WS
from components.realtime import Realtime
from components.site import headers
from components.site.access_log import log_access
from components.site.behaviors import EVERY, Behavior
from components.site.edge import Edge
from components.site.release import Release
from settings import Settings

APP = "app"
"""The id of the origin with the app's files. The other origins have the names of their stages."""

CLOUDFRONT = "cloudfront.amazonaws.com"
LIVE = "default"
"""The key that names the live release."""

DEFAULT_CERTIFICATE: Any = {"cloudfront_default_certificate": True}
"""CloudFront's own, for its own name. It accepts TLS 1.0 too, which cannot be changed."""


class Site(Component):
    """The one address of the platform: the app from a private bucket, `/api/*` and `/ws` from the APIs.

    Example:
        auth = Auth("auth", {}, handler, mail, "https://example.com", runtime)
        release = Release("0123456789ab", "<!doctype html>", {})
        code = "function handler(event) { return event.request; }"
        api, realtime = Api("api", {}, auth, runtime), Realtime("realtime", handler, runtime)
        logs = Bucket("access-logs", settings)
        Site("site", release, Edge(code, code, code), api, realtime, logs, settings)

    Args:
        release: the files of the app, which become live.
        edge: the sources of the functions.
        api: the HTTP API.
        realtime: the WebSocket API.
        access_logs: the bucket that receives the access log of the site's bucket.
        aliases: the domain names of the site, besides that of the distribution.
        certificate: the ARN of their certificate, in us-east-1.
        web_acl: the ARN of the web ACL that filters requests.
        redirects: the host to which each other host is redirected.

    Attributes:
        domain_name: the distribution's own domain name.
        hosted_zone: the Route 53 zone of that name, for alias records.
        distribution_id: the distribution's id.
        bucket: the bucket with all releases.
        store_arn: the ARN of the key-value store, which names the live release.

    Raises:
        ValueError: for aliases without a certificate.
    """

    name_limit = 60

    def __init__(
        self,
        name: str,
        release: Release,
        edge: Edge,
        api: Api,
        realtime: Realtime,
        access_logs: Bucket,
        settings: Settings,
        *,
        aliases: Sequence[str] = (),
        certificate: pulumi.Input[str] | None = None,
        web_acl: pulumi.Input[str] | None = None,
        redirects: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if aliases and certificate is None:
            raise ValueError(f"site {name}: aliases {', '.join(aliases)}: expected a certificate for them")
        super().__init__(name, opts)
        self.settings = settings
        self.bucket = Bucket(name, settings, access_logs=access_logs, opts=self.child())
        self.store = aws.cloudfront.KeyValueStore(name, tags=self.tags, opts=self.child())
        self.store_arn = self.store.arn
        distribution = self._distribution(
            [self._app(), self._gateway(API, api.api.id), self._gateway(WS, realtime.api.id)],
            edge,
            aliases=list(aliases),
            viewer_certificate=_certificate(certificate),
            web_acl_id=web_acl,
        )
        self.bucket.allow_service(CLOUDFRONT, "s3:GetObject", distribution.arn)
        log_access(self, distribution, settings)
        self._release(release)
        for host, target in (redirects or {}).items():
            self._key(f"redirect:{host}", target)
        self.distribution_id = distribution.id
        self.domain_name = distribution.domain_name
        self.hosted_zone = distribution.hosted_zone_id
        self.register_outputs({"distributionId": distribution.id, "domainName": self.domain_name})

    def _distribution(self, origins: list[Any], edge: Edge, **names: Any) -> aws.cloudfront.Distribution:
        countries = self.settings.site.countries
        geography: Any = {"restriction_type": "whitelist" if countries else "none", "locations": countries}
        return aws.cloudfront.Distribution(
            self.name,
            enabled=True,
            comment=f"{self.tags['project']}, stack {self.tags['stack']}",
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=self.settings.site.price_class,
            restrictions={"geo_restriction": geography},
            origins=origins,
            **self._behaviors(edge),
            **names,
            tags=self.tags,
            opts=self.child(),
        )

    def _app(self) -> Any:
        """Return the origin with the app's files; CloudFront signs each request to it."""
        access = aws.cloudfront.OriginAccessControl(
            self.name,
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=self.child(),
        )
        host = pulumi.Output.concat(self.bucket.bucket_name, ".s3.", self.settings.region, ".amazonaws.com")
        return {"origin_id": APP, "domain_name": host, "origin_access_control_id": access.id}

    def _gateway(self, stage: str, api_id: pulumi.Output[str]) -> Any:
        """Return the origin of an API; its stage is in the path of the behavior."""
        return {
            "origin_id": stage,
            "domain_name": pulumi.Output.concat(
                api_id, ".execute-api.", self.settings.region, ".amazonaws.com"
            ),
            "custom_origin_config": {
                "http_port": 80,
                "https_port": 443,
                "origin_protocol_policy": "https-only",
                "origin_ssl_protocols": ["TLSv1.2"],
            },
        }

    def _behaviors(self, edge: Edge) -> Any:
        pages = self._headers("pages", headers.PAGES, headers.CUSTOM)
        plain = self._headers("apis", headers.API, {})
        ordered = {
            f"/{API}/*": Behavior(API, plain, self._function(API, edge.api), EVERY, cached=False),
            f"/{WS}": Behavior(WS, plain, self._function(WS, edge.ws), cached=False),
            "/assets/*": Behavior(APP, pages),
        }
        chosen = self._function(APP, edge.app, [self.store.arn])
        return {
            "ordered_cache_behaviors": [
                {"path_pattern": pattern, **behavior.arguments()} for pattern, behavior in ordered.items()
            ],
            "default_cache_behavior": Behavior(APP, pages, chosen).arguments(),
        }

    def _function(
        self, name: str, source: str, stores: Sequence[pulumi.Output[str]] = ()
    ) -> pulumi.Output[str]:
        function = aws.cloudfront.Function(
            f"{self.name}-{name}",
            code=source,
            runtime="cloudfront-js-2.0",
            publish=True,
            key_value_store_associations=list(stores) or None,
            tags=self.tags,
            opts=self.child(),
        )
        return function.arn

    def _headers(self, name: str, security: Any, custom: Mapping[str, str]) -> pulumi.Output[str]:
        items: Any = [{"header": key, "value": value, "override": True} for key, value in custom.items()]
        policy = aws.cloudfront.ResponseHeadersPolicy(
            f"{self.name}-{name}",
            security_headers_config=security,
            custom_headers_config={"items": items} if custom else None,
            opts=self.child(),
        )
        return policy.id

    def _release(self, release: Release) -> None:
        """Create the objects of a release, and make it live when all of them exist."""
        objects = [
            aws.s3.BucketObjectv2(
                f"{self.name}-{name}",
                bucket=self.bucket.bucket_name,
                key=each.key,
                content=None if isinstance(each.body, Path) else each.body,
                source=pulumi.FileAsset(str(each.body)) if isinstance(each.body, Path) else None,
                content_type=each.content_type,
                cache_control=each.cache_control,
                # Pages of the last release are open in browsers: a scheduled function deletes by age.
                opts=self.child(retain_on_delete=True),
            )
            for name, each in release.objects().items()
        ]
        self._key(LIVE, release.id, depends_on=objects)

    def _key(self, key: str, value: str, **options: Any) -> None:
        aws.cloudfront.KeyvaluestoreKey(
            f"{self.name}-{key}",
            key_value_store_arn=self.store.arn,
            key=key,
            value=value,
            opts=self.child(**options),
        )


def _certificate(arn: pulumi.Input[str] | None) -> Any:
    if arn is None:
        return DEFAULT_CERTIFICATE
    return {
        "acm_certificate_arn": arn,
        "minimum_protocol_version": "TLSv1.2_2021",
        "ssl_support_method": "sni-only",
    }
