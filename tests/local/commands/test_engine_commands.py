"""The JSON output of `python -m local.engine`, with recorded results in place of the Pulumi engine's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.commands import engine
from local.deployment import people
from local.deployment.deployment import Deployment
from local.driver.changes import Change, Result, silent
from local.engine.deploy import Deploy
from local.engine.engine import Run
from local.engine.events import Events
from local.machine.ports import free_port
from tests.local.commands.bucket_program import URN, Ports


@pytest.fixture
def directory(tmp_path: Path, ports: Ports, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a deployment with a running emulator and a chosen port for the front door."""
    monkeypatch.setattr(engine, "pulumi", lambda _: Path("pulumi"))
    deployment = Deployment(tmp_path, tmp_path)
    deployment.emulator.start(ports.cloud)
    (tmp_path / "front-door.json").write_text(json.dumps({"port": ports.front_door}))
    yield tmp_path
    deployment.reset()


def test_preview_prints_json(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--json`, `preview` prints the number of changes by kind, and the changes."""
    events = Events(silent)
    events.changes.extend([Change(URN, "update", 0.25, ("tags",)), Change(f"{URN}2", "same")])
    monkeypatch.setattr(Deploy, "preview", lambda *_: Run(events, "text of the engine"))

    assert engine.main(["preview", "--json"], directory) == 0
    assert json.loads(capsys.readouterr().out) == {
        "counts": {"create": 0, "update": 1, "replace": 0, "delete": 0, "same": 1},
        "changes": [{"urn": URN, "kind": "update", "properties": ["tags"], "seconds": 0.25}],
    }


def test_preview_prints_the_text_of_the_engine(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `--json`, `preview` prints the engine's output."""
    monkeypatch.setattr(Deploy, "preview", lambda *_: Run(Events(silent), "text of the engine"))

    assert engine.main(["preview"], directory) == 0
    assert capsys.readouterr().out == "text of the engine\n"


def test_up_prints_json(
    directory: Path,
    api_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With `--json`, `up` prints the same summary as `python -m local up`."""

    def apply(deploy: Deploy, *given: Any) -> Result:
        report: Callable[[Change], None] = given[-1]
        change = Change(URN, "create", 0.5)
        report(change)
        return Result({"apiUrl": api_url, "userPoolId": "pool"}, [change], 0.5)

    monkeypatch.setattr(Deploy, "apply", apply)
    monkeypatch.setattr(people, "_seed", lambda *_: False)
    port = free_port()

    assert engine.main(["up", "--json", "--port", str(port)], directory) == 0
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    assert (summary["url"], summary["resources"]["counts"]["create"]) == (f"http://localhost:{port}", 1)
    assert printed.err == "  create   things  aws:s3/bucket:Bucket  0.5 s\n"
