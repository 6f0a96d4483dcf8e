"""The companions that close and encrypt a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import Properties
from provider.s3.companion import Companion
from provider.shapes import block, for_loopback, policy_document, told

BLOCKS = {
    "blockPublicAcls": "BlockPublicAcls",
    "blockPublicPolicy": "BlockPublicPolicy",
    "ignorePublicAcls": "IgnorePublicAcls",
    "restrictPublicBuckets": "RestrictPublicBuckets",
}
BY_DEFAULT = "applyServerSideEncryptionByDefault"
ENCRYPTION = {BY_DEFAULT: "ApplyServerSideEncryptionByDefault", "bucketKeyEnabled": "BucketKeyEnabled"}
ALGORITHM = {"sseAlgorithm": "SSEAlgorithm", "kmsMasterKeyId": "KMSMasterKeyID"}
OWNERSHIP = {"objectOwnership": "ObjectOwnership"}


class BucketPolicy(Companion):
    """Who may do what with the bucket; this cloud, spoken to in plain HTTP, is not told to refuse that."""

    token = "aws:s3/bucketPolicy:BucketPolicy"
    inputs = frozenset({"bucket", "policy"})
    noun, removal, missing = "bucket_policy", "delete_bucket_policy", "NoSuchBucketPolicy"

    @override
    def arguments(self, inputs: Properties) -> Properties:
        return {"Policy": for_loopback(inputs["policy"])}

    @override
    def properties(self, answer: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
        return {"policy": policy_document(answer["Policy"], known.get("policy"))}


class BucketPublicAccessBlock(Companion):
    """What of the public is refused, whatever policies and access lists say."""

    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    inputs = frozenset({"bucket", *BLOCKS})
    noun, removal = "public_access_block", "delete_public_access_block"
    missing = "NoSuchPublicAccessBlockConfiguration"

    @override
    def arguments(self, inputs: Properties) -> Properties:
        return {
            "PublicAccessBlockConfiguration": {name: bool(inputs.get(key)) for key, name in BLOCKS.items()}
        }

    @override
    def properties(self, answer: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
        return told(answer["PublicAccessBlockConfiguration"], BLOCKS)


class BucketServerSideEncryptionConfiguration(Companion):
    """How objects are encrypted. Taken away, it is S3's own again: there is never none."""

    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    inputs = frozenset({"bucket", "rules"})
    noun, removal = "bucket_encryption", "delete_bucket_encryption"
    missing = "ServerSideEncryptionConfigurationNotFoundError"

    @override
    def arguments(self, inputs: Properties) -> Properties:
        rules = [_encryption(rule) for rule in inputs["rules"]]
        return {"ServerSideEncryptionConfiguration": {"Rules": rules}}

    @override
    def properties(self, answer: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
        rules: list[Any] = answer["ServerSideEncryptionConfiguration"]["Rules"]
        return {"rules": [_told_encryption(rule) for rule in rules]}


class BucketOwnershipControls(Companion):
    """Whose the objects are that others put there."""

    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    inputs = frozenset({"bucket", "rule"})
    noun, removal = "bucket_ownership_controls", "delete_bucket_ownership_controls"
    missing = "OwnershipControlsNotFoundError"

    @override
    def arguments(self, inputs: Properties) -> Properties:
        return {"OwnershipControls": {"Rules": [block(inputs["rule"], OWNERSHIP)]}}

    @override
    def properties(self, answer: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
        (rule,) = answer["OwnershipControls"]["Rules"]
        return {"rule": told(rule, OWNERSHIP)}


def _encryption(rule: Properties) -> Properties:
    given = block(rule, ENCRYPTION)
    return given | {ENCRYPTION[BY_DEFAULT]: block(rule[BY_DEFAULT], ALGORITHM)}


def _told_encryption(rule: Mapping[str, Any]) -> Properties:
    return told(rule, ENCRYPTION) | {BY_DEFAULT: told(rule[ENCRYPTION[BY_DEFAULT]], ALGORITHM)}
