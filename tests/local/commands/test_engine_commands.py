"""The JSON output of `python -m local.engine`, with recorded results in place of the Pulumi engine's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.commands import cli, engine
from local.deployment import people
from local.deployment.deployment import Deployment
from local.driver.changes import Change, Result, silent
from local.engine.deploy import Deploy
from local.engine.engine import Engine, Run
from local.engine.events import Events
from local.machine.ports import free_port
from tests.checkout import ROOT
from tests.local.commands.bucket_program import URN, Ports, distribution_id


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
        id_ = distribution_id(Deployment(directory, directory).emulator.cloud, api_url)
        return Result({"distributionId": id_, "userPoolId": "pool"}, [change], 0.5)

    monkeypatch.setattr(Deploy, "apply", apply)
    monkeypatch.setattr(people, "_seed", lambda *_: False)
    port = free_port()

    assert engine.main(["up", "--json", "--port", str(port)], directory) == 0
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    assert (summary["url"], summary["resources"]["counts"]["create"]) == (f"http://localhost:{port}", 1)
    assert printed.err == "  create   things  aws:s3/bucket:Bucket  0.5 s\n"


@pytest.mark.parametrize("command", ["preview", "env", "down"])
def test_commands_start_on_the_given_ports(
    command: str, tmp_path: Path, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands that start the emulator do so on CLOUD_PORT, and deploy with the address of PORT."""
    seen: list[tuple[int, Any]] = []

    def record(engine_or_deploy: Any, *given: Any) -> Run:
        process = Deployment(tmp_path, tmp_path).emulator.process
        overrides = engine_or_deploy.overrides if command == "env" else given[-1]
        seen.append((process.port if process else 0, overrides))
        return Run(Events(silent), "")

    monkeypatch.setattr(engine, "pulumi", lambda _: Path("pulumi"))
    monkeypatch.setattr(Deploy, "preview", record)
    monkeypatch.setattr(Deploy, "destroy", record)
    monkeypatch.setattr(Engine, "select", record)
    (tmp_path / "Pulumi.yaml").write_text("name: strata\n")
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    try:
        assert engine.main([command, *ports.options], tmp_path) == 0
    finally:
        Deployment(tmp_path, tmp_path).reset()

    assert [port for port, _ in seen] == [ports.cloud]
    if command != "down":
        assert seen[0][1] == {"strata:url": f"http://localhost:{ports.front_door}"}


@pytest.mark.parametrize("target", ["up", "dev", "engine-up", "engine-preview", "engine-down", "engine-env"])
def test_make_passes_the_ports(target: str) -> None:
    """Each make target that starts the emulator passes PORT and CLOUD_PORT."""
    command = ["make", "-n", target, "PORT=1234", "CLOUD_PORT=5678"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1].split("--port", 1)[1].split()[:3] == ["1234", "--cloud-port", "5678"]
