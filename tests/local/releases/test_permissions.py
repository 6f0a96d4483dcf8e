"""Each permission of the function is needed: without it, a run that renews and deletes fails.

The emulator records no parameters of these calls, so the comparison of granted and used actions leaves them
out (`tests/local/privileges`). Here the handler runs with the keys of a user that has the function's policy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pulumi
import pytest
from botocore.exceptions import ClientError

from components.bucket import Bucket
from components.iam import policy
from components.releases import use_releases
from handlers.kit import aws as kit
from handlers.releases.logic import prune
from provider.cloud import KEY_VALUE_STORE, Cloud, endpoint_of
from tests.infrastructure.components.build import settings
from tests.local.operate.conftest import Stack
from tests.local.operate.site import Site, create
from tools.graph import built

STORE = "arn:aws:cloudfront::123456789012:key-value-store/store"
ACTIONS = (
    "s3:ListBucket",
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "cloudfront-keyvaluestore:ListKeys",
)


@pytest.fixture(scope="module")
def document() -> str:
    """The policy that the component gives the function, of the bucket `site` and `STORE`."""
    documents: list[str] = []

    def declare() -> None:
        uses = use_releases(Bucket("site", settings()), pulumi.Output.from_input(STORE), 30)
        policy(uses.grants).apply(documents.append)

    built(declare)
    return documents[0]


@pytest.fixture
def site(cloud: Cloud, tmp_path: Path) -> Site:
    """A site with a live release, an unused one, and the newest."""
    site = create(Stack(cloud, tmp_path))
    site.set("default", site.deploy(1))
    for release in ("000000000000", "ffffffffffff"):
        site.put(f"releases/{release}/index.html", "page")
        site.put(f"releases/{release}/release.json", "{}")
        site.put(f"assets/{release}/app.js", "code")
    return site


@pytest.fixture
def user(cloud: Cloud, site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A user without permissions, with whose keys the handler calls the embedded cloud."""
    iam, name = cloud.client("iam"), site.stack.name
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    variables = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "AWS_DEFAULT_REGION": cloud.region,
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE": endpoint_of(KEY_VALUE_STORE, cloud.endpoint),
        "RELEASES_BUCKET": site.bucket,
        "RELEASE_STORE": site.store,
    }
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    kit.client.cache_clear()
    yield name
    kit.client.cache_clear()


def allow(site: Site, user: str, document: str, *, without: str | None = None) -> None:
    """Give the user the function's policy, without one action."""
    text = document.replace("arn:aws:s3:::site", f"arn:aws:s3:::{site.bucket}").replace(STORE, site.store)
    rules: Any = json.loads(text)
    for rule in rules["Statement"]:
        rule["Action"] = [action for action in rule["Action"] if action != without]
    rules["Statement"] = [rule for rule in rules["Statement"] if rule["Action"]]
    iam = site.stack.cloud.client("iam")
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps(rules))


def run() -> list[Exception]:
    """Prune as in two months, and return the errors."""
    try:
        return prune(datetime.now(UTC) + timedelta(days=60), 30).errors
    except ClientError as error:
        return [error]


def test_all_permissions_together_are_enough(site: Site, user: str, document: str) -> None:
    """The unused release is deleted, and nothing else."""
    allow(site, user, document)
    before = set(keys(site))

    assert run() == []
    assert {key for key in before if "000000000000" in key} == before - set(keys(site))


@pytest.mark.parametrize("action", ACTIONS)
def test_each_permission_is_needed(site: Site, user: str, document: str, action: str) -> None:
    """Without it a call is denied."""
    assert action in document
    allow(site, user, document, without=action)

    errors = run()
    assert errors
    assert {code(error) for error in errors} <= {"AccessDenied", "AccessDeniedException", "403"}


def test_there_are_no_other_permissions(document: str) -> None:
    """A new one needs a case here."""
    rules = json.loads(document)["Statement"]

    assert {action for rule in rules for action in rule["Action"]} == set(ACTIONS)


def keys(site: Site) -> list[str]:
    """Return the keys of all objects."""
    return [item["Key"] for item in site.s3.list_objects_v2(Bucket=site.bucket)["Contents"]]


def code(error: BaseException) -> str:
    """Return the code of an AWS error, also of one that S3 reports for a single object."""
    if isinstance(error, ExceptionGroup):
        return str(error.exceptions[0]).split(": ")[1]
    assert isinstance(error, ClientError)
    return error.response.get("Error", {}).get("Code", "")
