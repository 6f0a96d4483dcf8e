"""An `up` that a test kills: a process that prints a line for each resource.

python -m tests.engine.child FOLDER ENDPOINT COMMAND
"""

from __future__ import annotations

import sys
from pathlib import Path

from local.engine.engine import Engine
from provider.cloud import Cloud
from tests.checkout import ROOT

if __name__ == "__main__":
    folder, endpoint, command = sys.argv[1:]
    Engine(
        ROOT,
        Path(folder),
        Cloud(endpoint),
        Path(command),
        report=lambda change: print(change.urn, flush=True),
    ).up()
