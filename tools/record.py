"""Writes facts about the program to `recorded/`: `python -m tools.record [--check]`.

The files are committed, so that a review shows each change of a resource, a permission, a route or the API.
Each line is one fact. A line that does not apply to every stack ends with the names of its stacks.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from handlers.openapi.document import build
from shell.command import run
from tools.graph import ACCOUNT, REGION, ROOT, Graph, statements, whole
from wiring.declared import every
from wiring.openapi import document_routes

STACKS = ("local", "dev", "prod")
FOLDER = ROOT / "recorded"

FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE = "aws:sqs/queue:Queue"
WITH_POLICY = (
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queuePolicy:QueuePolicy",
)


def resources(graph: Graph) -> Iterator[str]:
    """Yield the URN of every resource without project and stack: types and name."""
    for urn in graph.resources:
        yield urn.split("::", 2)[2]


def permissions(graph: Graph) -> Iterator[str]:
    """Yield every permission, with a placeholder for the domain that the stack sends email from."""
    (identity,) = graph.of("aws:sesv2/emailIdentity:EmailIdentity").values()
    for line in _permissions(graph):
        yield line.replace(identity.inputs["emailIdentity"], "SENDER-DOMAIN")


def _permissions(graph: Graph) -> Iterator[str]:
    """Yield every permission: of roles, to assume roles, of resource policies, and to invoke functions."""
    for name, item in graph.of("aws:iam/rolePolicy:RolePolicy").items():
        yield from _statement_lines(f"role {name}", item.inputs["policy"])
    for name, item in graph.of("aws:iam/role:Role").items():
        yield from _statement_lines(f"trust {name}", item.inputs["assumeRolePolicy"])
    for kind in WITH_POLICY:
        for name, item in graph.of(kind).items():
            yield from _statement_lines(f"{kind.split(':')[1].split('/')[0]} {name}", item.inputs["policy"])
    for item in graph.of("aws:lambda/permission:Permission").values():
        inputs = item.inputs
        yield f"invoke {inputs['function']} | {inputs['principal']} | {_short(inputs['sourceArn'])}"


def routes(graph: Graph) -> Iterator[str]:
    """Yield every route with its function and its access."""
    integrations = graph.of("aws:apigatewayv2/integration:Integration")
    functions = {
        f"integrations/{name}-id": _function_of(item.inputs["integrationUri"])
        for name, item in integrations.items()
    }
    for item in graph.of("aws:apigatewayv2/route:Route").values():
        route = item.inputs
        access = " ".join(
            (
                route["authorizationType"].lower(),
                route.get("authorizerId", "").removesuffix("-id"),
                *route.get("authorizationScopes", ()),
            )
        )
        api = route["apiId"].removesuffix("-id")
        yield f"{api} | {route['routeKey']} | {functions[route['target']]} | {' '.join(access.split())}"


def hops(graph: Graph) -> Iterator[str]:
    """Yield every asynchronous delivery with its retries and its dead-letter queue."""
    for name, item in graph.of("aws:cloudwatch/eventTarget:EventTarget").items():
        yield _hop("rule", name, item.inputs["arn"], item.inputs)
    for name, item in graph.of("aws:scheduler/schedule:Schedule").items():
        yield _hop("schedule", name, item.inputs["target"]["arn"], item.inputs["target"])
    for item in graph.of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").values():
        inputs = item.inputs
        dead_letters = _short(inputs["destinationConfig"]["onFailure"]["destination"])
        yield f"function | {inputs['functionName']} | {_retries(inputs)} | {dead_letters}"
    for name, item in graph.of("aws:sns/topicSubscription:TopicSubscription").items():
        if "redrivePolicy" in item.inputs:
            dead_letters = _short(json.loads(item.inputs["redrivePolicy"])["deadLetterTargetArn"])
            yield f"topic | {name} -> {_short(item.inputs['endpoint'])} | retries by SNS | {dead_letters}"
    for item in graph.of(MAPPING).values():
        yield _mapping(graph, item.inputs)


def _mapping(graph: Graph, inputs: Mapping[str, Any]) -> str:
    source, function = _short(inputs["eventSourceArn"]), _short(inputs["functionName"])
    queue = graph.of(QUEUE).get(inputs["eventSourceArn"].rpartition(":")[2])
    if queue:
        redrive = json.loads(queue.inputs["redrivePolicy"])
        return (
            f"queue | {source} -> {function} | receives {redrive['maxReceiveCount']:.0f}"
            f" | {_short(redrive['deadLetterTargetArn'])}"
        )
    dead_letters = _short(inputs["destinationConfig"]["onFailure"]["destinationArn"])
    return f"stream | {source} -> {function} | {_retries(inputs)} | {dead_letters}"


def _hop(kind: str, name: str, target: str, inputs: Mapping[str, Any]) -> str:
    dead_letters = _short(inputs["deadLetterConfig"]["arn"])
    return f"{kind} | {name} -> {_short(target)} | {_retries(inputs['retryPolicy'])} | {dead_letters}"


def _retries(inputs: Mapping[str, Any]) -> str:
    return f"retries {inputs['maximumRetryAttempts']:.0f}"


def _statement_lines(owner: str, document: str) -> Iterator[str]:
    for statement in statements(document):
        effect = "" if statement["Effect"] == "Allow" else f"{statement['Effect'].lower()} "
        principal = statement.get("Principal", {})
        who = principal if isinstance(principal, str) else " ".join(principal.values())
        condition = statement.get("Condition")
        for action in _listed(statement["Action"]):
            for resource in _listed(statement.get("Resource", "-")):
                parts = [owner, effect + action, _short(resource)]
                parts += [f"for {_short(who)}"] if who else []
                parts += [f"if {_short(json.dumps(condition, sort_keys=True))}"] if condition else []
                yield " | ".join(parts)


def _function_of(uri: str) -> str:
    """Return the function that an integration invokes, directly or through its alias."""
    return uri.split(":function:")[1].partition("/")[0].removesuffix(":live")


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _short(arn: str) -> str:
    """Return an ARN, or a text with ARNs, without partition, region and account."""
    return arn.replace(f":{REGION}:{ACCOUNT}:", ":").replace(f"::{ACCOUNT}:", ":").replace("arn:aws:", "")


FILES: Mapping[str, Callable[[Graph], Iterable[str]]] = {
    "resources.txt": resources,
    "permissions.txt": permissions,
    "routes.txt": routes,
    "hops.txt": hops,
}


def merged(lines: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the sorted lines of all stacks; a line that only some stacks have ends with their names."""
    found: dict[str, list[str]] = {}
    for stack, those in lines.items():
        for line in dict.fromkeys(those):
            found.setdefault(line, []).append(stack)
    return [
        line if len(stacks) == len(lines) else f"{line} [{' '.join(stacks)}]"
        for line, stacks in sorted(found.items())
    ]


def _named_alike(lines: Callable[[Graph], Iterable[str]], graph: Graph, stack: str) -> Iterator[str]:
    """Yield the lines of one stack, with a placeholder for the stack's name."""
    return (line.replace(f"strata-{stack}", "strata-STACK") for line in lines(graph))


def contents(graph_of: Callable[[str], Graph] = whole) -> dict[str, str]:
    """Return the text of every recorded file, by name."""
    graphs = {stack: graph_of(stack) for stack in STACKS}
    texts = {
        name: "\n".join(merged({stack: _named_alike(lines, graph, stack) for stack, graph in graphs.items()}))
        + "\n"
        for name, lines in FILES.items()
    }
    document = build(document_routes(every()), title="Strata", version="recorded")
    return {**texts, "openapi.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n"}


def differences(expected: Mapping[str, str], folder: Path = FOLDER) -> list[str]:
    """Return the names of the files that differ, are missing, or are no longer generated."""
    recorded = {path.name: path.read_text("utf-8") for path in folder.glob("*") if path.is_file()}
    return sorted(name for name in {*expected, *recorded} if expected.get(name) != recorded.get(name))


def main(arguments: Sequence[str]) -> int:
    """Write the files; with `--check`, print the files that differ and return 1 if there are any."""
    texts = contents()
    if "--check" in arguments:
        wrong = differences(texts)
        print(*(f"recorded/{name} differs: run make record" for name in wrong), sep="\n", end="")
        return 1 if wrong else 0
    FOLDER.mkdir(exist_ok=True)
    for name in differences(texts):
        path = FOLDER / name
        if name in texts:
            path.write_text(texts[name], "utf-8")
        else:
            path.unlink()
        print(f"recorded/{name}")
    return 0


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
