"""A stack's project, config and naming, read from the Pulumi files as the Pulumi CLI reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import yaml

from local.provider.naming import Naming

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
            key: cast("Any", entry)["value"]
            for key, entry in _config(root / "Pulumi.yaml", project).items()
            if isinstance(entry, Mapping) and "value" in entry
        }
        autonaming: dict[str, Any] = shared.pop("pulumi:autonaming", {})
        file = root / f"Pulumi.{name}.yaml"
        values: dict[str, Any] = {**shared, **_config(file, _read(file)), **(overrides or {})}
        for key, value in values.items():
            if _encrypted(value):
                raise StackError(f"{file.name}: {key}: encrypted: only the Pulumi CLI can read it")
        config = {key: _text(value) for key, value in values.items()}
        if not isinstance(project.get("name"), str):
            raise StackError("Pulumi.yaml: name: expected the project's name")
        return cls(project["name"], name, config, autonaming.get("pattern", DEFAULT_PATTERN))

    def at(self, endpoint: str) -> Stack:
        """The same stack with every service of `aws:endpoints` at one address."""
        text = self.config.get("aws:endpoints")
        if text is None:
            return self
        try:
            moved = [dict.fromkeys(services, endpoint) for services in json.loads(text)]
        except (ValueError, TypeError) as error:
            raise StackError(f"aws:endpoints: {text!r}: expected addresses by service") from error
        return replace(self, config={**self.config, "aws:endpoints": json.dumps(moved)})

    @property
    def naming(self) -> Naming:
        """How its resources are named."""
        return Naming(self.pattern, self.project, self.name)


def _read(file: Path) -> dict[str, Any]:
    try:
        data: Any = yaml.safe_load(file.read_text())
    except FileNotFoundError:
        raise StackError(f"{file}: not there") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StackError(f"{file.name}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise StackError(f"{file.name}: expected a mapping, got {data!r}")
    return cast("dict[str, Any]", data)


def _config(file: Path, data: Mapping[str, Any]) -> dict[str, Any]:
    config: Any = data.get("config", {})
    if not isinstance(config, dict):
        raise StackError(f"{file.name}: config: expected keys and values, got {config!r}")
    return cast("dict[str, Any]", config)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _encrypted(value: Any) -> bool:
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return "secure" in members or any(_encrypted(member) for member in members.values())
    return isinstance(value, list) and any(_encrypted(member) for member in cast("list[Any]", value))
