"""A stack's project, config and naming, read from the Pulumi files as the Pulumi CLI reads them."""

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
    """A Pulumi file cannot be used; the text names it."""


@dataclass(frozen=True)
class Stack:
    """One stack: its project's name, its own, and its config as the program gets it.

    Attributes:
        config: `namespace:key` to text; an object is JSON.
        pattern: the autonaming pattern.
        secrets: the keys of the config that hold a secret.
    """

    project: str
    name: str
    config: Mapping[str, str]
    pattern: str
    secrets: tuple[str, ...] = ()

    @classmethod
    def load(cls, root: Path, name: str, overrides: Mapping[str, Any] | None = None) -> Stack:
        """Read `Pulumi.yaml` and `Pulumi.<name>.yaml`, and lay `overrides` over the config.

        Raises:
            StackError: for a file that is missing or not YAML, or a value that only the CLI can decrypt.
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
                raise StackError(f"{file.name}: {key}: encrypted: only the Pulumi CLI can read it")
        config = {key: _text(value) for key, value in values.items()}
        if not isinstance(project.get("name"), str):
            raise StackError("Pulumi.yaml: name: expected the project's name")
        return cls(project["name"], name, config, pattern)

    def at(self, endpoint: str, region: str) -> Stack:
        """The same stack with every service of `aws:endpoints` at one address.

        Raises:
            StackError: when `aws:endpoints` is no list of addresses by service, or it is for another region.
        """
        file, declared = f"Pulumi.{self.name}.yaml", self.config.get("aws:region", region)
        if declared != region:
            raise StackError(f"{file}: aws:region: {declared!r}: the embedded cloud plays {region}")
        text = self.config.get("aws:endpoints")
        if text is None:
            return self
        try:
            # Of a list of mappings nothing but the keys is taken over.
            moved = [dict.fromkeys({**services}, endpoint) for services in json.loads(text)]
        except (ValueError, TypeError):
            raise StackError(f"{file}: aws:endpoints: {text!r}: expected addresses by service") from None
        return replace(self, config={**self.config, "aws:endpoints": json.dumps(moved)})

    @property
    def naming(self) -> Naming:
        """How its resources are named."""
        return Naming(self.pattern, self.project, self.name)


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, as the CLI does."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[str] = set()
        for key in [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value}: stands there twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _read(file: Path) -> dict[str, Any]:
    try:
        data: Any = yaml.load(file.read_text("utf-8"), _Loader)  # noqa: S506 - a safe loader
    except FileNotFoundError:
        raise StackError(f"{file}: not there") from None
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
    if config is None:  # As the CLI has it: a key without anything below it says nothing.
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
