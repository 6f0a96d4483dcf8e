"""The scripts of the GitHub workflows, run with fakes of the tools that they call."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.unit.workflows import script


class Runner:
    """Runs a script as GitHub's runner does, with fakes of the tools that it calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls.txt"
        self.outputs = folder / "outputs.txt"
        self.summary = folder / "summary.md"
        self.calls.touch()
        self.outputs.touch()

    def tool(self, name: str, body: str) -> None:
        """Add a fake tool to PATH, which records each call and then runs shell code."""
        file = self.folder / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'#!/bin/bash\necho "{name} $*" >>"{self.calls}"\n{body}\n')
        file.chmod(0o755)

    def run(self, text: str, **env: str) -> int:
        """Run a script and return its exit code."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
            cwd=self.folder,
            env={
                "PATH": path,
                "GITHUB_OUTPUT": str(self.outputs),
                "GITHUB_STEP_SUMMARY": str(self.summary),
                **env,
            },
            capture_output=True,
            timeout=30,
            check=False,
        ).returncode

    def output(self, name: str) -> str | None:
        """Return a multi-line step output; None if it was not set."""
        found = re.search(
            rf"^{name}<<(?P<end>\S+)\n(?P<value>.*?)\n(?P=end)$",
            self.outputs.read_text(),
            re.DOTALL | re.MULTILINE,
        )
        return found["value"].strip() if found else None

    def called(self, tool: str, prefix: str) -> list[str]:
        """Return the calls of a tool whose arguments have a prefix."""
        return [line for line in self.calls.read_text().splitlines() if line.startswith(f"{tool} {prefix}")]


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner in an empty folder."""
    return Runner(tmp_path)


@pytest.mark.parametrize(("code", "passes"), [(0, True), (1, False)])
def test_preview_shows_both_stacks_and_fails_if_one_fails(runner: Runner, code: int, passes: bool) -> None:
    """The output of a failed preview is in the comment too."""
    runner.tool("pulumi", f'echo "preview of $3"; [ "$3" = dev ] || exit {code}')

    exit_code = runner.run(script("preview/preview", "Preview dev and prod"))

    assert (exit_code == 0) is passes
    assert (runner.output("dev"), runner.output("prod")) == ("preview of dev", "preview of prod")


STATE = '[ "$1 $2" != "stack export" ] || echo 2026-01-31'
"""A fake `pulumi stack export`, whose output a fake `jq` passes on."""


@pytest.mark.parametrize("code", [0, 1])
def test_plan_is_shown_with_the_state_that_it_was_made_for(runner: Runner, code: int) -> None:
    """A plan that cannot be made is shown too, and fails the job before anybody is asked."""
    runner.tool("pulumi", f'{STATE}\n[ "$1" != preview ] || {{ echo "~ table"; exit {code}; }}')
    runner.tool("jq", "cat")

    exit_code = runner.run(script("prod/plan", "Plan the deployment"))

    assert exit_code == code
    assert runner.summary.read_text() == "### Plan for prod\n\n````\n~ table\n\n````\n"
    assert (runner.folder / "plan" / "state.txt").read_text() == "2026-01-31\n"
    assert "--save-plan plan/plan.json" in runner.called("pulumi", "preview")[0]


@pytest.mark.parametrize(("planned", "applies"), [("2026-01-31", True), ("2026-01-30", False)])
def test_plan_for_another_state_is_not_applied(runner: Runner, planned: str, applies: bool) -> None:
    """An update in between, such as one by hand, makes the plan invalid."""
    runner.tool("pulumi", STATE)
    runner.tool("jq", "cat")
    (runner.folder / "plan").mkdir()
    (runner.folder / "plan" / "state.txt").write_text(f"{planned}\n")

    exit_code = runner.run(script("prod/apply", "Apply the plan"))

    assert (exit_code == 0) is applies
    assert bool(runner.called("pulumi", "up --stack prod --plan plan/plan.json")) is applies


def test_unreadable_state_is_not_updated(runner: Runner) -> None:
    """A failed export ends the job."""
    runner.tool("pulumi", "exit 1")
    runner.tool("jq", "cat")
    (runner.folder / "plan").mkdir()
    (runner.folder / "plan" / "state.txt").write_text("null\n")

    assert runner.run(script("prod/apply", "Apply the plan")) != 0
    assert runner.called("pulumi", "up") == []


@pytest.mark.parametrize(
    ("known", "call"),
    [
        ("", "gh api --silent --method POST repos/a/b/issues/7/comments --field body=@comment.md"),
        ("31\n32", "gh api --silent --method PATCH repos/a/b/issues/comments/31 --field body=@comment.md"),
    ],
)
def test_comment_is_created_once_and_then_updated(runner: Runner, known: str, call: str) -> None:
    """A pull request has one comment, independent of the number of its commits."""
    runner.tool("gh", f'[ "$2" != --paginate ] || echo "{known}"')
    text = script("preview/comment", "Create or update the comment")

    exit_code = runner.run(
        text, COMMENTS="repos/a/b/issues", NUMBER="7", COMMIT="abc", MARKER="<!-- m -->", DEV="+ 1", PROD=""
    )

    assert exit_code == 0
    assert runner.called("gh", "api --silent") == [call]
    body = (runner.folder / "comment.md").read_text()
    assert body.startswith("<!-- m -->\n### Changes by abc\n")
    assert re.findall(r"````\n(.*?)\n````", body) == ["+ 1", "No preview; see the log of the job."]


@pytest.mark.parametrize(("code", "expected", "drift"), [(0, 0, None), (7, 0, "~ table"), (1, 1, None)])
def test_drift_is_distinct_from_failure(runner: Runner, code: int, expected: int, drift: str | None) -> None:
    """Pulumi's exit code for unexpected changes is drift; any other code fails the job."""
    runner.tool("pulumi", f'echo "~ table"; exit {code}')

    exit_code = runner.run(script("drift/refresh", "Detect drift"), STACK="prod", NO_CHANGES_EXPECTED="7")

    assert (exit_code, runner.output("prod")) == (expected, drift)


@pytest.mark.parametrize(
    ("open_issue", "drift", "expected"),
    [
        ("", "", []),
        ("", "~ table", ["create"]),
        ("5", "~ table", ["edit"]),
        ("5", "", ["close"]),
    ],
)
def test_drift_has_one_open_issue(runner: Runner, open_issue: str, drift: str, expected: list[str]) -> None:
    """The issue is created on the first drift, then updated, and closed when there is no drift."""
    runner.tool("gh", f'[ "$1 $2" != "issue list" ] || echo "{open_issue}"')

    exit_code = runner.run(
        script("drift/report", "Open, update or close the issue"), RUN="https://x", DEV="", PROD=drift
    )

    done = [call.split()[2] for call in runner.called("gh", "issue")]
    assert (exit_code, [verb for verb in done if verb != "list"]) == (0, expected)


def test_config_of_an_ephemeral_stack_is_complete(runner: Runner) -> None:
    """The config has the class, the boundary and the encryption context; the stack is created if missing."""
    runner.tool("pulumi", "")
    text = script("ephemeral/up", "Write the stack's config")

    exit_code = runner.run(
        text,
        STACK="pr-7",
        REGION="eu-west-1",
        SECRETS_PROVIDER="awskms://alias/k?region=eu-west-1",
        PERMISSIONS_BOUNDARY="arn:aws:iam::1:policy/b",
    )

    secrets = "awskms://alias/k?region=eu-west-1&context_stack=pr-7"
    assert exit_code == 0
    assert yaml.safe_load((runner.folder / "Pulumi.pr-7.yaml").read_text()) == {
        "secretsprovider": secrets,
        "config": {
            "aws:region": "eu-west-1",
            "strata:environment": "ephemeral",
            "strata:permissionsBoundary": "arn:aws:iam::1:policy/b",
        },
    }
    assert runner.called("pulumi", "") == [f"pulumi stack select pr-7 --create --secrets-provider {secrets}"]


DENIED = "api error AccessDeniedException: User: ci is not authorized to perform: kms:EnableKeyRotation"


@pytest.mark.parametrize(
    ("errors", "expected", "ups"),
    [
        ([], 0, 1),
        ([DENIED], 0, 2),
        ([DENIED] * 9, 1, 7),
        (["not authorized to perform: sqs:CreateQueue"], 1, 1),
        ([DENIED, "not authorized to perform: sqs:CreateQueue"], 1, 2),
    ],
    ids=["deployed", "tags are late", "tags never apply", "other error", "other error after it"],
)
def test_stack_whose_new_key_is_denied_is_deployed_again(
    runner: Runner, errors: list[str], expected: int, ups: int
) -> None:
    """Only a refusal by KMS is repeated, for six minutes, and from what AWS has by then."""
    (runner.folder / "errors.txt").write_text("".join(f"{error}\n" for error in errors))
    fail = "head -n 1 errors.txt; sed -i 1d errors.txt; exit 1"
    runner.tool("pulumi", f'if [ "$1" = up ] && [ -s errors.txt ]; then {fail}; fi; [ "$1" = up ] || echo u')
    runner.tool("sleep", "")

    exit_code = runner.run(script("ephemeral/up", "Deploy the stack"), STACK="pr-7")

    done = runner.called("pulumi", "up")
    assert (exit_code, len(done)) == (expected, ups)
    assert [index for index, call in enumerate(done) if "--refresh" not in call] == [0]
    assert ("url=u" in runner.outputs.read_text()) is (expected == 0)
