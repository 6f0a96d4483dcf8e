"""What a killed engine leaves in its file backend."""

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
    """A backend without a state."""
    return Backend(tmp_path, "strata", "local")


def lock(backend: Backend, pid: int) -> Path:
    """The engine's lock, held by a process."""
    file = backend.folder / ".pulumi/locks/organization/strata/local/1.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"pid": pid, "username": "me", "hostname": "here"}))
    return file


def test_the_lock_of_a_killed_engine_is_removed(backend: Backend) -> None:
    """And the state that it had half written."""
    ended = subprocess.Popen(["/bin/true"])
    ended.wait()
    held = lock(backend, ended.pid)
    draft = backend.folder / ".pulumi/stacks/strata/local.json.18ea.tmp"
    draft.parent.mkdir(parents=True)
    draft.touch()

    backend.unlock()

    assert (held.exists(), draft.exists()) == (False, False)


def test_the_lock_of_an_engine_at_work_is_respected(backend: Backend) -> None:
    """The person is told who holds it."""
    held = lock(backend, os.getpid())

    with pytest.raises(LocalError, match=rf"process {os.getpid()}\).*{held}"):
        backend.unlock()
    assert held.exists()


def test_a_backend_that_was_never_used_has_an_empty_state(backend: Backend) -> None:
    """No file, no error."""
    backend.unlock()

    assert backend.state == {}


@pytest.mark.parametrize("made", [True, False])
def test_what_was_only_begun_is_neither_in_the_state_nor_in_the_cloud(cloud: Cloud, *, made: bool) -> None:
    """Whether AWS had made it by then or not; what was being changed is left to the refresh."""
    logs = cloud.client("logs")
    if made:
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
