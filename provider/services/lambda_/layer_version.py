"""Versions of layers."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.lambda_ import SERVICE
from provider.services.lambda_.archive import code_sha256, zip_file


class LayerVersion(Resource):
    """A version of a layer, which never changes; its ID is its ARN, which ends in the version's number."""

    token = "aws:lambda/layerVersion:LayerVersion"
    service = SERVICE
    noun = "layer_version"
    create_call = "publish_{noun}"
    read_call = "get_{noun}_by_arn"
    key: ClassVar[Names] = {"id": "Arn"}
    id_from = "LayerVersionArn"
    fields: ClassVar[Fields] = pascal_names(
        "compatibleArchitectures", "compatibleRuntimes", "description", "licenseInfo"
    )
    outputs: ClassVar[Fields] = {
        "arn": "LayerVersionArn",
        "layerArn": "LayerArn",
        "createdDate": "CreatedDate",
    }
    inputs = frozenset({*fields, "layerName", "code", "skipDestroy"})
    replace_on = inputs
    arn = "arn:aws:lambda:{region}:{account}:layer:{layerName}:{version}"

    @override
    def create_request(self, inputs: Properties) -> Properties:
        content = {"ZipFile": zip_file(inputs)}
        return {**super().create_request(inputs), "LayerName": inputs["layerName"], "Content": content}

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {
            "layerName": found["LayerArn"].rsplit(":", 1)[1],
            "version": str(found["Version"]),
            "codeSha256": found["Content"]["CodeSha256"],
            "sourceCodeSize": found["Content"]["CodeSize"],
        }

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        """Delete the version unless `skipDestroy` is set; functions that use it keep it."""
        if not known.get("skipDestroy"):
            layer_arn, version = resource_id.rsplit(":", 1)
            name = layer_arn.rsplit(":", 1)[1]
            self.call(cloud, self.delete_call, LayerName=name, VersionNumber=int(version))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """Return the newest version with the same content and description."""
        wanted = {**{key: inputs.get(key) or None for key in self.fields}, "codeSha256": code_sha256(inputs)}
        name: str = inputs["layerName"]
        for version in self.list_all(cloud, "list_layer_versions", "LayerVersions", LayerName=name):
            found = self.read(cloud, version["LayerVersionArn"], inputs) or {}
            if {key: found.get(key) or None for key in wanted} == wanted:
                return version["LayerVersionArn"]
        return None
