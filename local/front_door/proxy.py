"""The proxy: the deployed distribution at one address on this computer."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from aiohttp import ClientError, ClientSession, web
from botocore.exceptions import BotoCoreError
from botocore.exceptions import ClientError as ApiError

from local.front_door import websocket
from local.front_door.bodies import BODY_BYTES, RECEIVE_SECONDS, Buffer, BusyError, Memory, TooLargeError
from local.front_door.declared import NotDeployedError
from local.front_door.deployed import Deployed, Distribution
from local.front_door.exchange import Exchange
from local.front_door.functions import EdgeFunctionError
from local.front_door.origins import API_CONNECTIONS, Origins, pool
from local.front_door.origins import CONNECTIONS as ORIGIN_CONNECTIONS
from local.front_door.plan import Behavior, OriginKind
from local.front_door.policies import UnsupportedError
from local.front_door.server import CONNECTIONS, Server, one_line, problem, refusal
from local.front_door.signatures import RefusedError
from local.front_door.viewer import Viewer, viewer
from local.machine.ports import loopbacks

logger = logging.getLogger(__name__)

BACKLOG = 1024

SHUTDOWN_SECONDS = 3.0
"""The time to finish active responses on a stop."""


class Distributions(Protocol):
    """Where the proxy gets the distribution from."""

    async def distribution(self) -> Distribution:
        """Return the distribution that is deployed now."""
        ...


class Proxy:
    """Serves a distribution.

    Args:
        distributions: returns where to get the distribution from; it receives a session for its requests.
        connections: the limit of connections.
    """

    def __init__(
        self, distributions: Callable[[ClientSession], Distributions], connections: int = CONNECTIONS
    ) -> None:
        self._distributions = distributions
        self._connections = connections
        self._memory = Memory()

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncGenerator[None]:
        """Serve the port on all addresses of `localhost`; 127.0.0.1 is last."""
        async with (
            pool(API_CONNECTIONS) as apis,
            pool(ORIGIN_CONNECTIONS) as others,
            websocket.connected() as sockets,
        ):
            server = self._server(Origins(apis, others, sockets), self._distributions(others))
            runner = web.ServerRunner(server, shutdown_timeout=SHUTDOWN_SECONDS)
            await runner.setup()
            try:
                for host in loopbacks():
                    await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
                yield
            finally:
                await runner.cleanup()

    def _server(self, origins: Origins, distributions: Distributions) -> Server:
        async def respond(request: web.BaseRequest) -> web.StreamResponse:
            return refusal(request) or await self._respond(request, origins, distributions)

        return Server(respond, self._connections)

    async def _respond(
        self, request: web.BaseRequest, origins: Origins, distributions: Distributions
    ) -> web.StreamResponse:
        distribution = await _distribution(distributions)
        if isinstance(distribution, web.Response):
            return distribution
        received = viewer(request)
        behavior = _behavior(distribution, received)
        if isinstance(behavior, web.Response):
            return behavior
        with self._memory.buffer() as buffer:
            body = await _received(request, buffer)
            if isinstance(body, web.Response):
                body.force_close()
                return body
            return await _response(Exchange(distribution, origins, request, behavior, received, body, buffer))


def serve(port: int, outputs: Path) -> None:
    """Serve until SIGTERM or SIGINT the distribution that the file with the stack's outputs names."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    _raise_file_limit()
    asyncio.run(_serve(port, outputs))


async def _serve(port: int, outputs: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Proxy(lambda session: Deployed(outputs, session)).listening(port):
        await stop.wait()


async def _distribution(distributions: Distributions) -> Distribution | web.Response:
    """Return the distribution, or the response if there is none."""
    try:
        return await distributions.distribution()
    except NotDeployedError:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Nothing is deployed yet: run make up.", retry=5)
    except (UnsupportedError, BotoCoreError, ApiError) as error:
        logger.warning("%s", one_line(str(error)))
        detail = f"The front door cannot read the distribution: {one_line(str(error))}."
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, retry=5)


def _behavior(distribution: Distribution, received: Viewer) -> Behavior | web.Response:
    """Return the behavior that serves a request, or the response if none does."""
    if not distribution.plan.serves(received.host):
        detail = f"{one_line(received.host)!r} is not a host of this distribution."
        return problem(HTTPStatus.FORBIDDEN, detail)
    behavior = distribution.plan.behavior(received.path)
    if behavior is None:
        detail = f"Nothing is served at {received.path}: the API is under /api/."
        return problem(HTTPStatus.NOT_FOUND, detail)
    if received.method not in behavior.methods:
        allowed = ", ".join(sorted(behavior.methods))
        return problem(
            HTTPStatus.FORBIDDEN, f"{one_line(received.method)} is not allowed here: only {allowed}."
        )
    return behavior


async def _received(request: web.BaseRequest, buffer: Buffer) -> bytes | web.Response:
    """Return the request's body, or the response if there is none."""
    if request.method == "GET" and request.can_read_body:
        return problem(HTTPStatus.FORBIDDEN, "A GET request has no body.")
    if not await _meets_expectation(request):
        return problem(HTTPStatus.EXPECTATION_FAILED, "Expect supports 100-continue only.")
    try:
        return await buffer.receive(request)
    except TooLargeError:
        return web.json_response({"message": "Request Entity Too Large"}, status=HTTPStatus.CONTENT_TOO_LARGE)
    except BusyError:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Too many large bodies arrive at once.", retry=5)
    except TimeoutError:
        detail = f"The body did not arrive within {RECEIVE_SECONDS:g} s."
        return problem(HTTPStatus.REQUEST_TIMEOUT, detail)
    except web.RequestPayloadError as error:
        return problem(HTTPStatus.BAD_REQUEST, f"The body is malformed: {one_line(str(error))}.")


async def _response(exchange: Exchange) -> web.StreamResponse:
    """Return the response to a request, or the front door's if there is none."""
    try:
        return await exchange.respond()
    except RefusedError as refused:
        return problem(HTTPStatus.FORBIDDEN, f"{refused}.")
    except EdgeFunctionError as error:
        logger.warning("function of %s: %s", exchange.behavior.pattern, error)
        detail = f"The function of {exchange.behavior.pattern} failed: {one_line(str(error))}."
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail)
    except TooLargeError:
        detail = f"The response has more than {BODY_BYTES} bytes, the limit of an HTTP API."
        return problem(HTTPStatus.BAD_GATEWAY, detail)
    except BusyError:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Too many large bodies are sent at once.", retry=5)
    except (TimeoutError, ClientError) as error:
        return _unreachable(exchange, error)


def _unreachable(exchange: Exchange, error: Exception) -> web.Response:
    """Return the response if an origin does not respond."""
    origin = exchange.behavior.origin
    custom = origin.kind is OriginKind.CUSTOM
    name = f"origin {origin.address}" if custom else f"emulator at {exchange.distribution.endpoint}"
    if isinstance(error, TimeoutError):
        return problem(HTTPStatus.GATEWAY_TIMEOUT, f"The {name} did not respond in time.")
    logger.warning("%s %s: %s", exchange.viewer.method, exchange.viewer.path, one_line(str(error)))
    hint = "" if custom else " Retry in a moment; make status shows whether it runs, make up starts it."
    return problem(HTTPStatus.BAD_GATEWAY, f"The {name} does not respond.{hint}", retry=2)


async def _meets_expectation(request: web.BaseRequest) -> bool:
    """Send 100 Continue if the request expects it; return false for any other expectation."""
    expected = request.headers.get("Expect")
    if expected is None:
        return True
    if expected.lower() != "100-continue":
        return False
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    # These bytes are not part of the response.
    request.writer.output_size = 0
    return True


def _raise_file_limit() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 4 * BACKLOG if hard == resource.RLIM_INFINITY else min(4 * BACKLOG, hard)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
