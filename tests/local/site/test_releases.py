"""Releases of the app on the embedded cloud, as `make up` deploys them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from components.site import Release
from provider.cloud import KEY_VALUE_STORE
from tests.checkout import copy
from tests.local.checkouts import Checkout, changed_resources

KEY = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey::site-default"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
STYLE = "frontend/assets/css/base.css"
OLD, NEW = "--space-1: 0.25rem", "--space-1: 0.26rem"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A deployed copy of the program."""
    made = Checkout(copy(tmp_path_factory.mktemp("site") / "strata"))
    made.up()
    yield made
    made.deployment.reset()


def release_of(checkout: Checkout) -> str:
    """Return the id of the release in the checkout."""
    return Release.read(checkout.root / "frontend").id


def live(checkout: Checkout) -> str:
    """Return the id of the live release, from the store."""
    store = checkout.deployment.outputs["releaseStore"]
    client = checkout.deployment.emulator.cloud.client(KEY_VALUE_STORE)
    return client.get_key(KvsARN=store, Key="default")["Value"]


def stored(checkout: Checkout, key: str) -> Any:
    """Return an object of the site's bucket."""
    client = checkout.deployment.emulator.cloud.client("s3")
    return client.get_object(Bucket=checkout.deployment.outputs["siteBucket"], Key=key)


def get(checkout: Checkout, path: str) -> requests.Response:
    """Return the front door's response."""
    return requests.get(f"http://localhost:{checkout.port}{path}", timeout=30)


def test_deployed_page_refers_to_the_assets_of_its_release(checkout: Checkout) -> None:
    """The function chooses the page of the live release, and each asset in it is in the bucket."""
    found, release = get(checkout, "/users"), release_of(checkout)

    assert live(checkout) == release
    assert f'src="/assets/{release}/app.js"' in found.text
    headers = found.headers["Content-Type"], found.headers["Cache-Control"]
    assert headers == ("text/html; charset=utf-8", "no-cache")
    asset = stored(checkout, f"assets/{release}/app.js")
    assert asset["Body"].read() == (checkout.root / "frontend" / "assets" / "app.js").read_bytes()
    assert asset["CacheControl"] == "public, max-age=31536000, immutable"


def test_bucket_accepts_requests_of_this_distribution_only(checkout: Checkout) -> None:
    """Anyone who knows the bucket's name gets 403; the front door reads it as the distribution."""
    bucket = f"{checkout.deployment.emulator.cloud.endpoint}/{checkout.deployment.outputs['siteBucket']}"
    path = f"assets/{live(checkout)}/css/base.css"
    signed = get(checkout, f"/{path}")

    assert requests.get(f"{bucket}/{path}", timeout=10).status_code == 403
    assert (signed.status_code, signed.content) == (200, stored(checkout, path)["Body"].read())


def test_release_changes_objects_and_one_key(checkout: Checkout) -> None:
    """No other resource changes, the files of the older release stay, and going back works."""
    first = release_of(checkout)
    checkout.edit(STYLE, OLD, NEW)
    second = release_of(checkout)

    changes = changed_resources(checkout.up())

    objects = {("replace", f"{OBJECT}::site-{name}") for name in names(checkout)}
    assert changes == {*objects, ("update", KEY)}
    assert live(checkout) == second
    for release in (first, second):
        assert stored(checkout, f"assets/{release}/css/base.css")["Body"].read()
        assert stored(checkout, f"releases/{release}/index.html")["Body"].read()

    checkout.edit(STYLE, NEW, OLD)
    checkout.up()
    assert live(checkout) == first
    assert stored(checkout, f"assets/{second}/css/base.css")["Body"].read()


def test_removed_file_is_missing_in_the_next_release_only(checkout: Checkout) -> None:
    """The older release is complete as long as its files are in the bucket."""
    extra = checkout.root / "frontend" / "assets" / "extra.js"
    extra.write_text("export {};")
    checkout.up()
    with_extra = release_of(checkout)
    extra.unlink()

    changes = changed_resources(checkout.up())

    assert ("delete", f"{OBJECT}::site-assets/extra.js") in changes
    assert stored(checkout, f"assets/{with_extra}/extra.js")["Body"].read() == b"export {};"
    with pytest.raises(ClientError, match="NoSuchKey"):
        stored(checkout, f"assets/{release_of(checkout)}/extra.js")


def test_key_that_an_operator_changed_stays_until_the_next_release(checkout: Checkout) -> None:
    """A deployment without a new release does not undo a rollback."""
    store = checkout.deployment.outputs["releaseStore"]
    client = checkout.deployment.emulator.cloud.client(KEY_VALUE_STORE)
    version = client.describe_key_value_store(KvsARN=store)["ETag"]
    client.put_key(KvsARN=store, Key="default", Value="aaaaaaaaaaaa", IfMatch=version)

    checkout.edit("handlers/health/read.py", "Health(variable", "Health(version=variable")
    checkout.up()
    assert live(checkout) == "aaaaaaaaaaaa"

    checkout.edit("frontend/index.html", "<title>Strata</title>", "<title>Strata 2</title>")
    checkout.up()
    assert live(checkout) == release_of(checkout)


def test_live_release_survives_a_restart(checkout: Checkout) -> None:
    """The store's keys and the objects are part of the saved data."""
    release = live(checkout)
    checkout.deployment.down()

    assert checkout.up() == []
    assert live(checkout) == release
    assert f"/assets/{release}/app.js" in get(checkout, "/users").text


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("frontend", "frontend: missing: expected a folder with index.html and assets/"),
        ("frontend/index.html", "frontend/index.html: cannot be read: No such file or directory"),
        ("edge/app.js", "edge/app.js: cannot be read: No such file or directory"),
    ],
)
def test_missing_file_stops_the_program_before_anything_is_registered(
    checkout: Checkout, tmp_path: Path, path: str, line: str
) -> None:
    """One line names the file, nothing changes, and the platform goes on serving."""
    before = checkout.deployment.state.read_bytes()
    (checkout.root / path).rename(tmp_path / "moved")
    try:
        with pytest.raises(Exception, match=line) as caught:
            checkout.up()
    finally:
        (tmp_path / "moved").rename(checkout.root / path)

    assert "\n" not in str(caught.value).strip()
    assert checkout.deployment.state.read_bytes() == before
    assert checkout.health() == 200


def names(checkout: Checkout) -> list[str]:
    """Return the names of the objects of the release in the checkout."""
    return list(Release.read(checkout.root / "frontend").objects())
