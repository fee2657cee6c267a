"""What really goes on the wire when Inspect sends a request of ours."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.model import ChatMessageUser
from inspect_ai.tool import Tool, tool
from servers.fake_endpoint import Script, serving

from harness.endpoints.catalog import get_endpoint
from harness.endpoints.model import build_model, effort_body
from harness.endpoints.types import Endpoint
from harness.errors import AssayError
from harness.protocols.settings import Settings
from harness.protocols.types import Protocol

PROTOCOL = Protocol(
    "p",
    "",
    {},
    {"temperature": 0.7, "top_p": 0.9, "max_tokens": 50},
    {},
    Settings(effort="max"),
    {},
    "",
)
ENDPOINT = """
[fake]
dialect = "{dialect}"
base_url = "{url}"
model = "m1"
key_env = "FAKE_KEY"
body = {{ provider = {{ only = ["x"] }} }}
[fake.efforts]
max = {{ thinking = {{ type = "enabled" }}, reasoning_effort = "max" }}
"""


@tool
def add() -> Tool:
    async def execute(x: int, y: int) -> int:
        """Add two numbers.

        Args:
            x: One.
            y: Two.
        """
        return x + y

    return execute


def _endpoint(tmp_path: Path, dialect: str, url: str) -> Endpoint:
    path = tmp_path / "e.toml"
    path.write_text(ENDPOINT.format(dialect=dialect, url=url))
    return get_endpoint("fake", (path,))


@pytest.mark.anyio
@pytest.mark.parametrize("dialect", ["openai-chat", "anthropic-messages"])
async def test_sampling_effort_and_route_are_really_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    monkeypatch.setenv("FAKE_KEY", "s3cret")
    script = Script()
    with serving(script) as root:
        url = f"{root}/v1" if dialect == "openai-chat" else root
        model = build_model(_endpoint(tmp_path, dialect, url), PROTOCOL)
        output = await model.generate([ChatMessageUser(content="hello")], tools=[add()])
    body: dict[str, Any] = script.requests[0]
    assert output.completion == "fine"
    assert (body["temperature"], body["top_p"], body["max_tokens"]) == (0.7, 0.9, 50)
    assert body["thinking"] == {"type": "enabled"}
    assert body["reasoning_effort"] == "max"
    assert body["provider"] == {"only": ["x"]}
    assert "'strict': True" not in str(body["tools"])
    assert "s3cret" in str(script.headers[0])


def test_an_effort_without_a_wire_value_is_refused(tmp_path: Path) -> None:
    endpoint = _endpoint(tmp_path, "openai-chat", "http://127.0.0.1:9/v1")
    with pytest.raises(AssayError) as error:
        effort_body(endpoint, "ultra")
    assert error.value.code == "E205"
    assert effort_body(endpoint, None) == {}


@pytest.mark.anyio
async def test_a_server_that_stalls_is_given_up(tmp_path: Path) -> None:
    stop = threading.Event()

    def stall(body: dict[str, Any]) -> str:
        del body
        stop.wait(30)
        return "late"

    endpoint = replace(
        _endpoint(tmp_path, "openai-chat", "http://127.0.0.1:9/v1"), timeout=1, key_env=None
    )
    with serving(Script(reply=stall)) as root:
        model = build_model(replace(endpoint, base_url=f"{root}/v1"), PROTOCOL)
        began = time.monotonic()
        with pytest.raises(Exception, match=r"(?i)time"):
            await model.generate([ChatMessageUser(content="hello")])
        stop.set()
    assert time.monotonic() - began < 15
