"""`make down` and `make reset`, with real processes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.commands.cli import main
from local.deployment.deployment import Deployment
from local.machine.lock import exclusive
from tests.local.commands.bucket_program import Ports, running


def test_down_keeps_the_data(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """After `down` nothing runs, and the next `up` finds the resources."""
    main(["up", *ports.options], deployment)
    capsys.readouterr()
    down = main(["down"], deployment)
    stopped = running(deployment)
    main(["up"], deployment)
    printed = capsys.readouterr().out.splitlines()

    assert (down, stopped) == (0, (None, None))
    assert printed[0] == "stopped; make up starts it again with the same data"
    assert printed[1].split(maxsplit=1) == ["resources", "1 unchanged"]
    buckets = deployment.emulator.cloud.client("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == ["things"]


def test_down_without_processes(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    """`down` succeeds if nothing runs."""
    assert (main(["down"], deployment), capsys.readouterr().out) == (0, "nothing was running\n")


@pytest.mark.parametrize("command", ["down", "reset"])
def test_stop_waits_for_a_deployment_in_progress(deployment: Deployment, command: str) -> None:
    """A save that `make dev` deploys at that moment does not refuse the stop."""
    with ThreadPoolExecutor() as pool:
        with exclusive(deployment.directory, "dev"):
            stop = pool.submit(main, [command], deployment)
            time.sleep(0.3)
            assert not stop.done()

        assert stop.result() == 0


def test_reset_keeps_the_bundles(deployment: Deployment, ports: Ports) -> None:
    """`reset` deletes everything except the bundles and the lock."""
    main(["up", *ports.options], deployment)
    (deployment.directory / "bundles").mkdir()
    main(["reset"], deployment)

    assert running(deployment) == (None, None)
    assert sorted(path.name for path in deployment.directory.iterdir()) == ["bundles", "lock"]
