"""The resource options of Pulumi: `make up` and the real engine end with the same resources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.driver import driver, options
from local.driver.changes import Change
from local.emulator.emulator import Emulator
from local.engine.engine import Engine
from local.machine.errors import LocalError
from local.machine.ports import free_port
from provider.cloud import Cloud
from tests.engine.options import CASES, HEADER, REFUSED

PROJECT = """
name: {name}
runtime: python
config:
  pulumi:autonaming:
    value:
      pattern: ${{name}}-${{hex(7)}}
"""
STACK = "config:\n  aws:region: us-east-1\n  aws:endpoints:\n    - sqs: http://127.0.0.1\n"
"""Both carriers replace the address."""

Apply = Callable[[str], list[Change]]
"""Runs a program with these declarations, and returns the changes of its resources."""


@dataclass(frozen=True)
class Ends:
    """What the second run of a program did, and the queues that are in the cloud afterwards.

    Attributes:
        changes: as `kind name`.
        queues: as `name seconds`.
    """

    changes: frozenset[str]
    queues: tuple[str, ...]

    def of(self, name: str) -> Ends:
        """Return the part of a case: the names that begin with it and with no longer name of a case."""
        return Ends(
            frozenset(each for each in self.changes if _case_of(each.split()[1]) == name),
            tuple(each for each in self.queues if _case_of(each) == name),
        )


def _case_of(name: str) -> str:
    return max((case for case in CASES if name.startswith(case)), key=len)


def by_driver(root: Path, cloud: Cloud, command: Path) -> Apply:
    """Return the runs of `make up`."""
    del command

    def apply(declarations: str) -> list[Change]:
        write(root, declarations)
        return driver.apply(root, cloud, root / "state.json", {}, lambda _: None).changes

    return apply


def by_engine(root: Path, cloud: Cloud, command: Path) -> Apply:
    """Return the runs of `make engine-up`."""

    def apply(declarations: str) -> list[Change]:
        write(root, declarations)
        return Engine(root, root / "engine", cloud, command).up().events.changes

    return apply


CARRIERS: Mapping[str, Callable[[Path, Cloud, Path], Apply]] = {"driver": by_driver, "engine": by_engine}


def write(root: Path, declarations: str) -> None:
    """Write a program with these declarations."""
    root.mkdir(exist_ok=True)
    (root / "Pulumi.yaml").write_text(PROJECT.format(name="options"))
    (root / "Pulumi.local.yaml").write_text(STACK)
    (root / "__main__.py").write_text(f"{HEADER}\n{declarations}\n")


def queues(cloud: Cloud) -> tuple[str, ...]:
    """Return name and visibility timeout of each queue in the cloud; names without their random end."""
    sqs = cloud.client("sqs")
    found: list[str] = []
    for url in sqs.list_queues(MaxResults=1000).get("QueueUrls", []):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        name = re.sub(r"-[0-9a-f]{7}(?=$|\.fifo$)", "", url.rpartition("/")[2])
        policy = " policy" if attributes.get("Policy") else ""
        found.append(f"{name} {attributes['VisibilityTimeout']}{policy}")
    return tuple(sorted(found))


@pytest.fixture(scope="module", params=CARRIERS)
def ends(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, command: Path
) -> Iterator[Ends]:
    """The ends of the program with all cases, for each carrier on an empty cloud."""
    folder = tmp_path_factory.mktemp("options")
    emulator = Emulator(folder / "cloud")
    emulator.start(free_port())
    try:
        apply = CARRIERS[request.param](folder / "program", emulator.cloud, command)
        apply("\n".join(case.before for case in CASES.values()))
        changes = apply("\n".join(case.after for case in CASES.values()))
        yield Ends(frozenset(map(summary, filter(is_queue, changes))), queues(emulator.cloud))
    finally:
        emulator.reset()


def is_queue(change: Change) -> bool:
    """Return whether a change is that of a queue; the engine also reports components."""
    return change.urn.split("::")[2].endswith("aws:sqs/queue:Queue")


def summary(change: Change) -> str:
    """Return kind and name of a changed resource."""
    return f"{change.kind} {change.urn.rpartition('::')[2]}"


@pytest.mark.parametrize("name", CASES)
def test_option_has_the_same_effect_on_both_carriers(ends: Ends, name: str) -> None:
    """The second run creates, updates, replaces, keeps and deletes what the table states."""
    case = CASES[name]

    assert ends.of(name) == Ends(case.changes, case.queues)


def test_every_option_that_the_driver_applies_is_compared() -> None:
    """It refuses every other one by name before it changes anything: see the tests of `local.driver`."""
    applied = options.BY_THE_SDK | options.BY_THE_DRIVER | options.WITHOUT_EFFECT

    assert {case.option for case in CASES.values()} == applied - NOT_COMPARED.keys()


NOT_COMPARED = {"plugin_download_url": "the engine would download the plugin of AWS from there"}
"""Options that the driver accepts without effect, each with the reason why the engine cannot be compared."""


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize(
    ("before", "after", "word"), [pytest.param(*each, id=name) for name, each in REFUSED.items()]
)
def test_both_carriers_refuse(
    carrier: str, before: str, after: str, word: str, cloud: Cloud, tmp_path: Path, command: Path
) -> None:
    """The error names the option, and the queue of the first run is unchanged."""
    apply = CARRIERS[carrier](tmp_path / "program", cloud, command)
    apply(before)

    with pytest.raises(LocalError, match=word):
        apply(after)
    assert "a 30" in queues(cloud)
