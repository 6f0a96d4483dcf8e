"""The bus under an operator's hands: looked on, put to, repeated."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from operate.tail import ALIVE, LEFT_BEHIND_SECONDS, PREFIX
from tests.local.operate.conftest import Stack, until

ROOT = Path(__file__).parents[3]
ORDER = {"orderId": "o-1", "amount": 100, "currency": "EUR"}
PAYMENT = {"paymentId": "p-1", "amount": 100, "currency": "EUR"}


def tails(stack: Stack) -> tuple[list[str], list[str]]:
    """The names of the rules and queues that tails have now; other stacks' tails share the queues' names."""
    rules = stack.cloud.client("events").list_rules(EventBusName=stack.name, NamePrefix=PREFIX)["Rules"]
    names = [rule["Name"] for rule in rules]
    queues = stack.cloud.client("sqs").list_queues(QueueNamePrefix=PREFIX).get("QueueUrls", [])
    return names, [url.rpartition("/")[2] for url in queues]


def hearing(stack: Stack) -> int:
    """How many tails hear what is put on the bus from now on."""
    events = stack.cloud.client("events")
    names, _ = tails(stack)
    targets = [events.list_targets_by_rule(Rule=name, EventBusName=stack.name)["Targets"] for name in names]
    return sum(map(bool, targets))


def put(stack: Stack, *arguments: str) -> None:
    assert stack.operate("events", "put", *arguments, "--id", "e-1", "--correlation-id", "c-1") == 0


def tailing(stack: Stack, *arguments: str) -> subprocess.Popen[str]:
    """A tail in a process of its own that hears already."""
    stack.save()
    others = hearing(stack)
    code = "import sys; from pathlib import Path; from operate.cli import main; "
    code += f"sys.exit(main({['events', 'tail', *arguments]!r}, Path({str(stack.directory)!r})))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    until(lambda: hearing(stack) > others)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_tail_prints_a_line_an_event_and_leaves_nothing(stack: Stack, number: signal.Signals) -> None:
    """Only what it was asked for is told, and when it is ended its rule and queue go."""
    process = tailing(stack, "--type", "payment.failed", "--type", "order.placed")
    put(stack, "payment.succeeded", json.dumps(PAYMENT))
    put(stack, "order.placed", json.dumps(ORDER), "--source", "partner.acme")
    assert process.stdout is not None
    line = process.stdout.readline()
    process.send_signal(number)
    rest, told = process.communicate(timeout=20)

    assert line.split()[1:] == ["order.placed", "e-1", "c-1"]
    assert (process.returncode, rest) == (0, "")
    assert told.splitlines() == ["looking on; Ctrl-C ends it", "no longer looking on"]
    assert tails(stack) == ([], [])


def test_tail_ends_when_nobody_reads_it_any_more(stack: Stack) -> None:
    """A pipe that was closed, as by head, is no error, and leaves nothing either."""
    process = tailing(stack)
    assert process.stdout is not None
    process.stdout.close()
    put(stack, "payment.succeeded", json.dumps(PAYMENT))
    process.wait(timeout=20)
    assert process.stderr is not None
    with process.stderr as told:
        assert told.read() == "looking on; Ctrl-C ends it\n"
    assert (process.returncode, tails(stack)) == (0, ([], []))


def test_tail_as_json_gives_whole_events_until_its_time_is_over(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program gets what EventBridge delivers, a line each, and the command ends by itself."""
    codes: list[int] = []
    pattern = '{"source": ["partner.acme"]}'
    arguments = ["events", "tail", "--pattern", pattern, "--for", "4", "--json"]
    thread = threading.Thread(target=lambda: codes.append(stack.operate(*arguments)))
    thread.start()
    until(lambda: hearing(stack))
    put(stack, "order.placed", json.dumps(ORDER), "--source", "partner.acme", "--json")
    thread.join(timeout=20)
    printed = capsys.readouterr().out
    told = json.loads(next(line for line in printed.splitlines() if line.startswith('{"version"')))

    assert (codes, tails(stack)) == ([0], ([], []))
    assert (told["source"], told["detail-type"], told["detail"]["data"]) == (
        "partner.acme",
        "order.placed",
        ORDER,
    )
    assert {name: told["detail"]["metadata"][name] for name in ("id", "correlationId")} == {
        "id": "e-1",
        "correlationId": "c-1",
    }


def test_next_tail_removes_what_a_killed_one_left(stack: Stack) -> None:
    """What is known to have run an hour ago and not since goes; one that runs still stays."""
    killed = tailing(stack)
    (left_behind,), _ = tails(stack)
    running = tailing(stack)
    (other,) = set(tails(stack)[0]) - {left_behind}
    killed.kill()
    killed.communicate()
    long_ago = str(int(time.time()) - LEFT_BEHIND_SECONDS - 1)
    stack.cloud.client("events").tag_resource(
        ResourceARN=stack.cloud.arn("events", f"rule/{stack.name}/{left_behind}"),
        Tags=[{"Key": ALIVE, "Value": long_ago}],
    )
    code = stack.operate("events", "tail", "--for", "1")
    left = tails(stack)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=20)

    assert (code, left) == (0, ([other], [other]))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["user.gone", "{}"], "detail-type: 'user.gone': expected one of user.created, user.updated, "),
        (["order.placed", json.dumps(ORDER)], "order.placed has many sources: give one with --source"),
        (
            ["payment.failed", '{"amount": 1}', "--source", "partner.a"],
            "source: 'partner.a': expected webhook",
        ),
        (
            ["payment.failed", json.dumps(PAYMENT | {"amount": -1})],
            "/detail/data/amount: Expected `int` >= 0",
        ),
        (
            ["payment.failed", json.dumps(PAYMENT), "--id", ""],
            "/detail/metadata/id: Expected `str` of length",
        ),
    ],
    ids=["type", "no source", "other source", "field", "id"],
)
def test_event_that_fits_nothing_is_not_put(
    stack: Stack, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """What the catalogue does not have never reaches the bus; the field is named, and the status is 2."""
    url = stack.queue("all", {"source": [{"prefix": ""}]})
    code = stack.operate("events", "put", *arguments)

    assert code == 2
    assert capsys.readouterr().err.startswith(f"error: {told}")
    assert stack.visible(url) == 0


def test_put_event_is_on_the_bus_under_the_ids_that_are_printed(
    stack: Stack, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Ids that were not given are new; data may stand in a file."""
    url = stack.queue("all", {"source": [{"prefix": ""}]})
    (tmp_path / "data.json").write_text(json.dumps(PAYMENT))
    code = stack.operate("--json", "events", "put", "payment.failed", f"@{tmp_path / 'data.json'}")
    told = json.loads(capsys.readouterr().out)
    (message,) = stack.take(url, 1)
    event = json.loads(message["Body"])
    metadata = event["detail"]["metadata"]

    assert code == 0
    assert told == {"id": metadata["id"], "correlationId": metadata["correlationId"]}
    assert (event["source"], event["detail-type"], event["detail"]["data"]) == (
        "webhook.stripe",
        "payment.failed",
        PAYMENT,
    )


def test_replay_repeats_what_was_on_the_bus(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The events of that time come again, and say in which replay."""
    url = stack.queue("all", {"source": [{"prefix": ""}]})
    put(stack, "payment.failed", json.dumps(PAYMENT))
    (first,) = stack.take(url, 1)
    capsys.readouterr()
    code = stack.operate("events", "replay", "--from", "5m", "--subscription", "all", "--wait", "--json")
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    (again,) = stack.take(url, 1)

    assert (code, told["state"]) == (0, "COMPLETED")
    assert json.loads(again["Body"]) == json.loads(first["Body"]) | {"replay-name": told["name"]}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--from", "1h", "--to", "2h"], "expected the earlier moment first\n"),
        (
            ["--from", "1h", "--subscription", "nobody"],
            "is called 'nobody'; there are: {name}-bus-all-0123abc\n",
        ),
    ],
    ids=["reversed", "unknown subscription"],
)
def test_replay_that_makes_no_sense_is_refused(
    stack: Stack, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """Nothing is started for reversed moments or a subscription that is not there."""
    stack.queue("all", {"source": [{"prefix": ""}]})
    code = stack.operate("events", "replay", *arguments)
    replays = stack.cloud.client("events").list_replays(EventSourceArn=stack.outputs["eventArchive"])[
        "Replays"
    ]

    assert code == 2
    assert capsys.readouterr().err.endswith(told.format(name=stack.name))
    assert [replay for replay in replays if replay["EventSourceArn"] == stack.outputs["eventArchive"]] == []
