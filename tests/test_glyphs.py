import ast
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

import mnist_sum_tui
from mnist_sum_tui.charts.axes import LOG
from mnist_sum_tui.charts.plot import Curve, Marks, Plot, draw
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import bar, shade, sparkline, track
from mnist_sum_tui.glyphs import ASCII, BLOCKS, BRAILLE, MARKERS, Glyphs, choose, current, shown
from mnist_sum_tui.printable import cells
from tests.charts.drawn import lines_of
from tests.glyph_check import strangers

LOW_OF_CP437 = "•○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼♥♦♣♠"
"""the pictures of its first 32 characters, which Python's codec reads as control characters"""
each_marker = pytest.mark.parametrize("marker", MARKERS.values(), ids=MARKERS)


def plot() -> Plot:
    x = np.arange(200.0)
    y = np.exp(-x / 50)
    noisy = y * (1 + 0.5 * np.sin(x * 1.7))
    noisy[150] = np.nan
    marks = (Marks("validation", "digit", BRAILLE.runs[0], x[::50], y[::50]),)
    curves = (Curve("digit", "digit", x, y, noisy), Curve("sum", "sum", x, y * 2, noisy * 2, "dashed"))
    return Plot(curves, marks, LOG, cursor=100.0, title="loss", note="log")


def test_a_field_has_as_many_characters_in_each_marker() -> None:
    for name, full in asdict(BRAILLE).items():
        if isinstance(full, str) and name not in ("name", "dots"):
            assert {len(asdict(marker)[name]) for marker in MARKERS.values()} == {len(full)}, name


@each_marker
def test_a_pause_is_no_part_of_the_bar_beside_it(marker: Glyphs) -> None:
    assert marker.paused not in marker.track + marker.lines


@each_marker
def test_there_is_a_character_for_each_set_of_dots(marker: Glyphs) -> None:
    across, down = marker.dot_size
    assert len(marker.dots) == 2 ** (across * down)
    assert marker.dots[0] == " "


@pytest.mark.parametrize("marker", [BLOCKS, ASCII], ids=["blocks", "ascii"])
def test_a_character_of_the_full_table_always_becomes_the_same_one(marker: Glyphs) -> None:
    for name in asdict(BRAILLE).keys() - {"name", "eighths", "dots", "dot_size"}:
        assert shown(asdict(BRAILLE)[name], marker) == asdict(marker)[name]


def test_blocks_are_in_code_page_437() -> None:
    for value in asdict(BLOCKS).values():
        for character in value if isinstance(value, str) else "":
            assert character in LOW_OF_CP437 or character.encode("cp437")


def test_ascii_is_ascii() -> None:
    assert all(value.isascii() for value in asdict(ASCII).values() if isinstance(value, str))


@pytest.mark.parametrize("text", ["╭─╮│╰╯", "é", "漢字", "🔎", "e\u0301", "“a” \u2013 b", "▔▁▊▎", "√►♦"])
def test_other_text_becomes_as_wide_as_before(text: str) -> None:
    for marker in (BLOCKS, ASCII):
        assert cells(shown(text, marker)) == cells(text)
        assert not strangers(shown(text, marker), marker)
    assert shown(text, BRAILLE) == text


def test_a_letter_stays_a_letter_in_blocks() -> None:
    assert shown("Zoë 漢", BLOCKS) == "Zoë 漢"
    assert shown("Zoë 漢", ASCII) == "Zo? ??"


@each_marker
@pytest.mark.parametrize("size", [(80, 20), (30, 6), (9, 3)])
def test_a_chart_has_only_characters_of_its_marker(marker: Glyphs, size: tuple[int, int]) -> None:
    choose(marker.name)
    for line in lines_of(plot(), *size):
        assert cells(line) == size[0]
        assert not strangers(line, marker)


@each_marker
def test_a_curve_is_as_fine_as_the_dots_of_its_marker(marker: Glyphs) -> None:
    """A rising line uses each of the heights that a cell has."""
    choose(marker.name)
    x = np.arange(400.0)
    _, *below_the_legend = draw(Plot((Curve("a", "a", x, x),)), 60, 12).lines
    drawn = {character for line in below_the_legend for text, role in line if role == "a" for character in text}
    single = {marker.dots[1 << row] for row in range(marker.dot_size[1])} if marker is not BRAILLE else {"⠁", "⡀"}
    assert len(drawn) >= len(single)


@pytest.mark.parametrize(("pattern", "sample"), [("dashed", "-"), ("sparse", "~"), ("dotted", ",")])
def test_an_ascii_curve_consists_of_its_sample_in_the_legend(pattern: str, sample: str) -> None:
    choose("ascii")
    x = np.arange(400.0)
    lines = draw(Plot((Curve("b", "b", x, x, pattern=pattern),)), 60, 12).lines
    assert f"{sample} b" in "".join(text for text, _ in lines[0])
    assert {character for line in lines[1:] for text, role in line if role == "b" for character in text} == {sample}


@each_marker
def test_bars_and_sparklines_have_only_characters_of_their_marker(marker: Glyphs) -> None:
    choose(marker.name)
    texts = [bar(share / 16, 8) for share in range(17)]
    texts += ["".join(track(share / 16, 8)) for share in range(17)]
    texts += [shade(share / 4) * 8 for share in range(5)]
    assert {len(text) for text in texts} == {8}
    texts.append(sparkline([1, None, 3, 7], 8, marker))
    assert not strangers("".join(texts), marker)
    assert sparkline([0, 7], 8, ASCII) == "_#"


def test_the_process_has_one_choice() -> None:
    assert current() is BRAILLE
    choose("ascii")
    assert bar(1, 3) == "###"
    with pytest.raises(UsageError, match="unknown marker 'asci': did you mean 'ascii'"):
        choose("asci")
    assert current() is ASCII


PICTURES = {"plain_app.py": "\u200d", "answer.py": BRAILLE.heavy, "intro_picture.py": BRAILLE.frame}
"""files with pictures of several lines, and what these consist of; and the joiner of emoji"""


def test_every_other_character_stands_in_the_table() -> None:
    """No literal but a docstring has a character beyond ASCII: it would not change with the marker."""
    found = []
    for file in sorted(Path(mnist_sum_tui.__file__).parent.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found += [
            f"{file.name}:{node.lineno}: {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            if id(node) not in told and file.name != "glyphs.py"
            if not all(c.isascii() or c in PICTURES.get(file.name, "") for c in node.value)
        ]
    assert found == []
