"""What all functions of a stack share: the Python that runs them, their layers, and who is alarmed."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.bundle import PYTHON, Platform, layer_bundle, sources
from components.inventory import Inventory
from settings import Settings

ARCHITECTURE = "arm64"


class Runtime(Component):
    """Lambda's runtime and the shared layers of third-party packages, made as they are asked for.

    Args:
        alarms: the ARN of the topic that every alarm tells.

    Attributes:
        alarms: the same.
        inventory: where components enter what an operator must find again.
        identifier: Lambda's name of the runtime, such as `python3.13`.
        settings: the stack's settings.
        platform: what compiled packages are for: Lambda, or the machine of the embedded cloud.
        sources: the handlers' code, read once for all bundles.
    """

    identifier = f"python{PYTHON}"

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        alarms: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.settings = settings
        self.alarms = alarms
        self.inventory = Inventory()
        self.platform: Platform = "host" if settings.endpoint else "lambda"
        self.sources = sources()
        self._layers: dict[str, aws.lambda_.LayerVersion] = {}
        self.register_outputs({})

    def layer(self, name: str) -> pulumi.Output[str]:
        """The ARN of a layer's version."""
        if name not in self._layers:
            self._layers[name] = self._make(name)
        return self._layers[name].arn

    def _make(self, name: str) -> aws.lambda_.LayerVersion:
        bundle = layer_bundle(name, self.platform)
        return aws.lambda_.LayerVersion(
            f"{self.name}-{name}",
            layer_name=f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}",
            description=f"handlers/layers/{name}.txt",
            code=pulumi.FileArchive(str(bundle.path)),
            compatible_runtimes=[self.identifier],
            compatible_architectures=[ARCHITECTURE],
            # A function in flight, or one rolled back, may still name the version before.
            skip_destroy=self.settings.production,
            opts=self.child(),
        )
