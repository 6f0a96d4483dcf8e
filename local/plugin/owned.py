"""The plugin in a person's own `pulumi up`: it keeps out of what the driver deployed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import override

from local.emulator.emulator import Emulator
from local.machine.errors import LocalError
from local.machine.owner import Owner, claim, refuse_other
from local.plugin.servicer import NAMING, embedded
from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.provider import Provider

DIRECTORY = Path(__file__).parents[2] / ".local"


class Claiming(Provider):
    """A provider whose first resource makes the engine the owner of what is deployed here."""

    @override
    def create(self, token: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        _as_engine(claim)
        return super().create(token, name, inputs)


def owned(cloud: Cloud) -> Provider:
    """The provider for a cloud; where it is this checkout's own, only while the driver does not own it.

    Raises:
        ProviderError: when the driver does.
    """
    process = Emulator(DIRECTORY).process
    if process is None or not cloud.endpoint.endswith(f":{process.port}"):
        return embedded(cloud)
    _as_engine(refuse_other)
    return Claiming.of(cloud, NAMING)


def _as_engine(step: Callable[[Path, Owner], None]) -> None:
    try:
        step(DIRECTORY, Owner.ENGINE)
    except LocalError as error:
        raise ProviderError(str(error)) from error
