"""The changes between two pictures of a line, as the escape sequences that draw them. Pure functions."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

GAP = 8
"""up to so many unchanged cells between two changes are sent along, because a jump over them costs as much"""
MOST = 40
"""the most cells of a piece on a slow link: a whole line of a picture takes a second, in which no key is answered"""


class Cell(NamedTuple):
    """A character, or several of one style, and the codes for this style."""

    text: str
    marks: str
    ink: str
    """the colour of the character; empty if it cannot be seen"""
    ground: str


class Piece(NamedTuple):
    """A part of a line that has changed, from cell `first` on, and the escape sequences that draw it."""

    y: int
    first: int
    cells: Sequence[Cell]
    text: str


def whole(y: int, line: Strip, colours: ColorSystem) -> Piece:
    """All of a line; quicker than by its changes."""
    return Piece(y, 0, (), f"\x1b[{y + 1};1H{_inked(_parts(line, colours))}")


def pieces(y: int, old: Sequence[Cell], new: Sequence[Cell], most: int) -> Iterator[Piece]:
    """The changes in a line, in pieces of `most` cells; the two cells of a wide character stay together."""
    for first, end in changed(old, new):
        while first < end:
            stop = min(first + most, end)
            while stop < len(new) and not new[stop].text:
                stop += 1
            yield Piece(y, first, new[first:stop], f"\x1b[{y + 1};{first + 1}H{_inked(new[first:stop])}")
            first = stop


def _inked(cells: Iterable[Cell]) -> str:
    """The cells' texts, with the escape sequences for their styles."""
    sent, pen = list[str](), Cell("", "", "", "")
    for cell in cells:
        sent += (_turned(pen, cell), cell.text)
        pen = cell._replace(ink=cell.ink or pen.ink)
    return "".join(sent)


def changed(old: Sequence[Cell], new: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """The first cell and the end of each part of a line that has changed."""
    places = [at for at, cell in enumerate(new) if at >= len(old) or old[at] != cell]
    begin = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] - places[at - 1] > GAP:
            yield places[begin], places[at - 1] + 1
            begin = at


def _turned(pen: Cell, cell: Cell) -> str:
    """The escape sequence for a cell's style after the style of `pen`: mostly nothing, or one colour."""
    if cell.marks != pen.marks or not pen.ground:
        codes = ["0", cell.marks, cell.ink, cell.ground]
    else:
        codes = [new for new, old in ((cell.ink, pen.ink), (cell.ground, pen.ground)) if new != old]
    wanted = ";".join(filter(None, codes))
    return f"\x1b[{wanted}m" if wanted else ""


def _parts(strip: Strip, colours: ColorSystem) -> Iterator[Cell]:
    """The parts of a line that have one style each. The colour of spaces does not count."""
    for text, style, _ in strip:
        marks, ink, ground = _codes(style or Style.null(), colours)
        yield Cell(text, marks, ink if marks or text.strip(" ") else "", ground)


def cells_of(strip: Strip, colours: ColorSystem) -> Iterator[Cell]:
    """The cells of a line; the second cell of a wide character is empty."""
    for text, marks, ink, ground in _parts(strip, colours):
        for character in text:
            width = 1 if character.isascii() else cell_len(character)
            if width:
                yield Cell(character, marks, ink if marks or character != " " else "", ground)
            yield from [Cell("", marks, "", ground)] * (width - 1)


@lru_cache(4096)
def _codes(style: Style, colours: ColorSystem) -> tuple[str, str, str]:
    """A style as codes of ECMA-48: marks such as bold, the text colour, the background colour."""
    ink, ground = (
        ";".join(colour.downgrade(colours).get_ansi_codes(is_ink)) if colour else usual
        for colour, is_ink, usual in ((style.color, True, "39"), (style.bgcolor, False, "49"))
    )
    bits = style._attributes & style._set_attributes
    return ";".join(code for bit, code in Style._style_map.items() if bits & (1 << bit)), ink, ground
