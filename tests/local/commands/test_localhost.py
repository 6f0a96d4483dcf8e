"""The front door serves every address that `localhost` may be, or refuses its port."""

from __future__ import annotations

import socket

import pytest
import requests

from local.commands.cli import main
from local.deployment.deployment import Deployment
from local.machine.ports import LOOPBACK6, free_port, is_taken, loopbacks
from tests.local.commands.bucket_program import Ports, running

NEEDS_IPV6 = pytest.mark.skipif(LOOPBACK6 not in loopbacks(), reason="this machine has no IPv6")


@NEEDS_IPV6
def test_front_door_serves_both_addresses(deployment: Deployment, ports: Ports) -> None:
    """A browser gets the same response for both; the ports are free after a stop."""
    main(["up", *ports.options], deployment)
    hosts = [f"[{LOOPBACK6}]", "127.0.0.1", "localhost"]
    statuses = [requests.get(f"http://{host}:{ports.front_door}/api/health", timeout=30) for host in hosts]
    main(["down"], deployment)

    assert [each.status_code for each in statuses] == [200, 200, 200]
    assert not is_taken(ports.front_door, loopbacks())


@NEEDS_IPV6
def test_port_of_another_program_on_ipv6_is_refused(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other program would receive the browser's requests to `localhost`."""
    with socket.create_server((LOOPBACK6, ports.front_door), family=socket.AF_INET6):
        code = main(["up", *ports.options], deployment)

    assert (code, running(deployment)) == (1, (None, None))
    assert f"the front door's port {ports.front_door} is in use" in capsys.readouterr().err


@NEEDS_IPV6
def test_emulator_does_not_need_ipv6(deployment: Deployment, ports: Ports) -> None:
    """Its address is 127.0.0.1 everywhere."""
    with socket.create_server((LOOPBACK6, ports.cloud), family=socket.AF_INET6):
        assert main(["up", *ports.options], deployment) == 0


def test_machine_without_ipv6_has_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The front door then serves 127.0.0.1 only."""
    monkeypatch.setattr(socket, "has_ipv6", False)
    assert loopbacks() == ("127.0.0.1",)
    assert not is_taken(free_port(), loopbacks())
