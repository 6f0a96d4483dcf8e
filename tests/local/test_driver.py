"""The driver with real programs on the embedded cloud."""

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
    """A Pulumi program in a temporary folder."""

    def __init__(self, root: Path, cloud: Cloud) -> None:
        self.root, self.cloud = root, cloud
        self.name = root.name.replace("_", "").lower()[-20:]
        (root / "Pulumi.yaml").write_text(PROJECT.format(project=self.name))
        (root / "Pulumi.local.yaml").write_text("config:\n  aws:region: us-east-1\n")

    def write(self, *names: str, days: int = 3) -> None:
        """Write a program that declares a log group and a queue for each name."""
        (self.root / "__main__.py").write_text(PROGRAM.format(names=names, days=days))

    def apply(self) -> Result:
        """Apply the program."""
        return apply(self.root, self.cloud, self.root / "state.json", {}, lambda _: None)

    @property
    def queues(self) -> list[str]:
        """The names of the project's queues in the cloud, without their suffixes."""
        urls = self.cloud.client("sqs").list_queues(QueueNamePrefix=f"{self.name}-").get("QueueUrls", [])
        return sorted(url.rpartition("/")[2].rpartition("-")[0] for url in urls)

    @property
    def log_groups(self) -> Mapping[str, int]:
        """The project's log groups in the cloud, with their retention in days."""
        groups = self.cloud.client("logs").describe_log_groups(logGroupNamePrefix=f"{self.name}-")[
            "logGroups"
        ]
        return {group["logGroupName"].rpartition("-")[0]: group["retentionInDays"] for group in groups}


@pytest.fixture
def project(tmp_path: Path, cloud: Cloud) -> Project:
    """A project without a program."""
    return Project(tmp_path, cloud)


def kinds(result: Result) -> Counter[str]:
    """Return the number of changes by kind."""
    return Counter(change.kind for change in result.changes)


def test_apply_changes_only_differences(project: Project) -> None:
    """Unchanged resources stay, changed ones are updated, and undeclared ones are deleted."""
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


LOOKUP = """
import pulumi, pulumi_aws as aws
zone = aws.route53.get_zone_output(name={name!r}, private_zone=False)
pulumi.export("zone", zone.zone_id)
"""


def test_program_finds_what_it_does_not_create(project: Project) -> None:
    """A lookup that finds nothing stops the program, and the error names it."""
    name = f"{project.name}.example.com"
    (project.root / "__main__.py").write_text(LOOKUP.format(name=name))
    with pytest.raises(DriverError, match=f"aws:route53/getZone:getZone.*: {name}: expected one public"):
        project.apply()

    zones = project.cloud.client("route53")
    zone: str = zones.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"]

    assert project.apply().outputs == {"zone": zone.removeprefix("/hostedzone/")}


@pytest.mark.parametrize("after", [1, 5, 12])
def test_killed_driver_leaves_no_orphans(project: Project, after: int) -> None:
    """The next run completes the killed one, and every resource exists once."""
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


def test_failed_program_can_be_repeated(project: Project) -> None:
    """A resource that AWS rejects fails the run; after a fix, the next run continues."""
    project.write("good")
    program = project.root / "__main__.py"
    program.write_text(program.read_text() + "aws.sqs.Queue('bad', visibility_timeout_seconds=-5)\n")
    with pytest.raises(DriverError, match=r"aws:sqs/queue:Queue bad: .*VisibilityTimeout"):
        project.apply()

    project.write("good")
    assert kinds(project.apply()).keys() <= {"create", "same"}
    assert project.queues == [f"{project.name}-local-good"]


@pytest.mark.parametrize(
    ("file", "text", "error"),
    [
        ("Pulumi.local.yaml", "config: [", "Pulumi.local.yaml: not YAML"),
        (
            "Pulumi.local.yaml",
            "config:\n  x:y:\n    secure: abc\n",
            "x:y: is encrypted, and only the Pulumi",
        ),
        ("state.json", "{", "state.json: is damaged"),
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
            "Pulumi.local.yaml: aws:region: 'eu-west-1': the embedded cloud's region is us-east-1$",
        ),
        ("Pulumi.local.yaml", "config: hello", "Pulumi.local.yaml: config: expected keys and values"),
        ("Pulumi.local.yaml", "config:\n  a:b: 1\n  a:b: 2\n", "not YAML: line 3: a:b: is a duplicate key$"),
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
        ("state.json", "[]", "state.json: is damaged"),
        ("state.json", '{"version": 1, "resources": {"x": {"foo": 1}}}', "state.json: is invalid"),
        ("state.json", '{"version": 99}', "state.json: was written by another version"),
        ("__main__.py", "import pulumi\nraise pulumi.RunError('strata:x: wrong')", "strata:x: wrong"),
        ("__main__.py", "import pulumi\n1 / 0", "__main__.py:2: ZeroDivisionError: division by zero"),
        ("__main__.py", "import pulumi\ndef (", r"SyntaxError: .*__main__.py, line 2"),
    ],
)
def test_invalid_file_is_named_in_the_error(project: Project, file: str, text: str, error: str) -> None:
    """The error is one line that names the file, and nothing is created."""
    project.write("one")
    (project.root / file).write_text(text, errors="surrogateescape")

    with pytest.raises(DriverError, match=error) as caught:
        project.apply()
    assert len(str(caught.value).splitlines()) == 1
    assert project.queues == []


@pytest.mark.parametrize(
    ("files", "place", "caller"),
    [
        ({"__main__.py": "import math\nmath.sqrt(-1)\n"}, "__main__.py:2", ""),
        (
            {
                "__main__.py": "from components.table import make\n\nmake(-1)\n",
                "components/table.py": "import math\n\ndef make(size):\n    return math.sqrt(size)\n",
            },
            "components/table.py:4",
            " (called from __main__.py:3)",
        ),
        (
            {
                "__main__.py": "from wiring import orders\norders.wire()\n",
                "wiring/orders.py": "from components.table import make\n\n\ndef wire():\n    make(-1)\n",
                "components/table.py": "import math\ndef make(size):\n    return math.sqrt(size)\n",
            },
            "components/table.py:3",
            " (called from wiring/orders.py:5)",
        ),
        (
            {
                "__main__.py": "from wiring import users\nusers.wire()\n",
                "wiring/users.py": "import math\ndef wire():\n    math.sqrt(-1)\n",
            },
            "wiring/users.py:3",
            "",
        ),
        (
            {"__main__.py": "import settings\n", "settings.py": "import math\nmath.sqrt(-1)\n"},
            "settings.py:2",
            " (called from __main__.py:1)",
        ),
        (
            {
                "__main__.py": "import settings\n",
                "settings/__init__.py": "import settings.checks\n",
                "settings/checks.py": "import math\nmath.sqrt(-1)\n",
            },
            "settings/checks.py:2",
            " (called from __main__.py:1)",
        ),
        (
            {
                "__main__.py": "from handlers.orders import limits\n",
                "handlers/orders/limits.py": "import math\nmath.sqrt(-1)\n",
            },
            "handlers/orders/limits.py:2",
            " (called from __main__.py:1)",
        ),
    ],
    ids=["main", "component", "component-from-wiring", "wiring", "settings", "settings-package", "handlers"],
)
def test_error_names_the_line_of_the_program(
    project: Project, files: Mapping[str, str], place: str, caller: str
) -> None:
    """The error names the file and line that raised it, and the line of the wiring that led to it."""
    for path, text in files.items():
        file = project.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        for folder in file.relative_to(project.root).parents[:-1]:
            (project.root / folder / "__init__.py").touch()
        file.write_text(text)

    with pytest.raises(DriverError) as caught:
        project.apply()
    assert str(caught.value) == f"{place}: ValueError: math domain error{caller}"


def test_program_that_raises_creates_nothing(project: Project) -> None:
    """An error on the last line leaves the cloud unchanged."""
    project.write("one")
    program = project.root / "__main__.py"
    program.write_text(program.read_text() + "raise ValueError('no such thing')\n")
    with pytest.raises(DriverError, match=r"__main__\.py:\d+: ValueError: no such thing"):
        project.apply()

    assert (project.queues, project.log_groups) == ([], {})
    project.write("one")
    assert kinds(project.apply()) == {"create": 2}


TABLE = """
import pulumi, pulumi_aws as aws
opts = pulumi.ResourceOptions({options})
aws.dynamodb.Table(
    {name!r},
    hash_key="id",
    billing_mode="PAY_PER_REQUEST",
    attributes=[{{"name": "id", "type": "S"}}],
    opts=opts,
)
"""


def test_renamed_table_with_an_alias_keeps_its_data(project: Project) -> None:
    """The table has a new logical name, and the cloud still has the same table."""
    program = project.root / "__main__.py"
    program.write_text(TABLE.format(name="orders", options=""))
    project.apply()
    dynamodb = project.cloud.client("dynamodb")
    tables = [name for name in dynamodb.list_tables()["TableNames"] if name.startswith(project.name)]
    dynamodb.put_item(TableName=tables[0], Item={"id": {"S": "1"}})

    program.write_text(TABLE.format(name="sales", options="aliases=[pulumi.Alias(name='orders')]"))
    assert kinds(project.apply()) == {"same": 1}
    assert dynamodb.scan(TableName=tables[0])["Items"] == [{"id": {"S": "1"}}]


def test_removed_bucket_is_deleted_with_its_objects_only_if_the_program_allows_it(project: Project) -> None:
    """The buckets of the platform allow it on the embedded cloud; S3 keeps another bucket with objects."""
    program, s3 = project.root / "__main__.py", project.cloud.client("s3")
    program.write_text(
        "import pulumi_aws as aws\naws.s3.Bucket('kept')\naws.s3.Bucket('emptied', force_destroy=True)\n"
    )
    project.apply()
    names = [each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"].startswith(project.name)]
    for name in names:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        for _ in range(2):
            s3.put_object(Bucket=name, Key="key", Body=b"{}")
        s3.delete_object(Bucket=name, Key="key")

    program.write_text("")
    with pytest.raises(DriverError, match=r"kept.*BucketNotEmpty"):
        project.apply()

    assert len(names) == 2
    left = [each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"] in names]
    assert [name.split("-")[-2] for name in left] == ["kept"]


def test_unsupported_option_is_rejected_at_its_line(project: Project) -> None:
    """The error names the line, the resource and the option, and nothing is created."""
    project.write("one")
    program = project.root / "__main__.py"
    program.write_text(program.read_text() + TABLE.format(name="orders", options="import_='orders'"))

    with pytest.raises(
        DriverError, match=r"__main__\.py:\d+: OptionError: aws:dynamodb/table:Table orders: .*import_"
    ):
        project.apply()
    assert project.queues == []
