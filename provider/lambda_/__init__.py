"""Lambda's resource types."""

from __future__ import annotations

from provider.base import ResourceType
from provider.lambda_.alias import Alias
from provider.lambda_.event_invoke_config import FunctionEventInvokeConfig
from provider.lambda_.event_source_mapping import EventSourceMapping
from provider.lambda_.function import Function
from provider.lambda_.layer_version import LayerVersion
from provider.lambda_.permission import Permission

TYPES: tuple[ResourceType, ...] = (
    Function(),
    LayerVersion(),
    Permission(),
    Alias(),
    FunctionEventInvokeConfig(),
    EventSourceMapping(),
)
