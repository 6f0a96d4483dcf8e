"""Releases of the app on the embedded cloud, as `make up` deploys them.

The emulator stores the distribution and does not serve it: these tests read the bucket and the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from components.site import Release
from local.front_door.functions import EdgeFunction
from tests.checkout import copy
from tests.local.checkouts import Checkout, changed_resources

KEY = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey::site-default"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"


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
    client = checkout.deployment.emulator.cloud.client("cloudfront-keyvaluestore")
    return client.get_key(KvsARN=store, Key="default")["Value"]


def stored(checkout: Checkout, key: str) -> Any:
    """Return an object of the site's bucket."""
    client = checkout.deployment.emulator.cloud.client("s3")
    return client.get_object(Bucket=checkout.deployment.outputs["siteBucket"], Key=key)


def page(checkout: Checkout) -> str:
    """Return the key of the object that the deployed function chooses for the path `/users`."""
    cloud = checkout.deployment.emulator.cloud
    listed = cloud.client("cloudfront").list_functions(Stage="LIVE")["FunctionList"]["Items"]
    (name,) = [each["Name"] for each in listed if "-site-app-" in each["Name"]]
    source = cloud.client("cloudfront").get_function(Name=name, Stage="LIVE")["FunctionCode"].read().decode()
    request = {"method": "GET", "uri": "/users", "querystring": {}, "headers": {}, "cookies": {}}
    found = EdgeFunction(source, {"default": live(checkout)}.get).run({"request": request})
    return found["uri"].removeprefix("/")


def test_deployed_page_refers_to_the_assets_of_its_release(checkout: Checkout) -> None:
    """The function chooses the page of the live release, and each asset in it is in the bucket."""
    found = stored(checkout, page(checkout))
    release = release_of(checkout)
    text = found["Body"].read().decode()

    assert live(checkout) == release
    assert f'src="/assets/{release}/app.js"' in text
    assert (found["ContentType"], found["CacheControl"]) == ("text/html; charset=utf-8", "no-cache")
    asset = stored(checkout, f"assets/{release}/app.js")
    assert asset["Body"].read() == (checkout.root / "frontend" / "assets" / "app.js").read_bytes()
    assert asset["CacheControl"] == "public, max-age=31536000, immutable"


def test_bucket_accepts_requests_of_this_distribution_only(checkout: Checkout) -> None:
    """Anyone who knows the bucket's name gets 403; the emulator serves the distribution by its host."""
    cloud, outputs = checkout.deployment.emulator.cloud, checkout.deployment.outputs
    path = f"assets/{live(checkout)}/app.css"
    unsigned = requests.get(f"{cloud.endpoint}/{outputs['siteBucket']}/{path}", timeout=10)
    found = cloud.client("cloudfront").get_distribution(Id=outputs["distributionId"])["Distribution"]
    viewer = {"Host": found["DomainName"], "X-Forwarded-Proto": "https"}
    signed = requests.get(f"{cloud.endpoint}/{path}", headers=viewer, timeout=10)

    assert unsigned.status_code == 403
    assert (signed.status_code, signed.content) == (200, stored(checkout, path)["Body"].read())


def test_release_changes_objects_and_one_key(checkout: Checkout) -> None:
    """No other resource changes, the files of the older release stay, and going back works."""
    first = release_of(checkout)
    checkout.edit("frontend/assets/app.css", "40rem", "41rem")
    second = release_of(checkout)

    changes = changed_resources(checkout.up())

    objects = {("replace", f"{OBJECT}::site-{name}") for name in names(checkout)}
    assert changes == {*objects, ("update", KEY)}
    assert live(checkout) == second
    for release in (first, second):
        assert stored(checkout, f"assets/{release}/app.css")["Body"].read()
        assert stored(checkout, f"releases/{release}/index.html")["Body"].read()

    checkout.edit("frontend/assets/app.css", "41rem", "40rem")
    checkout.up()
    assert live(checkout) == first
    assert stored(checkout, f"assets/{second}/app.css")["Body"].read()


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
    client = checkout.deployment.emulator.cloud.client("cloudfront-keyvaluestore")
    version = client.describe_key_value_store(KvsARN=store)["ETag"]
    client.put_key(KvsARN=store, Key="default", Value="aaaaaaaaaaaa", IfMatch=version)

    checkout.edit("handlers/health/read.py", "Health(variable", "Health(version=variable")
    checkout.up()
    assert live(checkout) == "aaaaaaaaaaaa"

    checkout.edit("frontend/index.html", "<h1>Strata</h1>", "<h1>Strata 2</h1>")
    checkout.up()
    assert live(checkout) == release_of(checkout)


def test_live_release_survives_a_restart(checkout: Checkout) -> None:
    """The store's keys and the objects are part of the saved data."""
    release = live(checkout)
    checkout.deployment.down()

    assert checkout.up() == []
    assert live(checkout) == release
    assert stored(checkout, page(checkout))["Body"].read()


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
