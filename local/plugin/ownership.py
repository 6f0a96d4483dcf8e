"""The plugin's check that the driver does not own the deployment that `pulumi` changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import override

from local.emulator.emulator import Emulator
from local.emulator.owner import Owner, claim, refuse_other
from local.machine.errors import LocalError
from local.plugin.servicer import NAMING, embedded
from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.provider import Provider

DIRECTORY = Path(__file__).parents[2] / ".local"


class ClaimingProvider(Provider):
    """A provider that makes the engine the owner of the deployment when it creates a resource."""

    @override
    def create(self, token: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        _as_engine(claim)
        return super().create(token, name, inputs)


def provider_for(cloud: Cloud) -> Provider:
    """Return the provider for a cloud.

    Raises:
        ProviderError: if it is this checkout's cloud, and the driver owns the deployment.
    """
    process = Emulator(DIRECTORY).process
    if process is None or not cloud.endpoint.endswith(f":{process.port}"):
        return embedded(cloud)
    _as_engine(refuse_other)
    return ClaimingProvider.of(cloud, NAMING)


def _as_engine(step: Callable[[Path, Owner], None]) -> None:
    try:
        step(DIRECTORY, Owner.ENGINE)
    except LocalError as error:
        raise ProviderError(str(error)) from error
