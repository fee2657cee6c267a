import json
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from servers.fake_endpoint import Script, Wire, serving

from harness.endpoints.catalog import get_endpoint
from harness.endpoints.tokenizer import count_tokens
from harness.errors import AssayError
from harness.probes.contract import check
from harness.probes.types import ProbeResult
from harness.probes.wire import LARGEST
from harness.protocols.settings import Settings
from harness.protocols.types import Protocol

PROTOCOL = Protocol("p", "", {}, {"temperature": 0.5, "top_p": 0.9}, {}, Settings(), {}, "")
ENDPOINT = """
[fake]
dialect = "{dialect}"
base_url = "{url}"
model = "m1"
tokenizer = "smollm2"
context_tokens = 4096
timeout = 5
headers = {{ x-team = "red" }}
"""


def _tokens(text: str) -> int:
    return (count_tokens("smollm2", text) or 0) + 30


def _doubled(text: str) -> int:
    return 2 * _tokens(text)


def _capped(text: str) -> int:
    return min(_tokens(text), 600)


def _leak(body: Wire) -> str:
    del body
    return "<call> get_weather"


def _good(**changes: object) -> Script:
    words = "one two three four five six seven eight nine ten " * 3
    script = Script(
        reply=lambda _: words,
        tokens_in=_tokens,
        call=("get_weather", '{"city": "Lagos", "unit": "celsius"}'),
    )
    for name, value in changes.items():
        setattr(script, name, value)
    return script


def _check(tmp_path: Path, script: Script, dialect: str = "openai-chat") -> list[ProbeResult]:
    with serving(script) as root:
        url = f"{root}/v1" if dialect == "openai-chat" else root
        path = tmp_path / "e.toml"
        path.write_text(ENDPOINT.format(dialect=dialect, url=url))
        return check(get_endpoint("fake", (path,)), PROTOCOL, with_tools=True)


def _status(results: list[ProbeResult]) -> dict[str, str]:
    return {result.id: str(result.status) for result in results}


@pytest.mark.parametrize("dialect", ["openai-chat", "anthropic-messages"])
def test_a_faithful_endpoint_passes_in_either_dialect(tmp_path: Path, dialect: str) -> None:
    script = _good()
    results = _check(tmp_path, script, dialect)
    assert set(_status(results).values()) == {"pass"}
    assert all(body["temperature"] == 0.5 for body in script.requests)
    assert all(headers["x-team"] == "red" for headers in script.headers)


@pytest.mark.parametrize(
    ("changes", "probe", "status"),
    [
        ({"model": "other-model"}, "model-id", "warn"),
        ({"usage": False}, "usage", "fail"),
        ({"tokens_in": _doubled}, "usage", "fail"),
        ({"tokens_in": _capped}, "context", "fail"),
        ({"window": 700}, "context", "fail"),
        ({"call": None}, "tools", "warn"),
        ({"call": None, "reply": _leak}, "tools", "fail"),
        ({"call": ("get_weather", '{"city": "Lagos"}')}, "tools", "fail"),
        ({"call": ("get_weather", "{oops")}, "tools", "fail"),
    ],
)
def test_each_damage_is_seen_by_its_probe(
    tmp_path: Path, changes: dict[str, object], probe: str, status: str
) -> None:
    assert _status(_check(tmp_path, _good(**changes)))[probe] == status


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": 500}, "E221"),
        ({"status": 401}, "E206"),
        ({"status": 404}, "E207"),
        ({"raw": "<html>Bad gateway</html>"}, "E222"),
        ({"raw": '{"choices": []}'}, "E222"),
        ({"raw": "[]"}, "E222"),
    ],
)
def test_what_is_no_endpoint_is_one_clear_error(
    tmp_path: Path, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(AssayError) as error:
        _check(tmp_path, _good(**changes))
    assert (error.value.code, error.value.exit_code) == (code, 4)


def test_a_dead_server_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "e.toml"
    path.write_text(ENDPOINT.format(dialect="openai-chat", url="http://127.0.0.1:9/v1"))
    with pytest.raises(AssayError) as error:
        check(get_endpoint("fake", (path,)), PROTOCOL, with_tools=True)
    assert error.value.code == "E220"


def test_a_server_that_starts_failing_fails_the_later_probes(tmp_path: Path) -> None:
    script = _good()
    count = iter(range(100))

    def break_after_two(body: dict[str, object]) -> str:
        if next(count) >= 2:
            script.status = 503
        return "one two " * 16

    script.reply = break_after_two
    statuses = _status(_check(tmp_path, script))
    assert statuses["model-id"] == "pass"
    assert statuses["context"] == "fail"


def test_without_a_tokenizer_the_usage_probe_says_so(tmp_path: Path) -> None:
    with serving(_good()) as root:
        path = tmp_path / "e.toml"
        text = ENDPOINT.format(dialect="openai-chat", url=f"{root}/v1")
        path.write_text(text.replace('tokenizer = "smollm2"\n', ""))
        results = check(get_endpoint("fake", (path,)), PROTOCOL, with_tools=False)
    assert _status(results)["usage"] == "skip"
    assert _status(results)["tools"] == "skip"


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": "12", "completion_tokens": "3"},
        {"prompt_tokens": -1, "completion_tokens": -1},
        {"prompt_tokens": 1e400, "completion_tokens": True},
        {"prompt_tokens": None, "completion_tokens": {}},
    ],
)
def test_usage_that_cannot_be_is_usage_that_was_not_reported(
    tmp_path: Path, usage: dict[str, object]
) -> None:
    body = {
        "model": "m1",
        "choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}],
        "usage": usage,
    }
    results = {r.id: r for r in _check(tmp_path, _good(raw=json.dumps(body)))}
    assert results["output-cap"].detail == "no usage in the reply"
    assert results["usage"].code == "E232"


@pytest.mark.parametrize(
    "raw",
    ["[" * 100_000, "{" * 10, '{"choices": "x"}', '{"choices": [{"message": 3}]}', "\x00\x1b[31m"],
)
def test_a_body_of_another_shape_is_told(tmp_path: Path, raw: str) -> None:
    with pytest.raises(AssayError) as error:
        _check(tmp_path, _good(raw=raw))
    assert error.value.code == "E222"


def test_arguments_sent_as_an_object_are_read(tmp_path: Path) -> None:
    function = {"name": "get_weather", "arguments": {"city": "Lagos", "unit": "celsius"}}
    message = {"content": None, "tool_calls": [{"function": function}]}
    raw = json.dumps({"model": "m1", "choices": [{"message": message, "finish_reason": "x"}]})
    assert _status(_check(tmp_path, _good(raw=raw)))["tools"] == "pass"


def test_a_server_that_quotes_the_key_does_not_get_it_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_API_KEY", "fake-key-0123456789")
    with serving(_good(status=401, raw="bad key: fake-key-0123456789")) as root:
        path = tmp_path / "e.toml"
        table = ENDPOINT.format(dialect="openai-chat", url=root).replace(
            "timeout = 5", 'timeout = 5\nkey_env = "FAKE_API_KEY"'
        )
        path.write_text(table)
        with pytest.raises(AssayError) as error:
            check(get_endpoint("fake", (path,)), PROTOCOL, with_tools=False)
    assert error.value.code == "E206"
    assert "bad key: [key]" in error.value.why


def test_a_reply_without_end_is_cut(tmp_path: Path) -> None:
    with pytest.raises(AssayError) as error:
        _check(tmp_path, _good(status=500, raw="x" * (LARGEST + 10)))
    assert error.value.code == "E221"
    assert len(error.value.why) < 300


def test_a_server_that_drips_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_drip, args=(listener,))
        thread.start()
        path = tmp_path / "e.toml"
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        table = ENDPOINT.format(dialect="openai-chat", url=url)
        path.write_text(table.replace("timeout = 5", "timeout = 1"))
        with pytest.raises(AssayError) as error:
            check(get_endpoint("fake", (path,)), PROTOCOL, with_tools=False)
        thread.join()
    assert error.value.code == "E220"
    assert "no whole reply in 1 s" in error.value.why


def _drip(listener: socket.socket) -> None:
    client, _ = listener.accept()
    with client, suppress(OSError):
        client.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
        for _ in range(100):
            client.sendall(b" ")
            time.sleep(0.1)
