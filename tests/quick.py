"""The tests that a change needs before it is committed, chosen by the files that it touches."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]

GRAPH = ("infrastructure", "unit/settings", "unit/wiring")

BUNDLES = tuple(f"unit/test_bundle_{part}.py" for part in ("function", "imports", "layer", "sdk"))

BY_PATH: dict[str, tuple[str, ...]] = {
    "handlers/": ("unit/handlers", "infrastructure/test_recorded.py"),
    "components/": GRAPH,
    "components/bundle/": BUNDLES,
    "components/site/": ("unit/test_release.py",),
    "edge/": ("unit/edge", *GRAPH),
    "frontend/": ("unit/frontend", *GRAPH),
    "wiring/": (*GRAPH, "unit/handlers/test_contracts.py"),
    "settings/": GRAPH,
    "__main__.py": GRAPH,
    "Pulumi": GRAPH,
    "bootstrap/": ("infrastructure", "unit/test_bootstrap_config.py"),
    "recorded/": ("infrastructure/test_recorded.py",),
    ".github/": ("unit/test_workflows.py", "unit/test_workflow_scripts.py"),
    "bench/": ("unit/bench",),
    "provider/": ("unit/local",),
    "local/": ("unit/local",),
    "local/front_door/": ("unit/front_door", "unit/edge"),
    "operate/": ("unit/operate",),
    "shell/": ("unit/shell", "unit/test_commands.py"),
    "tools/": ("unit/tools", "unit/test_generated_docs.py", "infrastructure/test_recorded.py"),
    "docs/": ("unit/test_docs.py",),
    "README.md": ("unit/test_docs.py",),
    "AGENTS.md": ("unit/test_docs.py",),
    "Makefile": ("unit/test_docs.py",),
    "tests/site/": ("unit/test_aws_models.py",),
}
"""The tests for each path, by the start of the path. A changed test file needs itself, too."""


def changed() -> list[str]:
    """Return the files that differ from the last commit, new ones included, relative to the root.

    Raises:
        OSError, subprocess.CalledProcessError: if git cannot list them.
    """
    lists = (["diff", "--name-only", "HEAD"], ["ls-files", "--others", "--exclude-standard"])
    return [line for command in lists for line in _git(*command).splitlines()]


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def chosen(paths: Iterable[str]) -> list[str]:
    """Return the tests for changed files, relative to tests/, without those that another one contains."""
    entries = [tests for path in paths for start, tests in BY_PATH.items() if path.startswith(start)]
    files = [path.removeprefix("tests/") for path in paths if _is_test(path)]
    found = {test for tests in (*entries, files) for test in tests}
    return sorted(test for test in found if not any(test.startswith(f"{other}/") for other in found))


def _is_test(path: str) -> bool:
    return path.startswith("tests/") and Path(path).name.startswith("test_") and (ROOT / path).exists()
