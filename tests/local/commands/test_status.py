"""`make status`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.commands.cli import NOT_RUNNING, main
from local.deployment.deployment import Deployment
from local.driver.state import Resource
from tests.local.commands.bucket_program import URN, Ports, distribution_id, running


def test_status_exit_code(
    deployment: Deployment, ports: Ports, api_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit status is 0 if both processes run and the program is deployed, else 3."""
    codes = [main(["status"], deployment)]
    deployment.emulator.start(ports.cloud)
    codes.append(main(["status"], deployment))
    deployment.front_door.start(ports.front_door)
    codes.append(main(["status"], deployment))
    id_ = distribution_id(deployment.emulator.cloud, api_url)
    deployment.outputs_file.write_text(json.dumps({"distributionId": id_}))
    capsys.readouterr()
    codes.append(main(["status"], deployment))
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())

    assert codes == [NOT_RUNNING, NOT_RUNNING, NOT_RUNNING, 0]
    assert rows["emulator"].split()[0] == f"http://127.0.0.1:{ports.cloud}"
    assert rows["front"].split()[:2] == ["door", f"http://localhost:{ports.front_door}"]


def test_status_prints_json(deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--json`, `status` prints the processes and the deployment as one JSON object."""
    before = (main(["status", "--json"], deployment), json.loads(capsys.readouterr().out))
    main(["up", *ports.options], deployment)
    capsys.readouterr()
    code = main(["status", "--json"], deployment)
    after = json.loads(capsys.readouterr().out)
    emulator, front_door = running(deployment)
    assert emulator is not None
    assert front_door is not None

    assert before == (
        NOT_RUNNING,
        {
            "ready": False,
            "emulator": None,
            "frontDoor": None,
            "resources": None,
            "pending": 0,
            "complete": False,
            "error": None,
            "outdated": None,
            "unsaved": None,
        },
    )
    assert {after["emulator"].pop("since")[-6:], after["frontDoor"].pop("since")[-6:]} == {"+00:00"}
    assert (code, after) == (
        0,
        {
            "ready": True,
            "emulator": {"url": f"http://127.0.0.1:{ports.cloud}", "pid": emulator.pid},
            "frontDoor": {"url": f"http://localhost:{ports.front_door}", "pid": front_door.pid},
            "resources": 0,
            "pending": 0,
            "complete": True,
            "error": None,
            "outdated": None,
            "unsaved": None,
        },
    )


def test_status_of_an_interrupted_deployment(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """`status` returns 3 and reports interrupted creations, although all processes run."""
    main(["up", *ports.options], deployment)
    pending = {URN: vars(Resource("a:b/c:D", "things", "", {}, {}))}
    deployment.state.write_text(json.dumps({"version": 1, "pending": pending}))
    capsys.readouterr()
    code = main(["status"], deployment)
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())

    assert (code, rows["resources"], rows["next"]) == (NOT_RUNNING, "0 deployed, 1 interrupted", "make up")


def test_status_of_an_invalid_state(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """`status` returns 3 and names the invalid file, although all processes run."""
    main(["up", *ports.options], deployment)
    deployment.state.write_text("{")
    capsys.readouterr()
    code = main(["status"], deployment)
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    file, text = rows["resources"].split(": ", maxsplit=1)

    assert (code, file, rows["next"]) == (NOT_RUNNING, str(deployment.state), "make up")
    assert re.fullmatch(r"is damaged \(.+\): run make up to restore the last saved state", text)


def test_command_runs_from_any_folder(tmp_path: Path) -> None:
    """`python -m local` finds the repository from any working directory."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-m", "local", "status"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode in {0, NOT_RUNNING}, done.stderr, list(tmp_path.iterdir())) == (True, "", [])
