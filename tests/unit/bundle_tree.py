"""A sample repository whose handlers are bundled, and sample packages for its layers."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from components.bundle import PYTHON, Platform

SOURCES = {
    ".python-version": f"{PYTHON}\n",
    "handlers/__init__.py": "",
    "handlers/health/__init__.py": "",
    "handlers/health/get.py": """\
import json

def handler(event, context):
    return json.dumps("well")
""",
    "handlers/shared/__init__.py": "",
    "handlers/shared/reply.py": """\
'Prose, an assertion and a set: what could make bytecode differ between machines.'

def ok(kind):
    assert kind
    return kind in {"ok", "created", "gone"}
""",
    "handlers/users/__init__.py": "",
    "handlers/users/create.py": """\
from handlers.shared import reply
from . import storage

def handler(event, context):
    return reply.ok("ok") and storage.put()
""",
    "handlers/users/get.py": """\
import records
from ..shared.reply import ok

def handler(event, context):
    return ok(records.NAME)
""",
    "handlers/users/storage.py": """\
def put():
    import records

    return records.NAME
""",
    "handlers/layers/models.txt": "records==1.0 --hash=sha256:00\n",
}

RECORDS = {
    "records/__init__.py": "NAME = 'records'\n",
    "records/parse.py": "def parse(text: str) -> str:\n    return text in {'a', 'b', 'c'}\n",
    "records/parse.pyi": "def parse(text: str) -> str: ...\n",
    "records/words.json": "[]",
    "records-1.0.dist-info/METADATA": "Name: records\nVersion: 1.0\n",
    "records-1.0.dist-info/RECORD": "",
    "records-1.0.dist-info/licenses/METADATA": "",
    "bin/records": "#!/usr/bin/python\n",
}


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write files, path → text, under a root, and return the root."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@dataclass
class FakeInstall:
    """Installer of sample packages that records its calls."""

    files: Mapping[str, str] = field(default_factory=lambda: RECORDS)
    calls: list[tuple[str, Platform, str]] = field(default_factory=list)

    def __call__(self, requirements: Path, platform: Platform, python: str, target: Path) -> None:
        self.calls.append((requirements.name, platform, python))
        write(target, self.files)


def no_network(requirements: Path, platform: Platform, python: str, target: Path) -> None:
    """Installer that fails the test."""
    raise AssertionError(f"{requirements} is installed")


def names(archive: Path) -> list[str]:
    """Return the paths in a zip, in its order."""
    with zipfile.ZipFile(archive) as zipped:
        return zipped.namelist()


def unpack(folder: Path, *archives: Path) -> Path:
    """Unpack zips into a folder, and return the folder."""
    for archive in archives:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(folder)
    return folder


def run_isolated(code: str, *folders: Path) -> str:
    """Return what code prints in a Python that imports only from these folders and the standard library."""
    prologue = f"import sys; sys.path[:0] = {[str(folder) for folder in folders]!r}\n"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", prologue + code],
        env={
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_DEFAULT_REGION": "eu-central-1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def touch_all(root: Path, seconds: int) -> None:
    """Set the modification time of every file under a root."""
    for path in root.rglob("*"):
        os.utime(path, (seconds, seconds))
