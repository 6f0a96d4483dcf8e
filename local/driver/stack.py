"""A stack's project, config and naming, read from the Pulumi files like the Pulumi CLI."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import yaml

from local.driver.yaml_scalars import INT64, Scalar, number, number_text, scalar
from local.machine.errors import LocalError
from provider.naming import Naming

DEFAULT_PATTERN = "${name}-${hex(7)}"


class StackError(LocalError):
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
        project = read(root / "Pulumi.yaml")
        shared: dict[str, Any] = {
            key: entry["value"] for key, entry in _declared(root / "Pulumi.yaml", project) if "value" in entry
        }
        pattern = _pattern(shared.pop("pulumi:autonaming", {}))
        file = root / f"Pulumi.{name}.yaml"
        values: dict[str, Any] = {**shared, **_config(file, read(file)), **(overrides or {})}
        for key, value in values.items():
            if _encrypted(value):
                raise StackError(f"{file.name}: {key}: is encrypted, and only the Pulumi CLI can decrypt it")
        if not isinstance(project.get("name"), str):
            raise StackError("Pulumi.yaml: name: expected the project's name")
        # The CLI also puts keys without a namespace into the project's.
        names = {key: key if ":" in key else f"{project['name']}:{key}" for key in values}
        config = {names[key]: _text(value) for key, value in values.items()}
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


PLAIN = "tag:pulumi.com:plain"
"""The tag of scalars without quotes and without a tag, whose type depends only on the value."""

STANDARD = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """A loader that reads scalars, in keys and values, and rejects duplicate keys, like the CLI."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode and implicit[0]:
            return f"{STANDARD}merge" if value == "<<" else PLAIN
        return cast("Any", super()).resolve(kind, value, implicit)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[str] = set()
        for key in [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]:
            if key.value in seen:
                raise _error(key, f"{key.value}: is a duplicate key")
            seen.add(key.value)
        return {_key_text(key): value for key, value in super().construct_mapping(node, deep).items()}

    def construct_plain(self, node: yaml.ScalarNode) -> Scalar:
        """Return the value of a scalar without a tag, or with the tag of one of `TYPES`."""
        value = scalar(node.value)
        if isinstance(value, float) and not math.isfinite(value):
            raise _error(node, f"{node.value}: is not a finite number")
        expected = TYPES.get(node.tag.removeprefix(STANDARD))
        if expected is not None and type(value) not in expected:
            raise _error(node, f"{node.value}: is not of type !!{node.tag.removeprefix(STANDARD)}")
        return value

    def construct_text(self, node: yaml.Node) -> Any:
        """Return the content of a node with an unknown tag, which the CLI ignores."""
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return self.construct_sequence(node, deep=True)
        return self.construct_mapping(cast("yaml.MappingNode", node), deep=True)

    def construct_binary(self, node: yaml.ScalarNode) -> str:
        """Return base64-encoded text."""
        return self.construct_yaml_binary(node).decode("utf-8", "replace")


TYPES = {"int": (int,), "float": (int, float), "bool": (bool,), "null": (type(None),), "timestamp": (str,)}

for _tag in (PLAIN, *(STANDARD + name for name in TYPES)):
    _Loader.add_constructor(_tag, _Loader.construct_plain)
_Loader.add_constructor(f"{STANDARD}binary", _Loader.construct_binary)
cast("Any", _Loader).add_constructor(None, _Loader.construct_text)


class _Dumper(yaml.SafeDumper):
    """A writer that quotes all text, because PyYAML's rules for text that needs no quotes are YAML 1.1."""


def _quoted(dumper: Any, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(f"{STANDARD}str", text, style='"')


_Dumper.add_representer(str, _quoted)


def read(file: Path) -> dict[str, Any]:
    """Return the content of a project or stack file, with the values that the CLI reads.

    Raises:
        StackError: if the file is missing, or not a YAML mapping.
    """
    try:
        data: Any = yaml.load(file.read_text("utf-8-sig"), _Loader)  # noqa: S506 - a safe loader
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


def written(data: Mapping[str, Any]) -> str:
    """Return a project or stack file with this content; the CLI and `read` read the same values."""
    return yaml.dump(dict(data), Dumper=_Dumper, allow_unicode=True)


def _error(node: yaml.Node, problem: str) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _key_text(key: Any) -> str:
    """Return a key as text, like Go's `fmt.Sprintf("%v", key)`."""
    if key is None:
        return "<nil>"
    if isinstance(key, bool):
        return json.dumps(key)
    return str(key)


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
    """Return a value of the config as the CLI gives it to the program: objects and lists are JSON."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    return value if isinstance(value, str) else json.dumps(_rounded(value))


def _rounded(value: Any) -> Any:
    """Return a value with its integers outside of int64 rounded, as in the CLI's objects."""
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [_rounded(each) for each in cast("list[Any]", value)]
    large = isinstance(value, int) and value not in INT64
    return number(float(value)) if large else value


def _encrypted(value: Any) -> bool:
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return "secure" in members or any(_encrypted(member) for member in members.values())
    return isinstance(value, list) and any(_encrypted(member) for member in cast("list[Any]", value))
