"""User pools."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, Names, pascal_names, to_aws
from provider.resource import Resource
from provider.services.cognito_idp import SERVICE
from provider.shapes import camel, pascal


@dataclass(frozen=True)
class Respelled(Block):
    """A block with keys whose names in AWS are more than Pulumi's in another case.

    Attributes:
        spellings: AWS's name by Pulumi's name in PascalCase.
    """

    spellings: Names = field(default_factory=dict[str, str])

    @override
    def to_aws(self, value: Any) -> Any:
        return _rename(pascal(value), self.spellings)

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return camel(_rename(value, {theirs: ours for ours, theirs in self.spellings.items()}))


CREATED: Fields = {
    "name": "PoolName",
    "aliasAttributes": "AliasAttributes",
    "usernameAttributes": "UsernameAttributes",
    "usernameConfiguration": Block("UsernameConfiguration"),
    "schemas": Block("Schema"),
}
"""The fields that only CreateUserPool takes."""


class UserPool(Resource):
    """A user pool; AWS chooses its ID."""

    token = "aws:cognito/userPool:UserPool"
    service = SERVICE
    noun = "user_pool"
    read_call = "describe_{noun}"
    member = "UserPool"
    key: ClassVar[Names] = {"id": "UserPoolId"}
    id_from = "Id"
    arn = "arn:aws:cognito-idp:{region}:{account}:userpool/{id}"
    fields: ClassVar[Fields] = {
        **pascal_names("autoVerifiedAttributes", "deletionProtection", "userPoolTier"),
        "accountRecoverySetting": Block("AccountRecoverySetting"),
        "adminCreateUserConfig": Block("AdminCreateUserConfig"),
        "deviceConfiguration": Block("DeviceConfiguration"),
        "emailConfiguration": Respelled("EmailConfiguration", spellings={"FromEmailAddress": "From"}),
        "lambdaConfig": Respelled(
            "LambdaConfig", spellings={"KmsKeyId": "KMSKeyID", "CustomSmsSender": "CustomSMSSender"}
        ),
        "userAttributeUpdateSettings": Respelled(
            "UserAttributeUpdateSettings",
            spellings={
                "AttributesRequireVerificationBeforeUpdates": "AttributesRequireVerificationBeforeUpdate"
            },
        ),
        "userPoolAddOns": Block("UserPoolAddOns"),
        "verificationMessageTemplate": Block("VerificationMessageTemplate"),
    }
    outputs: ClassVar[Fields] = {
        **pascal_names(
            "name",
            "arn",
            "customDomain",
            "domain",
            "estimatedNumberOfUsers",
            "aliasAttributes",
            "usernameAttributes",
        ),
        "usernameConfiguration": Block("UsernameConfiguration"),
    }
    # UpdateUserPool resets on AWS what a request leaves out, and the emulator keeps it: so every request has
    # all settings, with AWS's first value for those that the program does not state.
    defaults: ClassVar[Properties] = {
        "accountRecoverySetting": {
            "recoveryMechanisms": [
                {"name": "verified_email", "priority": 1},
                {"name": "verified_phone_number", "priority": 2},
            ]
        },
        "adminCreateUserConfig": {"allowAdminCreateUserOnly": False},
        "autoVerifiedAttributes": [],
        "deletionProtection": "INACTIVE",
        "deviceConfiguration": {},
        "emailConfiguration": {"emailSendingAccount": "COGNITO_DEFAULT"},
        "lambdaConfig": {},
        "mfaConfiguration": "OFF",
        "passwordPolicy": {
            "minimumLength": 8,
            "requireLowercase": True,
            "requireNumbers": True,
            "requireSymbols": True,
            "requireUppercase": True,
            "temporaryPasswordValidityDays": 7,
        },
        "softwareTokenMfaConfiguration": {"enabled": False},
        "tags": {},
        "userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": []},
        "userPoolAddOns": {"advancedSecurityMode": "OFF"},
        "userPoolTier": "ESSENTIALS",
        "verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_CODE"},
    }
    inputs = frozenset({*CREATED, *defaults})
    replace_on = frozenset({"name", "aliasAttributes", "usernameAttributes", "usernameConfiguration"})
    autoname = AutoName("name", 128)

    @override
    def create_request(self, inputs: Properties) -> Properties:
        return {**to_aws(inputs, CREATED), **self.to_aws(inputs)}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        pool_id = super().create(cloud, inputs)
        self._set_mfa(cloud, pool_id, inputs)
        return pool_id

    @override
    def to_aws(self, inputs: Values) -> Properties:
        settings = {**self.defaults, **inputs}
        policies = {"PasswordPolicy": pascal(settings["passwordPolicy"])}
        return {**super().to_aws(settings), "Policies": policies, "UserPoolTags": settings["tags"]}

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        read = super().from_aws(found, known)
        settings = {key: value for key, value in read.items() if value != {}}
        # AWS adds the mailer that it uses.
        email = _as_stated(settings["emailConfiguration"], known.get("emailConfiguration"))
        return {
            **settings,
            "emailConfiguration": email,
            "passwordPolicy": camel(found["Policies"]["PasswordPolicy"]),
            "schemas": _schemas_from_aws(found["SchemaAttributes"], known.get("schemas") or []),
            "tags": found["UserPoolTags"],
        }

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        mfa = self.call(cloud, "get_user_pool_mfa_config", UserPoolId=resource_id)
        return {
            "mfaConfiguration": mfa["MfaConfiguration"],
            "softwareTokenMfaConfiguration": camel(mfa.get("SoftwareTokenMfaConfiguration", {})),
            "endpoint": f"cognito-idp.{cloud.region}.amazonaws.com/{resource_id}",
            "creationDate": found["CreationDate"].isoformat(),
            "lastModifiedDate": found["LastModifiedDate"].isoformat(),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        added = _added_schemas(old.get("schemas") or [], new.get("schemas") or [])
        self.call(cloud, self.update_call, UserPoolId=resource_id, **self.to_aws(new))
        self._set_mfa(cloud, resource_id, new)
        if added:
            attributes = pascal(added)
            self.call(cloud, "add_custom_attributes", UserPoolId=resource_id, CustomAttributes=attributes)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        pool = self.describe(cloud, resource_id, known)
        # The emulator stores the setting and does not enforce it.
        if pool and pool["DeletionProtection"] == "ACTIVE":
            raise ProviderError(
                f"the user pool {pool['Name']} ({resource_id}) is protected: "
                "deploy it with deletionProtection INACTIVE before you delete it"
            )
        super().delete(cloud, resource_id, known)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        pools = self.list_all(cloud, "list_user_pools", "UserPools", MaxResults=60)
        return next((pool["Id"] for pool in pools if pool["Name"] == inputs["name"]), None)

    def _set_mfa(self, cloud: Cloud, pool_id: str, inputs: Properties) -> None:
        # AWS takes a second factor only after the pool is created.
        settings = {**self.defaults, **inputs}
        self.call(
            cloud,
            "set_user_pool_mfa_config",
            UserPoolId=pool_id,
            MfaConfiguration=settings["mfaConfiguration"],
            SoftwareTokenMfaConfiguration=pascal(settings["softwareTokenMfaConfiguration"]),
        )


def _schemas_from_aws(attributes: list[Any], known: list[Any]) -> list[Any]:
    """Return the known attributes as the pool has them; AWS completes each and adds the standard ones."""
    named = {attribute["Name"].rpartition(":")[2]: camel(attribute) for attribute in attributes}
    return [
        _as_stated({**named[schema["name"]], "name": schema["name"]}, schema)
        for schema in known
        if schema["name"] in named
    ]


def _added_schemas(old: list[Any], new: list[Any]) -> list[Any]:
    removed = [schema["name"] for schema in old if schema not in new]
    if removed:
        raise ProviderError(
            f"schemas: {', '.join(removed)}: an attribute of a user pool cannot be changed or removed"
        )
    return [schema for schema in new if schema not in old]


def _as_stated(found: Properties, known: Values | None) -> Properties:
    """Return the known keys of a block that AWS adds to; every key when none is known."""
    return {key: value for key, value in found.items() if not known or key in known}


def _rename(block: Values, names: Names) -> Properties:
    return {names.get(key, key): value for key, value in block.items()}
