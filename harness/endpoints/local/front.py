"""The HTTP front of the embedded server: passes bytes through, and serves tools.

Everything but a chat request with tools reaches llama.cpp as it came and comes back as it was.
llama.cpp works on one request at a time: when a client hangs up, its request is dropped, so that
the next one does not wait for an answer that nobody reads. Web pages are kept out: no
cross-origin header leaves, and a foreign ``Host`` or ``Origin`` is refused.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from harness.endpoints.local.tools import Wire, as_chunks, constrained, unconstrained, wants_tools

_HOP = {"connection", "content-length", "host", "transfer-encoding", "keep-alive", "origin"}
_HERE = {"127.0.0.1", "localhost", "::1"}
LARGEST = 16 * 1024**2
"""Bytes of a request: far more than the window holds."""
_HUNG_UP = 499
"""What web servers write into their logs for a client that did not wait; nobody receives it."""


def front(upstream: str, timeout: float, key: str = "") -> Starlette:
    """An ASGI app in front of the llama.cpp server at ``upstream``, which asks for ``key``."""
    client = httpx.AsyncClient(
        base_url=upstream,
        timeout=timeout,
        trust_env=False,
        headers={"authorization": f"Bearer {key}"} if key else None,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await client.aclose()

    async def chat(request: Request) -> Response:
        body = await _body(request)
        wanted = _parsed(body)
        if not isinstance(wanted, dict) or not wants_tools(wanted):
            return await forward(request, body)
        try:
            plain = _ascii(constrained(wanted))
        except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise HTTPException(
                400, f"tools or messages have an unexpected shape: {error}"
            ) from None
        answer = await _unless_gone(
            request,
            client.post(
                "/v1/chat/completions", content=plain, headers={"content-type": "application/json"}
            ),
        )
        if answer.status_code != 200:
            return Response(answer.content, answer.status_code, media_type="application/json")
        reply = unconstrained(answer.json())
        return _streamed(reply, wanted) if wanted.get("stream") else _json(reply)

    async def messages(request: Request) -> Response:
        body = await _body(request)
        wanted = _parsed(body)
        if isinstance(wanted, dict) and wanted.get("tools"):
            raise HTTPException(400, "this model takes tools on /v1/chat/completions only")
        return await forward(request, body)

    async def anything(request: Request) -> Response:
        return await forward(request, await _body(request))

    async def forward(request: Request, body: bytes) -> Response:
        headers = [(k, v) for k, v in request.headers.items() if k not in {*_HOP, "authorization"}]
        outgoing = client.build_request(
            request.method,
            request.url.path,
            params=request.query_params,
            headers=headers,
            content=body,
        )
        answer = await _unless_gone(request, client.send(outgoing, stream=True))
        kept = {
            k: v
            for k, v in answer.headers.items()
            if k not in _HOP and not k.startswith("access-control-")
        }
        return StreamingResponse(
            answer.aiter_raw(), answer.status_code, kept, background=BackgroundTask(answer.aclose)
        )

    return Starlette(
        routes=[
            Route("/v1/chat/completions", _guarded(chat), methods=["POST"]),
            Route("/v1/messages", _guarded(messages), methods=["POST"]),
            Route("/{path:path}", _guarded(anything), methods=["GET", "POST"]),
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: _refused, httpx.HTTPError: _upstream_failed},
    )


Handler = Callable[[Request], Awaitable[Response]]


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        origin = request.headers.get("origin")
        if request.url.hostname not in _HERE or (origin and _host(origin) not in _HERE):
            raise HTTPException(403, "this server answers programs on this machine only")
        return await handler(request)

    return guarded


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise HTTPException(413, f"a request may have {LARGEST} bytes")
        parts.append(part)
    return b"".join(parts)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "the request body is not JSON") from None


async def _unless_gone(request: Request, answer: Awaitable[httpx.Response]) -> httpx.Response:
    """The answer, or its request dropped as soon as the client hangs up."""
    found: list[httpx.Response | httpx.HTTPError] = []
    async with anyio.create_task_group() as tasks:

        async def hung_up() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            tasks.cancel_scope.cancel()

        tasks.start_soon(hung_up)
        try:
            found.append(await answer)
        except httpx.HTTPError as error:
            found.append(error)
        tasks.cancel_scope.cancel()
    if not found:
        raise HTTPException(_HUNG_UP, "the client hung up")
    if isinstance(found[0], httpx.HTTPError):
        raise found[0]
    return found[0]


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _json({"error": {"code": error.status_code, "message": error.detail}}, error.status_code)


async def _upstream_failed(_: Request, error: Exception) -> Response:
    what = f"llama.cpp does not answer: {error or type(error).__name__}"
    return _json({"error": {"code": 502, "message": what}}, 502)


def _ascii(value: Wire) -> bytes:
    # Escapes are valid JSON for any text, also for half a surrogate pair.
    return json.dumps(value).encode()


def _json(value: Wire, status: int = 200) -> Response:
    return Response(_ascii(value), status, media_type="application/json")


def _streamed(reply: Wire, body: Wire) -> StreamingResponse:
    options = body.get("stream_options")
    usage = isinstance(options, dict) and bool(options.get("include_usage"))
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in as_chunks(reply, with_usage=usage)]
    return StreamingResponse(iter([*lines, "data: [DONE]\n\n"]), media_type="text/event-stream")
