"""Images of the deployed platform, with real deployments."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from local.deployment import people
from local.deployment.deployment import Deployment
from local.deployment.images import PLACE, Images, Place
from local.emulator.saved_state import MANIFEST
from local.machine.ports import free_port
from tests.checkout import ROOT, copy

Start = Callable[..., Deployment]

TAKE = """
import sys
from pathlib import Path
from local.deployment.images import Images, Place
from local.machine import files

images = Images(Path(sys.argv[1]))
place = Place("/nowhere", 1, 2)
written = files.write_atomically

def stop(path, text, *rest):
    if path.name == sys.argv[3]:
        print("here", flush=True)
        sys.stdin.read()
    written(path, text, *rest)

import local.deployment.images, local.emulator.saved_state
for module in (local.deployment.images, local.emulator.saved_state):
    module.write_atomically = stop
images.add("key", Path(sys.argv[2]), place)
"""


@pytest.fixture
def images(tmp_path: Path) -> Images:
    """A folder without images."""
    return Images(tmp_path / "images")


@pytest.fixture
def start(tmp_path: Path, images: Images) -> Iterator[Start]:
    """Returns a running deployment of a program in a folder of its own, on its own ports."""
    deployments: list[Deployment] = []

    def up(root: Path = ROOT) -> Deployment:
        deployment = Deployment(root, tmp_path / f"deployment-{len(deployments)}", images=images)
        deployments.append(deployment)
        deployment.up(lambda _: None, lambda _: None, free_port(), free_port())
        return deployment

    yield up
    for deployment in deployments:
        deployment.reset()


def image_of(images: Images) -> Path:
    """Return the only image."""
    (image,) = images.folder.iterdir()
    return image


def verified(deployment: Deployment) -> Counter[str]:
    """Return how often the program changes a resource in each way, however unchanged it seems."""
    done = deployment.up(lambda _: None, lambda _: None, verify=True)
    return Counter(change.kind for change in done.result.changes)


def url_of(deployment: Deployment) -> str:
    """Return the front door's address."""
    process = deployment.front_door.process
    assert process is not None
    return f"http://localhost:{process.port}"


def test_deployment_from_an_image_is_what_the_program_declares(
    tmp_path: Path, images: Images, start: Start
) -> None:
    """In another checkout and on other ports, the program finds nothing to do, and a person can sign in."""
    first = start()
    place = json.loads((image_of(images) / PLACE).read_bytes())
    second = start(copy(tmp_path / "other"))

    assert place["front_door"] != int(url_of(second).rpartition(":")[2])
    assert second.is_current
    assert verified(second).keys() == {"same"}
    token = people.token(second.emulator.cloud, second.outputs)
    headers = {"Authorization": f"Bearer {token}"}
    body = {"email": "ada@example.com", "name": "Ada"}
    created = requests.post(f"{url_of(second)}/api/users", json=body, headers=headers, timeout=30)
    assert created.status_code == 201
    others = people.token(first.emulator.cloud, first.outputs)
    mine = {"Authorization": f"Bearer {others}"}
    listed = requests.get(f"{url_of(first)}/api/users", headers=mine, timeout=30)
    assert listed.json()["items"] == []


def test_damaged_image_is_removed_and_the_program_deploys(images: Images, start: Start) -> None:
    """A file of the image that was cut off does not reach a deployment; the next image is whole."""
    start()
    file = image_of(images) / "services" / "sqs.json"
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    second = start()

    assert verified(second).keys() == {"same"}
    assert len((image_of(images) / "services" / "sqs.json").read_bytes()) > 100


def test_edited_program_has_another_image(tmp_path: Path, images: Images, start: Start) -> None:
    """An image of other content is not used."""
    start()
    root = copy(tmp_path / "edited")
    path = root / "handlers" / "health" / "read.py"
    path.write_text(path.read_text().replace("variable(", '"edited" + variable('))
    edited = start(root)

    assert requests.get(f"{url_of(edited)}/api/health", timeout=30).json()["version"].startswith("edited")
    assert len(list(images.folder.iterdir())) == 2


@pytest.mark.parametrize("moment", [MANIFEST, PLACE])
def test_killed_taking_of_an_image_leaves_none(images: Images, start: Start, moment: str) -> None:
    """Whatever was written until then, no deployment finds an image."""
    saved = start().emulator.save()
    before = set(images.folder.iterdir())
    child = subprocess.Popen(
        [sys.executable, "-c", TAKE, str(images.folder), str(saved), moment],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout
    assert child.stdin
    assert child.stdout.readline() == b"here\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    child.stdin.close()

    assert len(set(images.folder.iterdir()) - before) == 1
    assert images.find("key") is None
    images.add("key", saved, Place("/nowhere", 1, 2))
    assert images.find("key") is not None
