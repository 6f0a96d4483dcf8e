"""The declarations of the registered resource types, without a cloud."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import ClassVar

import pytest

from provider.base import Properties, ProviderError
from provider.registry import TYPES, type_infos, types_of
from provider.resource import Resource, parse_id

ROOT = Path(__file__).parents[3]
CHOSEN_BY_AWS = {"id", "region", "account", "suffix", "version"}


def placeholders(pattern: str) -> set[str]:
    """Return the names in the braces of a pattern."""
    return {name for _, name, _, _ in Formatter().parse(pattern) if name}


@pytest.mark.parametrize("token", sorted(TYPES))
def test_type_declares_its_own_inputs(token: str) -> None:
    """Every input that a declaration names is an input of the type; the token has Pulumi's form."""
    kind = TYPES[token]
    named = {kind.autoname.property} if kind.autoname else set()
    declared = {
        *kind.replace_on,
        *named,
        *kind.identity,
        *kind.fields,
        *kind.defaults,
        *(kind.key.keys() - {"id"}),
    }

    assert re.fullmatch(r"aws:[a-z0-9]+/[a-zA-Z0-9]+:[A-Z][A-Za-z0-9]+", token)
    assert declared - kind.inputs == set()


@pytest.mark.parametrize("token", sorted(TYPES))
def test_type_is_in_the_module_of_its_name(token: str) -> None:
    """The package is boto3's name of the service, and the module is the type's name in snake case."""
    kind = type(TYPES[token])
    package = kind.service.name.replace("-", "_") + ("_" if kind.service.name == "lambda" else "")
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()

    assert kind.__module__ == f"provider.services.{package}.{module}"


@pytest.mark.parametrize("token", sorted(TYPES))
def test_patterns_contain_known_names(token: str) -> None:
    """An ARN or an ID is made of inputs and of parts that AWS chooses."""
    kind = TYPES[token]

    assert re.fullmatch(r"|\{topic\}:\{suffix\}|arn:aws:[a-z0-9-]+:(\{region\})?:(\{account\})?:.+", kind.arn)
    assert placeholders(kind.arn) - kind.inputs <= CHOSEN_BY_AWS
    assert placeholders(kind.id_format) - kind.inputs <= {"region", "account"}


def test_type_infos_describe_every_type() -> None:
    """Each type has a one-line description, its service and its ARN pattern."""
    infos = type_infos()

    assert [info.token for info in infos] == sorted(TYPES)
    assert all(info.summary.endswith(".") and len(info.summary) < 110 for info in infos)
    assert {info.token: info[1:3] for info in infos}["aws:sqs/queue:Queue"] == (
        "sqs",
        "arn:aws:sqs:{region}:{account}:{name}",
    )


def test_types_of_a_service_are_ordered_by_token() -> None:
    """The service's name is that of its boto3 client; an unknown one has no types."""
    assert [kind.token for kind in types_of("glue")] == [
        "aws:glue/catalogDatabase:CatalogDatabase",
        "aws:glue/catalogTable:CatalogTable",
    ]
    assert types_of("cognito") == []


def test_id_is_split_at_the_first_separator() -> None:
    """The last part of an ID may contain the separator; an ID of another form is an error."""
    assert parse_id("{role}/{policyArn}", "r/arn:aws:iam::aws:policy/P") == {
        "role": "r",
        "policyArn": "arn:aws:iam::aws:policy/P",
    }
    with pytest.raises(ProviderError, match=r"^name: expected an ID of the form \{role\}:\{name\}$"):
        parse_id("{role}:{name}", "name")


def test_update_sends_the_default_of_an_input_no_longer_stated() -> None:
    """A type sends all inputs or the changes only, without tags and inputs that replace the resource."""

    class Whole(Resource):
        replace_on = frozenset({"name"})
        defaults: ClassVar[Properties] = {"size": 1, "color": "red"}

    class Changes(Whole):
        updates_changes_only = True

    old, new = {"name": "n", "size": 2, "color": "blue"}, {"name": "n", "color": "blue", "tags": {}}

    assert Whole().settings(old, new) == {"size": 1, "color": "blue"}
    assert Changes().settings(old, new) == {"size": 1}
    assert Changes().settings(new, new) == {}


def test_example_in_the_documentation_is_the_module() -> None:
    """The page shows a module of the provider as it is."""
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "provider.md").read_text(), re.DOTALL)

    assert example == (ROOT / "provider" / "services" / "iam" / "role_policy.py").read_text()
