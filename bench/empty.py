"""A provider that creates nothing: it returns ids and outputs that another provider returned before.

python -m bench.empty FILE ENGINE: FILE is JSON and holds the id and the outputs of each resource by its URN.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2, provider_pb2

from local.plugin.server import serve


class Empty(ResourceProviderServicer):
    """Provider that returns recorded ids and outputs.

    Args:
        known: the id and the outputs of each resource by its URN.
    """

    def __init__(self, known: Mapping[str, Mapping[str, Any]]) -> None:
        self._known = known

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802, D102 - gRPC's names
        del request, context
        return plugin_pb2.PluginInfo(version="0.0.1")

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        del request, context
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        del request, context
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        del context
        response = provider_pb2.DiffResponse
        same = request.old_inputs == request.news
        return response(changes=response.DIFF_NONE if same else response.DIFF_SOME)

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        del context
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        known, outputs = self._known[request.urn], Struct()
        outputs.update(known["outputs"])
        return provider_pb2.CreateResponse(id=known["id"], properties=outputs)

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        del request, context
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802, D102
        del request, context
        return empty_pb2.Empty()


if __name__ == "__main__":
    sys.exit(serve(Empty(json.loads(Path(sys.argv[1]).read_bytes()))))
