"""What the pruning of releases may do with the site's bucket and its key-value store."""

from __future__ import annotations

import pulumi

from components.bucket import Bucket
from components.function import Function
from components.releases import use_releases
from tests.infrastructure.components.build import FUNCTION, HEALTH, ROLE_POLICY, runtime
from tools.graph import Graph, built, statements

STORE = "arn:aws:cloudfront::123456789012:key-value-store/0badcafe"


def declared() -> Graph:
    """Return the graph of a function that prunes the releases of a bucket."""

    def declare() -> None:
        shared = runtime()
        uses = use_releases(Bucket("site", shared.settings), pulumi.Output.from_input(STORE), 30)
        Function("job", HEALTH, shared, uses=[uses])

    return built(declare)


def test_objects_of_releases_can_be_listed_renewed_and_deleted() -> None:
    """No other object can be read, written or deleted, and no key of the store can be set."""
    rules = [
        (rule["Action"], rule["Resource"], rule.get("Condition"))
        for rule in statements(declared().inputs(ROLE_POLICY, "job")["policy"])
        if not rule["Action"][0].startswith(("logs:", "xray:"))
    ]

    assert rules == [
        (
            ["s3:ListBucket"],
            ["arn:aws:s3:::site"],
            {"StringLike": {"s3:prefix": ["releases/*", "assets/*"]}},
        ),
        (["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::site/releases/*/release.json"], None),
        (["s3:DeleteObject"], ["arn:aws:s3:::site/assets/*", "arn:aws:s3:::site/releases/*"], None),
        (["cloudfront-keyvaluestore:ListKeys"], [STORE], None),
    ]


def test_function_finds_the_bucket_and_the_store() -> None:
    """The handler has no other configuration."""
    variables = declared().inputs(FUNCTION, "job")["environment"]["variables"]

    assert {name: variables[name] for name in ("RELEASES_BUCKET", "RELEASE_STORE", "KEEP_RELEASES_DAYS")} == {
        "RELEASES_BUCKET": "site-id",
        "RELEASE_STORE": STORE,
        "KEEP_RELEASES_DAYS": "30",
    }
