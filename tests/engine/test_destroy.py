"""The destruction of `dev` and `prod` under the real engine, with data in every resource.

These tests cannot show the permissions of the deployment roles, which the embedded cloud does not enforce.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from pulumi.automation.errors import CommandError

from local.machine.environment import isolated
from local.plugin.target import PROOF
from provider.cloud import Cloud
from tests.checkout import copy
from tests.engine.conftest import MakeEngine
from tests.engine.data import buckets, fill
from tests.engine.project import declared, edit, inventory, kinds

WITHOUT_SNAPSHOTS = {"strata:functions": {"snapStart": False}}
"""For a snapshot, the embedded cloud starts the function; the packages of `prod` run only on Lambda."""


def assert_not_deletable(cloud: Cloud) -> None:
    """Expect S3 to refuse the deletion of each bucket, because it has objects."""
    assert len(buckets(cloud)) >= 2
    for name in buckets(cloud):
        with pytest.raises(ClientError, match="BucketNotEmpty"):
            cloud.client("s3").delete_bucket(Bucket=name)


def test_development_is_destroyed_with_its_data_and_deployed_again(
    engine: MakeEngine, cloud: Cloud, tmp_path: Path
) -> None:
    """Nothing remains that a second deployment of the same stack would conflict with."""
    root, empty = copy(tmp_path / "program", "dev"), inventory(cloud)
    dev = engine(root, stack="dev", environment={PROOF: cloud.endpoint})
    resources = len(declared("dev"))
    assert kinds(dev.up()) == {"create": resources}
    fill(cloud)
    assert_not_deletable(cloud)

    assert kinds(dev.destroy()) == {"delete": resources}
    assert (inventory(cloud), buckets(cloud)) == (empty, [])
    assert kinds(dev.up()) == {"create": resources}


def test_production_is_destroyed_only_after_the_documented_steps(
    engine: MakeEngine, cloud: Cloud, tmp_path: Path
) -> None:
    """The preview of a destroy fails; as a development stack, it is destroyed with its data."""
    root, empty = copy(tmp_path / "program", "prod"), inventory(cloud)
    prod = engine(root, stack="prod", overrides=WITHOUT_SNAPSHOTS, environment={PROOF: cloud.endpoint})
    prod.up()
    fill(cloud)
    with isolated(), pytest.raises(CommandError, match="protect"):
        prod.select().preview_destroy()
    assert_not_deletable(cloud)

    edit(root / "Pulumi.prod.yaml", "strata:environment: production", "strata:environment: development")
    prod.up()
    prod.destroy()

    # Production keeps the versions of its layers for rollbacks: operations.md deletes them last.
    assert {kind: names for kind, names in inventory(cloud).items() if kind != "layer"} == {
        kind: names for kind, names in empty.items() if kind != "layer"
    }
    assert buckets(cloud) == []
