"""The provider over gRPC: each request of the engine translated for `provider`, and answered.

Written on the protocol itself, not on the SDK's provider classes: those neither pass on the name that
the engine proposes nor say that the plugin understands it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.metadata import version
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2, provider_pb2

from local.driver.stack import DEFAULT_PATTERN
from local.plugin.properties import is_known, read, write
from local.plugin.target import target
from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.naming import Naming
from provider.provider import Provider

DEFAULTS = "__defaults"
"""Among the checked inputs: the names of those that the program did not give, as AWS's provider has it."""

VERSION = version("pulumi-aws")
"""The plugin's version: that of the SDK whose requests it answers."""

NAMING = Naming(DEFAULT_PATTERN, "", "")
"""How resources are named for an engine that proposes no names."""

Make = Callable[[Cloud], Provider]


def embedded(cloud: Cloud) -> Provider:
    """The provider of every known type; names come with each request."""
    return Provider.of(cloud, NAMING)


class Servicer(ResourceProviderServicer):
    """Answers the engine.

    Args:
        make: makes the provider for the cloud that the stack's config names.
    """

    def __init__(self, make: Make = embedded) -> None:
        self._make = make
        self._configured: Provider | None = None

    @property
    def provider(self) -> Provider:
        """The provider; only once it has been configured."""
        if self._configured is None:
            raise ProviderError("the engine asked for a resource before it configured the provider")
        return self._configured

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's name, as all below
        """The plugin's version."""
        del request, context
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The types without their properties: programs are written against AWS's own SDK."""
        del request, context
        resources: dict[str, Any] = {token: {} for token in sorted(self._make(Cloud("")).types)}
        schema = json.dumps({"name": "aws", "version": VERSION, "resources": resources})
        return provider_pb2.GetSchemaResponse(schema=schema)

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Refuse a stack that is not the embedded cloud's."""
        del context
        try:
            target(read(request.news))
        except ProviderError as error:
            return _failed(error)
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """No change of the provider's config replaces a resource: the emulator only moves to another port."""
        del context
        old, new = read(request.old_inputs), read(request.news)
        return _compared(old, new, [key for key in {*old, *new} if old.get(key) != new.get(key)], ())

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Turn to the cloud that the config names."""
        with _told(context):
            self._configured = self._make(target(read(request.args)))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, supports_autonaming_configuration=True
        )

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The inputs, whole and named, with a note of what the program did not give."""
        del context
        given, old = read(request.news), read(request.olds)
        old.pop(DEFAULTS, None)
        try:
            checked = self._named(request).check(request.type, request.name, given, old or None)
            self._require_name(request, {**old, **given})
        except ProviderError as error:
            return _failed(error)
        checked[DEFAULTS] = sorted(checked.keys() - given.keys())
        return provider_pb2.CheckResponse(inputs=write(checked))

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What differs, what of it replaces, and whether the old resource must make room first."""
        old, new = read(request.old_inputs), read(request.news)
        automatic: list[str] = new.pop(DEFAULTS, [])
        old.pop(DEFAULTS, None)
        with _told(context):
            diff = self.provider.diff(request.type, old, new)
            makes_room = bool(diff.replaces) and self._stands_in_the_way(request, new, automatic)
        return _compared(old, new, diff.changed, diff.replaces, makes_room=makes_room)

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Make it; in a preview, answer what is known already."""
        inputs = read(request.properties)
        automatic: list[str] = inputs.pop(DEFAULTS, [])
        if request.preview:
            return provider_pb2.CreateResponse(properties=write(inputs))
        with _told(context):
            made, outputs = self._create(request, inputs, automatic)
        return provider_pb2.CreateResponse(id=made, properties=write(outputs))

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What AWS holds now; nothing where it is gone."""
        inputs, known = read(request.inputs), read(request.properties)
        automatic: Any = inputs.pop(DEFAULTS, None)
        with _told(context):
            found = self.provider.read(request.type, request.name, request.id, {**inputs, **known})
            if found is None:
                return provider_pb2.ReadResponse()
            inputs = self._drifted(request.type, inputs, known, found)
        if automatic is not None:
            inputs[DEFAULTS] = automatic
        return provider_pb2.ReadResponse(id=request.id, properties=write(found), inputs=write(inputs))

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Change it in place; in a preview, answer what it will be as far as that is known."""
        known, old, new = read(request.olds), read(request.old_inputs), read(request.news)
        old.pop(DEFAULTS, None)
        new.pop(DEFAULTS, None)
        with _told(context):
            if request.preview:
                outputs = self._expected(request.type, known, old, new)
            else:
                outputs = self.provider.update(request.type, request.name, request.id, old, new)
        return provider_pb2.UpdateResponse(properties=write(outputs))

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Remove it."""
        known = {**read(request.old_inputs), **read(request.properties)}
        with _told(context):
            self.provider.delete(request.type, request.name, request.id, known)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> NoReturn:  # noqa: N802
        """The program calls no function of the provider: everything that it needs it declares."""
        known = "it has resources alone"
        _refuse(context, f"{request.tok}: the embedded cloud does not know this function; {known}")

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing to break off: each request ends by itself within seconds."""
        del request, context
        return empty_pb2.Empty()

    def _named(self, request: Any) -> Provider:
        """The provider, naming as the engine proposes for this resource."""
        if not request.HasField("autonaming"):
            return self.provider
        # A pattern without expressions: the engine has filled them in.
        return replace(self.provider, naming=Naming(request.autonaming.proposed_name, "", ""))

    def _require_name(self, request: Any, given: Properties) -> None:
        """Where names are not to be made up, refuse a resource that has none."""
        rule = self.provider.types[request.type].autoname
        off = request.autonaming.mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE
        if off and rule and rule.property not in given:
            hint = "pulumi:autonaming is switched off and the program gives none"
            raise ProviderError(f"{request.type} {request.name}: expected a {rule.property}: {hint}")

    def _stands_in_the_way(self, request: Any, new: Properties, automatic: list[str]) -> bool:
        """Whether the old resource holds the place of the new one; not where that gets a name of its own."""
        if self._names_itself(request.type, automatic) or not is_known(new):
            return False
        return self.provider.find(request.type, request.name, new) == request.id

    def _create(self, request: Any, inputs: Properties, automatic: list[str]) -> tuple[str, Properties]:
        """Make it; one that fails halfway leaves nothing, for the engine would not know of it."""
        token, name = request.type, request.name
        alone = self._names_itself(token, automatic)
        before = None if alone else self.provider.find(token, name, inputs)
        try:
            return self.provider.create(token, name, inputs)
        except BaseException:
            # What went wrong first is what the person must know.
            with suppress(ProviderError):
                made = self.provider.find(token, name, inputs)
                if made and made != before:
                    self.provider.delete(token, name, made, inputs)
            raise

    def _names_itself(self, token: str, automatic: list[str]) -> bool:
        """Whether its name was made up for it alone, so that nothing else can stand in its place."""
        rule = self.provider.types[token].autoname
        return rule is not None and rule.property in automatic

    def _drifted(self, token: str, inputs: Properties, known: Properties, found: Properties) -> Properties:
        """The inputs, with those as AWS tells them that it did not tell so before."""
        changed = [key for key in self.provider.types[token].inputs if found.get(key) != known.get(key)]
        left = {key: value for key, value in inputs.items() if key not in changed}
        return left | {key: found[key] for key in changed if key in found}

    def _expected(self, token: str, known: Properties, old: Properties, new: Properties) -> Properties:
        """The outputs after an update: the inputs that change as they will be, the rest as it is."""
        changed = self.provider.diff(token, old, new).changed
        kept = {key: value for key, value in known.items() if key not in changed}
        return kept | {key: new[key] for key in changed if key in new}


def _compared(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    changed: Any,
    replaces: Any,
    *,
    makes_room: bool = False,
) -> Any:
    kinds = provider_pb2.PropertyDiff
    details: dict[str, Any] = {}
    for key in changed:
        word = "ADD" if key not in old else "DELETE" if key not in new else "UPDATE"
        kind = kinds.Kind.Value(f"{word}_REPLACE" if key in replaces else word)
        details[key] = kinds(kind=kind, inputDiff=True)
    answer = provider_pb2.DiffResponse
    return answer(
        changes=answer.DIFF_SOME if details else answer.DIFF_NONE,
        diffs=sorted(details),
        replaces=sorted(replaces),
        detailedDiff=details,
        hasDetailedDiff=True,
        deleteBeforeReplace=makes_room,
    )


def _failed(error: ProviderError) -> Any:
    return provider_pb2.CheckResponse(failures=[provider_pb2.CheckFailure(reason=str(error))])


@contextmanager
def _told(context: Any) -> Generator[None]:
    """The provider's errors in the words that it has for them, without a traceback."""
    try:
        yield
    except ProviderError as error:
        _refuse(context, str(error))


def _refuse(context: Any, text: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNKNOWN, text)
    raise AssertionError  # abort has raised already
