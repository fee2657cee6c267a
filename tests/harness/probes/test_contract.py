from pathlib import Path

import pytest
from servers.fake_endpoint import Script, serving

from harness.endpoints.catalog import get_endpoint
from harness.endpoints.tokenizer import count_tokens
from harness.errors import AssayError
from harness.probes.contract import check
from harness.probes.types import ProbeResult
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
        ({"tokens_in": lambda text: 2 * _tokens(text)}, "usage", "fail"),
        ({"tokens_in": lambda text: min(_tokens(text), 600)}, "context", "fail"),
        ({"window": 700}, "context", "fail"),
        ({"call": None}, "tools", "warn"),
        ({"call": None, "reply": lambda _: "<call> get_weather"}, "tools", "fail"),
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
