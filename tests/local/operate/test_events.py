"""Operator commands on the event bus: tail, put and replay."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from operate import results
from operate.tail import HEARTBEAT_TAG, PREFIX, STALE_SECONDS
from tests.local.operate.conftest import Stack, until
from tests.local.platform import OPERATE
from tests.unit.shell.processes import STATUS, python, wait_for_line

ORDER = {"orderId": "o-1", "amount": 100, "currency": "EUR"}
PAYMENT = {"paymentId": "p-1", "amount": 100, "currency": "EUR"}


def tails(stack: Stack) -> tuple[list[str], list[str]]:
    """Return the names of the rules of this stack's tails, and of the queues of all tails."""
    rules = stack.cloud.client("events").list_rules(EventBusName=stack.name, NamePrefix=PREFIX)["Rules"]
    names = [rule["Name"] for rule in rules]
    queues = stack.cloud.client("sqs").list_queues(QueueNamePrefix=PREFIX).get("QueueUrls", [])
    return names, [url.rpartition("/")[2] for url in queues]


def subscribed(stack: Stack) -> int:
    """Return the number of tails that receive events."""
    events = stack.cloud.client("events")
    names, _ = tails(stack)
    targets = [events.list_targets_by_rule(Rule=name, EventBusName=stack.name)["Targets"] for name in names]
    return sum(map(bool, targets))


def put(stack: Stack, *arguments: str) -> None:
    assert stack.operate("events", "put", *arguments, "--id", "e-1", "--correlation-id", "c-1") == 0


def tailing(stack: Stack, *arguments: str) -> subprocess.Popen[str]:
    """Start a tail in a new process, and wait until it receives events."""
    stack.save()
    others = subscribed(stack)
    process = python("-c", OPERATE, str(stack.directory), "events", "tail", *arguments)
    until(lambda: subscribed(stack) > others)
    return process


@pytest.mark.parametrize("number", STATUS, ids=lambda number: number.name)
def test_tail_prints_one_line_per_event_and_deletes_its_resources(
    stack: Stack, number: signal.Signals
) -> None:
    """Only events of the given types are printed; a signal deletes the rule and the queue."""
    process = tailing(stack, "--type", "payment.failed", "--type", "order.placed")
    put(stack, "payment.succeeded", json.dumps(PAYMENT))
    put(stack, "order.placed", json.dumps(ORDER), "--source", "partner.acme")
    assert process.stdout is not None
    line = process.stdout.readline()
    process.send_signal(number)
    process.send_signal(signal.SIGHUP)
    rest, notes = process.communicate(timeout=20)

    assert line.split()[1:] == ["order.placed", "e-1", "c-1"]
    assert (process.returncode in {STATUS[number], 129}, rest) == (True, "")
    assert notes == "listening for events; press Ctrl-C to stop\n"
    assert tails(stack) == ([], [])


@pytest.mark.parametrize("number", STATUS, ids=lambda number: number.name)
@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.1, 0.3])
def test_tail_that_is_ended_early_deletes_its_resources(
    stack: Stack, number: signal.Signals, seconds: float
) -> None:
    """Nothing is left behind whether the rule, the queue or the target was being created."""
    stack.save()
    process = python("-X", "importtime", "-c", OPERATE, str(stack.directory), "events", "tail")
    wait_for_line(process, " botocore.client")
    time.sleep(seconds)
    process.send_signal(number)
    _, notes = process.communicate(timeout=30)

    assert process.returncode == STATUS[number]
    assert "Traceback" not in notes
    assert tails(stack) == ([], [])


def test_tail_stops_when_its_output_is_closed(stack: Stack) -> None:
    """A closed pipe, as with head, is not an error, and the resources are deleted."""
    process = tailing(stack)
    assert process.stdout is not None
    process.stdout.close()
    put(stack, "payment.succeeded", json.dumps(PAYMENT))
    process.wait(timeout=20)
    assert process.stderr is not None
    with process.stderr as notes:
        assert notes.read() == "listening for events; press Ctrl-C to stop\n"
    assert (process.returncode, tails(stack)) == (141, ([], []))


def test_tail_as_json_prints_whole_events_until_its_time_limit(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line is one event as EventBridge delivers it, and the command ends after --for."""
    codes: list[int] = []
    pattern = '{"source": ["partner.acme"]}'
    arguments = ["events", "tail", "--pattern", pattern, "--for", "4", "--json"]
    thread = threading.Thread(target=lambda: codes.append(stack.operate(*arguments)))
    thread.start()
    until(lambda: subscribed(stack))
    put(stack, "order.placed", json.dumps(ORDER), "--source", "partner.acme", "--json")
    thread.join(timeout=20)
    printed = capsys.readouterr().out
    event = json.loads(next(line for line in printed.splitlines() if line.startswith('{"version"')))

    assert (codes, tails(stack)) == ([0], ([], []))
    assert event.keys() == set(results.keys_of(results.Event)) - {"replay-name"}
    assert (event["source"], event["detail-type"], event["detail"]["data"]) == (
        "partner.acme",
        "order.placed",
        ORDER,
    )
    assert {name: event["detail"]["metadata"][name] for name in ("id", "correlationId")} == {
        "id": "e-1",
        "correlationId": "c-1",
    }


def test_tail_deletes_stale_tails(stack: Stack) -> None:
    """A tail without a heartbeat for an hour is deleted; a running one is not."""
    killed = tailing(stack)
    (left_behind,), _ = tails(stack)
    running = tailing(stack)
    (other,) = set(tails(stack)[0]) - {left_behind}
    killed.kill()
    killed.communicate()
    long_ago = str(int(time.time()) - STALE_SECONDS - 1)
    stack.cloud.client("events").tag_resource(
        ResourceARN=stack.cloud.arn("events", f"rule/{stack.name}/{left_behind}"),
        Tags=[{"Key": HEARTBEAT_TAG, "Value": long_ago}],
    )
    code = stack.operate("events", "tail", "--for", "1")
    left = tails(stack)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=20)

    assert (code, left) == (0, ([other], [other]))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["user.gone", "{}"], "detail-type: 'user.gone': expected one of user.created, user.updated, "),
        (["order.placed", json.dumps(ORDER)], "order.placed has several sources: pass one with --source"),
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
def test_invalid_event_is_rejected(
    stack: Stack, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    """An invalid event never reaches the bus; the error names the field, and the status is 2."""
    url = stack.queue("all", {"source": [{"prefix": ""}]})
    code = stack.operate("events", "put", *arguments)

    assert code == 2
    assert capsys.readouterr().err.startswith(f"error: {expected}")
    assert stack.visible(url) == 0


def test_put_event_has_the_printed_ids(
    stack: Stack, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Missing ids are generated, and data can be read from a file."""
    url = stack.queue("all", {"source": [{"prefix": ""}]})
    (tmp_path / "data.json").write_text(json.dumps(PAYMENT))
    code = stack.operate("--json", "events", "put", "payment.failed", f"@{tmp_path / 'data.json'}")
    ids = json.loads(capsys.readouterr().out)
    (message,) = stack.take(url, 1)
    event = json.loads(message["Body"])
    metadata = event["detail"]["metadata"]

    assert code == 0
    assert ids == {"id": metadata["id"], "correlationId": metadata["correlationId"]}
    assert (event["source"], event["detail-type"], event["detail"]["data"]) == (
        "webhook.stripe",
        "payment.failed",
        PAYMENT,
    )


def test_replay_delivers_archived_events(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The events of the time range are delivered again, with the name of the replay."""
    url = stack.queue("all", {"source": [{"prefix": ""}]})
    put(stack, "payment.failed", json.dumps(PAYMENT))
    (first,) = stack.take(url, 1)
    capsys.readouterr()
    code = stack.operate("events", "replay", "--from", "5m", "--subscription", "all", "--wait", "--json")
    replay: dict[str, Any] = json.loads(capsys.readouterr().out)
    (again,) = stack.take(url, 1)

    assert (code, replay["state"]) == (0, "COMPLETED")
    assert json.loads(again["Body"]) == json.loads(first["Body"]) | {"replay-name": replay["name"]}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--from", "1h", "--to", "2h"], "expected the earlier time first\n"),
        (
            ["--from", "1h", "--subscription", "unknown"],
            "no subscription matches 'unknown'; existing: {name}-bus-all-0123abc\n",
        ),
    ],
    ids=["reversed", "unknown subscription"],
)
def test_invalid_replay_is_rejected(
    stack: Stack, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    """A reversed time range or an unknown subscription starts no replay."""
    stack.queue("all", {"source": [{"prefix": ""}]})
    code = stack.operate("events", "replay", *arguments)
    replays = stack.cloud.client("events").list_replays(EventSourceArn=stack.outputs["eventArchive"])[
        "Replays"
    ]

    assert code == 2
    assert capsys.readouterr().err.endswith(expected.format(name=stack.name))
    assert [replay for replay in replays if replay["EventSourceArn"] == stack.outputs["eventArchive"]] == []
