"""Reduces botocore to the services that handlers use, and to the code that creating and calling clients runs.

The data is nine tenths of the size of the SDK and half of the time to create a first client, because
botocore lists the folders of all services and parses all endpoints. Every remaining data file has the format
that botocore documents, with fewer services and without documentation. All operations of a service are kept.
docs/decisions/0026-sdk-import.md has what each reduction saves, and what was tried besides.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Mapping
from typing import Any

from components.bundle.errors import BundleError

DATA = "botocore/data/"

# Only documentation and command-line completion read these.
_NEVER_READ = ("examples-", "completions-")

_DOCS = "botocore/docs/"
_DOCS_NEEDED = ("utils.py",)
"""The modules that write documentation, and the one of them that botocore's event handlers use."""

REPLACED = {
    f"{_DOCS}__init__.py": b"",
    f"{_DOCS}docstring.py": (
        b"def _none(*args, **kwargs): return None\n"
        b"ClientMethodDocstring = PaginatorDocstring = WaiterDocstring = _none\n"
    ),
    # Prepares HTTP/2, which is off unless a program switches it on; it imports importlib.metadata.
    "urllib3/http2/__init__.py": b"",
}
"""The sources of modules that every client imports and no call uses, by path."""


def slim(files: Mapping[str, bytes], services: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files with botocore's data reduced to some services, and without unused code.

    Args:
        files: the installed files, as path → content.
        services: the services, such as `dynamodb`, each with the place `file:line` of one client.

    Raises:
        BundleError: for a service that is not in botocore.
    """
    if not any(path.startswith(DATA) for path in files):
        return dict(files)
    kept = {path: REPLACED.get(path, content) for path, content in files.items() if _is_kept(path)}
    prefixes: set[str] = set()
    for service in sorted(services):
        models = _models(files, service, services[service])
        prefixes.add(json.loads(models["service-2.json"])["metadata"]["endpointPrefix"])
        kept |= {f"{DATA}{service}/{_version(files, service)}/{name}": text for name, text in models.items()}
    endpoints = f"{DATA}endpoints.json"
    return kept | {endpoints: _endpoints(files[endpoints], prefixes)}


def _is_kept(path: str) -> bool:
    """Return whether a file is neither the data of one service nor code that only writes documentation."""
    if path.startswith(_DOCS):
        return path in REPLACED or path.removeprefix(_DOCS) in _DOCS_NEEDED
    return not path.startswith(DATA) or "/" not in path.removeprefix(DATA)


def _version(files: Collection[str], service: str) -> str | None:
    """Return the newest version of a service's API, which is the default of a client."""
    prefix = f"{DATA}{service}/"
    versions = [path.split("/")[3] for path in files if path.startswith(prefix) and "/service-2." in path]
    return max(versions, default=None)


def _models(files: Mapping[str, bytes], service: str, place: str) -> dict[str, bytes]:
    """Return the JSON files of a service by name, decompressed and without documentation."""
    version = _version(files, service)
    if version is None:
        raise BundleError(f"{place}: botocore has no service {service!r}")
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
    """Empty the documentation but keep its key, which botocore reads; a member of that name is not a text."""
    return item | {"documentation": ""} if isinstance(item.get("documentation"), str) else item


def _endpoints(content: bytes, prefixes: Collection[str]) -> bytes:
    """Return the endpoints of the services with these prefixes, in all regions and partitions."""
    data = json.loads(content)
    for partition in data["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in prefixes}
    return _minified(data)
