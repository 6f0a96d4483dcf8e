"""The platform under test: brought up once, or the one that is named as running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.platform import Platform, running, up


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The whole platform, shared: who needs a user makes one."""
    named = running()
    if named:
        yield named
        return
    deployment, platform = up(tmp_path_factory.mktemp("platform"))
    yield platform
    deployment.down()
