"""The requests of functions and commands are checked against AWS's models too: a mistake is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from provider.cloud import Cloud
from tests.local.provider.functions import function, invoke, running

MISTAKE = """
from contextlib import suppress
from botocore.session import Session

def handler(event, context):
    client = Session().create_client("logs", region_name="us-east-1")
    with suppress(client.exceptions.ClientError):
        client.create_log_group(logGroupName="a b")
    return "sent"
"""
FINDING = "logs.CreateLogGroup.logGroupName (LogGroupName): 'a b': expected the pattern "


def test_request_of_a_function_is_checked(cloud: Cloud, model_findings: Path, tmp_path: Path) -> None:
    """The emulator runs it in a process of its own, and denies the call: its role has no permissions."""
    with running(cloud, function(cloud, tmp_path, "mistaken", MISTAKE)) as mistaken:
        assert invoke(cloud, mistaken["name"]) == "sent"

    assert FINDING in model_findings.read_text()
    model_findings.write_text("")


def test_request_of_a_command_is_checked(cloud: Cloud, model_findings: Path) -> None:
    """Commands run in processes that the tests start."""
    script = f"""
from provider.cloud import Cloud
logs = Cloud({cloud.endpoint!r}).client("logs")
logs.create_log_group(logGroupName="a b")
logs.delete_log_group(logGroupName="a b")
"""
    subprocess.run([sys.executable, "-c", script], check=True)

    assert FINDING in model_findings.read_text()
    model_findings.write_text("")
