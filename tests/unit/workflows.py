"""The parsed GitHub workflows, and the action that they share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
SOURCES = {path.stem: path.read_text() for path in sorted((GITHUB / "workflows").glob("*.yml"))}
ACTION_SOURCE = (GITHUB / "actions" / "pulumi" / "action.yml").read_text()


def parsed(source: str) -> dict[str, Any]:
    """Parse a workflow without YAML booleans: `on` is a key and `false` is a string."""
    return yaml.load(source, yaml.BaseLoader)  # noqa: S506 - BaseLoader creates only strings, lists and mappings


WORKFLOWS = {name: parsed(source) for name, source in SOURCES.items()}
ACTION = parsed(ACTION_SOURCE)
JOBS = {(name, job): body for name, flow in WORKFLOWS.items() for job, body in flow["jobs"].items()}
STEPS = [step for job in JOBS.values() for step in job.get("steps", [])] + ACTION["runs"]["steps"]
SCRIPTS = [step["run"] for step in STEPS if "run" in step]


def script(job: str, step: str) -> str:
    """Return the shell script of a step, by `workflow/job` and the step's name."""
    workflow, _, name = job.partition("/")
    (found,) = (each["run"] for each in JOBS[workflow, name]["steps"] if each.get("name") == step)
    return found
