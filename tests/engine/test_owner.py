"""Driver and engine share one emulator, and neither touches what the other deployed."""

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
WAYS_OUT = {Owner.DRIVER: "make reset", Owner.ENGINE: "make engine-down"}


@pytest.mark.parametrize(("first", "second"), BOTH)
def test_the_second_owner_is_refused(tmp_path: Path, first: Owner, second: Owner) -> None:
    """With the way out; the first may go on, as often as it likes."""
    claim(tmp_path, first)
    claim(tmp_path, first)

    for step in (claim, refuse_other):
        with pytest.raises(LocalError, match=WAYS_OUT[first]):
            step(tmp_path, second)


@pytest.mark.parametrize(("first", "second"), BOTH)
def test_what_nobody_owns_is_anyones(tmp_path: Path, first: Owner, second: Owner) -> None:
    """Once released, and a second release is no error."""
    claim(tmp_path, first)
    release(tmp_path)
    release(tmp_path)
    refuse_other(tmp_path, second)
    claim(tmp_path, second)


def test_the_engine_keeps_out_of_what_the_driver_deployed(tmp_path: Path) -> None:
    """Neither update, preview nor destroy begins."""
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
    """The cloud of this checkout, as the plugin sees it."""
    monkeypatch.setattr(ownership, "DIRECTORY", tmp_path / "cloud")
    return cloud


def test_the_plugin_keeps_a_persons_pulumi_out_of_what_the_driver_deployed(own_cloud: Cloud) -> None:
    """It is configured with an error, before anything can be asked of it."""
    claim(ownership.DIRECTORY, Owner.DRIVER)

    with pytest.raises(ProviderError, match="make reset"):
        ownership.provider_for(own_cloud)


def test_a_persons_pulumi_owns_what_it_deploys(own_cloud: Cloud) -> None:
    """From its first resource on, and not by looking."""
    provider = ownership.provider_for(own_cloud)
    refuse_other(ownership.DIRECTORY, Owner.DRIVER)

    provider.create("aws:cloudwatch/logGroup:LogGroup", "logs", {"name": "logs"})
    with pytest.raises(LocalError, match="make engine-down"):
        claim(ownership.DIRECTORY, Owner.DRIVER)


def test_another_cloud_is_nobodys_business(own_cloud: Cloud) -> None:
    """A test's emulator, say: the mark of this checkout does not concern it."""
    claim(ownership.DIRECTORY, Owner.DRIVER)
    other = Cloud("http://127.0.0.1:1")

    assert ownership.provider_for(other) == embedded(other)
