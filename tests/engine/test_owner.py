"""Driver and engine share one emulator, and neither changes the other's deployment."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.emulator.owner import Owner, claim, refuse_other, release
from local.engine.deploy import Deploy
from local.machine.errors import LocalError
from local.plugin import ownership
from local.plugin.servicer import embedded
from provider.base import ProviderError
from provider.cloud import Cloud
from tests.checkout import ROOT

BOTH = [(Owner.DRIVER, Owner.ENGINE), (Owner.ENGINE, Owner.DRIVER)]
REMEDIES = {Owner.DRIVER: "make reset", Owner.ENGINE: "make engine-down"}


@pytest.mark.parametrize(("first", "second"), BOTH)
def test_second_owner_is_refused(tmp_path: Path, first: Owner, second: Owner) -> None:
    """The error names the remedy; the first owner may deploy again."""
    claim(tmp_path, first)
    claim(tmp_path, first)

    for step in (claim, refuse_other):
        with pytest.raises(LocalError, match=REMEDIES[first]):
            step(tmp_path, second)


@pytest.mark.parametrize(("first", "second"), BOTH)
def test_released_deployment_can_be_claimed(tmp_path: Path, first: Owner, second: Owner) -> None:
    """A second release is not an error."""
    claim(tmp_path, first)
    release(tmp_path)
    release(tmp_path)
    refuse_other(tmp_path, second)
    claim(tmp_path, second)

    with pytest.raises(LocalError, match=REMEDIES[second]):
        refuse_other(tmp_path, first)


def test_engine_refuses_the_driver_s_deployment(tmp_path: Path) -> None:
    """Update, preview and destroy fail before they start."""
    claim(tmp_path, Owner.DRIVER)
    deploy, cloud = Deploy(Path("pulumi")), Cloud("http://127.0.0.1:1")

    with pytest.raises(LocalError, match="make reset"):
        deploy.apply(ROOT, cloud, tmp_path / "state.json", {}, print)
    with pytest.raises(LocalError, match="make reset"):
        deploy.preview(ROOT, cloud, tmp_path, {})
    with pytest.raises(LocalError, match="make reset"):
        deploy.destroy(ROOT, cloud, tmp_path, print)


@pytest.fixture
def own_cloud(tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The embedded cloud that belongs to this checkout, as the plugin sees it."""
    monkeypatch.setattr(ownership, "DIRECTORY", tmp_path / "cloud")
    return cloud


def test_plugin_refuses_the_driver_s_deployment(own_cloud: Cloud) -> None:
    """Configuring the plugin fails, before any other request."""
    claim(ownership.DIRECTORY, Owner.DRIVER)

    with pytest.raises(ProviderError, match="make reset"):
        ownership.provider_for(own_cloud)


def test_plugin_claims_the_deployment(own_cloud: Cloud) -> None:
    """It claims it when it creates the first resource, not when it is configured."""
    provider = ownership.provider_for(own_cloud)
    refuse_other(ownership.DIRECTORY, Owner.DRIVER)

    provider.create("aws:cloudwatch/logGroup:LogGroup", "logs", {"name": "logs"})
    with pytest.raises(LocalError, match="make engine-down"):
        claim(ownership.DIRECTORY, Owner.DRIVER)


def test_another_cloud_has_no_owner(own_cloud: Cloud) -> None:
    """This checkout's owner does not apply to another emulator, such as a test's."""
    claim(ownership.DIRECTORY, Owner.DRIVER)
    other = Cloud("http://127.0.0.1:1")

    assert ownership.provider_for(other) == embedded(other)
