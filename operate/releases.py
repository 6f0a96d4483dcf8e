"""Releases of the app: which exist, and which one each host shows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from handlers.releases.models import ASSETS, DEFAULT, HOST, PAGES, pointers_of, releases_of
from handlers.releases.models import Release as Stored
from handlers.releases.renewal import renew
from operate.errors import OperateError, UsageError
from operate.target import Target
from provider.cloud import KEY_VALUE_STORE

SHOWN = 5
"""How many ids an error lists."""


@dataclass(frozen=True)
class Release:
    """A release in the bucket.

    Attributes:
        id: the id, a hash of the contents.
        created_at: when it was deployed.
        complete: whether it has its `release.json`; otherwise it is being deployed or deleted.
        hosts: the hosts that show it; `default` stands for all that have no release of their own.
        assets: the number of its assets.
        size: the bytes of its assets and its page.
    """

    id: str
    created_at: datetime
    complete: bool
    hosts: tuple[str, ...]
    assets: int
    size: int


@dataclass(frozen=True)
class Pointer:
    """Which release a host shows.

    Attributes:
        host: the host; `default` stands for all that have no release of their own.
        id: the release; None if the host no longer has one of its own.
        previous: the release before; None if the host had none of its own.
    """

    host: str
    id: str | None
    previous: str | None


def list_releases(target: Target) -> list[Release]:
    """Return all releases, newest first."""
    pages = list(_objects(target, PAGES))
    sizes: defaultdict[str, int] = defaultdict(int)
    assets: defaultdict[str, int] = defaultdict(int)
    for item in [*pages, *_objects(target, ASSETS)]:
        kind, release = str(item["Key"]).split("/")[:2]
        sizes[release] += item["Size"]
        assets[release] += kind == ASSETS.rstrip("/")
    pointers = _pointers(target)
    return [
        Release(
            id=each.id,
            created_at=each.created,
            complete=each.used is not None,
            hosts=tuple(_host(key) for key, value in sorted(pointers.items()) if value == each.id),
            assets=assets[each.id],
            size=sizes[each.id],
        )
        for each in releases_of(pages)
    ]


def use(target: Target, release: str, host: str | None = None) -> Pointer:
    """Show a release at all hosts without one of their own, or at one host.

    Raises:
        UsageError: if no release has the id.
        OperateError: if the release lacks objects, or the key-value store was changed meanwhile.
    """
    version = _version(target)
    stored = _require_complete(target, release)
    # First, so that the daily pruning keeps it.
    renew(target.client("s3"), target.site_bucket, stored.manifest)
    key = DEFAULT if host is None else f"{HOST}{host}"
    previous = _pointers(target).get(key)
    _change(target, "put_key", version, Key=key, Value=release)
    return Pointer(_host(key), release, previous)


def remove(target: Target, host: str) -> Pointer:
    """Show the default release at a host again.

    Raises:
        UsageError: if the host has no release of its own.
        OperateError: if the key-value store was changed meanwhile.
    """
    version, pointers = _version(target), _pointers(target)
    key = f"{HOST}{host}"
    if key not in pointers:
        hosts = sorted(_host(each) for each in pointers if each != DEFAULT)
        raise UsageError(f"{host} shows no release of its own; existing: {', '.join(hosts) or 'none'}")
    _change(target, "delete_key", version, Key=key)
    return Pointer(host, None, pointers[key])


def _require_complete(target: Target, release: str) -> Stored:
    """Return a release whose objects are all in the bucket.

    Raises:
        UsageError: if no release has the id.
        OperateError: if it lacks objects.
    """
    stored = releases_of(_objects(target, PAGES))
    found = next((each for each in stored if each.id == release), None)
    if found is None:
        newest = ", ".join(each.id for each in stored[:SHOWN]) or "none"
        raise UsageError(f"no release has the id {release!r}; newest: {newest}")
    if found.used is None:
        raise OperateError(f"release {release} has no release.json: it is being deployed or deleted")
    present = {item["Key"] for item in _objects(target, found.folders[0])}
    expected = _assets(target, found)
    if missing := [key for key in expected if key not in present]:
        lack = f"lacks {len(missing)} of {len(expected)} assets, such as {missing[0]}"
        raise OperateError(f"release {release} {lack}: deploy it again")
    return found


def _assets(target: Target, release: Stored) -> list[str]:
    """Return the keys of a release's assets, of its `release.json`."""
    response: Any = target.client("s3").get_object(Bucket=target.site_bucket, Key=release.manifest)
    try:
        return [str(key) for key in json.loads(response["Body"].read())["assets"]]
    except (ValueError, KeyError, TypeError) as error:
        raise OperateError(f"{release.manifest}: expected an object with the list assets") from error


def _objects(target: Target, prefix: str) -> Iterator[Mapping[str, Any]]:
    pages: Any = target.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=target.site_bucket, Prefix=prefix):
        yield from page.get("Contents", [])


def _pointers(target: Target) -> dict[str, str]:
    pages: Any = target.client(KEY_VALUE_STORE).get_paginator("list_keys")
    return pointers_of(pages.paginate(KvsARN=target.release_store).build_full_result()["Items"])


def _version(target: Target) -> str:
    """Return the version of the key-value store, which a change requires."""
    return target.client(KEY_VALUE_STORE).describe_key_value_store(KvsARN=target.release_store)["ETag"]


def _change(target: Target, operation: str, version: str, **item: str) -> None:
    call = getattr(target.client(KEY_VALUE_STORE), operation)
    try:
        call(KvsARN=target.release_store, IfMatch=version, **item)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ConflictException":
            raise OperateError(
                "the key-value store was changed at the same time, and not by this command: run it again"
            ) from error
        raise


def _host(key: str) -> str:
    return key.removeprefix(HOST)
