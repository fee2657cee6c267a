import pytest

from harness.endpoints.tokenizer import count_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Hello world 12345\n\tdef f(x): return x*2 — naïve café 東京", 28),
        ("ls -la | grep 'x'  \n\n\n  done.", 14),
    ],
)
def test_counts_equal_those_of_llama_cpp_on_the_same_weights(text: str, tokens: int) -> None:
    # Read from the server's own /tokenize on 2026-11-22.
    assert count_tokens("smollm2", text) == tokens


def test_a_tokenizer_that_is_not_installed_is_told_apart_from_zero_tokens() -> None:
    assert count_tokens("no-such-tokenizer", "words") is None
