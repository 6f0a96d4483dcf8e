"""CloudFront Functions on QuickJS."""

from __future__ import annotations

import pytest

from local.front_door.functions import SOURCE_BYTES, EdgeFunction, EdgeFunctionError

REQUEST = {"request": {"method": "GET", "uri": "/a", "headers": {"host": {"value": "é.example"}}}}


def function(body: str, **store: str) -> EdgeFunction:
    """Return a function with the body, and a key-value store."""
    source = f"import cf from 'cloudfront';\nasync function handler(event) {{\n{body}\n}}"
    return EdgeFunction(source, store.get)


def test_returns_the_changed_request() -> None:
    """A handler receives the event and returns a request."""
    found = function("event.request.uri = '/b'; return event.request;").run(REQUEST)
    assert found == REQUEST["request"] | {"uri": "/b"}


def test_handler_may_be_synchronous() -> None:
    """A handler without `async`, and a source without an import."""
    found = EdgeFunction("function handler(event) { return { statusCode: 204 }; }", {}.get).run(REQUEST)
    assert found == {"statusCode": 204}


def test_import_may_be_anywhere_in_a_line_of_its_own() -> None:
    """Comments before, and other quotes and names."""
    source = '// Text\n  import edge from "cloudfront"\nconst store = edge.kvs();\n'
    source += "async function handler() { return { value: await store.get('k') }; }"
    assert EdgeFunction(source, {"k": "v"}.get).run({}) == {"value": "v"}


def test_reads_the_store() -> None:
    """`get` returns a value as text or as JSON, and `exists` whether there is one."""
    found = function(
        """
        const store = cf.kvs();
        const [text, missing] = await Promise.all([store.get("text"), store.exists("missing")]);
        const json = await store.get("json", { format: "json" });
        return { text, missing, json, there: await store.exists("text") };
        """,
        text="é",
        json='{"a": [1]}',
    ).run({})
    assert found == {"text": "é", "missing": False, "json": {"a": [1]}, "there": True}


def test_reads_each_value_again() -> None:
    """A change in the store is visible to the next call."""
    store = {"k": "1"}
    edge = EdgeFunction(
        "import cf from 'cloudfront';async function handler() { return { k: await cf.kvs().get('k') }; }",
        store.get,
    )
    first = edge.run({})
    store["k"] = "2"
    assert [first, edge.run({})] == [{"k": "1"}, {"k": "2"}]


def test_missing_key_raises_an_exception() -> None:
    """`get` of a missing key raises an exception, which the handler may catch."""
    with pytest.raises(EdgeFunctionError, match='the key-value store has no key "k"'):
        function("return await cf.kvs().get('k');").run({})
    caught = function("try { return await cf.kvs().get('k'); } catch (e) { return { statusCode: 503 }; }")
    assert caught.run({}) == {"statusCode": 503}


def test_keeps_no_state_between_calls() -> None:
    """Variables outside the handler start again, and an undeclared one is an error."""
    edge = EdgeFunction("let calls = 0; function handler() { calls += 1; return { calls }; }", {}.get)
    assert [edge.run({}), edge.run({})] == [{"calls": 1}, {"calls": 1}]
    with pytest.raises(EdgeFunctionError, match="ReferenceError: leaked is not defined"):
        function("leaked = 1; return {};").run({})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("throw new Error('boom');", "Error: boom"),
        ("return event.request.uri;", "TypeError: cannot read property 'uri' of undefined"),
        ("for (;;) {}", "more than 0.1 s of CPU time"),
        ("await 1; for (;;) {}", "more than 0.1 s of CPU time"),
        ("await cf.kvs().exists('k'); for (;;) {}", "more than 0.1 s of CPU time"),
        ("for (;;) await 1;", "more than 0.1 s of CPU time"),
        ("try { for (;;) {} } finally { return {}; }", "more than 0.1 s of CPU time"),
        ("const a = []; for (;;) a.push('x'.repeat(1000) + a.length);", "more than 2097152 bytes of memory"),
        (
            "return (function deeper() { return deeper(); })();",
            "RangeError: Maximum call stack size exceeded",
        ),
        ("return 'text';", "expected that handler returns a request or a response object"),
        ("await new Promise(() => {});", "expected that handler returns a request or a response object"),
        ("", "expected that handler returns a request or a response object"),
    ],
)
def test_failure_is_reported_and_the_next_call_works(body: str, reason: str) -> None:
    """An exception, an exceeded limit, or an result that is not an object."""
    edge = function(f"if (event.ok) return {{}};\n{body}")
    for _ in range(2):
        with pytest.raises(EdgeFunctionError) as failure:
            edge.run({})
        assert reason in str(failure.value)
        assert "\n" not in str(failure.value)
    assert edge.run({"ok": True}) == {}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("function handler( {", "SyntaxError"),
        ("import crypto from 'crypto';\nfunction handler() {}", 'the module "crypto" is not supported here'),
        ("//" + "x" * SOURCE_BYTES, f"CloudFront's limit is {SOURCE_BYTES}"),
    ],
)
def test_source_is_refused(source: str, reason: str) -> None:
    """A source that CloudFront or this runtime does not accept."""
    with pytest.raises(EdgeFunctionError, match=reason):
        EdgeFunction(source, {}.get)


def test_source_without_handler_fails() -> None:
    """The first call reports that there is no handler."""
    with pytest.raises(EdgeFunctionError, match="ReferenceError: handler is not defined"):
        EdgeFunction("const x = 1;", {}.get).run({})


def test_function_has_no_access_to_its_runtime() -> None:
    """The functions that drive a call are not visible."""
    found = function("return { types: [typeof start, typeof resume, typeof state] };").run({})
    assert found == {"types": ["undefined"] * 3}


def test_logs_lines(caplog: pytest.LogCaptureFixture) -> None:
    """`console.log` writes to the log."""
    with caplog.at_level("INFO"):
        function("console.log('uri', 1); return {};").run({})
    assert caplog.messages == ["uri 1"]
