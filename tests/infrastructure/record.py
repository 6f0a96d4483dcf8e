"""Writes the URNs of every stack anew: `python -m tests.infrastructure.record`."""

from __future__ import annotations

from tests.infrastructure.conftest import STACKS, graph_of
from tests.infrastructure.test_contracts import URNS

if __name__ == "__main__":
    URNS.mkdir(exist_ok=True)
    for stack in STACKS:
        (URNS / f"{stack}.txt").write_text("\n".join(sorted(graph_of(stack).resources)) + "\n")
