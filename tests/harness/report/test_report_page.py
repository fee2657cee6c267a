from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from made_up_report import HOSTILE, made_up

from harness.report.markdown import render_markdown
from harness.report.page import render_page
from harness.verdicts.gate import gate
from harness.verdicts.gate_types import GateVerdict, ItemAttempts, PairTable
from harness.verdicts.types import Comparability, Finding

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Outline(HTMLParser):
    """Tags in order, visible text, and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href", "xlink:href")]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    assert parser.open == []
    return parser


@pytest.fixture(scope="module")
def page() -> str:
    return render_page(made_up())


def test_page_states_verdict_n_interval_and_how_to_recompute(page: str) -> None:
    data = made_up()
    text = outline(page).text
    m = data.verdict.measurement
    assert data.verdict.sentence in text
    assert f"[{m.interval.low:.1f}, {m.interval.high:.1f}]" in text
    assert "89 items × 1" in text
    assert "4 of 89 unscored: 68.5–73.0 %" in text
    assert "assay report 2026-01-01-made-up" in text
    assert "cd" * 32 in text
    assert all(limit in text for limit in data.limits)


def test_page_has_the_three_pictures_and_no_script(page: str) -> None:
    found = outline(page)
    assert found.tags.count("svg") == 3
    assert "script" not in found.tags
    assert [a for a in found.addresses if not a.startswith("#")] == [made_up().claim.source.url]
    assert len(page.encode()) < 300_000


def test_every_figure_has_its_own_ids(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_unstated_settings_are_marked(page: str) -> None:
    unstated = sum(row.claimed is None for row in made_up().settings)
    assert page.count('<span class="unstated">unstated</span>') == unstated > 3


def test_same_data_same_bytes(page: str) -> None:
    assert render_page(made_up()) == page


def test_provider_text_is_escaped_cut_and_without_control_characters() -> None:
    page = render_page(made_up(HOSTILE + "z" * 5000))
    found = outline(page)
    assert "script" not in found.tags
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", page)
    assert "z" * 500 not in page


def test_a_large_run_stays_below_300_kb() -> None:
    page = render_page(made_up("x" * 300, items=3000))
    assert len(page.encode()) < 300_000
    assert "The other 2750 are in" in outline(page).text


def test_a_claim_with_a_hostile_address_gets_no_link() -> None:
    data = made_up()
    source = replace(data.claim.source, url="javascript:alert(1)")
    page = render_page(replace(data, claim=replace(data.claim, source=source)))
    assert "javascript:" not in page


def test_not_comparable_is_neither_praised_nor_blamed() -> None:
    data = made_up()
    verdict = replace(data.verdict, comparability=Comparability.C)
    assert 'class="answer not-comparable"' in render_page(replace(data, verdict=verdict))
    assert data.verdict.finding is Finding.BELOW
    assert 'class="answer below"' in render_page(data)


def gate_verdict() -> GateVerdict:
    from harness.outcomes.outcome import Outcome

    def side(label: str, solved: int) -> PairTable:
        return PairTable(
            label,
            tuple(
                ItemAttempts(
                    f"i{i}",
                    (float(i < solved),),
                    (Outcome.SOLVED if i < solved else Outcome.WRONG,),
                )
                for i in range(40)
            ),
        )

    return gate(side("recorded", 36), side("now", 12))


def test_gate_is_shown_when_there_is_one() -> None:
    verdict = gate_verdict()
    text = outline(render_page(replace(made_up(), gate=verdict))).text
    assert verdict.sentence in text
    assert "24 more items differ" not in text
    assert "4 more items differ" in text


def test_markdown_has_the_numbers_and_nothing_that_renders() -> None:
    text = render_markdown(made_up(HOSTILE))
    assert text.startswith("**BELOW (grade B)")
    assert "68.5 % [58.3, 77.2]" in text
    assert "89 items × 1" in text
    assert "<" not in text
    assert not re.search(r"(?<!\\)!\[|(?<!\\)\[\]\(", text)
    tables = [line for line in text.splitlines() if line.startswith("|")]
    cells = {len(re.findall(r"(?<!\\)\|", line)) for line in tables}
    assert cells == {3, 5}


@pytest.mark.parametrize(
    ("grade", "head"), [("A", "reproduced"), ("B", "agrees"), ("C", "not comparable")]
)
def test_the_page_says_reproduced_only_where_the_verdict_does(grade: str, head: str) -> None:
    data = made_up()
    line = replace(data.verdict.sensitivity[0], finding=Finding.REPRODUCED)
    verdict = replace(
        data.verdict,
        finding=Finding.REPRODUCED,
        comparability=Comparability(grade),
        sensitivity=(line,),
    )
    shown = render_page(replace(data, verdict=verdict))
    assert f"<title>{head}: " in shown
    assert ("<td>reproduced</td>" in shown) == (grade == "A")
