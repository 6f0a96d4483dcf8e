"""Lambda layers: each version is a resource of its own and never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.lambda_.archive import code_sha256, zip_file
from provider.shapes import camel, pascal, unless_gone

DESCRIBED = ("compatibleRuntimes", "compatibleArchitectures", "description", "licenseInfo")
"""The inputs that AWS keeps beside the layer's content."""


class LayerVersion(ResourceType):
    """A version of a layer; its id is its ARN, which ends in the version's number."""

    token = "aws:lambda/layerVersion:LayerVersion"
    inputs = frozenset({*DESCRIBED, "layerName", "code", "skipDestroy"})
    replace_on = inputs

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Publish the next version of the layer, and the layer itself with its first."""
        client: Any = cloud.client("lambda")
        described = pascal({key: inputs[key] for key in DESCRIBED if key in inputs})
        answer = client.publish_layer_version(
            LayerName=inputs["layerName"], Content={"ZipFile": zip_file(inputs)}, **described
        )
        return answer["LayerVersionArn"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        """All inputs but the code, of which AWS tells only digest and size."""
        client: Any = cloud.client("lambda")
        answer = unless_gone(client.get_layer_version_by_arn, "ResourceNotFoundException", Arn=resource_id)
        if answer is None:
            return None
        told = camel(answer)
        return {
            **{key: told[key] for key in DESCRIBED if key in told},
            "layerName": answer["LayerArn"].rsplit(":", 1)[1],
            "arn": answer["LayerVersionArn"],
            "layerArn": answer["LayerArn"],
            "version": str(answer["Version"]),
            "createdDate": answer["CreatedDate"],
            "codeSha256": answer["Content"]["CodeSha256"],
            "sourceCodeSize": answer["Content"]["CodeSize"],
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Nothing: a change of content or description replaces the version."""

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        """Remove the version, unless it is to be kept; functions that have it keep it."""
        if known.get("skipDestroy"):
            return
        client: Any = cloud.client("lambda")
        layer_arn, version = resource_id.rsplit(":", 1)
        client.delete_layer_version(LayerName=layer_arn.rsplit(":", 1)[1], VersionNumber=int(version))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """The newest version with the same content and description."""
        client: Any = cloud.client("lambda")
        sought = {**{key: inputs.get(key) or None for key in DESCRIBED}, "codeSha256": code_sha256(inputs)}
        pages = client.get_paginator("list_layer_versions").paginate(LayerName=inputs["layerName"])
        for version in pages.build_full_result()["LayerVersions"]:
            found = self.read(cloud, version["LayerVersionArn"], inputs) or {}
            if {key: found.get(key) or None for key in sought} == sought:
                return version["LayerVersionArn"]
        return None
