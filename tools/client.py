"""Writes the browser's client of the API, from the recorded document: `python -m tools.client [--check]`.

The client is an ES module with a function for each operation that a person's access token allows, and a JSDoc
type for each schema that these operations use. Editors read the types; browsers need no build step.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shell.command import run

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "recorded" / "openapi.json"
CLIENT = ROOT / "frontend" / "assets" / "core" / "client.js"

Json = Mapping[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
PERSON = "token"
"""The security scheme of people; programs and partners use other clients."""

SCHEMA = "#/components/schemas/"
PROBLEM = "Problem"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
TYPES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
HEADER = """\
/**
 * The client of the API. Generated from recorded/openapi.json by `make record`: do not edit.
 */

import { send } from "./transport.js";

/** @template T @typedef {import("./transport.js").Reply<T>} Reply */
"""


def client(document: Json) -> str:
    """Return the text of the module for an OpenAPI 3.1 document."""
    schemas: Json = document["components"]["schemas"]
    operations = [
        (method, path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item and any(PERSON in each for each in item[method].get("security", ()))
    ]
    used = _reached(schemas, [shape(each) for *_, each in operations for shape in (_body, _result)])
    bodies = sorted({name for *_, each in operations if (name := _reference(_body(each)))})
    parts = [
        HEADER,
        *(_typedef(name, schemas[name], sent=name in bodies) for name in sorted(used)),
        _constraints({name: schemas[name] for name in bodies}),
        *(_function(method, path, operation) for method, path, operation in operations),
    ]
    return "\n".join(parts)


def _reached(schemas: Json, start: Sequence[Json | None]) -> set[str]:
    """Return the names of the schemas that the given ones refer to, directly or not; and that of problems."""
    found: set[str] = set()
    waiting = [PROBLEM, *(name for schema in start if schema for name in _names(schema))]
    while waiting:
        name = waiting.pop()
        if name not in found and name in schemas:
            found.add(name)
            waiting += _names(schemas[name])
    return found


def _names(schema: Any) -> Iterator[str]:
    return (each.removeprefix(SCHEMA) for each in re.findall(rf'"({SCHEMA}\w+)"', json.dumps(schema)))


def _reference(schema: Json | None) -> str | None:
    return schema["$ref"].removeprefix(SCHEMA) if schema and "$ref" in schema else None


def _body(operation: Json) -> Json | None:
    return operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")


def _result(operation: Json) -> Json | None:
    """Return the schema of the successful response; None if it has no body."""
    (success,) = (each for status, each in operation["responses"].items() if status.startswith("2"))
    return success.get("content", {}).get("application/json", {}).get("schema")


def _typedef(name: str, schema: Json, *, sent: bool) -> str:
    """Return a schema's type; fields with a default may be omitted only from what is `sent`."""
    required: Sequence[str] = schema.get("required", ())
    lines = [schema.get("description", name).splitlines()[0], "", f"@typedef {{object}} {name}"]
    for field, each in schema["properties"].items():
        optional = field not in required and (sent or "default" not in each)
        shown = f"[{field}]" if optional else field
        lines.append(f"@property {{{_type(each)}}} {shown} {each.get('description', '')}".rstrip())
    return _comment(lines)


def _type(schema: Json | None) -> str:
    """Return a schema's type as JSDoc; `null` if there is no body."""
    match schema:
        case None:
            return "null"
        case {"$ref": reference}:
            return reference.removeprefix(SCHEMA)
        case {"anyOf": kinds}:
            return " | ".join(map(_type, kinds))
        case {"enum": values}:
            return " | ".join(json.dumps(value) for value in values)
        case {"type": "array", "items": items}:
            return f"({_type(items)})[]"
        case {"type": kind} if kind in TYPES:
            return TYPES[kind]
        case _:
            return "object"


def _constraints(bodies: Json) -> str:
    """Return the constant with the rules of each body's fields, which forms follow."""
    rules = {
        name: {
            field: {"required": field in schema.get("required", ()), **_longest(each)}
            for field, each in schema["properties"].items()
        }
        for name, schema in bodies.items()
    }
    comment = _comment(["The rules of each field of a request's body, for forms."])
    return f"{comment}export const CONSTRAINTS = {json.dumps(rules, indent=2)};\n"


def _longest(schema: Json) -> dict[str, int]:
    lengths = [each["maxLength"] for each in (schema, *schema.get("anyOf", ())) if "maxLength" in each]
    return {"maxLength": max(lengths)} if lengths else {}


def _function(method: str, path: str, operation: Json) -> str:
    name = _camel(operation["operationId"])
    parameters = [each for each in operation.get("parameters", ()) if "$ref" not in each]
    body = _body(operation)
    given = {_camel(each["name"]): each for each in parameters} | ({"body": None} if body else {})
    lines = [f"{operation['summary']}.", "", *_parameters(given, body)]
    lines += ["@param {object} [options] more options of `send`"]
    lines += [f"@returns {{Promise<Reply<{_type(_result(operation))}>>}}"]
    failures = ", ".join(status for status in operation["responses"] if not status.startswith("2"))
    lines += [f'@throws {{import("./transport.js").ApiError}} with status {failures}']
    arguments = f"{{ {', '.join(given)} }}" if given else "_"
    optional = " = {}" if not _required(given) else ""
    url = PLACEHOLDER.sub(lambda match: f"${{encodeURIComponent({_camel(match[1])})}}", path)
    quoted = f"`{url}`" if "{" in path else json.dumps(url)
    sent = [*_options(parameters), *(["body"] if body else [])]
    options = f"{{ {', '.join([*sent, '...options'])} }}" if sent else "options"
    return (
        f"{_comment(lines)}export const {name} = ({arguments}{optional}, options = {{}}) =>\n"
        f'  send("{method.upper()}", {quoted}, {options});\n'
    )


def _parameters(given: Mapping[str, Any], body: Json | None) -> Iterator[str]:
    if not given:
        yield "@param {object} [_] this operation has no parameters"
        return
    yield f"@param {{object}} {'given' if _required(given) else '[given]'}"
    for name, each in given.items():
        if each is None:
            yield f"@param {{{_type(body)}}} given.body"
        else:
            shown = f"given.{name}" if each["required"] else f"[given.{name}]"
            schema = each["schema"]
            yield f"@param {{{_type(schema)}}} {shown} {schema.get('description', '')}".rstrip()


def _required(given: Mapping[str, Any]) -> bool:
    return any(each is None or each["required"] for each in given.values())


def _options(parameters: Sequence[Json]) -> Iterator[str]:
    """Yield the options of `send` for the parameters in the query and in headers."""
    for place, option in (("query", "query"), ("header", "headers")):
        entries = [each["name"] for each in parameters if each["in"] == place]
        if entries:
            yield f"{option}: {{ {', '.join(_entry(name) for name in entries)} }}"


def _entry(name: str) -> str:
    variable = _camel(name)
    return name if variable == name else f"{json.dumps(name)}: {variable}"


def _camel(name: str) -> str:
    first, *rest = re.split(r"[_-]", name)
    return first[:1].lower() + first[1:] + "".join(each.capitalize() for each in rest)


def _comment(lines: Sequence[str]) -> str:
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in lines), " */", ""])


def main(arguments: Sequence[str]) -> int:
    """Write the client; with `--check`, write nothing and return 1 if it is out of date."""
    parser = argparse.ArgumentParser(prog="python -m tools.client")
    parser.add_argument("--check", action="store_true", help="report an outdated client; write nothing")
    check = parser.parse_args(arguments).check
    text = client(json.loads(DOCUMENT.read_text("utf-8")))
    if CLIENT.exists() and CLIENT.read_text("utf-8") == text:
        return 0
    name = CLIENT.relative_to(ROOT)
    if check:
        print(f"{name} differs from recorded/openapi.json: run make record")
        return 1
    CLIENT.write_text(text, "utf-8")
    print(name)
    return 0


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
