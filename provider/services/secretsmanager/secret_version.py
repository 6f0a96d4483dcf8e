"""Values of secrets."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names
from provider.resource import Resource
from provider.services.secretsmanager import SERVICE

CURRENT = "AWSCURRENT"


class SecretVersion(Resource):
    """A value of a secret; its ID is `secret|version`, and another value is another version."""

    token = "aws:secretsmanager/secretVersion:SecretVersion"
    service = SERVICE
    create_call = "put_secret_value"
    read_call = "get_secret_value"
    key: ClassVar[Names] = {"secretId": "SecretId"}
    fields: ClassVar[Fields] = {"secretString": "SecretString"}
    outputs: ClassVar[Fields] = {"arn": "ARN", "versionId": "VersionId", "versionStages": "VersionStages"}
    inputs = frozenset({"secretId", *fields})
    replace_on = inputs

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        made = self.call(cloud, self.create_call, **self.create_request(inputs))
        return f"{inputs['secretId']}|{made['VersionId']}"

    @override
    def identify(self, resource_id: str, known: Values) -> Properties:
        secret, _, version = resource_id.rpartition("|")
        return {"SecretId": secret, "VersionId": version}

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        found = super().describe(cloud, resource_id, known)
        # A version without a stage is deprecated: AWS deletes it at some time.
        return found if found and found["VersionStages"] else None

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        """Deprecate the version; the current one remains until its secret is deleted, as AWS requires."""
        found = self.describe(cloud, resource_id, known)
        version = self.identify(resource_id, known)
        stages: list[str] = found["VersionStages"] if found else []
        for stage in stages:
            if stage != CURRENT:
                self.call(
                    cloud,
                    "update_secret_version_stage",
                    SecretId=version["SecretId"],
                    VersionStage=stage,
                    RemoveFromVersionId=version["VersionId"],
                )

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        found = self.call_unless_gone(cloud, self.read_call, SecretId=inputs["secretId"])
        if found is None or found.get("SecretString") != inputs.get("secretString"):
            return None
        return f"{inputs['secretId']}|{found['VersionId']}"
