"""The user pool: who the people are, how they sign in, what is called when they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.cognito.in_pool import GONE
from provider.shapes import arguments, camel, pascal, told, unless_gone

FIXED = {
    "name": "PoolName",
    "aliasAttributes": "AliasAttributes",
    "usernameAttributes": "UsernameAttributes",
    "usernameConfiguration": "UsernameConfiguration",
    "schemas": "Schema",
}
"""What only CreateUserPool takes."""

SETTINGS = {
    "accountRecoverySetting": "AccountRecoverySetting",
    "adminCreateUserConfig": "AdminCreateUserConfig",
    "autoVerifiedAttributes": "AutoVerifiedAttributes",
    "deletionProtection": "DeletionProtection",
    "deviceConfiguration": "DeviceConfiguration",
    "emailConfiguration": "EmailConfiguration",
    "lambdaConfig": "LambdaConfig",
    "userAttributeUpdateSettings": "UserAttributeUpdateSettings",
    "userPoolAddOns": "UserPoolAddOns",
    "userPoolTier": "UserPoolTier",
    "verificationMessageTemplate": "VerificationMessageTemplate",
}
"""What CreateUserPool and UpdateUserPool both take."""

# UpdateUserPool resets on AWS what a request leaves out, and the emulator keeps it: so every setting is
# sent every time, and what the program leaves out is sent as AWS has it at first.
DEFAULTS: Properties = {
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

SPELLINGS = {
    "EmailConfiguration": {"FromEmailAddress": "From"},
    "LambdaConfig": {"KmsKeyId": "KMSKeyID", "CustomSmsSender": "CustomSMSSender"},
    "UserAttributeUpdateSettings": {
        "AttributesRequireVerificationBeforeUpdates": "AttributesRequireVerificationBeforeUpdate"
    },
}
"""Inner keys for which AWS's name is more than Pulumi's in another case."""

OUTPUTS = {
    "name": "Name",
    "arn": "Arn",
    "customDomain": "CustomDomain",
    "domain": "Domain",
    "estimatedNumberOfUsers": "EstimatedNumberOfUsers",
    "aliasAttributes": "AliasAttributes",
    "usernameAttributes": "UsernameAttributes",
    "usernameConfiguration": "UsernameConfiguration",
}


class UserPool(ResourceType):
    """A user pool. Its id is AWS's."""

    token = "aws:cognito/userPool:UserPool"
    inputs = frozenset({*FIXED, *DEFAULTS})
    replace_on = frozenset({"name", "aliasAttributes", "usernameAttributes", "usernameConfiguration"})
    autoname = AutoName("name", 128)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        fixed = pascal(arguments(inputs, FIXED))
        answer: Any = cloud.client("cognito-idp").create_user_pool(**fixed, **_settings(inputs))
        pool_id: str = answer["UserPool"]["Id"]
        _set_mfa(cloud, pool_id, inputs)
        return pool_id

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        pool = _describe(cloud, resource_id)
        if pool is None:
            return None
        mfa: Any = cloud.client("cognito-idp").get_user_pool_mfa_config(UserPoolId=resource_id)
        return {
            **camel(told(pool, OUTPUTS)),
            **_told_settings(pool, known),
            "schemas": _told_schemas(pool["SchemaAttributes"], known.get("schemas") or []),
            "mfaConfiguration": mfa["MfaConfiguration"],
            "softwareTokenMfaConfiguration": camel(mfa.get("SoftwareTokenMfaConfiguration", {})),
            "endpoint": f"cognito-idp.{cloud.region}.amazonaws.com/{resource_id}",
            "creationDate": pool["CreationDate"].isoformat(),
            "lastModifiedDate": pool["LastModifiedDate"].isoformat(),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        added = _added_schemas(old.get("schemas") or [], new.get("schemas") or [])
        cognito = cloud.client("cognito-idp")
        cognito.update_user_pool(UserPoolId=resource_id, **_settings(new))
        _set_mfa(cloud, resource_id, new)
        if added:
            cognito.add_custom_attributes(UserPoolId=resource_id, CustomAttributes=pascal(added))

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        pool = _describe(cloud, resource_id)
        # The emulator keeps the setting and does not act on it.
        if pool and pool["DeletionProtection"] == "ACTIVE":
            raise ProviderError(
                f"the user pool {pool['Name']} ({resource_id}) is protected: "
                "apply it with deletionProtection INACTIVE before it is deleted"
            )
        unless_gone(cloud.client("cognito-idp").delete_user_pool, GONE, UserPoolId=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        pages: Any = cloud.client("cognito-idp").get_paginator("list_user_pools").paginate(MaxResults=60)
        pools = (pool for page in pages for pool in page["UserPools"])
        return next((pool["Id"] for pool in pools if pool["Name"] == inputs["name"]), None)


def _describe(cloud: Cloud, pool_id: str) -> Any:
    answer = unless_gone(cloud.client("cognito-idp").describe_user_pool, GONE, UserPoolId=pool_id)
    return answer and answer["UserPool"]


def _settings(inputs: Properties) -> Properties:
    whole = {**DEFAULTS, **inputs}
    settings = pascal(arguments(whole, SETTINGS))
    spelt = {name: _renamed(settings[name], names) for name, names in SPELLINGS.items()}
    policies = {"PasswordPolicy": pascal(whole["passwordPolicy"])}
    return {**settings, **spelt, "Policies": policies, "UserPoolTags": whole["tags"]}


def _set_mfa(cloud: Cloud, pool_id: str, inputs: Properties) -> None:
    # AWS takes a second factor only once the pool is there.
    whole = {**DEFAULTS, **inputs}
    cloud.client("cognito-idp").set_user_pool_mfa_config(
        UserPoolId=pool_id,
        MfaConfiguration=whole["mfaConfiguration"],
        SoftwareTokenMfaConfiguration=pascal(whole["softwareTokenMfaConfiguration"]),
    )


def _told_settings(pool: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
    ours = {
        name: _renamed(pool[name], {theirs: our for our, theirs in names.items()})
        for name, names in SPELLINGS.items()
        if name in pool
    }
    # A block without a setting is no block.
    settings = {key: value for key, value in camel(told({**pool, **ours}, SETTINGS)).items() if value != {}}
    # AWS adds which mailer sends.
    settings["emailConfiguration"] = _asked(settings["emailConfiguration"], known.get("emailConfiguration"))
    policy = camel(pool["Policies"]["PasswordPolicy"])
    return {**settings, "passwordPolicy": policy, "tags": pool["UserPoolTags"]}


def _told_schemas(attributes: list[Any], known: list[Any]) -> list[Any]:
    """The known attributes as the pool has them; AWS fills each out and adds the standard ones."""
    named = {attribute["Name"].rpartition(":")[2]: camel(attribute) for attribute in attributes}
    return [
        _asked({**named[schema["name"]], "name": schema["name"]}, schema)
        for schema in known
        if schema["name"] in named
    ]


def _added_schemas(old: list[Any], new: list[Any]) -> list[Any]:
    gone = [schema["name"] for schema in old if schema not in new]
    if gone:
        raise ProviderError(
            f"schemas: {', '.join(gone)}: an attribute of a user pool is there for good, as it is"
        )
    return [schema for schema in new if schema not in old]


def _asked(found: Properties, known: Mapping[str, Any] | None) -> Properties:
    """Of a block that AWS adds to: the keys that are known; all where nothing is."""
    return {key: value for key, value in found.items() if not known or key in known}


def _renamed(block: Mapping[str, Any], names: Mapping[str, str]) -> Properties:
    return {names.get(key, key): value for key, value in block.items()}
