"""What the functions of a stack share: Python version, layers, alarm topic, inventory."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.alarm import AlarmSpec, make_alarm
from components.base import Component
from components.bundle import PYTHON, Platform, layer_bundle, sources
from components.inventory import Inventory
from settings import Settings

ARCHITECTURE = "arm64"


class Runtime(Component):
    """Lambda's runtime and the shared layers of third-party packages, created at their first use.

    Example:
        Runtime("functions", alarms_arn, settings).layer("models")

    Args:
        alarms: the ARN of the topic that every alarm notifies.

    Attributes:
        alarms: the same.
        inventory: the log groups and dead-letter queues that operators need.
        identifier: Lambda's name of the runtime, such as `python3.13`.
        settings: the stack's settings.
        platform: the platform of compiled packages: Lambda, or the machine of the embedded cloud.
        sources: the source code of the handlers, read once for all bundles.
    """

    identifier = f"python{PYTHON}"

    def __init__(
        self,
        name: str,
        alarms: pulumi.Input[str],
        settings: Settings,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.settings = settings
        self.alarms = alarms
        self.inventory = Inventory()
        self.platform: Platform = "host" if settings.endpoint else "lambda"
        self.sources = sources()
        self._layers: dict[str, aws.lambda_.LayerVersion] = {}
        # Without dimensions the metric counts the throttles of every function in the account and region,
        # which share one quota. An alarm for each function would cost 40 times as much.
        make_alarm(
            self,
            AlarmSpec(
                "Lambda throttled invocations in this account",
                "AWS/Lambda:Throttles",
                {},
                section="throttled-functions",
                threshold=0,
                period=300,
                statistic="Sum",
            ),
            self,
        )
        self.register_outputs({})

    def layer(self, name: str) -> pulumi.Output[str]:
        """Return the ARN of a layer's version."""
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
            # A running or rolled-back function may still use the previous version.
            skip_destroy=self.settings.production,
            opts=self.child(),
        )
