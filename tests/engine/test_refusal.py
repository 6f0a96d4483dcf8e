"""The plugin serves only the embedded cloud and refuses every other stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.engine.engine import EngineError
from local.plugin.target import PROOF, target
from provider.base import ProviderError
from provider.cloud import Cloud
from tests.checkout import copy
from tests.engine.conftest import MakeEngine
from tests.engine.project import inventory

HERE = "http://127.0.0.1:4566"
REFUSAL = "is the embedded cloud's, not AWS's"


@pytest.mark.parametrize("operation", ["preview", "up"])
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_stack_for_aws_is_refused(engine: MakeEngine, cloud: Cloud, stack: str, operation: str) -> None:
    """Preview and update fail, because the stack has no endpoints, and nothing is created."""
    empty = inventory(cloud)
    with pytest.raises(EngineError, match=f"no aws:endpoints.*{REFUSAL}"):
        getattr(engine(stack=stack), operation)()
    assert inventory(cloud) == empty


def test_stack_with_a_remote_endpoint_is_refused(engine: MakeEngine, tmp_path: Path) -> None:
    """The plugin refuses it even if the program does not."""
    root = copy(tmp_path / "program", "local")
    (root / "__main__.py").write_text("import pulumi_aws as aws\naws.sqs.Queue('queue')\n")
    config = {"aws:region": "us-east-1", "aws:endpoints": json.dumps([{"sqs": "http://192.0.2.1:4566"}])}
    (root / "Pulumi.local.yaml").write_text(yaml.safe_dump({"config": config}))
    remote = engine(root)
    object.__setattr__(remote, "cloud", Cloud("http://192.0.2.1:4566"))

    with pytest.raises(EngineError, match=f"192.0.2.1.*{REFUSAL}"):
        remote.up()


@pytest.mark.parametrize(
    "endpoints",
    [
        None,
        "",
        "not JSON",
        [],
        [{}],
        {"sqs": HERE},
        [{"sqs": HERE, "s3": "http://127.0.0.1:4567"}],
        [{"sqs": HERE}, {"s3": "https://s3.amazonaws.com"}],
        [{"sqs": "https://sqs.us-east-1.amazonaws.com"}],
        [{"sqs": "http://sqs.us-east-1.amazonaws.com:80"}],
        [{"sqs": "http://127.0.0.1.example.com:4566"}],
        [{"sqs": "http://127.0.0.1:4566@example.com:80"}],
        [{"sqs": "http://localhost"}],
        [{"sqs": "http://127.0.0.1:99999"}],
        [{"sqs": "https://127.0.0.1:4566"}],
        [{"sqs": 4566}],
        [{"sqs": None}],
    ],
)
def test_config_without_exactly_one_local_endpoint_is_refused(endpoints: Any) -> None:
    """A missing, a second, a remote and a misleading endpoint are all refused."""
    text = endpoints if isinstance(endpoints, str) else json.dumps(endpoints)
    config = {} if endpoints is None else {"endpoints": text}

    with pytest.raises(ProviderError, match=REFUSAL):
        target(config, {})


@pytest.mark.parametrize(
    ("config", "environment", "endpoint"),
    [
        ({"endpoints": json.dumps([{"sqs": HERE, "s3": HERE}])}, {}, HERE),
        ({"endpoints": json.dumps([{"sqs": "http://localhost:80/"}])}, {}, "http://localhost:80"),
        ({}, {PROOF: HERE}, HERE),
    ],
)
def test_one_local_endpoint_is_served(
    config: Mapping[str, Any], environment: Mapping[str, str], endpoint: str
) -> None:
    """The config names it, or the environment if the config has no endpoints."""
    served = target({**config, "region": "eu-west-1"}, environment)

    assert (served.endpoint, served.region) == (endpoint, "eu-west-1")


@pytest.mark.parametrize(
    ("config", "address"),
    [({}, "https://127.0.0.1:4566"), ({}, "http://192.0.2.1:4566"), ({"endpoints": "[]"}, HERE)],
)
def test_environment_cannot_name_a_remote_endpoint(config: Mapping[str, Any], address: str) -> None:
    """It may name a local address, and only for a config without endpoints."""
    with pytest.raises(ProviderError, match=REFUSAL):
        target(config, {PROOF: address})


def test_setting_for_an_aws_account_is_refused() -> None:
    """A profile selects an AWS account."""
    with pytest.raises(ProviderError, match=r"aws:profile: .* expected some of aws:endpoints, aws:region"):
        target({"profile": "prod", "endpoints": json.dumps([{"sqs": HERE}])}, {})
