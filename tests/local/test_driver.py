"""The driver with a real program on the embedded cloud: differences, removals, and runs cut off."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from local.driver.changes import Result
from local.driver.driver import DriverError, apply
from provider.cloud import Cloud

ROOT = Path(__file__).parents[2]

PROJECT = """
name: {project}
runtime: python
config:
  pulumi:autonaming:
    value:
      pattern: ${{project}}-${{stack}}-${{name}}-${{hex(7)}}
"""

PROGRAM = """
import pulumi, pulumi_aws as aws
for name in {names!r}:
    group = aws.cloudwatch.LogGroup(name, retention_in_days={days})
    queue = aws.sqs.Queue(name, tags={{"logs": group.name}})
    pulumi.export(name, queue.url)
"""

CHILD = """
import sys
from pathlib import Path
from local.driver.driver import apply
from provider.cloud import Cloud
root = Path(sys.argv[1])
apply(root, Cloud(sys.argv[2]), root / "state.json", {}, lambda change: print(change.urn, flush=True))
"""


class Project:
    """A Pulumi program of its own in a folder of its own."""

    def __init__(self, root: Path, cloud: Cloud) -> None:
        self.root, self.cloud = root, cloud
        self.name = root.name.replace("_", "").lower()[-20:]
        (root / "Pulumi.yaml").write_text(PROJECT.format(project=self.name))
        (root / "Pulumi.local.yaml").write_text("config:\n  aws:region: us-east-1\n")

    def write(self, *names: str, days: int = 3) -> None:
        """Have the program declare a log group and a queue of each name."""
        (self.root / "__main__.py").write_text(PROGRAM.format(names=names, days=days))

    def apply(self) -> Result:
        """Apply the program as it is now."""
        return apply(self.root, self.cloud, self.root / "state.json", {}, lambda _: None)

    @property
    def queues(self) -> list[str]:
        """The queues that the cloud holds of this project, without their suffixes."""
        urls = self.cloud.client("sqs").list_queues(QueueNamePrefix=f"{self.name}-").get("QueueUrls", [])
        return sorted(url.rpartition("/")[2].rpartition("-")[0] for url in urls)

    @property
    def log_groups(self) -> Mapping[str, int]:
        """The log groups that the cloud holds of this project, with their retention in days."""
        groups = self.cloud.client("logs").describe_log_groups(logGroupNamePrefix=f"{self.name}-")[
            "logGroups"
        ]
        return {group["logGroupName"].rpartition("-")[0]: group["retentionInDays"] for group in groups}


@pytest.fixture
def project(tmp_path: Path, cloud: Cloud) -> Project:
    """A program that declares nothing yet."""
    return Project(tmp_path, cloud)


def kinds(result: Result) -> Counter[str]:
    """How many resources became what."""
    return Counter(change.kind for change in result.changes)


def test_a_program_is_applied_as_a_difference(project: Project) -> None:
    """First everything, then nothing, then what changed, then what is no longer declared."""
    name = f"{project.name}-local"
    project.write("one", "two")
    first = project.apply()
    assert kinds(first) == {"create": 4}
    assert project.queues == [f"{name}-one", f"{name}-two"]
    assert set(first.outputs) == {"one", "two"}

    assert kinds(project.apply()) == {"same": 4}

    project.write("one", "two", days=7)
    changed = project.apply()
    assert kinds(changed) == {"update": 2, "same": 2}
    assert {change.properties for change in changed.changes if change.kind == "update"} == {
        ("retentionInDays",)
    }
    assert project.log_groups == {f"{name}-one": 7, f"{name}-two": 7}

    project.write("two", days=7)
    assert kinds(project.apply()) == {"same": 2, "delete": 2}
    assert (project.queues, set(project.log_groups)) == ([f"{name}-two"], {f"{name}-two"})


@pytest.mark.parametrize("after", [1, 5, 12])
def test_a_driver_killed_midway_leaves_nothing_behind(project: Project, after: int) -> None:
    """The next run completes what the killed one began: every resource once, and no orphan."""
    names = [f"n{number:02}" for number in range(10)]
    project.write(*names)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(project.root), project.cloud.endpoint],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    for _ in range(after):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()

    assert kinds(project.apply()).keys() <= {"create", "same"}
    assert project.queues == [f"{project.name}-local-{name}" for name in names]
    assert sorted(project.log_groups) == project.queues
    assert kinds(project.apply()) == {"same": 20}


def test_a_program_that_fails_leaves_what_it_made_on_record(project: Project) -> None:
    """One resource that AWS refuses stops the run; mended, it goes on from there."""
    project.write("good")
    program = project.root / "__main__.py"
    program.write_text(program.read_text() + "aws.sqs.Queue('bad', visibility_timeout_seconds=-5)\n")
    with pytest.raises(DriverError, match=r"aws:sqs/queue:Queue bad: .*VisibilityTimeout"):
        project.apply()

    project.write("good")
    assert kinds(project.apply()).keys() <= {"create", "same"}
    assert project.queues == [f"{project.name}-local-good"]


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("Pulumi.local.yaml", "config: [", "Pulumi.local.yaml: not YAML"),
        ("Pulumi.local.yaml", "config:\n  x:y:\n    secure: abc\n", "x:y: encrypted: only the Pulumi CLI"),
        ("state.json", "{", "state.json: cannot be read"),
        (
            "Pulumi.local.yaml",
            "config: [1]",
            r"Pulumi.local.yaml: config: expected keys and values, got \[1\]",
        ),
        (
            "Pulumi.local.yaml",
            "config:\n  aws:endpoints: hello\n",
            "Pulumi.local.yaml: aws:endpoints: 'hello': expected addresses",
        ),
        ("Pulumi.local.yaml", "config:\n  aws:endpoints: [sqs]\n", r"aws:endpoints: '\[\"sqs\"\]': expected"),
        (
            "Pulumi.local.yaml",
            "config:\n  aws:region: eu-west-1\n",
            "Pulumi.local.yaml: aws:region: 'eu-west-1': the embedded cloud plays us-east-1$",
        ),
        ("Pulumi.local.yaml", "config: hello", "Pulumi.local.yaml: config: expected keys and values"),
        ("Pulumi.local.yaml", "config:\n  a:b: 1\n  a:b: 2\n", "not YAML: line 3: a:b: stands there twice$"),
        ("Pulumi.local.yaml", "config:\n\ta: 1\n", "Pulumi.local.yaml: not YAML: line 2: found character"),
        ("Pulumi.local.yaml", "config: \udcff", "Pulumi.local.yaml: not YAML: 'utf-8' codec"),
        (
            "Pulumi.yaml",
            "name: x\nconfig:\n  strata:a: 1\n",
            "Pulumi.yaml: config: strata:a: expected a mapping with a value, got 1$",
        ),
        (
            "Pulumi.yaml",
            "name: x\nconfig:\n  pulumi:autonaming: {value: hello}\n",
            "Pulumi.yaml: config: pulumi:autonaming: expected a pattern, got 'hello'$",
        ),
        ("Pulumi.yaml", "runtime: python", "Pulumi.yaml: name: expected the project's name"),
        ("state.json", "[]", "state.json: cannot be read"),
        ("state.json", '{"version": 1, "resources": {"x": {"foo": 1}}}', "state.json: cannot be read"),
        ("state.json", '{"version": 99}', "state.json: written by another version"),
        ("__main__.py", "import pulumi\nraise pulumi.RunError('strata:x: wrong')", "strata:x: wrong"),
        ("__main__.py", "import pulumi\n1 / 0", "__main__.py:2: ZeroDivisionError: division by zero"),
        ("__main__.py", "import pulumi\ndef (", r"SyntaxError: .*__main__.py, line 2"),
    ],
)
def test_a_broken_file_is_told_by_name(project: Project, file: str, text: str, complaint: str) -> None:
    """What cannot be read is named, and nothing is made."""
    project.write("one")
    (project.root / file).write_text(text, errors="surrogateescape")

    with pytest.raises(DriverError, match=complaint) as caught:
        project.apply()
    assert len(str(caught.value).splitlines()) == 1
    assert project.queues == []


def test_a_mistake_in_the_wiring_points_at_the_wiring(project: Project) -> None:
    """Where a component refuses what it is given, the line of the program that gave it is shown."""
    (project.root / "strict_component.py").write_text("def make(size):\n    return 1 / size\n")
    (project.root / "__main__.py").write_text("import strict_component\nstrict_component.make(0)\n")

    with pytest.raises(DriverError, match=r"^__main__\.py:2: ZeroDivisionError: division by zero$"):
        project.apply()


def test_a_program_that_raises_declares_nothing(project: Project) -> None:
    """A mistake on the last line leaves the cloud as it was."""
    project.write("one")
    program = project.root / "__main__.py"
    program.write_text(program.read_text() + "raise ValueError('no such thing')\n")
    with pytest.raises(DriverError, match=r"__main__\.py:\d+: ValueError: no such thing"):
        project.apply()

    assert (project.queues, project.log_groups) == ([], {})
    project.write("one")
    assert kinds(project.apply()) == {"create": 2}
