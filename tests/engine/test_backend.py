"""The file backend after the engine was killed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from local.engine.backend import Backend, recover_state
from local.machine.errors import LocalError
from local.plugin.servicer import DEFAULTS, embedded
from provider.cloud import Cloud

URN = "urn:pulumi:local::strata::aws:cloudwatch/logGroup:LogGroup::logs"


@pytest.fixture
def backend(tmp_path: Path) -> Backend:
    """A backend without state."""
    return Backend(tmp_path, "strata", "local")


def lock(backend: Backend, pid: int) -> Path:
    """Create the engine's lock for a process."""
    file = backend.folder / ".pulumi/locks/organization/strata/local/1.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"pid": pid, "username": "me", "hostname": "here"}))
    return file


def test_lock_of_a_killed_engine_is_removed(backend: Backend) -> None:
    """The partly written state is removed too."""
    ended = subprocess.Popen(["/bin/true"])
    ended.wait()
    held = lock(backend, ended.pid)
    draft = backend.folder / ".pulumi/stacks/strata/local.json.18ea.tmp"
    draft.parent.mkdir(parents=True)
    draft.touch()

    backend.unlock()

    assert (held.exists(), draft.exists()) == (False, False)


def test_lock_of_a_running_engine_is_kept(backend: Backend) -> None:
    """The error names the process that holds the lock."""
    held = lock(backend, os.getpid())

    with pytest.raises(LocalError, match=rf"process {os.getpid()}\).*{held}"):
        backend.unlock()
    assert held.exists()


def test_unused_backend_has_an_empty_state(backend: Backend) -> None:
    """A missing file is not an error."""
    backend.unlock()

    assert backend.state == {}


@pytest.mark.parametrize("created", [True, False])
def test_pending_creation_is_removed_from_state_and_cloud(cloud: Cloud, *, created: bool) -> None:
    """It is removed whether AWS had created the resource or not; the refresh repairs a pending update."""
    logs = cloud.client("logs")
    if created:
        logs.create_log_group(logGroupName="begun")
    logs.create_log_group(logGroupName="changed")
    kept = {
        "urn": URN,
        "custom": True,
        "type": "aws:cloudwatch/logGroup:LogGroup",
        "outputs": {"url": "http://127.0.0.1:1/x"},
    }
    state = {
        "resources": [kept],
        "pending_operations": [
            {"type": "creating", "resource": kept | {"inputs": {"name": "begun", DEFAULTS: ["name"]}}},
            {
                "type": "creating",
                "resource": {"urn": URN, "custom": False, "type": "strata:components:Queue"},
            },
            {"type": "updating", "resource": kept | {"inputs": {"name": "changed"}}},
        ],
    }

    left = recover_state(state, embedded(cloud), "http://127.0.0.1:1")

    assert left == {"resources": [kept | {"outputs": {"url": f"{cloud.endpoint}/x"}}]}
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]] == ["changed"]
