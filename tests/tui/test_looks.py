"""The themes: contrast, colours that are told apart, and none at all where NO_COLOR asks for that."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip

import mnist_sum_tui
from mnist_sum_tui.tui import looks
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.textual_fixes import Palette
from mnist_sum_tui.tui.widgets.chart import ROLES, Chart
from mnist_sum_tui.tui.widgets.heatmap import Heatmap
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui import fixed, shown

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
    assert looks.contrast(Color.parse("#000"), Color.parse("#fff")) == pytest.approx(21)
    assert looks.contrast(Color.parse("#777"), Color.parse("#fff")) == pytest.approx(4.48, abs=0.01)


def texts(app: MnistSumApp) -> list[Segment]:
    """What is to be read; behind the palette and a question nothing is, so there the page is dim."""
    on_top = [*app.screen.query("#--container" if isinstance(app.screen, Palette) else ".dialog"), app.screen]
    return within(app, on_top[0].region)


def within(app: MnistSumApp, *areas: Region) -> list[Segment]:
    """What is to be read in these parts of the screen."""
    lines = app.screen._compositor.render_strips()
    found = [lines[y].crop(area.x, area.right) for area in areas for y in range(area.y, area.bottom)]
    return [each for strip in found for each in strip if not DRAWN.fullmatch(each.text)]


LEAST = {theme.name: 7.0 if theme.name == "mnist-sum-contrast" else 4.5 for theme in looks.OWN}


@pytest.mark.parametrize("name", shown.SHOWN)
async def test_text_stands_out(name: str, app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await shown.SHOWN[name](pilot)
        faint = []
        for theme, least in LEAST.items():
            app.theme = theme
            await pilot.pause()
            for each in texts(app):
                if (found := looks.contrast(*colours(each))) < least:
                    faint.append((theme, each.text, *(colour.hex for colour in colours(each)), round(found, 1)))
        assert not faint


@pytest.mark.parametrize("what", ["input", "screen"])
def test_what_is_selected_stands_out_where_contrast_is_high(what: str) -> None:
    own = next(theme for theme in looks.OWN if theme.name == "mnist-sum-contrast")
    colours_of = own.to_color_system().generate()
    ground, text = (Color.parse(colours_of[f"{what}-selection-{part}"]) for part in ("background", "foreground"))
    shown = Color.parse(own.background or "#000000").blend(ground, ground.a, alpha=1)
    assert looks.contrast(text, shown) >= 7


async def test_the_parts_of_a_chart_stand_out_in_dark_themes(app: MnistSumApp) -> None:
    """3:1, as WCAG 2.2 asks of graphics (1.4.11), also for the dots of each batch behind the curves."""
    async with app.run_test(size=(120, 36)) as pilot:
        await shown.SHOWN["train"](pilot)
        for theme in ("mnist-sum-contrast", "mnist-sum-dark"):
            app.theme = theme
            await pilot.pause()
            chart = app.screen.query(Chart).first()
            styles = {role: chart.get_component_rich_style(f"chart--{role}") for role in ROLES}
            found = {role: round(looks.contrast(*colours(Segment("", style))), 1) for role, style in styles.items()}
            assert min(found.values()) >= 3, found
            assert found["digit-envelope"] < found["digit-ghost"] < found["digit"]


async def test_keys_axes_and_the_chosen_run_stand_out_in_each_offered_theme(app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await shown.SHOWN["runs"](pilot)
        faint = []
        for theme in looks.NAMES:
            if theme.startswith("ansi"):
                continue  # in the terminal's own colours
            app.theme = theme
            await pilot.pause()
            table = app.screen.query_one(RunTable)
            axis = app.screen.query(Chart).first().get_component_rich_style("chart--axis")
            chosen = table.get_component_rich_style("datatable--cursor")
            for each in (
                *within(app, *(keys.region for keys in app.screen.query("KeyFooter"))),
                Segment("axis", axis),
                Segment("chosen run", chosen),
            ):
                if (found := looks.contrast(*colours(each))) < 3:
                    faint.append((theme, each.text, round(found, 1)))
        assert not faint


async def test_the_words_about_other_weights_stand_out(app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await shown.SHOWN["inspect"](pilot)
        await pilot.press("comma")
        for theme in looks.OWN:
            app.theme = theme.name
            await pilot.pause()
            (words,) = [each for each in texts(app) if "epoch 1 · Esc" in each.text]
            assert looks.contrast(*colours(words)) > 4.5, theme.name


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


@pytest.mark.parametrize("name", ["train", "mistakes", "inspect"])
async def test_no_color_leaves_only_greys(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test(size=(120, 36)) as pilot:
        await shown.SHOWN[name](pilot)
        styles = [segment.style for line in shown.segments(app) for segment in line if segment.style is not None]
        seen = {each.get_truecolor() for style in styles for each in (style.color, style.bgcolor) if each is not None}
        assert len(seen) > 3
        assert all(red == green == blue for red, green, blue in seen)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("runs", ["F5 Runs", "120300-compact-short"]),
        ("table", ["F6 Inside", "addition table: 10x19"]),
        ("guide", ["experiments"]),
    ],
)
async def test_without_colours_what_is_chosen_is_not_told_by_weight_alone(
    name: str, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test(size=(120, 36)) as pilot:
        await shown.SHOWN[name](pilot)
        marked = [
            segment.text.strip()
            for line in shown.segments(app)
            for segment in line
            if segment.style is not None and (segment.style.reverse or segment.style.underline)
        ]
        for word in words:
            assert any(word in text for text in marked), marked


@pytest.mark.parametrize("name", shown.SHOWN)
async def test_in_16_greys_no_text_and_no_map_has_the_colour_of_its_ground(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = fixed.new_app(tmp_path, monkeypatch)
    app.has_few_colours = True
    app.use_theme("mnist-sum-light")
    async with app.run_test(size=(80, 24)) as pilot:
        await shown.SHOWN[name](pilot)
        for theme in ("mnist-sum-light", "mnist-sum-dark"):
            app.use_theme(theme)
            await pilot.pause()
            lines = app.screen._compositor.render_strips()
            maps = [Strip.join(lines[y].crop(m.region.x, m.region.right) for y in range(m.region.y, m.region.bottom))
                    for m in app.screen.query(Heatmap)]  # fmt: skip
            drawn = [each for line in maps for each in line if each.text.strip()]
            for segment in (*drawn, *texts(app)):
                assert segment.style is not None
                pair = segment.style.color, segment.style.bgcolor
                front, ground = (colour and colour.downgrade(ColorSystem.STANDARD).number for colour in pair)
                assert front != ground, (theme, segment)


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
