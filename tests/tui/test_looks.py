"""The themes: contrast, colours that are told apart, and none at all where NO_COLOR asks for that."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from textual.color import Color
from textual.filter import Monochrome
from textual.geometry import Region

import mnist_sum_tui
from mnist_sum_tui import glyphs
from mnist_sum_tui.tui import looks
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.patient_palette import Palette
from mnist_sum_tui.tui.widgets.chart import ROLES, Chart
from mnist_sum_tui.tui.widgets.heatmap import Heatmap
from tests.glyph_check import strangers
from tests.tui import fixed, shown
from tests.tui.contrast import contrast

pytestmark = pytest.mark.usefixtures("without_form")
DRAWN = re.compile(r"[\u2500-\u25ff\u2800-\u28ff\s]*")
"""lines, blocks and dots: no text"""


def colours(segment: Segment) -> tuple[Color, Color]:
    """Foreground and background, as they are shown."""
    assert segment.style is not None
    assert segment.style.color is not None, segment
    assert segment.style.bgcolor is not None, segment
    pair = Color.from_rich_color(segment.style.color), Color.from_rich_color(segment.style.bgcolor)
    return pair[::-1] if segment.style.reverse else pair


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast(Color.parse("#000"), Color.parse("#fff")) == pytest.approx(21)
    assert contrast(Color.parse("#777"), Color.parse("#fff")) == pytest.approx(4.48, abs=0.01)


def texts(app: MnistSumApp) -> list[Segment]:
    """What is to be read; behind the palette and a question nothing is, so there the page is dim."""
    on_top = app.screen.query("#--input, CommandList" if isinstance(app.screen, Palette) else ".dialog")
    return within(app, *[each.region for each in on_top or [app.screen]])


def within(app: MnistSumApp, *areas: Region) -> list[Segment]:
    """What is to be read in these parts of the screen."""
    lines = app.screen._compositor.render_strips()
    found = [lines[y].crop(area.x, area.right) for area in areas for y in range(area.y, area.bottom)]
    return [each for strip in found for each in strip if not DRAWN.fullmatch(each.text)]


LEAST = {theme.name: 7.0 if theme.name == "mnist-sum-contrast" else 4.5 for theme in looks.OWN}


def faint(app: MnistSumApp) -> list[object]:
    """What has too little contrast in the theme of now."""
    found = [(each.text, colours(each)) for each in texts(app)]
    return [(text, pair) for text, pair in found if contrast(*pair) < LEAST[app.theme]]


def unseen_in_16_greys(app: MnistSumApp) -> list[Segment]:
    """Texts and parts of maps that have the colour of their ground where NO_COLOR is set and there are 16 colours."""
    lines = app.screen._compositor.render_strips()
    maps = [lines[y].crop(each.region.x, each.region.right)
            for each in app.screen.query(Heatmap) for y in range(each.region.y, each.region.bottom)]  # fmt: skip
    drawn = [segment for strip in maps for segment in strip if segment.text.strip()]
    found = []
    for segment in Monochrome().apply([*drawn, *texts(app)], Color(0, 0, 0)):
        assert segment.style is not None
        pair = segment.style.color, segment.style.bgcolor
        front, ground = (colour and colour.downgrade(ColorSystem.STANDARD).number for colour in pair)
        if front == ground:
            found.append(segment)
    return found


@pytest.mark.parametrize("name", shown.SHOWN)
async def test_each_page_can_be_read_in_each_theme_and_in_16_greys_and_has_only_signs_of_the_marker(
    name: str, app: MnistSumApp
) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await shown.SHOWN[name](pilot)
        before = shown.lines(app)
        for theme in LEAST:
            app.theme = theme
            await pilot.pause()
            assert faint(app) == [], theme
            if theme in looks.IN_FEW_COLOURS.values():
                assert unseen_in_16_greys(app) == [], theme
        for marker in ("blocks", "ascii", "braille"):
            shown.use_marker(app, marker)
            await pilot.pause()
            lines = shown.lines(app)
            assert strangers("".join(lines), glyphs.MARKERS[marker]) == "", marker
            assert (lines == before) == (marker == "braille")


async def test_in_16_greys_a_map_that_is_small_has_not_the_colour_of_its_ground(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There it has shades instead of counts."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = fixed.new_app(tmp_path, monkeypatch)
    app.has_few_colours = True
    async with app.run_test(size=(80, 24)) as pilot:
        await shown.mistakes(pilot)
        for theme in looks.IN_FEW_COLOURS:
            app.use_theme(theme)
            await pilot.pause()
            assert unseen_in_16_greys(app) == [], app.theme


@pytest.mark.parametrize("what", ["input", "screen"])
def test_what_is_selected_stands_out_where_contrast_is_high(what: str) -> None:
    own = next(theme for theme in looks.OWN if theme.name == "mnist-sum-contrast")
    colours_of = own.to_color_system().generate()
    ground, text = (Color.parse(colours_of[f"{what}-selection-{part}"]) for part in ("background", "foreground"))
    shown = Color.parse(own.background or "#000000").blend(ground, ground.a, alpha=1)
    assert contrast(text, shown) >= 7


async def test_the_parts_of_a_chart_stand_out_in_dark_themes(app: MnistSumApp) -> None:
    """3:1, as WCAG 2.2 asks of graphics (1.4.11), also for the dots of each batch behind the curves."""
    async with fixed.on(app, RunsPage) as (pilot, page):
        chart = page.query(Chart).first()
        for theme in ("mnist-sum-contrast", "mnist-sum-dark"):
            app.theme = theme
            await pilot.pause()
            styles = {role: chart.get_component_rich_style(f"chart--{role}") for role in ROLES}
            found = {role: round(contrast(*colours(Segment("", style))), 1) for role, style in styles.items()}
            assert min(found.values()) >= 3, found
            assert found["digit-envelope"] < found["digit-ghost"] < found["digit"]


@pytest.mark.parametrize("theme", looks.OWN, ids=lambda theme: theme.name)
def test_the_colours_of_curves_differ_in_hue_or_brightness(theme: object) -> None:
    """Also to an eye without green: Machado, Oliveira and Fernandes (2009), deuteranopia."""
    variables = getattr(theme, "variables")  # noqa: B009
    names = ("text-primary", "text-accent", "text-secondary", "text-error", "text-run-2", "text-warning")
    seen = {name: without_green(Color.parse(variables[name])) for name in names}
    for one, other in combinations(names, 2):
        distance = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
        assert distance > (0.1 if "-16" in getattr(theme, "name") else 0.17), (one, other)  # noqa: B009


def without_green(colour: Color) -> tuple[float, ...]:
    """The colour as deuteranopia shows it: red, green, blue, 0..1."""
    matrix = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
    line = [((part / 255 + 0.055) / 1.055) ** 2.4 for part in (colour.r, colour.g, colour.b)]
    mixed = [max(sum(a * b for a, b in zip(row, line, strict=True)), 0.0) for row in matrix]
    return tuple(1.055 * part ** (1 / 2.4) - 0.055 for part in mixed)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("runs", ["F5 Runs", "120100-compact"]),
        ("table", ["F6 Inside", "addition table: 10x19"]),
        ("guide", ["experiments"]),
    ],
)
async def test_without_colours_all_is_grey_and_what_is_chosen_is_not_told_by_weight_alone(
    name: str, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test(size=(120, 36)) as pilot:
        await shown.SHOWN[name](pilot)
        drawn = [(segment.text, segment.style) for line in shown.segments(app) for segment in line if segment.style]
        seen = {each.get_truecolor() for _, style in drawn for each in (style.color, style.bgcolor) if each is not None}
        assert len(seen) > 3
        assert all(red == green == blue for red, green, blue in seen)
        marked = [text for text, style in drawn if style.reverse or style.underline]
        for word in words:
            assert any(word in text for text in marked), marked


def test_the_palette_offers_our_themes(app: MnistSumApp) -> None:
    assert app.theme == looks.DEFAULT
    assert {theme.name for theme in looks.OWN} < set(app.available_themes)
    assert set(looks.NAMES) == set(app.available_themes)


def test_style_sheets_name_no_colour() -> None:
    """Only the variables of the theme: a colour that is named stays when the theme changes."""
    for file in Path(mnist_sum_tui.__file__).parent.rglob("*.tcss"):
        for value in re.findall(
            r"\b(?:color|background|tint|border[a-z-]*):([^;]*);", file.read_text(encoding="utf-8")
        ):
            assert "$" in value or value.strip() in ("none",), (file.name, value)
