"""The requests of the provider's plugin are checked against AWS's models: a mistake is found."""

from __future__ import annotations

from pathlib import Path

from tests.checkout import copy
from tests.engine.conftest import MakeEngine


def test_request_of_the_plugin_is_checked(engine: MakeEngine, model_findings: Path, tmp_path: Path) -> None:
    """The engine starts the plugin, and the emulator accepts the name."""
    root = copy(tmp_path / "program", "local")
    (root / "__main__.py").write_text(
        "import pulumi_aws as aws\naws.cloudwatch.LogGroup('a', name='a' * 513)\n"
    )

    engine(root).up()

    found = model_findings.read_text()
    assert "logs.CreateLogGroup.logGroupName (LogGroupName): " in found
    assert "the length is 513, expected 1..512" in found
    model_findings.write_text("")
