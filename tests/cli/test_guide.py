"""`mnist-sum guide`: a list, a page as plain text through a pipe, a page laid out in a terminal."""

import re

import pytest

from mnist_sum_tui.cli.guide import _without_page_links, complete_page
from mnist_sum_tui.guide.find import pages
from tests.cli.terminals import shown
from tests.conftest import Cli, is_one_line


def test_without_a_page_they_are_listed(cli: Cli) -> None:
    done = cli("guide", FORCE_COLOR="1", COLUMNS="80")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert all(len(line) <= 80 for line in lines), "a pager would cut words in two"
    for name, page in pages().items():
        assert f" {name} {page.summary} " in f" {' '.join(done.stdout.split())} "


@pytest.mark.parametrize("name", pages())
@pytest.mark.parametrize("columns", ["", "60"])
def test_through_a_pipe_a_page_is_plain_text_of_a_width(name: str, columns: str, cli: Cli) -> None:
    done = cli("guide", name, FORCE_COLOR="1", COLUMNS=columns)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert f"# {lines[0]}" == pages()[name].text.splitlines()[0]
    assert "\x1b" not in done.stdout
    assert not any(mark in done.stdout for mark in ("```", "](", "**", "\n#", "…"))
    code = {line.strip() for line in pages()[name].text.splitlines()}
    assert all(len(line) <= int(columns or 80) for line in lines if line.strip() not in code)
    assert all(line == line.rstrip() for line in lines)
    assert not any(re.match(r" {0,3}%", line) for line in lines), "in a sentence it stays with its figure"
    assert columns or not any(re.search(r"(^|  )%", line) for line in lines), "in a table, too"
    assert "\xa0" not in done.stdout


def test_figures_stand_below_each_other_and_a_cell_of_several_is_not_broken(cli: Cli) -> None:
    lines = cli("guide", "accuracy", COLUMNS="80").stdout.splitlines()
    first, second = [
        line for line in lines if line.startswith((" MNIST's test   ", " of those, said to be no digits (in"))
    ][1:]
    assert first.endswith("10,000  99.68 / 99.68 %  99.70 / 99.69 %")
    assert second.endswith("10,000           0.51 %           0.42 %")


def test_a_term_of_two_words_needs_no_quotes(cli: Cli) -> None:
    done = cli("guide", "Learning", "rate")
    assert done.returncode == 0
    assert done.stdout.split()[1:5] == ["Learning", "rate,", "lr:", "how"]
    assert [len(line) - len(line.lstrip()) for line in done.stdout.splitlines()[:2]] == [1, 3], "the bullet hangs"
    assert done.stdout.endswith("More: mnist-sum guide glossary\n")


def test_an_unknown_page_is_one_line(cli: Cli) -> None:
    is_one_line(cli("guide", "netwroks"), 2, "unknown page or term 'netwroks'", "did you mean 'networks'")


def test_in_a_terminal_a_page_is_laid_out() -> None:
    found = shown("guide", "accuracy")
    assert found.code == 0
    assert "\x1b[" in found.raw
    assert "**" not in found.raw, "bold, not stars"
    assert "## " not in found.raw
    assert "https://github.com/facebookresearch/qmnist" in found.raw, "an address can be read"
    assert "\x1b]8" not in found.raw, "nothing to click on"


def test_links_to_pages_are_shown_as_their_names() -> None:
    text = "see [speed](speed.md#x), [QMNIST](https://example.org) and [more](other.md)"
    assert _without_page_links(text) == "see speed, [QMNIST](https://example.org) and [more](other.md)"


def test_pages_are_completed() -> None:
    assert [name for name, _ in complete_page("ma")] == ["machines"]
    assert dict(complete_page("")) == {name: page.summary for name, page in pages().items()}
