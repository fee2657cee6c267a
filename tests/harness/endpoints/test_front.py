"""The front of the embedded server before a scripted upstream: what it refuses, and how."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from servers.fake_endpoint import Script, serving

from harness.endpoints.local.front import LARGEST, front

pytestmark = pytest.mark.anyio

HERE = "http://127.0.0.1"
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


async def _post(
    content: bytes,
    *,
    path: str = "/v1/chat/completions",
    script: Script | None = None,
    **kwargs: Any,
) -> httpx.Response:
    with serving(script or Script()) as upstream:
        transport = httpx.ASGITransport(front(upstream, 5, "secret"))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            return await client.post(path, content=content, **kwargs)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"messages": "\xff"}',
        b"[" * 100_000,
        b'{"tools": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"tools": "x", "messages": []}',
        b'{"tools": [{}], "messages": []}',
        json.dumps({"tools": [TOOL], "messages": "hi"}).encode(),
        json.dumps({"tools": [TOOL]}).encode(),
    ],
)
async def test_a_bad_request_is_refused_in_the_dialect(content: bytes) -> None:
    reply = await _post(content)
    assert reply.status_code == 400
    assert reply.json()["error"]["message"]


async def test_the_other_dialect_refuses_alike() -> None:
    reply = await _post(b'{"tools"', path="/v1/messages")
    assert reply.status_code == 400


async def test_a_huge_request_is_refused() -> None:
    assert (await _post(b" " * (LARGEST + 1))).status_code == 413


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"host": "evil.example"}],
)
async def test_a_web_page_gets_nothing(headers: dict[str, str]) -> None:
    script = Script()
    reply = await _post(json.dumps(ASK).encode(), script=script, headers=headers)
    assert reply.status_code == 403
    assert not [name for name in reply.headers if name.startswith("access-control")]
    assert script.requests == []


async def test_half_a_surrogate_pair_survives() -> None:
    script = Script(reply=lambda _: json.dumps({"answer": "\ud800"}))
    body = json.dumps({**ASK, "tools": [TOOL]}).encode()
    reply = await _post(body, script=script)
    assert reply.json()["choices"][0]["message"]["content"] == "\ud800"
    assert script.headers[0]["authorization"] == "Bearer secret"


async def test_options_of_another_shape_are_no_failure() -> None:
    script = Script(reply=lambda _: json.dumps({"answer": "yes"}))
    asked = {**ASK, "tools": [TOOL], "stream": True, "stream_options": "x"}
    reply = await _post(json.dumps(asked).encode(), script=script)
    assert reply.text.endswith("data: [DONE]\n\n")


async def test_a_dead_upstream_is_told() -> None:
    transport = httpx.ASGITransport(front("http://127.0.0.1:9", 5))
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        reply = await client.post("/v1/chat/completions", content=json.dumps(ASK))
    assert reply.status_code == 502
    assert "llama.cpp" in reply.json()["error"]["message"]
