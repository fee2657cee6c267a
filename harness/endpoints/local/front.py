"""The HTTP front of the embedded server: passes bytes through, and serves tools.

Everything but a chat request with tools reaches llama.cpp as it came and comes back as it was.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from harness.endpoints.local.tools import Wire, as_chunks, constrained, unconstrained, wants_tools

_HOP = {"connection", "content-length", "host", "transfer-encoding", "keep-alive", "origin"}


def front(upstream: str, timeout: float) -> Starlette:
    """An ASGI app in front of the llama.cpp server at ``upstream``."""
    client = httpx.AsyncClient(base_url=upstream, timeout=timeout, trust_env=False)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await client.aclose()

    async def chat(request: Request) -> Response:
        try:
            body = await request.json()
        except ValueError:
            return _error(400, "the request body is not JSON")
        if not isinstance(body, dict) or not wants_tools(body):
            return await forward(request)
        try:
            plain = constrained(body)
        except (KeyError, TypeError, AttributeError) as error:
            return _error(400, f"tools or messages have an unexpected shape: {error}")
        answer = await client.post("/v1/chat/completions", json=plain)
        if answer.status_code != 200:
            return Response(answer.content, answer.status_code, media_type="application/json")
        reply = unconstrained(answer.json())
        return _streamed(reply, body) if body.get("stream") else JSONResponse(reply)

    async def messages(request: Request) -> Response:
        body = await request.body()
        if b'"tools"' in body and json.loads(body).get("tools"):
            return _error(400, "this model takes tools on /v1/chat/completions only")
        return await forward(request)

    async def forward(request: Request) -> Response:
        headers = [(k, v) for k, v in request.headers.items() if k.lower() not in _HOP]
        outgoing = client.build_request(
            request.method,
            request.url.path,
            params=request.query_params,
            headers=headers,
            content=await request.body(),
        )
        answer = await client.send(outgoing, stream=True)
        kept = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP}
        return StreamingResponse(
            answer.aiter_raw(), answer.status_code, kept, background=BackgroundTask(answer.aclose)
        )

    return Starlette(
        routes=[
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/v1/messages", messages, methods=["POST"]),
            Route("/{path:path}", forward, methods=["GET", "POST"]),
        ],
        lifespan=lifespan,
    )


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": status, "message": message}}, status)


def _streamed(reply: Wire, body: Wire) -> StreamingResponse:
    usage = bool((body.get("stream_options") or {}).get("include_usage"))
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in as_chunks(reply, with_usage=usage)]
    return StreamingResponse(iter([*lines, "data: [DONE]\n\n"]), media_type="text/event-stream")
