"""What makes an account ready: state that cannot be lost, and an identity provider without secrets.

What this cannot show: what AWS itself would say to it.
"""

from __future__ import annotations

from tests.infrastructure.bootstrap import BUCKET, KEY, PROVIDER, bootstrapped
from tools.graph import ACCOUNT, REGION, statements


def test_the_state_bucket_keeps_every_version_encrypted_and_to_itself() -> None:
    """Versions, the key of our own, no public way in, TLS alone, and old versions go in the end."""
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


def test_the_key_is_rotated_and_leaves_time_to_think() -> None:
    """KMS makes new key material by itself, and waits its longest before a deletion."""
    graph = bootstrapped()

    assert graph.inputs("aws:kms/key:Key", "state") == {
        "description": "State and secrets of strata's stacks",
        "enableKeyRotation": True,
        "deletionWindowInDays": 30,
    }
    assert graph.inputs("aws:kms/alias:Alias", "state") == {
        "name": "alias/strata-secrets",
        "targetKeyId": "1",
    }


def test_what_cannot_be_made_again_is_protected() -> None:
    """State, its key, and the trust that lets CI in survive a `pulumi destroy`."""
    protected = {item.type for item in bootstrapped().resources.values() if item.protect}

    assert protected == {
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
    }


def test_an_account_without_ephemeral_stacks_has_no_role_for_them() -> None:
    """Production's account need not let pull requests in at all."""
    graph = bootstrapped(environments='["prod"]', ephemeral="false")

    assert set(graph.of("aws:iam/role:Role")) == {"preview", "drift", "deploy-prod", "gateway"}


def test_an_identity_provider_that_exists_is_trusted_and_not_made() -> None:
    """Its ARN follows from the account and the issuer."""
    graph = bootstrapped(identityProvider="existing")
    (statement,) = statements(graph.inputs("aws:iam/role:Role", "preview")["assumeRolePolicy"])

    assert graph.of("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == {}
    assert statement["Principal"] == {"Federated": PROVIDER}


def test_the_outputs_are_the_variables_that_the_workflows_read() -> None:
    """The addresses of state and key, and a role for each job."""
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
