"""Origin access controls."""

from __future__ import annotations

from typing import ClassVar

from provider.base import AutoName, Properties
from provider.fields import Fields, pascal_names
from provider.services.cloudfront.versioned import Configured


class OriginAccessControl(Configured):
    """How CloudFront signs its requests to an origin; AWS chooses its ID."""

    token = "aws:cloudfront/originAccessControl:OriginAccessControl"
    noun = "origin_access_control"
    member = "OriginAccessControl"
    absent = ("NoSuchOriginAccessControl",)
    configuration = "OriginAccessControlConfig"
    list_call = "list_origin_access_controls"
    list_member = "OriginAccessControlList"
    fields: ClassVar[Fields] = pascal_names(
        "name", "description", "originAccessControlOriginType", "signingBehavior", "signingProtocol"
    )
    inputs = frozenset(fields)
    autoname = AutoName("name", 64)
    arn = "arn:aws:cloudfront::{account}:origin-access-control/{id}"
    defaults: ClassVar[Properties] = {"description": ""}
