"""The account's state bucket, key and identity provider.

These tests check the registered inputs; they do not check whether AWS accepts them.
"""

from __future__ import annotations

from tests.infrastructure.bootstrap import BUCKET, KEY, PROVIDER, bootstrapped
from tools.graph import ACCOUNT, REGION, Graph, statements


def test_state_bucket_is_versioned_encrypted_and_private() -> None:
    """Versions are kept for 90 days and encrypted with the key; public access and plain HTTP are denied."""
    found = {
        item.type.rpartition(":")[2]: {key: value for key, value in item.inputs.items() if key != "bucket"}
        for item in bootstrapped().resources.values()
        if item.type.startswith("aws:s3/")
    }
    found["BucketPolicy"] = {"statements": statements(found["BucketPolicy"]["policy"])}

    assert found == {
        "Bucket": {"forceDestroy": False},
        "BucketVersioning": {"versioningConfiguration": {"status": "Enabled"}},
        "BucketServerSideEncryptionConfiguration": {
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY},
                    "bucketKeyEnabled": True,
                }
            ]
        },
        "BucketLifecycleConfiguration": {
            "rules": [
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrentVersionExpiration": {"noncurrentDays": 90},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                }
            ]
        },
        "BucketOwnershipControls": {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        "BucketPublicAccessBlock": {
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        "BucketPolicy": {
            "statements": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [BUCKET, f"{BUCKET}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ]
        },
    }


def test_key_is_rotated_and_has_the_longest_waiting_period() -> None:
    """KMS rotates the key material, and waits 30 days before it deletes the key."""
    graph = bootstrapped()
    inputs = graph.inputs("aws:kms/key:Key", "state")

    assert {key: value for key, value in inputs.items() if key != "policy"} == {
        "description": "State and secrets of strata's stacks",
        "enableKeyRotation": True,
        "deletionWindowInDays": 30,
    }
    assert graph.inputs("aws:kms/alias:Alias", "state") == {
        "name": "alias/strata-secrets",
        "targetKeyId": "1",
    }


def test_key_is_denied_to_the_roles_of_the_stacks() -> None:
    """IAM decides for the account's other principals: the roles of CI and the people who deploy."""
    names = ("strata-dev-*", "strata-prod-*", "strata-pr-*-*")

    assert statements(bootstrapped().inputs("aws:kms/key:Key", "state")["policy"]) == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {
                "ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in names]}
            },
        },
    ]


def test_irreplaceable_resources_are_protected() -> None:
    """`pulumi destroy` does not delete the state, its key or the identity provider."""
    protected = {item.type for item in bootstrapped().resources.values() if item.protect}

    assert protected == {
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
    }


def test_account_without_ephemeral_stacks_has_no_role_for_them() -> None:
    """An account for production only has no role for pull requests."""
    graph = bootstrapped(environments='["prod"]', ephemeral="false")

    assert set(graph.of("aws:iam/role:Role")) == {"preview", "drift", "deploy-prod", "gateway"}


def test_existing_identity_provider_is_trusted_and_not_created() -> None:
    """The ARN is built from the account and the issuer."""
    graph = bootstrapped(identityProvider="existing")
    (statement,) = statements(graph.inputs("aws:iam/role:Role", "preview")["assumeRolePolicy"])

    assert graph.of("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == {}
    assert statement["Principal"] == {"Federated": PROVIDER}


ACCOUNT_WIDE = (
    "aws:apigateway/account:Account",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    "aws:ses/activeReceiptRuleSet:ActiveReceiptRuleSet",
    "aws:sesv2/accountSuppressionAttributes:AccountSuppressionAttributes",
    "aws:sesv2/accountVdmAttributes:AccountVdmAttributes",
    "aws:sns/smsPreferences:SmsPreferences",
)
"""Types of which an account, or a region of it, has one: to declare one replaces what others rely on."""


def test_account_wide_settings_are_only_set_by_choice(graph: Graph) -> None:
    """The bootstrap sets two by default and none that exists; a stack, of which there are several, none."""
    existing = bootstrapped(identityProvider="existing", gatewayLogs="existing")

    assert set(bootstrapped().of(*ACCOUNT_WIDE)) == {"github", "gateway"}
    assert existing.of(*ACCOUNT_WIDE) == graph.of(*ACCOUNT_WIDE) == {}
    assert "gateway" not in existing.of("aws:iam/role:Role")


def test_outputs_are_the_variables_of_the_workflows() -> None:
    """The outputs are the URLs of the state and the key, and one role per job."""
    assert bootstrapped().outputs == {
        "repositoryVariables": {
            "AWS_REGION": REGION,
            "PULUMI_BACKEND_URL": f"s3://state?region={REGION}",
            "SECRETS_PROVIDER": f"awskms://alias/strata-secrets?region={REGION}",
            "PREVIEW_ROLE": f"arn:aws:iam::{ACCOUNT}:role/preview",
            "DRIFT_ROLE": f"arn:aws:iam::{ACCOUNT}:role/drift",
        },
        "environmentVariables": {
            stack: {
                "DEPLOY_ROLE": f"arn:aws:iam::{ACCOUNT}:role/deploy-{stack}",
                "PERMISSIONS_BOUNDARY": f"arn:aws:iam::{ACCOUNT}:policy/deploy-{stack}-boundary",
            }
            for stack in ("dev", "prod", "pr")
        },
    }


def test_components_have_type_tokens_of_the_bootstrap() -> None:
    """The namespace of the type tokens is `bootstrap`, not that of the platform's components."""
    assert {item.type for item in bootstrapped().resources.values() if not item.custom} == {
        "strata:bootstrap:Deployer",
        "strata:bootstrap:Gateway",
        "strata:bootstrap:GitHub",
        "strata:bootstrap:Reader",
        "strata:bootstrap:State",
    }
