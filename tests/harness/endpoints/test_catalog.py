from pathlib import Path

import pytest

from harness.endpoints.catalog import get_endpoint, key_of, load_endpoints
from harness.errors import AssayError

ROW = """
[a]
dialect = "openai-chat"
base_url = "http://127.0.0.1:1/v1"
model = "m"
key_env = "A_KEY"
"""


def _file(tmp_path: Path, text: str) -> tuple[Path, ...]:
    path = tmp_path / "endpoints.toml"
    path.write_text(text)
    return (path,)


def test_the_shipped_file_loads() -> None:
    endpoints = load_endpoints()
    assert endpoints["local"].embedded is not None
    assert endpoints["deepseek"].efforts["max"]["reasoning_effort"] == "max"
    assert endpoints["deepseek-anthropic"].dialect == "anthropic-messages"


def test_a_key_is_read_by_the_name_of_its_variable_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = get_endpoint("a", _file(tmp_path, ROW))
    with pytest.raises(AssayError) as error:
        key_of(endpoint)
    assert error.value.code == "E204"
    monkeypatch.setenv("A_KEY", "s3cret")
    assert key_of(endpoint) == "s3cret"
    assert "s3cret" not in str(endpoint.identity())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not toml", "E201"),
        (ROW + "api_key = 'sk-1'", "E202"),
        (ROW.replace("openai-chat", "telepathy"), "E202"),
        (ROW.replace('base_url = "http://127.0.0.1:1/v1"\n', ""), "E202"),
        (ROW.replace("http://", "ftp://"), "E202"),
    ],
)
def test_a_row_that_does_not_fit_is_one_clear_error(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(AssayError) as error:
        load_endpoints(_file(tmp_path, text))
    assert error.value.code == code
    assert error.value.fix


def test_an_unknown_name_gets_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="Did you mean 'local'") as error:
        get_endpoint("locl")
    assert error.value.code == "E203"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('base_url = "https://me:secret@h.example/v1"', "no place in base_url"),
        ('base_url = "http://h.example"\nheaders = { Authorization = "x" }', "headers.Auth"),
    ],
)
def test_a_key_in_the_file_is_refused_and_not_repeated(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "e.toml"
    path.write_text(f'[e]\ndialect = "openai-chat"\nmodel = "m"\n{line}\n')
    with pytest.raises(AssayError) as error:
        load_endpoints((path,))
    assert error.value.code == "E202"
    assert why in error.value.why
    assert "secret" not in str(error.value.to_json())


def test_a_key_that_no_header_can_carry_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "e.toml"
    path.write_text(
        '[e]\ndialect = "openai-chat"\nmodel = "m"\nbase_url = "http://h"\nkey_env = "K_E"\n'
    )
    monkeypatch.setenv("K_E", "two\nlines")
    with pytest.raises(AssayError) as error:
        key_of(get_endpoint("e", (path,)))
    assert error.value.code == "E204"
    assert "lines" not in error.value.why.replace("no spaces", "")
