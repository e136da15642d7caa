"""`--help` cuts no option and no word, at whichever width."""

import re

import pytest

from mnist_sum_tui.cli import commands
from tests.cli.terminals import shown
from tests.conftest import Cli

COMMANDS = [
    "", "train", "tui", "evaluate", "model", "bench", "doctor", "guide", "predict", "predict idx", "predict image",
    "runs", "runs compare",
]  # fmt: skip


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[\w./`'-]+", text))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_cuts_no_word(command: str, cli: Cli) -> None:
    whole = words_of(cli(*command.split(), "--help", COLUMNS="200").stdout)
    for width in (50, 79, 80):
        lines = shown(*command.split(), "--help", columns=width).lines
        assert not any("…" in line for line in lines), width
        assert max(map(len, lines)) <= width
        found = words_of("\n".join(lines))
        assert found - whole <= {"Arguments", "and", "options", "/"}, f"{width}: parts of words"
        assert {word for word in whole if word.startswith("--")} <= found, width


def test_the_list_of_commands_has_one_sentence_each_in_the_order_of_a_beginner(cli: Cli) -> None:
    rows = [
        line.strip(" |\u2502") for line in cli("--help", COLUMNS="200").stdout.partition("Commands")[2].splitlines()
    ]
    found = {row.split()[0]: row.split(maxsplit=1)[1] for row in rows if row.endswith(".")}
    assert tuple(found) == commands.COMMANDS, "the library puts groups last"
    assert not [words for words in found.values() if ". " in words]


@pytest.mark.parametrize("how", [["--plain"], []])
def test_a_range_is_in_words(how: list[str], cli: Cli) -> None:
    said = " ".join(cli("serve", "--help", *how, COLUMNS="200").stdout.split())
    assert "1 to 65535" in said
    assert "<=" not in said
