"""A stack's project, config and naming, read from the Pulumi files like the Pulumi CLI."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import yaml

from provider.naming import Naming

DEFAULT_PATTERN = "${name}-${hex(7)}"


class StackError(Exception):
    """A Pulumi file is missing or invalid."""


@dataclass(frozen=True)
class Stack:
    """One stack with its config as the program reads it.

    Attributes:
        project: the project's name.
        name: the stack's name.
        config: `namespace:key` to text; an object is JSON.
        pattern: the autonaming pattern.
        secrets: the config keys whose values are secret.
    """

    project: str
    name: str
    config: Mapping[str, str]
    pattern: str
    secrets: tuple[str, ...] = ()

    @classmethod
    def load(cls, root: Path, name: str, overrides: Mapping[str, Any] | None = None) -> Stack:
        """Read `Pulumi.yaml` and `Pulumi.<name>.yaml`, with `overrides` in place of their config values.

        Raises:
            StackError: if a file is missing or not YAML, or a value is encrypted.
        """
        project = _read(root / "Pulumi.yaml")
        shared: dict[str, Any] = {
            key: entry["value"] for key, entry in _declared(root / "Pulumi.yaml", project) if "value" in entry
        }
        pattern = _pattern(shared.pop("pulumi:autonaming", {}))
        file = root / f"Pulumi.{name}.yaml"
        values: dict[str, Any] = {**shared, **_config(file, _read(file)), **(overrides or {})}
        for key, value in values.items():
            if _encrypted(value):
                raise StackError(f"{file.name}: {key}: is encrypted, and only the Pulumi CLI can decrypt it")
        config = {key: _text(value) for key, value in values.items()}
        if not isinstance(project.get("name"), str):
            raise StackError("Pulumi.yaml: name: expected the project's name")
        return cls(project["name"], name, config, pattern)

    def with_endpoint(self, endpoint: str, region: str) -> Stack:
        """Return the stack with one address for every service in `aws:endpoints`.

        Raises:
            StackError: if `aws:endpoints` is not a list of addresses by service, or the region differs.
        """
        file, declared = f"Pulumi.{self.name}.yaml", self.config.get("aws:region", region)
        if declared != region:
            raise StackError(f"{file}: aws:region: {declared!r}: the embedded cloud's region is {region}")
        text = self.config.get("aws:endpoints")
        if text is None:
            return self
        try:
            # Only the keys are used: the names of the services.
            moved = [dict.fromkeys({**services}, endpoint) for services in json.loads(text)]
        except (ValueError, TypeError):
            raise StackError(f"{file}: aws:endpoints: {text!r}: expected addresses by service") from None
        return replace(self, config={**self.config, "aws:endpoints": json.dumps(moved)})

    @property
    def naming(self) -> Naming:
        """The rule by which its resources are named."""
        return Naming(self.pattern, self.project, self.name)


class _Loader(yaml.SafeLoader):
    """A loader that rejects duplicate keys, like the CLI."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[str] = set()
        for key in [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value}: is a duplicate key", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _read(file: Path) -> dict[str, Any]:
    try:
        data: Any = yaml.load(file.read_text("utf-8"), _Loader)  # noqa: S506 - a safe loader
    except FileNotFoundError:
        raise StackError(f"{file}: no such file") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise StackError(f"{file.name}: not YAML: {line}{error.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StackError(f"{file.name}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise StackError(f"{file.name}: expected a mapping, got {data!r}")
    return cast("dict[str, Any]", data)


def _config(file: Path, data: Mapping[str, Any]) -> dict[str, Any]:
    config: Any = data.get("config")
    if config is None:  # The CLI also accepts the key without a value.
        return {}
    if not isinstance(config, dict):
        raise StackError(f"{file.name}: config: expected keys and values, got {config!r}")
    return cast("dict[str, Any]", config)


def _declared(file: Path, project: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    entries = _config(file, project)
    for key, entry in entries.items():
        if not isinstance(entry, Mapping):
            raise StackError(f"{file.name}: config: {key}: expected a mapping with a value, got {entry!r}")
    return list(entries.items())


def _pattern(autonaming: Any) -> str:
    members = cast("Mapping[str, Any]", autonaming) if isinstance(autonaming, Mapping) else {"pattern": None}
    pattern = members.get("pattern", DEFAULT_PATTERN)
    if not isinstance(pattern, str):
        raise StackError(f"Pulumi.yaml: config: pulumi:autonaming: expected a pattern, got {autonaming!r}")
    return pattern


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _encrypted(value: Any) -> bool:
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return "secure" in members or any(_encrypted(member) for member in members.values())
    return isinstance(value, list) and any(_encrypted(member) for member in cast("list[Any]", value))
