"""The daily pruning: releases in use stay, however old they are, and the others are deleted after a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from handlers.releases import storage
from handlers.releases.prune import handler
from tests.release_objects import FILES
from tests.unit.handlers.lambda_ import Context
from tests.unit.handlers.releases.conftest import CACHE, NOW, Site

Log = Callable[[], list[dict[str, Any]]]
LIVE, PREVIEW, NEWEST, YOUNG, OLD = ("0000000000a1", "0000000000b2", "0000000000c3", "0000000000d4", "0" * 12)


def prune() -> None:
    """Run the function as the schedule does."""
    handler({"time": NOW.isoformat()}, Context())


@pytest.fixture
def releases(site: Site) -> Site:
    """After a rollback: all but one are old, and of these one is live, one previewed and one the newest."""
    site.deploy(OLD, age=90, used=40)
    site.deploy(LIVE, age=80, used=40)
    site.deploy(PREVIEW, age=70, used=40)
    site.deploy(YOUNG, age=60, used=20)
    site.deploy(NEWEST, age=50, used=40)
    site.keys = {"default": LIVE, "host:next.example.com": PREVIEW, "redirect:www.example.com": "example.com"}
    return site


def test_only_the_unused_release_is_deleted(releases: Site, log: Log) -> None:
    """Live, previewed, newest and young releases stay with all their objects."""
    before = releases.objects()
    prune()

    assert set(before) - set(releases.objects()) == {key for key in before if OLD in key}
    (line,) = log()
    assert line["deleted"] == [OLD]
    assert set(line["renewed"]) == {LIVE, PREVIEW, NEWEST}
    assert line["missing"] == []


def test_releases_in_use_are_renewed_unchanged(releases: Site) -> None:
    """Their manifests have a new time, and the same content, type and caching; nothing else is written."""
    before, start = releases.objects(), datetime.now(UTC).replace(microsecond=0)
    body = releases.s3.get_object(Bucket=releases.bucket, Key=f"releases/{LIVE}/release.json")["Body"].read()
    prune()

    after = releases.objects()
    renewed = {key for key in after if after[key] != before[key]}
    assert renewed == {f"releases/{each}/release.json" for each in (LIVE, PREVIEW, NEWEST)}
    assert all(after[key] >= start for key in renewed)
    found = releases.s3.get_object(Bucket=releases.bucket, Key=f"releases/{LIVE}/release.json")
    assert (found["Body"].read(), found["ContentType"], found["CacheControl"]) == (
        body, "application/json", CACHE,
    )  # fmt: skip


def test_release_is_deleted_a_month_after_it_was_in_use(site: Site) -> None:
    """A run renews once a day, so a day is added: 31 days keep it, more do not."""
    for release, used in (("00000000000a", 30.9), ("00000000000b", 31.1)):
        site.deploy(release, age=90, used=used)
    site.deploy(LIVE, age=70)
    site.keys = {"default": LIVE}
    prune()

    assert site.ids() == {"00000000000a", LIVE}


def test_release_that_no_run_renewed_counts_as_used_until_its_successor(site: Site) -> None:
    """The function failed for months: the release that was replaced yesterday stays."""
    site.deploy(OLD, age=100)
    site.deploy(YOUNG, age=90)
    site.deploy(LIVE, age=1)
    site.keys = {"default": LIVE}
    prune()

    assert site.ids() == {YOUNG, LIVE}


def test_deployment_in_progress_is_not_touched(site: Site) -> None:
    """Its page is there, and its manifest is not yet; nor is one with assets only."""
    site.deploy(LIVE, age=50, used=0)
    site.put(f"releases/{NEWEST}/index.html", b"page", age=0)
    site.put(f"assets/{YOUNG}/app.js", b"code", age=0)
    site.keys = {"default": LIVE}
    prune()

    assert site.ids() == {LIVE, NEWEST, YOUNG}


def test_interrupted_deletion_is_finished_by_the_next_run(
    releases: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is deleted last, so the next run finds what is left."""
    monkeypatch.setattr(storage, "_MAX_DELETED", 1)
    real, calls = storage._delete, list[Any]()

    def interrupted(keys: Any) -> None:
        if len(calls) == len(FILES):
            raise InterruptedError
        calls.append(keys)
        real(keys)

    monkeypatch.setattr(storage, "_delete", interrupted)
    with pytest.raises(ExceptionGroup, match="1 releases failed"):
        prune()
    assert {key for key in releases.objects() if OLD in key} == {
        f"releases/{OLD}/index.html",
        f"releases/{OLD}/release.json",
    }
    monkeypatch.setattr(storage, "_delete", real)
    prune()

    assert OLD not in releases.ids()


def test_object_that_s3_does_not_delete_keeps_the_page(
    releases: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 deletes the rest of the request. Without its page, no later run would find what is left."""
    kept, real = f"assets/{OLD}/app.js", releases.s3.delete_objects

    def partly(*, Delete: Any, **others: Any) -> Any:  # noqa: N803 - the SDK's name
        accepted = [each for each in Delete["Objects"] if each["Key"] != kept]
        real(Delete={**Delete, "Objects": accepted}, **others)
        refused = len(accepted) < len(Delete["Objects"])
        return {"Errors": [{"Key": kept, "Code": "InternalError", "Message": "try again"}]} if refused else {}

    with monkeypatch.context() as patch:
        patch.setattr(releases.s3, "delete_objects", partly)
        with pytest.raises(ExceptionGroup, match="1 releases failed"):
            prune()
    assert {key for key in releases.objects() if OLD in key} == {kept, f"releases/{OLD}/index.html"}
    prune()

    assert OLD not in releases.ids()


def test_versions_are_kept_for_the_lifecycle_rule(releases: Site) -> None:
    """A release that was deleted by mistake can be restored from its versions."""
    prune()

    found = releases.s3.list_object_versions(Bucket=releases.bucket, Prefix=f"assets/{OLD}/")
    assert len(found["DeleteMarkers"]) == len(found["Versions"]) == len(FILES)


def test_release_that_goes_live_during_a_run_stays(releases: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is read again before each deletion."""
    releases.deploy("00000000000a", age=91, used=41)
    real = storage.delete

    def rolled_back(release: Any) -> None:
        releases.keys["default"] = "00000000000a"
        real(release)

    monkeypatch.setattr(storage, "delete", rolled_back)
    prune()

    assert OLD not in releases.ids()
    assert "00000000000a" in releases.ids()


def test_nothing_is_deleted_without_a_live_release(releases: Site, log: Log) -> None:
    """An empty store is not the reason to delete the app."""
    releases.keys = {"host:next.example.com": PREVIEW}
    before = set(releases.objects())
    prune()

    assert set(releases.objects()) == before
    assert log()[0]["deleted"] == []


def test_live_release_that_is_not_in_the_bucket_is_an_error(releases: Site, log: Log) -> None:
    """Its page fails, so the alarm must ring; the rest of the run is done first."""
    releases.keys["host:lost.example.com"] = "ffffffffffff"
    with pytest.raises(LookupError, match=r"^live and not in the bucket: ffffffffffff$"):
        prune()

    assert OLD not in releases.ids()
    assert log()[0]["missing"] == ["ffffffffffff"]


def test_failure_of_one_release_does_not_affect_the_others(
    releases: Site, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the release."""
    real = storage.renew

    def broken(release: Any) -> None:
        if release.id == PREVIEW:
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "busy"}}, "CopyObject")
        real(release)

    monkeypatch.setattr(storage, "renew", broken)
    with pytest.raises(ExceptionGroup, match="1 releases failed") as caught:
        prune()

    assert caught.value.exceptions[0].__notes__ == [f"release {PREVIEW}"]
    assert OLD not in releases.ids()
    assert set(log()[0]["renewed"]) == {LIVE, NEWEST}


def test_objects_that_s3_does_not_delete_are_an_error(
    releases: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 reports them in a successful response."""
    refused = {"Errors": [{"Key": "assets/a", "Code": "AccessDenied", "Message": "denied"}]}
    monkeypatch.setattr(releases.s3, "delete_objects", lambda **_: refused)
    with pytest.raises(ExceptionGroup) as caught:
        prune()

    (error,) = caught.value.exceptions
    assert isinstance(error, ExceptionGroup)
    assert str(error.exceptions[0]) == "assets/a: AccessDenied: denied"


def test_unknown_objects_are_not_touched(releases: Site) -> None:
    """Objects outside of releases are not this function's."""
    others = {"robots.txt", "releases/notes.txt", "releases/UPPER/index.html", f"releases/{OLD}0/index.html"}
    for key in others:
        releases.put(key, b"", age=99)
    prune()

    assert others <= set(releases.objects())
