"""The values of project and stack files are those that the Pulumi CLI gives to the program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.driver.stack import Stack, StackError, read, written

TEXTS = {
    "off": "off",
    "no": "no",
    "yes": "yes",
    "y": "y",
    "True": "true",
    "FALSE": "false",
    "": "",
    "~": "",
    "'off'": "off",
    "2026-01-31": "2026-01-31 00:00:00 +0000 UTC",
    "2026-1-3": "2026-01-03 00:00:00 +0000 UTC",
    "2026-01-31 10:00:00": "2026-01-31 10:00:00 +0000 UTC",
    "2026-01-31T1:2:3.1200Z": "2026-01-31 01:02:03.12 +0000 UTC",
    "2026-01-31t10:00:00.5+02:00": "2026-01-31 10:00:00.5 +0200 +0200",
    "2026-02-30": "2026-02-30",
    "1_000": "1000",
    "1_000.5": "1000.5",
    "_1": "_1",
    "017": "15",
    "0o17": "15",
    "08": "8",
    "0x1F": "31",
    "-0x1F": "-31",
    "0b1_1": "3",
    "+12": "12",
    "12345678901234567890": "12345678901234567890",
    "123456789012345678901234567890": "1.2345678901234568e+29",
    "1.50": "1.5",
    "1e3": "1000",
    ".5": "0.5",
    "0.00001": "0.00001",
    "1e-9": "1e-9",
    "1e400": "1e400",
    "190:20:30": "190:20:30",
    "=": "=",
    "!!str 05": "05",
    "!!float 5": "5",
    '!!int "5"': "5",
    "!foo 5": "5",
    "!!binary aGVsbG8=": "hello",
    "[yes, 017, 1.0]": '["yes", 15, 1]',
    "{<<: {x: 1}, y: 12345678901234567890}": '{"x": 1, "y": 12345678901234567000}',
    "{off: 1, null: 2, 0x10: 3, 1.5: 4, true: 5}": '{"off": 1, "<nil>": 2, "16": 3, "1.5": 4, "true": 5}',
    "{2026-01-31: 1}": '{"2026-01-31 00:00:00 +0000 UTC": 1}',
}
"""Values in a stack file, and what `pulumi config --json` of version 3.228 prints for them."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: strata\nruntime: python\n")
    return tmp_path


@pytest.mark.parametrize(("source", "expected"), TEXTS.items())
def test_value_is_read_like_the_cli(root: Path, source: str, expected: str) -> None:
    """Only the CLI's booleans, numbers and timestamps are not plain text."""
    (root / "Pulumi.local.yaml").write_text(f"config:\n  strata:key: {source}\n")

    assert Stack.load(root, "local").config == {"strata:key": expected}


@pytest.mark.parametrize("source", TEXTS)
def test_written_value_is_read_as_the_same_value(root: Path, source: str) -> None:
    """No text becomes a number or a boolean in the file that the engine reads."""
    file = root / "Pulumi.local.yaml"
    file.write_text(f"config:\n  strata:key: {source}\n")
    before = read(file)
    file.write_text(written(before), "utf-8")

    assert read(file) == before
    for text in TEXTS:
        file.write_text(written({text: text}), "utf-8")
        assert read(file) == {text: text}


def test_key_without_a_namespace_is_in_the_projects(root: Path) -> None:
    """The key `no` is text, and the project's name is its namespace."""
    (root / "Pulumi.local.yaml").write_text("\ufeffconfig:\n  no: off\n", "utf-8")

    assert Stack.load(root, "local").config == {"strata:no": "off"}


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("{a: 1, a: 2}", "a: is a duplicate key"),
        (".inf", ".inf: is not a finite number"),
        ("!!int no", "no: is not of type !!int"),
    ],
)
def test_value_that_the_cli_rejects_is_an_error(root: Path, source: str, problem: str) -> None:
    """The error names the file, the line and the value."""
    (root / "Pulumi.local.yaml").write_text(f"config:\n  strata:key: {source}\n")

    with pytest.raises(StackError) as caught:
        Stack.load(root, "local")
    assert str(caught.value) == f"Pulumi.local.yaml: not YAML: line 2: {problem}"


def test_client_of_any_name_keeps_its_name(root: Path) -> None:
    """A machine client may be called `no`."""
    (root / "Pulumi.local.yaml").write_text(
        "config:\n  strata:auth:\n    mfa: off\n    clients: {no: [off]}\n"
    )

    config = Stack.load(root, "local").config
    assert json.loads(config["strata:auth"]) == {"mfa": "off", "clients": {"no": ["off"]}}
