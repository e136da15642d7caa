import os
import re
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mnist_sum_tui.printable import cells, cut, printable, shell_word

DANGEROUS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
any_text = st.text(st.characters() | st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;cm0gLXJm\x07", r"\x1b]52;c;cm0gLXJm\x07"),
        ("\x9b31mred\x7f", r"\x9b31mred\x7f"),
        ("one\ntwo\r\t", r"one\ntwo\r\t"),
        ("a\u202egnp.exe", r"a\u202egnp.exe"),
        ("r\udcff", r"r\udcff"),
        ("Zürich\\\x1b", r"Zürich\\x1b"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_control_and_direction_characters_are_shown_as_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    "text", ["r", "Zürich-写真", "my runs/it's", "a\udcff\udc80\udce4 b'\\x41", "\x1b[31m\u202eä $HOME", "Zürich\n"]
)
def test_a_word_of_a_command_is_printable_and_read_by_the_shell_as_the_text(text: str) -> None:
    word = shell_word(text)
    assert word.isprintable()
    done = subprocess.run(["bash", "-c", f"printf %s {word}".encode()], capture_output=True, check=True)
    assert done.stdout == os.fsencode(text)


@pytest.mark.skipif(sys.platform == "win32", reason="has rules of its own")
def test_only_what_a_shell_needs_quoted_is_quoted() -> None:
    """A list of runs shows the ids of a class as they are."""
    plain, others = (
        ["20261203-001416-swift-Zürich", "写真/x=1"],
        ["", "Zürich 2", "é;ls", "ü$x", "~é", "写*", "e\u0301"],
    )
    assert [shell_word(text) for text in plain] == plain
    assert [shell_word(text) for text in others] == [f"'{text}'" for text in others]


@pytest.mark.parametrize("text", ["", "data/Zürich 写真 🙂", "[bold]x[/]", "C:\\new\\x1b", "│ ▁▂▃ e\u0301"])
def test_printable_text_is_unchanged(text: str) -> None:
    assert printable(text) == text


@given(any_text)
def test_no_dangerous_character_is_left_and_a_second_call_changes_nothing(text: str) -> None:
    shown = printable(text)
    assert not DANGEROUS.search(shown)
    shown.encode()
    assert printable(shown) == shown
    assert shell_word(text).isprintable()


@pytest.mark.parametrize(
    "text", ["compact", "Zürich", "写真", "한국어", "a写b", "e\u0301tude", "🙂", "❤\ufe0f 漢\ufe0f", "│ ▁▂▃ …"]
)
def test_a_text_takes_as_many_columns_as_rich_says(text: str) -> None:
    """Letters of two columns, marks of none and one that widens; the dashboard draws with rich's widths."""
    assert cells(text) == cell_len(text)
    for room in range(cells(text) + 2):
        start = cut(text, room)
        assert text.startswith(start)
        assert min(room, cells(text)) - 1 <= cell_len(start) <= room
