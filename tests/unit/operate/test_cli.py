"""The command line: argument validation, and the exit status and text of errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from local.machine.ports import free_port
from operate import commands
from operate.arguments import parser
from operate.cli import main
from tests.unit.operate.commands import names

OUTPUTS = {
    "eventArchive": "arn:aws:events:us-east-1:000000000000:archive/strata",
    "eventBus": "strata",
    "deadLetters": {},
    "subscribers": [],
    "publishers": [],
    "logGroups": {},
    "partnersTable": "partners",
    "webhookSecret": "secret",
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with a deployed stack whose embedded cloud does not respond."""
    (tmp_path / "outputs.json").write_text(json.dumps(OUTPUTS))
    (tmp_path / "emulator.json").write_text(json.dumps({"pid": 1, "port": free_port()}))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["events", "tail", "--pattern", "[]"],
            "--pattern: '[]': expected a JSON object with at least one key",
        ),
        (
            ["events", "tail", "--pattern", "{"],
            "--pattern: invalid JSON: Expecting property name enclosed in",
        ),
        (["events", "tail", "--type", "user.gone"], "--type: invalid choice: 'user.gone' (choose from"),
        (["events", "tail", "--for", "0"], "--for: '0': expected a number of seconds above 0"),
        (["events", "tail", "--for", "nan"], "--for: 'nan': expected a number of seconds above 0"),
        (["events", "put", "user.created", "{'a'}"], "DATA: invalid JSON: "),
        (["events", "put", "user.created", "@nowhere.json"], "DATA: nowhere.json: No such file or directory"),
        (["events", "replay"], "the following arguments are required: --from"),
        (
            ["events", "replay", "--from", "2999-01-01T00:00:00Z"],
            "--from: '2999-01-01T00:00:00Z': is in the",
        ),
        (["dlq", "redrive"], "one of the arguments NAME --all is required"),
        (["dlq", "show", "x", "--limit", "0"], "--limit: '0': expected a number between 1 and 10000"),
        (["trace", 'a" || "'], "CORRELATION_ID: 'a\" || \"': expected the X-Correlation-Id of a response"),
        (
            ["partners", "rotate", "acme", "--keep", "long"],
            "--keep: 'long': expected a number with s, m, h or d",
        ),
        (["webhooks", "secret", "whsec_1"], "unrecognized arguments: whsec_1"),
        (["releases", "use"], "the following arguments are required: ID"),
        (
            ["releases", "preview", "0123456789ab", "Next.example.com"],
            "HOST: 'Next.example.com': expected a host name in lower case, such as preview.example.com",
        ),
        (
            ["releases", "preview", "0123456789ab", "localhost:8080"],
            "HOST: 'localhost:8080': expected a host",
        ),
        (
            ["releases", "preview", "0123456789ab", "a-.example.com"],
            "HOST: 'a-.example.com': expected a host",
        ),
        (["releases", "preview", "--remove", "a" * 254], "expected a host name in lower case"),
        (["releases", "preview", "--remove", "a..b"], "--remove: 'a..b': expected a host name"),
        ([], "the following arguments are required: COMMAND"),
        (
            ["events", "replay", "--from", "0001-01-01T00:00:00+23:59"],
            "--from: '0001-01-01T00:00:00+23:59': expected a past time",
        ),
        (["events", "replay", "--from", "٢h"], "--from: '٢h': expected a past time"),
        (["dlq", "show", "x", "--limit", "٣"], "--limit: '٣': expected a number between 1 and 10000"),
        (["dlq", "show", "x", "--limit", "9" * 5_000], "expected a number between 1 and 10000"),
        (["events", "tail", "--for", "٣"], "--for: '٣': expected a number of seconds above 0"),
        (["events", "tail", "--for", "1_0"], "--for: '1_0': expected a number of seconds above 0"),
        (["events", "put", "user.created", "NaN"], "DATA: invalid JSON: NaN is not a JSON number"),
        (["events", "put", "user.created", '"\\ud800"'], "DATA: invalid JSON: a lone surrogate is not text"),
        (["events", "put", "user.created", "1" * 5_000], "DATA: Exceeds the limit"),
        (
            ["events", "put", "user.created", "1", "--id", "a b"],
            "--id: 'a b': expected at most 256 ",
        ),
        (["events", "put", "user.\udcff", "1"], "error: 'user.\\udcff': expected text in UTF-8"),
        (["x\u202e\x1b[2J"], "'x\\u202e\\x1b[2J'"),
        (["partners", "list", "x\u202e\x1b[2J\ny"], "unrecognized arguments: x\\u202e\\x1b[2J y"),
    ],
)
def test_invalid_argument_is_rejected_without_a_stack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    """The exit status is 2, and the message states the expected value."""
    with pytest.raises(SystemExit) as caught:
        main(arguments, tmp_path)

    assert caught.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert expected in last
    assert len(last) < 1_200


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--source", "partner.A B"], "source 'partner.A B': expected partner. and a partner's name"),
        (["--source", "partner.stripe"], "source 'partner.stripe': expected partner. and a partner's name"),
        (["--source", "partner."], "source: 'partner.': expected partner.* for order.placed"),
        (["--source", "partner.\u202e"], "source 'partner.\\u202e': expected partner. and a partner's name"),
        (["--source", "x" * 100_000], "source: 'xxx"),
    ],
)
def test_invalid_source_is_rejected(
    directory: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    """The source of a partner has the partner's name, and the error is one line of bounded length."""
    order = '{"orderId": "1", "amount": 1, "currency": "EUR"}'

    assert main(["events", "put", "order.placed", order, *arguments], directory) == 2
    (text,) = capsys.readouterr().err.splitlines()
    assert expected in text
    assert len(text) < 1_200


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["trace", "c-1"], ("local", False)),
        (["--stack", "dev", "--json", "trace", "c-1"], ("dev", True)),
        (["trace", "c-1", "--stack", "dev", "--json"], ("dev", True)),
        (["--stack", "prod", "trace", "c-1", "--stack", "dev"], ("dev", False)),
    ],
)
def test_stack_and_json_are_accepted_before_and_after_the_command(
    arguments: list[str], expected: tuple[str, bool]
) -> None:
    """The last value is used; the defaults are the local stack and text output."""
    parsed = parser().parse_args(arguments)

    assert (parsed.stack, parsed.json) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        ["events", "tail", "--for", "1"],
        ["events", "put", "payment.failed", '{"paymentId": "p", "amount": 1, "currency": "EUR"}'],
        ["events", "replay", "--from", "1h"],
        ["partners", "list"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_stopped_cloud_is_an_error(
    directory: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is one line without a traceback."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)

    assert main(arguments, directory) == 1
    assert capsys.readouterr().err == "error: the embedded cloud does not respond: run make up\n"


@pytest.mark.parametrize(
    ("error", "code", "expected"),
    [
        (
            ClientError({"Error": {"Code": "AccessDenied", "Message": "not\nyou"}}, "StartReplay"),
            1,
            "error: StartReplay: AccessDenied: not you\n",
        ),
        (NoCredentialsError(), 1, "error: Unable to locate credentials\n"),
    ],
    ids=["denied", "no credentials"],
)
def test_error_is_one_line(
    directory: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    expected: str,
) -> None:
    """An AWS error has its operation, code and message."""

    def fail(target: object) -> None:
        raise error

    monkeypatch.setattr(commands.partners, "list_keys", fail)

    assert main(["partners", "list"], directory) == code
    assert capsys.readouterr().err == expected


def test_every_command_is_documented() -> None:
    """The pages on operations and incidents name each command."""
    folder = Path(__file__).parents[3] / "docs"
    text = "".join((folder / name).read_text() for name in ("operations.md", "incidents.md"))

    assert [name for name in names(parser()) if f"operate {name}" not in text] == []
