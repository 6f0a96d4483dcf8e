"""The plugin's configuration, schema and process."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pulumi.runtime.proto import provider_pb2

from local.plugin.servicer import Servicer
from provider.base import ProviderError
from provider.registry import TYPES
from tests.checkout import ROOT
from tests.engine.memory import ENDPOINTS, AbortedError, Context, Plugin, struct


def test_config_for_an_aws_account_is_refused() -> None:
    """CheckConfig and Configure both refuse it."""
    servicer = Servicer()
    (failure,) = servicer.CheckConfig(
        provider_pb2.CheckRequest(news=struct(region="us-east-1")), None
    ).failures

    assert "no aws:endpoints" in failure.reason
    with pytest.raises(AbortedError, match="no aws:endpoints"):
        servicer.Configure(provider_pb2.ConfigureRequest(args=struct(region="us-east-1")), Context())
    with pytest.raises(ProviderError, match="before it configured"):
        _ = servicer.provider


def test_new_endpoint_replaces_nothing(plugin: Plugin) -> None:
    """An emulator that was started on another port is the same cloud."""
    moved = provider_pb2.DiffRequest(
        old_inputs=struct(region="us-east-1", endpoints=ENDPOINTS),
        news=struct(region="us-east-1", endpoints=ENDPOINTS.replace("4566", "4567")),
    )

    diff = plugin.ask("DiffConfig", moved)

    assert (list(diff.diffs), list(diff.replaces)) == (["endpoints"], [])


def test_schema_lists_every_type() -> None:
    """The schema lists each type of the embedded cloud without its properties."""
    schema = Servicer().GetSchema(provider_pb2.GetSchemaRequest(), None).schema

    assert [token for token in TYPES if f'"{token}": {{}}' not in schema] == []


def test_plugin_ends_with_the_engine() -> None:
    """The plugin ends when no process reads its output any more, without a request."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.plugin", "127.0.0.1:1"], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert int(process.stdout.readline()) > 0
    assert process.poll() is None

    process.stdout.close()
    assert process.wait(timeout=10) == 0
