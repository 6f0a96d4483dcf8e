"""The commands for releases, against a bucket and a key-value store in the embedded cloud."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operate import releases
from operate.target import LOCAL, find
from tests.local.operate.conftest import Stack
from tests.local.operate.site import Site, create
from tests.release_objects import FILES

UNKNOWN = "0123456789ab"


@pytest.fixture
def site(stack: Stack) -> Site:
    """Three releases, the first of which is live."""
    site = create(stack)
    site.set("default", site.deploy(1))
    site.set("redirect:www.example.com", "example.com")
    site.deploy(2)
    site.deploy(3)
    return site


@pytest.fixture
def ids(site: Site) -> list[str]:
    """The ids of the three releases, oldest first."""
    return [item["id"] for item in reversed(listed(site))]


def listed(site: Site) -> list[dict[str, Any]]:
    """Return the releases that the command lists."""
    target = find(LOCAL, site.stack.directory)
    return [
        {"id": each.id, "hosts": list(each.hosts), "assets": each.assets, "bytes": each.size}
        for each in releases.list_releases(target)
    ]


def output(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return the JSON that a command printed."""
    return json.loads(capsys.readouterr().out)


def failure(site: Site, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Return the status and the message of a failed command, which has changed no key."""
    before = site.pairs()
    status = site.stack.operate("releases", *arguments)
    printed = capsys.readouterr()
    assert (printed.out, site.pairs()) == ("", before)
    (text,) = printed.err.splitlines()
    return status, text


def test_releases_are_listed_with_their_hosts(
    site: Site, ids: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Newest first; the size is that of the assets, the page and the manifest."""
    site.set("host:next.example.com", ids[2])
    sizes = [
        sum(
            item["Size"]
            for item in site.s3.list_objects_v2(Bucket=site.bucket)["Contents"]
            if each in item["Key"]
        )
        for each in ids
    ]

    assert site.stack.operate("releases", "list", "--json") == 0
    found = output(capsys)
    assert [(item["id"], item["hosts"], item["assets"], item["bytes"]) for item in found] == [
        (ids[2], ["next.example.com"], len(FILES), sizes[2]),
        (ids[1], [], len(FILES), sizes[1]),
        (ids[0], ["default"], len(FILES), sizes[0]),
    ]
    assert [item["complete"] for item in found] == [True, True, True]
    created = [item["createdAt"] for item in found]
    assert created == sorted(created, reverse=True)


def test_release_and_rollback(site: Site, ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The command returns which release was live before: that is the one to roll back to."""
    assert site.stack.operate("releases", "use", ids[2], "--json") == 0
    assert output(capsys) == {"host": "default", "id": ids[2], "previous": ids[0]}
    assert site.pairs()["default"] == ids[2]

    assert site.stack.operate("releases", "use", ids[0]) == 0
    assert capsys.readouterr().out == f"default: {ids[0]} (before: {ids[2]})\n"
    assert site.pairs()["default"] == ids[0]
    assert site.pairs()["redirect:www.example.com"] == "example.com"


def test_preview_and_its_end(site: Site, ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """One host shows another release; all others show the live one."""
    assert site.stack.operate("releases", "preview", ids[1], "next.example.com", "--json") == 0
    assert output(capsys) == {"host": "next.example.com", "id": ids[1], "previous": None}
    assert site.pairs()["host:next.example.com"] == ids[1]
    assert site.pairs()["default"] == ids[0]

    assert site.stack.operate("releases", "preview", "--remove", "next.example.com", "--json") == 0
    assert output(capsys) == {"host": "next.example.com", "id": None, "previous": ids[1]}
    assert "host:next.example.com" not in site.pairs()


def test_use_renews_the_release(site: Site, ids: list[str]) -> None:
    """The daily pruning keeps a release that was in use for a moment only."""
    key = f"releases/{ids[1]}/release.json"
    (before,) = site.s3.list_object_versions(Bucket=site.bucket, Prefix=key)["Versions"]
    site.stack.operate("releases", "use", ids[1])

    after = site.s3.list_object_versions(Bucket=site.bucket, Prefix=key)["Versions"]
    assert [version["ETag"] for version in after] == [before["ETag"]] * 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["use", UNKNOWN], f"error: no release has the id '{UNKNOWN}'; newest: "),
        (["use", "../secrets"], "error: no release has the id '../secrets'; newest: "),
        (["preview", UNKNOWN, "next.example.com"], f"error: no release has the id '{UNKNOWN}'; newest: "),
        (["preview", UNKNOWN], "error: releases preview: expected ID and HOST, or --remove HOST"),
        (["preview"], "error: releases preview: expected ID and HOST, or --remove HOST"),
        (
            ["preview", UNKNOWN, "--remove", "next.example.com"],
            "error: releases preview: expected ID and HOST, or --remove HOST",
        ),
        (
            ["preview", "--remove", "next.example.com"],
            "error: next.example.com shows no release of its own; existing: none",
        ),
    ],
)
def test_unknown_release_or_host_is_invalid(
    site: Site, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    """The message names what was given and what exists."""
    status, text = failure(site, capsys, *arguments)

    assert (status, text[: len(expected)]) == (2, expected)


def test_incomplete_release_is_not_used(
    site: Site, ids: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Its page would fail in the browser; also one without a manifest, which is deployed or deleted now."""
    site.s3.delete_object(Bucket=site.bucket, Key=f"assets/{ids[1]}/lazy.js")
    assert failure(site, capsys, "use", ids[1]) == (
        1,
        f"error: release {ids[1]} lacks 1 of 3 assets, such as assets/{ids[1]}/lazy.js: deploy it again",
    )
    site.put(f"releases/{ids[1]}/release.json", "[]")
    assert failure(site, capsys, "use", ids[1]) == (
        1,
        f"error: releases/{ids[1]}/release.json: expected an object with the list assets",
    )
    site.s3.delete_object(Bucket=site.bucket, Key=f"releases/{ids[1]}/release.json")
    assert failure(site, capsys, "use", ids[1]) == (
        1,
        f"error: release {ids[1]} has no release.json: it is being deployed or deleted",
    )
    site.stack.operate("releases", "list")
    assert "incomplete: being deployed or deleted" in capsys.readouterr().out


def test_change_at_the_same_time_is_a_conflict(
    site: Site, ids: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment changes the key after the command has read the store: the command changes nothing."""
    real = releases.renew

    def deployed_meanwhile(*arguments: Any) -> None:
        real(*arguments)
        site.set("default", ids[2])

    monkeypatch.setattr(releases, "renew", deployed_meanwhile)

    assert site.stack.operate("releases", "use", ids[1]) == 1
    assert capsys.readouterr().err == (
        "error: the key-value store was changed at the same time, and not by this command: run it again\n"
    )
    assert site.pairs()["default"] == ids[2]


@pytest.mark.parametrize("output", ["siteBucket", "releaseStore"])
def test_stack_without_a_site_is_an_error(
    site: Site, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    """An older stack has no such output."""
    del site.stack.outputs[output]

    assert site.stack.operate("releases", "list") == 1
    assert capsys.readouterr().err == (
        f"error: stack local has no output {output}: deploy the current program\n"
    )


def test_deleted_store_is_an_error(site: Site, ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """AWS's error is one line."""
    site.stack.outputs["releaseStore"] = f"{site.store}-gone"

    assert site.stack.operate("releases", "use", ids[0]) == 1
    (text,) = capsys.readouterr().err.splitlines()
    assert text.startswith("error: DescribeKeyValueStore: ResourceNotFoundException: ")
