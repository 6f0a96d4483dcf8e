"""The gRPC service of the plugin, which translates the engine's requests for `provider`.

It implements the protocol itself, because the SDK's provider classes neither pass on the name that the
engine proposes nor declare that the plugin supports it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.metadata import version
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2, provider_pb2

from local.driver.stack import DEFAULT_PATTERN
from local.plugin.differences import compared
from local.plugin.properties import is_known, read, write
from local.plugin.target import target
from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.naming import Naming
from provider.provider import Provider

DEFAULTS = "__defaults"
"""The checked input that lists the inputs which the program did not set, as in AWS's provider."""

VERSION = version("pulumi-aws")
"""The plugin's version, which is the version of the AWS SDK for Pulumi."""

NAMING = Naming(DEFAULT_PATTERN, "", "")
"""The naming of resources for engines that propose no names."""

Make = Callable[[Cloud], Provider]


def embedded(cloud: Cloud) -> Provider:
    """Return the provider of all types; each request contains the name."""
    return Provider.of(cloud, NAMING)


class Servicer(ResourceProviderServicer):
    """Handles the engine's requests.

    Args:
        make: returns the provider for the cloud in the stack's config.
    """

    def __init__(self, make: Make = embedded) -> None:
        self._make = make
        self._configured: Provider | None = None

    @property
    def provider(self) -> Provider:
        """The provider.

        Raises:
            ProviderError: if it is not configured yet.
        """
        if self._configured is None:
            raise ProviderError("the engine sent a resource request before it configured the provider")
        return self._configured

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's name, as all below
        """Return the plugin's version."""
        del request, context
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Return the resource types without properties: programs use the types of AWS's SDK."""
        del request, context
        resources: dict[str, Any] = {token: {} for token in sorted(self._make(Cloud("")).types)}
        schema = json.dumps({"name": "aws", "version": VERSION, "resources": resources})
        return provider_pb2.GetSchemaResponse(schema=schema)

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Reject a stack that does not use the embedded cloud."""
        del context
        try:
            target(read(request.news))
        except ProviderError as error:
            return _failed(error)
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Compare the provider's config; a change, such as another port, never replaces resources."""
        del context
        old, new = read(request.old_inputs), read(request.news)
        return compared(old, new, [key for key in {*old, *new} if old.get(key) != new.get(key)], ())

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Create the provider for the cloud in the config."""
        with _errors_to(context):
            self._configured = self._make(target(read(request.args)))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, supports_autonaming_configuration=True
        )

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Return the checked inputs with defaults and a name, and list those that the program did not set."""
        del context
        given, old = read(request.news), read(request.olds)
        # With `ignore_changes=["*"]`, the engine sends the old checked inputs as the new ones.
        automatic: list[str] = given.pop(DEFAULTS, [])
        old.pop(DEFAULTS, None)
        try:
            checked = self._named(request).check(request.type, request.name, given, old or None)
            self._require_name(request, {**old, **given})
        except ProviderError as error:
            return _failed(error)
        checked[DEFAULTS] = sorted((checked.keys() - given.keys()) | set(automatic))
        return provider_pb2.CheckResponse(inputs=write(checked))

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Return the changed inputs, those that force a replacement, and whether the deletion is first."""
        old, new = read(request.old_inputs), read(request.news)
        automatic: list[str] = new.pop(DEFAULTS, [])
        old.pop(DEFAULTS, None)
        with _errors_to(context):
            diff = self.provider.diff(request.type, old, new)
            delete_first = bool(diff.replaces) and self._has_same_identity(request, new, automatic)
        return compared(old, new, diff.changed, diff.replaces, delete_first=delete_first)

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Create a resource; in a preview, return the known properties."""
        inputs = read(request.properties)
        automatic: list[str] = inputs.pop(DEFAULTS, [])
        if request.preview:
            return provider_pb2.CreateResponse(properties=write(inputs))
        with _errors_to(context):
            created, outputs = self._create(request, inputs, automatic)
        return provider_pb2.CreateResponse(id=created, properties=write(outputs))

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Read a resource; return an empty response if it no longer exists."""
        inputs, known = read(request.inputs), read(request.properties)
        automatic: Any = inputs.pop(DEFAULTS, None)
        with _errors_to(context):
            found = self.provider.read(request.type, request.name, request.id, {**inputs, **known})
            if found is None:
                return provider_pb2.ReadResponse()
            inputs = self._drifted(request.type, inputs, known, found)
        if automatic is not None:
            inputs[DEFAULTS] = automatic
        return provider_pb2.ReadResponse(id=request.id, properties=write(found), inputs=write(inputs))

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Update a resource; in a preview, return the expected properties."""
        known, old, new = read(request.olds), read(request.old_inputs), read(request.news)
        old.pop(DEFAULTS, None)
        new.pop(DEFAULTS, None)
        with _errors_to(context):
            if request.preview:
                outputs = self._expected(request.type, known, old, new)
            else:
                outputs = self.provider.update(request.type, request.name, request.id, old, new)
        return provider_pb2.UpdateResponse(properties=write(outputs))

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Delete a resource."""
        known = {**read(request.old_inputs), **read(request.properties)}
        with _errors_to(context):
            self.provider.delete(request.type, request.name, request.id, known)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Return what a provider function finds."""
        with _errors_to(context):
            found = self.provider.look_up(request.tok, read(request.args))
        response: Any = {"return": write(found)}  # A keyword of Python.
        return provider_pb2.InvokeResponse(**response)

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Do nothing: each request ends within seconds."""
        del request, context
        return empty_pb2.Empty()

    def _named(self, request: Any) -> Provider:
        """Return the provider with the name that the engine proposes for this resource."""
        if not request.HasField("autonaming"):
            return self.provider
        # The proposed name contains no expressions.
        return replace(self.provider, naming=Naming(request.autonaming.proposed_name, "", ""))

    def _require_name(self, request: Any, given: Properties) -> None:
        """Reject a resource without a name if autonaming is disabled.

        Raises:
            ProviderError: if the resource has no name.
        """
        rule = self.provider.types[request.type].autoname
        off = request.autonaming.mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE
        if off and rule and rule.property not in given:
            hint = "pulumi:autonaming is disabled and the program sets none"
            raise ProviderError(f"{request.type} {request.name}: expected a {rule.property}: {hint}")

    def _has_same_identity(self, request: Any, new: Properties, automatic: list[str]) -> bool:
        """Return whether old and new resource cannot exist together, for example under one fixed name."""
        if self._is_autonamed(request.type, automatic) or not is_known(new):
            return False
        return self.provider.find(request.type, request.name, new) == request.id

    def _create(self, request: Any, inputs: Properties, automatic: list[str]) -> tuple[str, Properties]:
        """Create a resource; delete it if the creation fails, because the engine would not record it."""
        token, name = request.type, request.name
        autonamed = self._is_autonamed(token, automatic)
        before = None if autonamed else self.provider.find(token, name, inputs)
        try:
            return self.provider.create(token, name, inputs)
        except BaseException:
            # The first error is the one to report.
            with suppress(ProviderError):
                created = self.provider.find(token, name, inputs)
                if created and created != before:
                    self.provider.delete(token, name, created, inputs)
            raise

    def _is_autonamed(self, token: str, automatic: list[str]) -> bool:
        """Return whether the resource's name is generated, and therefore unique."""
        rule = self.provider.types[token].autoname
        return rule is not None and rule.property in automatic

    def _drifted(self, token: str, inputs: Properties, known: Properties, found: Properties) -> Properties:
        """Return the inputs, with the current values of those that changed in AWS."""
        changed = [key for key in self.provider.types[token].inputs if found.get(key) != known.get(key)]
        left = {key: value for key, value in inputs.items() if key not in changed}
        return left | {key: found[key] for key in changed if key in found}

    def _expected(self, token: str, known: Properties, old: Properties, new: Properties) -> Properties:
        """Return the outputs after an update: the new values of changed inputs, and the other outputs."""
        changed = self.provider.diff(token, old, new).changed
        kept = {key: value for key, value in known.items() if key not in changed}
        return kept | {key: new[key] for key in changed if key in new}


def _failed(error: ProviderError) -> Any:
    return provider_pb2.CheckResponse(failures=[provider_pb2.CheckFailure(reason=str(error))])


@contextmanager
def _errors_to(context: Any) -> Generator[None]:
    """Return the provider's errors to the engine as text, without a traceback."""
    try:
        yield
    except ProviderError as error:
        _abort(context, str(error))


def _abort(context: Any, text: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNKNOWN, text)
    raise AssertionError  # context.abort always raises.
