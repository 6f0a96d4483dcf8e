"""The plugin's answers to the engine, each request by itself, for a provider in memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any, override

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2

from local.plugin.properties import ARCHIVE, SIGNATURE, UNKNOWNS, Unknown, is_known, read, write
from local.plugin.servicer import DEFAULTS, NAMING, Servicer
from provider.base import AutoName, Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.provider import Provider
from provider.registry import TYPES
from tests.checkout import ROOT

THING, PLACE = "aws:test/thing:Thing", "aws:test/place:Place"
UNKNOWN = Unknown("04da6b54-80e4-46f7-96ec-b56ff0331ba9")
ENDPOINTS = '[{"sqs": "http://127.0.0.1:4566"}]'


class Thing(ResourceType):
    """A resource in memory; its id is its name, and it tells its size in another unit than it was given."""

    token = THING
    inputs = frozenset({"name", "size", "kind", "note"})
    replace_on = frozenset({"name", "kind"})
    autoname = AutoName("name", 20, ".x")

    def __init__(self) -> None:
        self.made: dict[str, Properties] = {}
        self.fails = ""

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        if self.fails == "before":
            raise ProviderError("refused")
        self.made[inputs["name"]] = dict(inputs)
        if self.fails == "after":
            raise ProviderError("broken off")
        return inputs["name"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        made = self.made.get(resource_id)
        if made is None:
            return None
        told = {"size": f"{made['size']} GB"} if "size" in made else {}
        return {**made, **told, "arn": f"arn:{resource_id}"}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.made[resource_id] = dict(new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        self.made.pop(resource_id, None)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["name"] if inputs["name"] in self.made else None


class Place(Thing):
    """The same, named by the program alone."""

    token = PLACE
    autoname = None


class Context:
    """What gRPC hands to a request; an abort ends it."""

    def abort(self, code: grpc.StatusCode, text: str) -> None:
        raise AbortedError(text)


class AbortedError(Exception):
    """The request was answered with an error."""


class Plugin:
    """A configured servicer with its types at hand."""

    def __init__(self) -> None:
        self.thing, self.place = Thing(), Place()
        types: dict[str, ResourceType] = {THING: self.thing, PLACE: self.place}
        self.servicer = Servicer(lambda cloud: Provider(cloud, NAMING, types))
        self.ask("Configure", provider_pb2.ConfigureRequest(args=struct(endpoints=ENDPOINTS)))

    def ask(self, method: str, request: Any) -> Any:
        """The answer to a request."""
        return getattr(self.servicer, method)(request, Context())

    def check(
        self, news: Properties, olds: Properties | None = None, token: str = THING, **naming: Any
    ) -> Any:
        """Check inputs with the name `proposed` by the engine, or as `naming` says."""
        options = provider_pb2.CheckRequest.AutonamingOptions(**({"proposed_name": "proposed"} | naming))
        request = provider_pb2.CheckRequest(type=token, name="one", news=write(news), autonaming=options)
        if olds is not None:
            request.olds.CopyFrom(write(olds))
        return self.ask("Check", request)

    def diff(self, old: Properties, new: Properties, token: str = THING, made: str = "one") -> Any:
        """Compare inputs of the resource of this id."""
        request = provider_pb2.DiffRequest(
            type=token, name="one", id=made, old_inputs=write(old), news=write(new)
        )
        return self.ask("Diff", request)

    def create(self, inputs: Properties, token: str = THING, *, preview: bool = False) -> Any:
        """Create a resource with these inputs."""
        properties = write(inputs)
        request = provider_pb2.CreateRequest(type=token, name="one", properties=properties, preview=preview)
        return self.ask("Create", request)

    def read(self, inputs: Properties, known: Properties) -> Any:
        """Read the resource `one` anew."""
        request = provider_pb2.ReadRequest(
            type=THING, name="one", id="one", inputs=write(inputs), properties=write(known)
        )
        return self.ask("Read", request)


@pytest.fixture
def plugin() -> Plugin:
    """A plugin with two types in memory."""
    return Plugin()


def struct(**members: Any) -> Struct:
    """A protobuf struct."""
    return write(members)


def test_an_input_without_a_name_gets_the_one_that_the_engine_proposes(plugin: Plugin) -> None:
    """With the type's suffix, and a note that it was not the program's."""
    checked = read(plugin.check({"size": 1}).inputs)

    assert checked == {"size": 1, "name": "proposed.x", DEFAULTS: ["name"]}


@pytest.mark.parametrize(
    ("news", "olds", "name"),
    [
        ({"name": "mine"}, None, "mine"),
        ({}, {"name": "before.x", DEFAULTS: ["name"]}, "before.x"),
        ({"name": "mine"}, {"name": "before.x", DEFAULTS: ["name"]}, "mine"),
    ],
)
def test_a_name_that_is_given_or_was_is_kept(
    plugin: Plugin, news: Properties, olds: Properties | None, name: str
) -> None:
    """The program's goes before the last one, and that before a new one."""
    assert read(plugin.check(news, olds).inputs)["name"] == name


@pytest.mark.parametrize(
    ("news", "naming", "reason"),
    [
        ({}, {"proposed_name": "n" * 19}, "has 21 characters, and AWS takes 20"),
        ({}, {"mode": 2, "proposed_name": ""}, "pulumi:autonaming is disabled"),
        ({"colour": "red"}, {}, "does not know the input colour"),
    ],
)
def test_inputs_that_cannot_be_are_told_before_anything_is_made(
    plugin: Plugin, news: Properties, naming: Mapping[str, Any], reason: str
) -> None:
    """A name too long, no name at all, an unknown input: each names the resource."""
    (failure,) = plugin.check(news, **naming).failures

    assert failure.reason.startswith((f"{THING} one: ", "one: "))
    assert reason in failure.reason


def test_a_type_that_is_not_known_is_named(plugin: Plugin) -> None:
    """The engine's error is about the type, with the nearest that there is."""
    (failure,) = plugin.check({}, token="aws:test/thong:Thong").failures

    assert failure.reason == (
        f"aws:test/thong:Thong: the embedded cloud does not know this resource type; nearest is {THING}"
    )


def test_a_difference_is_told_by_input(plugin: Plugin) -> None:
    """What was added, changed and removed; what the program did not give is compared, its note is not."""
    old = {"name": "one", "size": 1, "note": "a", DEFAULTS: ["name"]}
    answer = plugin.diff(old, {"name": "one", "size": 2, "kind": "new"})

    kinds = provider_pb2.PropertyDiff.Kind
    assert {key: kinds.Name(diff.kind) for key, diff in answer.detailedDiff.items()} == {
        "kind": "ADD_REPLACE",
        "note": "DELETE",
        "size": "UPDATE",
    }
    assert (list(answer.replaces), list(answer.diffs)) == (["kind"], ["kind", "note", "size"])
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME


def test_equal_inputs_are_no_difference(plugin: Plugin) -> None:
    """An archive is its bytes, wherever they lie."""
    old = {"note": {"archive": {"path": "/old.zip", "hash": "00"}}, DEFAULTS: []}
    new = {"note": {"archive": {"path": "/new.zip", "hash": "00"}}, DEFAULTS: ["name"]}

    assert plugin.diff(old, new).changes == provider_pb2.DiffResponse.DIFF_NONE


@pytest.mark.parametrize(
    ("token", "new", "makes_room"),
    [
        (PLACE, {"name": "one", "kind": "b", DEFAULTS: []}, True),
        (PLACE, {"name": "two", "kind": "b", DEFAULTS: []}, False),
        (PLACE, {"name": "one", "kind": "a", "size": 9, DEFAULTS: []}, False),
        (PLACE, {"name": "one", "kind": UNKNOWN, DEFAULTS: []}, False),
        (THING, {"name": "one", "kind": "b", DEFAULTS: []}, True),
        (THING, {"name": "one", "kind": "b", DEFAULTS: ["name"]}, False),
    ],
)
def test_the_old_one_goes_first_where_it_holds_the_new_ones_place(
    plugin: Plugin, token: str, new: Properties, makes_room: bool
) -> None:
    """Not where the new one gets a name of its own, nor where nothing is replaced."""
    old = {"name": "one", "kind": "a", DEFAULTS: []}
    plugin.create(old, token)

    assert plugin.diff(old, new, token).deleteBeforeReplace is makes_room


def test_a_previewed_creation_makes_nothing_and_keeps_what_is_unknown(plugin: Plugin) -> None:
    """It answers the inputs; the id and the outputs are for AWS to know."""
    answer = plugin.create({"name": "one", "note": UNKNOWN, DEFAULTS: ["name"]}, preview=True)

    assert (answer.id, dict(answer.properties)) == ("", {"name": "one", "note": str(UNKNOWN)})
    assert plugin.thing.made == {}


def test_a_creation_answers_what_aws_tells(plugin: Plugin) -> None:
    """The id and every output."""
    answer = plugin.create({"name": "one", "size": 1, DEFAULTS: ["name"]})

    assert (answer.id, read(answer.properties)) == ("one", {"name": "one", "size": "1 GB", "arn": "arn:one"})


@pytest.mark.parametrize("token", [THING, PLACE])
@pytest.mark.parametrize("fails", ["before", "after"])
def test_a_creation_that_fails_leaves_nothing(plugin: Plugin, token: str, fails: str) -> None:
    """The error names the resource; what was half made is removed, for the engine does not know of it."""
    kind = plugin.thing if token == THING else plugin.place
    kind.fails = fails

    with pytest.raises(AbortedError, match=rf"^{token} one: (refused|broken off)$"):
        plugin.create({"name": "one", DEFAULTS: ["name"] if token == THING else []}, token)
    assert kind.made == {}


def test_a_creation_that_fails_touches_nothing_that_stood_there_before(plugin: Plugin) -> None:
    """Another resource in the same place is not what was half made."""
    plugin.create({"name": "one", "note": "first"}, PLACE)
    plugin.place.fails = "before"

    with pytest.raises(AbortedError):
        plugin.create({"name": "one", "note": "second"}, PLACE)
    assert plugin.place.made == {"one": {"name": "one", "note": "first"}}


@pytest.mark.parametrize(
    ("held", "inputs"),
    [
        ({"name": "one", "size": 1, "note": "a"}, {"size": 1, "note": "a"}),
        ({"name": "one", "size": 2, "note": "a"}, {"size": "2 GB", "note": "a"}),
        ({"name": "one", "size": 1}, {"size": 1}),
        ({"name": "one", "size": 1, "note": "a", "kind": "b"}, {"size": 1, "note": "a", "kind": "b"}),
    ],
)
def test_an_input_drifts_where_aws_tells_another_thing_than_before(
    plugin: Plugin, held: Properties, inputs: Properties
) -> None:
    """Changed, gone or added by another hand; that AWS words a value in its own way is no drift."""
    declared = {"name": "one", "size": 1, "note": "a", DEFAULTS: ["name"]}
    known = read(plugin.create(declared).properties)
    plugin.thing.made["one"] = held

    answer = plugin.read(declared, known)

    assert read(answer.inputs) == {"name": "one", DEFAULTS: ["name"], **inputs}


def test_a_resource_that_is_gone_has_no_id(plugin: Plugin) -> None:
    """So the engine takes it out of the state."""
    assert plugin.read({"name": "one"}, {"name": "one"}).id == ""


def test_a_previewed_update_tells_what_is_known(plugin: Plugin) -> None:
    """The inputs that change as they will be, all other outputs as they are, and nothing is done."""
    old, new = {"name": "one", "note": "a", "size": 1}, {"name": "one", "note": "b"}
    known = read(plugin.create(old).properties)
    request = provider_pb2.UpdateRequest(
        type=THING,
        name="one",
        id="one",
        olds=write(known),
        old_inputs=write(old),
        news=write(new),
        preview=True,
    )

    answer = read(plugin.ask("Update", request).properties)

    assert answer == {"name": "one", "note": "b", "arn": "arn:one"}
    assert plugin.thing.made["one"] == old


def test_an_update_and_a_deletion_are_done(plugin: Plugin) -> None:
    """What AWS tells then is answered; a deletion may come twice."""
    plugin.create({"name": "one", "size": 1})
    update = provider_pb2.UpdateRequest(
        type=THING,
        name="one",
        id="one",
        old_inputs=struct(name="one", size=1),
        news=struct(name="one", size=2),
    )
    assert read(plugin.ask("Update", update).properties)["size"] == "2 GB"

    delete = provider_pb2.DeleteRequest(type=THING, name="one", id="one", properties=struct(name="one"))
    plugin.ask("Delete", delete)
    plugin.ask("Delete", delete)
    assert plugin.thing.made == {}


def test_a_function_of_the_provider_is_refused_by_name(plugin: Plugin) -> None:
    """There is none."""
    with pytest.raises(
        AbortedError, match=r"^aws:index/getRegion:getRegion: the embedded cloud does not support"
    ):
        plugin.ask("Invoke", provider_pb2.InvokeRequest(tok="aws:index/getRegion:getRegion"))


def test_a_config_for_an_account_fails_the_check_and_the_configuration() -> None:
    """Whichever the engine asks for first."""
    servicer = Servicer()
    (failure,) = servicer.CheckConfig(
        provider_pb2.CheckRequest(news=struct(region="us-east-1")), None
    ).failures

    assert "no aws:endpoints" in failure.reason
    with pytest.raises(AbortedError, match="no aws:endpoints"):
        servicer.Configure(provider_pb2.ConfigureRequest(args=struct(region="us-east-1")), Context())
    with pytest.raises(ProviderError, match="before it configured"):
        _ = servicer.provider


def test_another_address_of_the_cloud_replaces_nothing(plugin: Plugin) -> None:
    """The emulator was started on another port: the same cloud."""
    moved = provider_pb2.DiffRequest(
        old_inputs=struct(region="us-east-1", endpoints=ENDPOINTS),
        news=struct(region="us-east-1", endpoints=ENDPOINTS.replace("4566", "4567")),
    )

    answer = plugin.ask("DiffConfig", moved)

    assert (list(answer.diffs), list(answer.replaces)) == (["endpoints"], [])


def test_the_schema_lists_every_type() -> None:
    """All that the embedded cloud knows, and no property of them."""
    schema = Servicer().GetSchema(provider_pb2.GetSchemaRequest(), None).schema

    assert [token for token in TYPES if f'"{token}": {{}}' not in schema] == []


def test_the_plugin_ends_with_the_engine() -> None:
    """When nobody reads its output any more it is gone, though nothing told it to."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.plugin", "127.0.0.1:1"], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert int(process.stdout.readline()) > 0
    assert process.poll() is None

    process.stdout.close()
    assert process.wait(timeout=10) == 0


def values() -> st.SearchStrategy[Any]:
    """Any property that a program may have."""
    text = st.text().filter(lambda each: each not in UNKNOWNS)
    archives = st.fixed_dictionaries({"archive": st.fixed_dictionaries({"path": text, "hash": text})})
    plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text | st.just(UNKNOWN)
    keys = text.filter(lambda key: key not in (SIGNATURE, "archive"))
    return st.recursive(
        plain | archives, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=10
    )


@given(st.dictionaries(st.text(), values()))
def test_properties_survive_the_way_to_the_engine_and_back(properties: Properties) -> None:
    """Numbers without a fraction are integers again, archives archives, and what is unknown is unknown."""
    back = read(write(properties))

    assert back == properties
    assert is_known(back) is is_known(properties)


def test_an_archive_of_the_state_has_lost_its_path() -> None:
    """The engine keeps the hash alone, and that is what is compared."""
    assert read(struct(code={SIGNATURE: ARCHIVE, "hash": "00"})) == {
        "code": {"archive": {"path": "", "hash": "00"}}
    }


def test_a_value_of_another_kind_is_refused() -> None:
    """Silence would make a plain object of it."""
    with pytest.raises(ProviderError, match="unknown type: signature c44067f5952c0a294b673a41bacd8c17"):
        read(struct(code={SIGNATURE: "c44067f5952c0a294b673a41bacd8c17"}))
