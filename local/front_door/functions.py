"""CloudFront Functions on QuickJS: the runtime `cloudfront-js-2.0` as far as this platform uses it.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from typing import Any, cast

import quickjs

_quickjs: Any = quickjs
"""Typed as Any, because the package is partly untyped."""

logger = logging.getLogger(__name__)

SOURCE_BYTES = 10 * 1024
"""CloudFront's limit of a function's source."""

MEMORY_BYTES = 2 * 1024 * 1024
"""CloudFront's limit of the memory that one call uses."""

CPU_SECONDS = 0.1
"""The CPU time of one call. CloudFront allows about a millisecond; this is for a slow computer under load."""

IMPORT = re.compile(r"""^[ \t]*import[ \t]+(\w+)[ \t]+from[ \t]+(["'])([^"']*)\2[ \t]*;?""", re.MULTILINE)
"""An import statement. QuickJS has no modules here: each becomes a constant with the same name."""

MODULES = ("cloudfront",)

INTERRUPTED = f"the function needs more than {CPU_SECONDS:g} s of CPU time"
OUT_OF_MEMORY = f"the function needs more than {MEMORY_BYTES} bytes of memory"

# QuickJS cannot call Python while the CPU time is limited. A lookup in the key-value store therefore suspends
# the function: `state` returns the keys, and `resume` receives their values.
RUNTIME = """
var { modules, console, start, resume, state } = (() => {
  "use strict";
  let keys, waiting, logs, outcome;
  const lookup = (key) => new Promise((resolve) => {
    keys.push(String(key));
    waiting.push(resolve);
  });
  const store = {
    async get(key, options) {
      const value = await lookup(key);
      if (value === null) throw new Error(`the key-value store has no key "${key}"`);
      const format = (options && options.format) || "string";
      if (format === "json") return JSON.parse(value);
      if (format === "string") return value;
      throw new Error(`expected the format "string" or "json", found "${format}"`);
    },
    async exists(key) {
      return await lookup(key) !== null;
    },
  };
  const log = (...values) => { logs.push(values.join(" ")); };
  return {
    modules: { cloudfront: { kvs: () => store } },
    console: { log, error: log },
    start(load, event) {
      [keys, waiting, logs, outcome] = [[], [], [], {}];
      (async () => load()(JSON.parse(event)))().then(
        (result) => { outcome = { result }; },
        (error) => { outcome = { error: String(error) }; },
      );
    },
    resume(values) {
      const resolves = waiting;
      [keys, waiting] = [[], []];
      JSON.parse(values).forEach((value, index) => resolves[index](value));
    },
    state: () => JSON.stringify({ keys, logs, ...outcome }),
  };
})();
"""

# Each call runs the source again, because CloudFront keeps no state between calls.
LOADER = """
var load = ((modules, console, start, resume, state) => () => {
  "use strict";
  SOURCE
  ;return handler;
})(modules, console);
"""


class EdgeFunctionError(Exception):
    """A function cannot be loaded, raised an exception, or exceeded a limit."""


class EdgeFunction:
    """A CloudFront Function, to be used by one thread only.

    Args:
        source: the JavaScript, which defines `handler`. It may import `cloudfront`, no other module.
        store: returns the value of a key in the function's key-value store, or None.

    Raises:
        EdgeFunctionError: if the source is too long, imports another module, or is not valid.
    """

    def __init__(self, source: str, store: Callable[[str], str | None]) -> None:
        size = len(source.encode())
        if size > SOURCE_BYTES:
            raise EdgeFunctionError(f"the source has {size} bytes: CloudFront's limit is {SOURCE_BYTES}")
        self._source = IMPORT.sub(_constant, source)
        self._store = store
        self._context: Any = self._loaded()

    def run(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the function's result to an event, both in CloudFront's JSON structure.

        Raises:
            EdgeFunctionError: if the function raises an exception, exceeds a limit, or returns no object.
        """
        context = self._context or self._loaded()
        # Kept only after a success: a context that exceeded a limit may be damaged.
        self._context = None
        state = self._run(context, json.dumps(event))
        for line in state["logs"]:
            logger.info("%s", line)
        result = _result(state)
        self._context = context
        return result

    def _run(self, context: Any, event: str) -> dict[str, Any]:
        end = time.thread_time() + CPU_SECONDS
        try:
            context.get("start")(context.get("load"), event)
            while (state := _state(context, end))["keys"]:
                values = [self._store(key) for key in state["keys"]]
                context.get("resume")(json.dumps(values))
        except _quickjs.JSException as error:
            raise EdgeFunctionError(_reason(str(error))) from None
        return state

    def _loaded(self) -> Any:
        context: Any = _quickjs.Context()
        context.eval(RUNTIME)
        context.set_memory_limit(context.memory()["malloc_size"] + MEMORY_BYTES)
        context.set_time_limit(CPU_SECONDS)
        try:
            context.eval(LOADER.replace("SOURCE", self._source))
        except _quickjs.JSException as error:
            raise EdgeFunctionError(_reason(str(error))) from None
        return context


def _constant(statement: re.Match[str]) -> str:
    """Return the constant that replaces an import statement."""
    name, module = statement[1], statement[3]
    if module not in MODULES:
        raise EdgeFunctionError(f'the module "{module}" is not supported here: expected "cloudfront"')
    return f"const {name} = modules.{module};"


def _state(context: Any, end: float) -> dict[str, Any]:
    """Run the function until it ends or waits for the store, and return its state."""
    while context.execute_pending_job():
        if time.thread_time() > end:
            raise EdgeFunctionError(INTERRUPTED)
    return cast("dict[str, Any]", json.loads(context.get("state")()))


def _result(state: dict[str, Any]) -> dict[str, Any]:
    if "error" in state:
        raise EdgeFunctionError(_reason(state["error"]))
    result = state.get("result")
    if not isinstance(result, dict):
        raise EdgeFunctionError("expected that handler returns a request or a response object")
    return cast("dict[str, Any]", result)


def _reason(error: str) -> str:
    """Return an exception of QuickJS without its stack trace."""
    reason = error.partition("\n")[0]
    if reason == "InternalError: interrupted":
        return INTERRUPTED
    # Without memory QuickJS cannot create the exception either.
    return OUT_OF_MEMORY if reason in {"null", "InternalError: out of memory"} else reason
