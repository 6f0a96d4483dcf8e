"""Lambda's resource types."""

from __future__ import annotations

from local.provider.base import ResourceType
from local.provider.lambda_.alias import Alias
from local.provider.lambda_.event_invoke_config import FunctionEventInvokeConfig
from local.provider.lambda_.event_source_mapping import EventSourceMapping
from local.provider.lambda_.function import Function
from local.provider.lambda_.layer_version import LayerVersion
from local.provider.lambda_.permission import Permission

TYPES: tuple[ResourceType, ...] = (
    Function(),
    LayerVersion(),
    Permission(),
    Alias(),
    FunctionEventInvokeConfig(),
    EventSourceMapping(),
)
