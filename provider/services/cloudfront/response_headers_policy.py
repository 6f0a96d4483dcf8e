"""Response headers policies."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.fields import Block, Fields, pascal_names
from provider.services.cloudfront.versioned import Configured, Items

SECURITY: Fields = {
    "contentSecurityPolicy": Block(
        "ContentSecurityPolicy", pascal_names("contentSecurityPolicy", "override")
    ),
    "contentTypeOptions": Block("ContentTypeOptions", pascal_names("override")),
    "frameOptions": Block("FrameOptions", pascal_names("frameOption", "override")),
    "referrerPolicy": Block("ReferrerPolicy", pascal_names("referrerPolicy", "override")),
    "strictTransportSecurity": Block(
        "StrictTransportSecurity",
        pascal_names("accessControlMaxAgeSec", "includeSubdomains", "override", "preload"),
    ),
}


class Entries(Items):
    """A block whose only input is `items`, a list."""

    @override
    def to_aws(self, value: Any) -> Any:
        return super().to_aws(value["items"])

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return {"items": super().from_aws(value, known)}


ADDED = Block("", pascal_names("header", "override", "value"))
REMOVED = Block("", pascal_names("header"))


class ResponseHeadersPolicy(Configured):
    """The headers that CloudFront adds to responses or removes from them; AWS chooses its ID."""

    token = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
    noun = "response_headers_policy"
    member = "ResponseHeadersPolicy"
    absent = ("NoSuchResponseHeadersPolicy",)
    configuration = "ResponseHeadersPolicyConfig"
    list_call = "list_response_headers_policies"
    list_member = "ResponseHeadersPolicyList"
    fields: ClassVar[Fields] = {
        **pascal_names("comment", "name"),
        "customHeadersConfig": Entries("CustomHeadersConfig", ADDED),
        "removeHeadersConfig": Entries("RemoveHeadersConfig", REMOVED),
        "securityHeadersConfig": Block("SecurityHeadersConfig", SECURITY),
    }
    inputs = frozenset(fields)
    autoname = AutoName("name", 128)
    arn = "arn:aws:cloudfront::{account}:response-headers-policy/{id}"
    defaults: ClassVar[Properties] = {"comment": ""}

    @override
    def listed_id(self, entry: Values) -> str:
        return entry["ResponseHeadersPolicy"]["Id"]
