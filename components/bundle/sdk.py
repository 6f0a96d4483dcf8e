"""botocore's data without the services that no handler uses.

It is nine tenths of the SDK's size and half the time of a first client: botocore looks into each
service's folder, and parses the endpoints of them all. The code stays as it is; every file that is left
has the form that botocore documents, and lacks only services and prose.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Mapping
from typing import Any

from components.bundle.errors import BundleError

DATA = "botocore/data/"

# Read when a reference page is written or a command line completed.
_NEVER_READ = ("examples-", "completions-")


def slim(files: Mapping[str, bytes], services: Mapping[str, str]) -> dict[str, bytes]:
    """The files, with botocore's data for these services alone.

    Args:
        files: path → content of what was installed.
        services: the services, such as `dynamodb`, with a place `file:line` that makes a client of each.

    Raises:
        BundleError: for a service that botocore does not know.
    """
    if not any(path.startswith(DATA) for path in files):
        return dict(files)
    kept = {path: content for path, content in files.items() if not _is_service_data(path)}
    prefixes: set[str] = set()
    for service in sorted(services):
        models = _models(files, service, services[service])
        prefixes.add(json.loads(models["service-2.json"])["metadata"]["endpointPrefix"])
        kept |= {f"{DATA}{service}/{_version(files, service)}/{name}": text for name, text in models.items()}
    endpoints = f"{DATA}endpoints.json"
    return kept | {endpoints: _endpoints(files[endpoints], prefixes)}


def _is_service_data(path: str) -> bool:
    return path.startswith(DATA) and "/" in path.removeprefix(DATA)


def _version(files: Collection[str], service: str) -> str | None:
    """The newest version of a service's API: what a client gets that asks for none."""
    prefix = f"{DATA}{service}/"
    versions = [path.split("/")[3] for path in files if path.startswith(prefix) and "/service-2." in path]
    return max(versions, default=None)


def _models(files: Mapping[str, bytes], service: str, place: str) -> dict[str, bytes]:
    """A service's JSON by file name: unpacked, and without what botocore reads for documentation."""
    version = _version(files, service)
    if version is None:
        raise BundleError(f"{place}: botocore knows no service {service!r}")
    prefix = f"{DATA}{service}/{version}/"
    names = [path.removeprefix(prefix) for path in files if path.startswith(prefix)]
    return {
        name.removesuffix(".gz"): _minified(
            json.loads(_unpacked(name, files[prefix + name]), object_hook=_without_prose)
        )
        for name in names
        if not name.startswith(_NEVER_READ)
    }


def _unpacked(name: str, content: bytes) -> bytes:
    return gzip.decompress(content) if name.endswith(".gz") else content


def _minified(data: Any) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode()


def _without_prose(item: dict[str, Any]) -> dict[str, Any]:
    """Empty documentation: the key stays, for botocore indexes it; a member of that name is no text."""
    return item | {"documentation": ""} if isinstance(item.get("documentation"), str) else item


def _endpoints(content: bytes, prefixes: Collection[str]) -> bytes:
    """Regions and partitions as they are; of the services, those with these endpoint prefixes."""
    data = json.loads(content)
    for partition in data["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in prefixes}
    return _minified(data)
